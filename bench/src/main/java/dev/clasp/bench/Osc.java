package dev.clasp.bench;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.Parameter;
import dev.clasp.client.Signal;
import dev.clasp.osc.OscArgument;
import dev.clasp.osc.OscCodec;
import dev.clasp.osc.OscException;
import dev.clasp.osc.OscMessage;
import dev.clasp.osc.OscPacket;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code osc}: OSC programs beside other clients. {@code fader}: a message over UDP, through the
 * router to a client, which sets another parameter, and back over UDP; the same without OSC tells
 * what OSC adds. {@code flood}: as many messages a second as wanted to a hundred addresses, and
 * whether the last value of each is there.
 */
final class Osc {

  private static final int ADDRESSES = 100;
  private static final int FLOOD_RATE = 100_000;
  private static final int ORDINARY_RATE = 1000;
  private static final long TURN_NANOS = 500_000;
  private static final int RECEIVE_MILLIS = 5000;
  private static final int MAX_PACKET = 2048;

  private Osc() {}

  static List<Trial> trials(BenchPlan plan) {
    int rate = plan.rate() == ORDINARY_RATE ? FLOOD_RATE : plan.rate();
    return List.of(
        new Trial(Scenario.OSC, "fader", Osc::fader),
        new Trial(
            Scenario.OSC, "flood " + rate + "/s", (rig, figures) -> flood(rig, figures, rate)));
  }

  // --- fader -------------------------------------------------------------------------------------

  private static void fader(Rig rig, Figures figures) {
    try (ClaspClient player = client(rig);
        ClaspClient hand = client(rig);
        DatagramSocket socket = socket(rig)) {
      // The program with the fader hears what is set for it; the player answers everybody.
      send(socket, new OscMessage("/clasp/subscribe", new OscArgument.Text("/bench/back")));
      answer(rig, player, "/osc/bench/fader", "/osc/bench/back");
      answer(rig, player, "/bench/fader", "/bench/back");
      BlockingQueue<Value> heard = new ArrayBlockingQueue<>(1024);
      listen(rig, hand, "/bench/back", heard);
      awaitSubscribed(rig, socket);

      Latencies osc = new Latencies();
      Latencies plain = new Latencies();
      repeat(rig, rig.plan().warmup().toNanos(), n -> overOsc(rig, socket, n, new Latencies()));
      repeat(
          rig,
          rig.plan().duration().toNanos(),
          n -> {
            // In turns, so that both meet the same machine.
            overOsc(rig, socket, n, osc);
            overClasp(rig, hand, heard, n, plain);
          });
      figures.add("round trip", osc);
      figures.add("without osc p50", Unit.MICROSECONDS, Better.NEITHER, plain.micros(50));
      figures.add("added p50", Unit.MICROSECONDS, Better.LOWER, osc.micros(50) - plain.micros(50));
    } catch (IOException e) {
      throw new BenchException("OSC over UDP does not work: " + e.getMessage(), e);
    }
  }

  private interface Turn {
    void run(int number) throws IOException;
  }

  private static void repeat(Rig rig, long nanos, Turn turn) throws IOException {
    long end = rig.clock().nanos() + nanos;
    for (int number = 0; rig.clock().nanos() < end; number++) {
      turn.run(number);
    }
  }

  private static void overOsc(Rig rig, DatagramSocket socket, int number, Latencies to)
      throws IOException {
    long begin = rig.clock().nanos();
    send(socket, new OscMessage("/bench/fader", new OscArgument.Int32(number)));
    while (!(receive(socket) instanceof OscMessage(String address, List<OscArgument> arguments)
        && address.equals("/bench/back")
        && arguments.equals(List.of(new OscArgument.Int32(number))))) {
      // An older one.
    }
    to.record(rig.clock().nanos() - begin);
  }

  private static void overClasp(
      Rig rig, ClaspClient hand, BlockingQueue<Value> heard, int number, Latencies to) {
    long begin = rig.clock().nanos();
    hand.set("/bench/fader", Value.of(number));
    Value next;
    do {
      try {
        next = heard.poll(RECEIVE_MILLIS, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new BenchException("interrupted", e);
      }
      if (next == null) {
        throw new BenchException(rig.uri() + " did not deliver a value within 5 s");
      }
    } while (!next.equals(Value.of(number)));
    to.record(rig.clock().nanos() - begin);
  }

  private static void answer(Rig rig, ClaspClient player, String from, String to) {
    rig.await(
        player
            .subscribe(
                from,
                signal -> {
                  if (signal instanceof Signal.Change change && !change.fromSnapshot()) {
                    player.set(to, change.value());
                  }
                })
            .active()
            .thenApply(_ -> true));
  }

  private static void listen(
      Rig rig, ClaspClient hand, String address, BlockingQueue<Value> heard) {
    rig.await(
        hand.subscribe(
                address,
                signal -> {
                  if (signal instanceof Signal.Change change) {
                    heard.offer(change.value());
                  }
                })
            .active()
            .thenApply(_ -> true));
  }

  /** UDP promises nothing: asks until the whole way works once. */
  private static void awaitSubscribed(Rig rig, DatagramSocket socket) throws IOException {
    socket.setSoTimeout(200);
    for (int tries = 0; ; tries++) {
      send(socket, new OscMessage("/clasp/subscribe", new OscArgument.Text("/bench/back")));
      try {
        overOsc(rig, socket, -1 - tries, new Latencies());
        break;
      } catch (SocketTimeoutException e) {
        if (tries == 50) {
          throw new BenchException("no OSC comes back: is --osc the port of this router?", e);
        }
      }
    }
    socket.setSoTimeout(RECEIVE_MILLIS);
  }

  // --- flood -------------------------------------------------------------------------------------

  private static void flood(Rig rig, Figures figures, int rate) {
    try (ClaspClient client = client(rig);
        DatagramSocket socket = socket(rig)) {
      int perTurn = Math.max(1, (int) (rate * TURN_NANOS / 1_000_000_000L));
      long sent = 0;
      long begin = rig.clock().nanos();
      long end = begin + rig.plan().duration().toNanos();
      Meter meter = new Meter(rig).start();
      int round = 0;
      for (long next = begin; next < end; next += TURN_NANOS) {
        while (rig.clock().nanos() < next) {
          LockSupport.parkNanos(Math.max(1, next - rig.clock().nanos()));
        }
        for (int i = 0; i < perTurn; i++) {
          int address = (int) (sent % ADDRESSES);
          if (address == 0) {
            round++;
          }
          send(socket, new OscMessage("/bench/flood/" + address, new OscArgument.Int32(round)));
          sent++;
        }
      }
      double seconds = (rig.clock().nanos() - begin) / 1e9;
      meter.stop();
      // The end of the gesture: every fader comes to rest at a value that is sent once.
      for (int address = 0; address < ADDRESSES; address++) {
        send(socket, new OscMessage("/bench/flood/" + address, new OscArgument.Int32(-round)));
      }
      long rest = rig.clock().nanos();
      int lost = 0;
      for (int address = 0; address < ADDRESSES; address++) {
        lost += arrived(rig, client, "/osc/bench/flood/" + address, Value.of(-round)) ? 0 : 1;
      }
      long revisions = 0;
      for (int address = 0; address < ADDRESSES; address++) {
        revisions +=
            rig.await(client.get("/osc/bench/flood/" + address))
                .map(Parameter::revision)
                .orElse(0L);
      }
      figures.add("messages", Unit.PER_SECOND, Better.HIGHER, sent / seconds);
      figures.add(
          "lost",
          Unit.PERCENT,
          Better.LOWER,
          Math.max(0, 100.0 * (sent + ADDRESSES - revisions) / (sent + ADDRESSES)));
      figures.add("last values lost", Unit.COUNT, Better.LOWER, lost);
      figures.add(
          "until the last is there",
          Unit.MICROSECONDS,
          Better.LOWER,
          (rig.clock().nanos() - rest) / 1000.0);
      meter.report(figures, "message", sent);
    } catch (IOException e) {
      throw new BenchException("OSC over UDP does not work: " + e.getMessage(), e);
    }
  }

  private static boolean arrived(Rig rig, ClaspClient client, String address, Value value) {
    long end = rig.clock().nanos() + TimeUnit.SECONDS.toNanos(5);
    do {
      Optional<Parameter> now = rig.await(client.get(address));
      if (now.map(Parameter::value).filter(value::equals).isPresent()) {
        return true;
      }
    } while (rig.clock().nanos() < end);
    return false;
  }

  // --- both --------------------------------------------------------------------------------------

  private static ClaspClient client(Rig rig) {
    ClaspClient.Builder builder =
        ClaspClient.builder(rig.uri().toString()).tls(rig.target().tls()).name("bench osc");
    rig.token().ifPresent(builder::token);
    CompletableFuture<ClaspClient> client = builder.connect();
    return rig.await(client);
  }

  private static DatagramSocket socket(Rig rig) throws IOException {
    DatagramSocket socket = new DatagramSocket(null);
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    socket.connect(
        new InetSocketAddress(
            InetAddress.getByName(rig.uri().getHost()), rig.plan().oscPort().orElseThrow()));
    socket.setSoTimeout(RECEIVE_MILLIS);
    return socket;
  }

  private static void send(DatagramSocket socket, OscMessage message) throws IOException {
    byte[] bytes = OscCodec.encode(message);
    socket.send(new DatagramPacket(bytes, bytes.length));
  }

  private static OscPacket receive(DatagramSocket socket) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[MAX_PACKET], MAX_PACKET);
    socket.receive(packet);
    try {
      return OscCodec.decode(packet.getData(), 0, packet.getLength());
    } catch (OscException e) {
      throw new BenchException("the router sent bytes that are no OSC: " + e.getMessage(), e);
    }
  }
}
