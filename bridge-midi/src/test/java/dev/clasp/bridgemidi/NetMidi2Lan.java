package dev.clasp.bridgemidi;

import dev.clasp.midi.MidiMessage;
import dev.clasp.midi.NetMidi2Command;
import dev.clasp.midi.NetMidi2Packet;
import dev.clasp.midi.Ump;
import dev.clasp.midi.UmpTranslator;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiPredicate;

/**
 * A network with sessions of Network MIDI 2.0 in it, and time, which pass when the test says so.
 */
final class NetMidi2Lan {

  private static final long MILLI = 1_000_000;
  static final int PORT = 5673;

  /** What a session told. */
  static final class Station implements NetMidi2Session.Listener {
    final List<String> messages = new ArrayList<>();
    final List<Ump> packets = new ArrayList<>();
    final List<String> sysEx8 = new ArrayList<>();
    final List<String> errors = new ArrayList<>();
    final List<String> lost = new ArrayList<>();
    List<String> others = List.of();
    final InetSocketAddress address;
    final NetMidi2Session session;

    Station(String ip, NetMidi2Config config, NetMidi2Lan lan, Random random) {
      this.address = FakeLan.address(ip, PORT);
      this.session =
          new NetMidi2Session(
              config, (to, bytes) -> lan.put(address, to, bytes), () -> lan.now, random, this);
    }

    @Override
    public void message(byte[] message) {
      messages.add(HexFormat.of().formatHex(message));
    }

    @Override
    public void packet(Ump packet) {
      packets.add(packet);
    }

    @Override
    public void sysEx8(byte[] data) {
      sysEx8.add(HexFormat.of().formatHex(data));
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

    void play(MidiMessage message) {
      List<Ump> packets = UmpTranslator.packets(0, message);
      session.send(packets, packets);
    }
  }

  private record Datagram(InetSocketAddress from, InetSocketAddress to, byte[] bytes, long due) {}

  final Random random;
  private final Map<InetSocketAddress, Station> stations = new LinkedHashMap<>();
  private final List<Datagram> onTheWay = new ArrayList<>();

  /** What went to addresses where there is no station. */
  final List<NetMidi2Command> stranger = new ArrayList<>();

  long now = 1_000_000_000L;

  /** Chances from 0 to 1. */
  double loss;

  double late;
  double twice;

  /** Datagrams that get through: where to, and what. */
  BiPredicate<InetSocketAddress, byte[]> passes = (_, _) -> true;

  NetMidi2Lan(long seed) {
    random = new Random(seed);
  }

  Station join(String ip, NetMidi2Config config) {
    Station station = new Station(ip, config, this, new Random(random.nextLong()));
    stations.put(station.address, station);
    return station;
  }

  /** It is switched off without a word. */
  void vanish(Station station) {
    stations.values().removeIf(each -> each == station);
  }

  void put(InetSocketAddress from, InetSocketAddress to, byte[] bytes) {
    if (random.nextDouble() < loss || !passes.test(to, bytes)) {
      return;
    }
    int copies = random.nextDouble() < twice ? 2 : 1;
    for (int i = 0; i < copies; i++) {
      long more = random.nextDouble() < late ? random.nextLong(8 * MILLI) : 0;
      onTheWay.add(new Datagram(from, to, bytes.clone(), now + MILLI + more));
    }
  }

  void pass(long millis) {
    for (long i = 0; i < millis; i++) {
      now += MILLI;
      for (Datagram each : List.copyOf(onTheWay)) {
        if (each.due() <= now) {
          onTheWay.remove(each);
          Station station = stations.get(each.to());
          if (station == null) {
            NetMidi2Packet.parse(each.bytes(), each.bytes().length).ifPresent(stranger::addAll);
          } else {
            station.session.receive(each.from(), each.bytes(), each.bytes().length);
          }
        }
      }
      List.copyOf(stations.values()).forEach(each -> each.session.tick());
    }
  }
}
