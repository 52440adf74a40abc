package dev.clasp.bridgemidi;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BiPredicate;
import java.util.function.Function;

/** A network with sessions in it, and time, which pass only when the test says so. */
final class FakeLan {

  private static final long MILLI = 1_000_000;

  /** What a session told. */
  static final class Station implements RtpMidiSession.Listener {
    final List<byte[]> messages = new ArrayList<>();
    final List<Long> times = new ArrayList<>();
    final List<String> errors = new ArrayList<>();
    final List<String> lost = new ArrayList<>();
    List<String> others = List.of();
    final InetSocketAddress control;
    final InetSocketAddress data;
    final RtpMidiSession session;

    /** Of its clock, compared with others. */
    final long shift;

    Station(String ip, long shift, Function<Station, RtpMidiSession> session) {
      this.control = address(ip, 5004);
      this.data = address(ip, 5005);
      this.shift = shift;
      this.session = session.apply(this);
    }

    @Override
    public void message(byte[] message, long nanos) {
      messages.add(message);
      times.add(nanos);
    }

    @Override
    public void changed(List<String> now) {
      others = now;
    }

    @Override
    public void lost(String why) {
      lost.add(why);
    }

    @Override
    public void error(String what) {
      errors.add(what);
    }
  }

  private record Datagram(
      Station to, boolean control, InetSocketAddress from, byte[] bytes, long due) {}

  final SplittableRandom random;
  private final Map<InetSocketAddress, Station> stations = new LinkedHashMap<>();
  private final List<Datagram> onTheWay = new ArrayList<>();
  long now = 1_000_000_000L;

  /** Chances from 0 to 1. */
  double loss;

  double late;
  double twice;

  /** How long a datagram takes. */
  long delay = MILLI;

  /** Datagrams that get through: where to, and what. */
  BiPredicate<InetSocketAddress, byte[]> passes = (_, _) -> true;

  FakeLan(long seed) {
    random = new SplittableRandom(seed);
  }

  Station join(String ip, RtpMidiConfig config) {
    return join(ip, config, 0);
  }

  Station join(String ip, RtpMidiConfig config, long shift) {
    Station station = new Station(ip, shift, each -> session(each, config));
    stations.put(station.control, station);
    stations.put(station.data, station);
    return station;
  }

  private RtpMidiSession session(Station station, RtpMidiConfig config) {
    return new RtpMidiSession(
        config,
        new RtpMidiSession.Network() {
          @Override
          public void control(InetSocketAddress to, byte[] bytes) {
            put(station.control, to, bytes);
          }

          @Override
          public void data(InetSocketAddress to, byte[] bytes) {
            put(station.data, to, bytes);
          }
        },
        () -> now + station.shift,
        random.split(),
        station);
  }

  /** It is switched off without a word. */
  void vanish(Station station) {
    stations.values().removeIf(each -> each == station);
  }

  static InetSocketAddress address(String ip, int port) {
    try {
      return new InetSocketAddress(InetAddress.getByName(ip), port);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  void put(InetSocketAddress from, InetSocketAddress to, byte[] bytes) {
    Station station = stations.get(to);
    if (station == null || random.nextDouble() < loss || !passes.test(to, bytes)) {
      return;
    }
    int copies = random.nextDouble() < twice ? 2 : 1;
    for (int i = 0; i < copies; i++) {
      long more = random.nextDouble() < late ? random.nextLong(8 * MILLI) : 0;
      onTheWay.add(
          new Datagram(
              station, to.equals(station.control), from, bytes.clone(), now + delay + more));
    }
  }

  void pass(long millis) {
    for (long i = 0; i < millis; i++) {
      now += MILLI;
      for (Datagram each : List.copyOf(onTheWay)) {
        if (each.due() <= now) {
          onTheWay.remove(each);
          if (stations.containsValue(each.to())) {
            if (each.control()) {
              each.to().session.control(each.from(), each.bytes(), each.bytes().length);
            } else {
              each.to().session.data(each.from(), each.bytes(), each.bytes().length);
            }
          }
        }
      }
      List.copyOf(stations.values()).stream().distinct().forEach(each -> each.session.tick());
    }
  }
}
