package dev.clasp.bench;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.client.SetOptions;
import dev.clasp.client.Statistics;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Content;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * {@code client}: one Java client that writes from one thread as fast as the router takes it,
 * beside a loop that does nothing but encode the same messages and write them to the socket. Both
 * rates are counted until the router has answered the PING behind the last message.
 */
final class ClientLoad {

  /** Values between two PINGs; so many PINGs may be on their way. */
  private static final int STEP = 4096;

  private static final int STEPS_OPEN = 8;

  private static final int SAMPLES = 500;
  private static final int ADDRESSES = 64;

  /** Messages of the bare loop between two looks at the socket. */
  private static final int BURST = 256;

  private ClientLoad() {}

  /** One operation of the client. */
  @FunctionalInterface
  private interface Operation {
    CompletableFuture<?> run(ClaspClient client, int number);
  }

  /** The same for the bare loop. */
  @FunctionalInterface
  private interface Encoding {
    byte[] frame(int number);
  }

  static List<Trial> trials() {
    return List.of(new Trial(Scenario.CLIENT, "", ClientLoad::measure));
  }

  private static void measure(Rig rig, Figures figures) {
    String[] addresses = new String[ADDRESSES];
    for (int i = 0; i < ADDRESSES; i++) {
      addresses[i] = "/bench/client/" + i;
    }
    double[] samples = new double[SAMPLES];
    compare(
        rig,
        figures,
        "sets",
        1,
        (client, i) -> client.set(addresses[i % ADDRESSES], Value.of((double) i), SetOptions.FIRE),
        i ->
            FrameCodec.encode(
                new Message.SetValue(
                    addresses[i % ADDRESSES],
                    Value.of((double) i),
                    OptionalLong.empty(),
                    false,
                    false,
                    Optional.empty()),
                Qos.FIRE));
    compare(
        rig,
        figures,
        "samples",
        SAMPLES,
        (client, i) -> client.stream(addresses[i % ADDRESSES], samples, 48_000),
        i ->
            FrameCodec.encode(
                new Message.Publish(
                    addresses[i % ADDRESSES],
                    SignalType.STREAM,
                    GesturePhase.START,
                    Content.ofSamples(samples),
                    OptionalLong.of(rig.clock().nanos() / 1000),
                    OptionalInt.empty(),
                    OptionalInt.of(48_000)),
                Qos.FIRE));
  }

  private static void compare(
      Rig rig, Figures figures, String name, int each, Operation operation, Encoding encoding) {
    double client = each * client(rig, Math.max(64, STEP / each), operation);
    double bare = each * bare(rig, encoding);
    figures.add(name, Unit.PER_SECOND, Better.HIGHER, client);
    figures.add(name + " bare", Unit.PER_SECOND, Better.HIGHER, bare);
    figures.add(name + " of bare", Unit.PERCENT, Better.HIGHER, 100 * client / bare);
  }

  private static double client(Rig rig, int step, Operation operation) {
    ClaspClient.Builder builder =
        ClaspClient.builder(rig.uri())
            .name("bench")
            .tls(rig.target().tls())
            .requestTimeout(Rig.PATIENCE);
    rig.token().ifPresent(builder::token);
    try (ClaspClient client = builder.connectBlocking()) {
      write(rig, client, step, operation, rig.plan().warmup());
      return write(rig, client, step, operation, rig.plan().duration());
    } catch (ClaspException e) {
      throw new BenchException(String.valueOf(e.getMessage()), e);
    }
  }

  private static double write(
      Rig rig, ClaspClient client, int step, Operation operation, Duration duration) {
    long start = rig.clock().nanos();
    long end = start + duration.toNanos();
    ArrayDeque<CompletableFuture<?>> open = new ArrayDeque<>();
    int number = 0;
    long lostBefore = lost(client);
    while (rig.clock().nanos() < end) {
      for (int i = 0; i < step; i++) {
        var _ = operation.run(client, number++);
      }
      open.add(client.ping());
      if (open.size() >= STEPS_OPEN) {
        rig.await(open.remove());
      }
    }
    open.forEach(rig::await);
    long sent = number - (lost(client) - lostBefore);
    return sent * 1e9 / (rig.clock().nanos() - start);
  }

  /** What the router never saw: replaced by a newer value, or dropped, while it waited. */
  private static long lost(ClaspClient client) {
    Statistics statistics = client.statistics();
    return statistics.conflated() + statistics.dropped();
  }

  private static double bare(Rig rig, Encoding encoding) {
    LoadSession session = rig.open(LoadSession.Receiver.NONE);
    pump(rig, session, encoding, rig.plan().warmup());
    double rate = pump(rig, session, encoding, rig.plan().duration());
    rig.close(List.of(session));
    return rate;
  }

  private static double pump(Rig rig, LoadSession session, Encoding encoding, Duration duration) {
    long start = rig.clock().nanos();
    Pump pump = new Pump(rig, session, encoding, start + duration.toNanos());
    session.loop().execute(pump);
    rig.await(pump.done, duration.plus(Rig.PATIENCE));
    rig.await(session.settle());
    return pump.number * 1e9 / (rig.clock().nanos() - start);
  }

  /** Encodes and writes; on the loop of its session. */
  private static final class Pump implements Runnable, LoadSession.Receiver {
    private final Rig rig;
    private final LoadSession session;
    private final Encoding encoding;
    private final long end;
    private final CompletableFuture<Long> done = new CompletableFuture<>();
    private int number;

    Pump(Rig rig, LoadSession session, Encoding encoding, long end) {
      this.rig = rig;
      this.session = session;
      this.encoding = encoding;
      this.end = end;
    }

    @Override
    public void run() {
      session.receiver(this);
      writable();
    }

    @Override
    public void message(int type, byte[] b, int payload, int end) {}

    @Override
    public void writable() {
      while (session.writable() && !done.isDone()) {
        for (int i = 0; i < BURST; i++) {
          session.append(encoding.frame(number++));
        }
        session.flush();
        if (rig.clock().nanos() >= end) {
          done.complete(end);
        }
      }
    }
  }
}
