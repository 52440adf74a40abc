package dev.clasp.bench;

import dev.clasp.protocol.MessageType;
import dev.clasp.protocol.Qos;
import dev.clasp.transport.EventLoops;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * {@code late-join}: somebody joins while many parameters are stored and others write: how long
 * until the joiner has them all, and what the writers notice.
 *
 * <p>The router sends a snapshot after WELCOME, of everything, and one after SUBSCRIBE, of what
 * matches. Both are timed. The writer has a loop of its own, so that it does not wait for the
 * joiner's reading.
 */
final class LateJoin {

  private static final int DECADES = 5;
  private static final Duration QUIET = Duration.ofMillis(100);
  private static final Duration POLL = Duration.ofMillis(10);
  private static final String WRITTEN = "/bench/k/000001";

  private LateJoin() {}

  static List<Trial> trials() {
    List<Trial> trials = new ArrayList<>();
    int parameters = 1;
    for (int decade = 0; decade < DECADES; decade++) {
      parameters *= 10;
      int count = parameters;
      String root = root(decade);
      trials.add(
          new Trial(
              Scenario.LATE_JOIN,
              parameters + " parameters",
              (rig, figures) -> measure(rig, figures, count, root)));
    }
    return trials;
  }

  /** What the parameters of this decade and all below start with, without the last slash. */
  private static String root(int decade) {
    return "/bench/j" + "/a".repeat(DECADES - 1 - decade);
  }

  /**
   * 0 to 9 lie deepest, so that a pattern finds the first 10, 100, ... of those that are stored.
   */
  static String address(int parameter) {
    int decade = Math.max(1, Integer.toString(parameter).length()) - 1;
    return root(decade) + "/p" + parameter;
  }

  private static void measure(Rig rig, Figures figures, int parameters, String root) {
    BenchPlan plan = rig.plan();
    int stored = Filler.fill(rig, parameters, LateJoin::address);
    try (EventLoops writerLoop = EventLoops.create("clasp-bench-writer", 1)) {
      LoadSession session = rig.open(writerLoop, LoadSession.Receiver.NONE);
      FrameTemplate set = FrameTemplate.set(WRITTEN, 8, Qos.CONFIRM);
      Member<OpenAcks> writer =
          rig.member(session, s -> new OpenAcks(s, rig.clock(), List.of(set)));
      rig.onEach(List.of(writer), acks -> acks.start(plan.rate()));
      rig.run(plan.warmup());
      Latencies alone = measureWriter(rig, writer, plan.duration(), () -> {});
      Latencies welcome = new Latencies();
      Latencies subscribe = new Latencies();
      Joins joins = new Joins(rig, root, stored, welcome, subscribe);
      Latencies joining = measureWriter(rig, writer, plan.duration(), joins);
      rig.onEach(List.of(writer), OpenAcks::stop);
      figures.add("snapshot", subscribe);
      figures.add("stored", Unit.COUNT, Better.NEITHER, stored);
      figures.add(
          "parameters",
          Unit.PER_SECOND,
          Better.HIGHER,
          stored * 1e6 / Math.max(0.001, subscribe.micros(50)));
      figures.add("hello snapshot", welcome);
      figures.add("hello entries", Unit.COUNT, Better.NEITHER, joins.welcomeEntries);
      figures.add("joins", Unit.COUNT, Better.NEITHER, subscribe.count());
      figures.add("writer alone", alone);
      figures.add("writer meanwhile", joining);
      figures.add(
          "writer p99 growth",
          Unit.MICROSECONDS,
          Better.LOWER,
          joining.micros(99) - alone.micros(99));
      rig.close(List.of(session));
    }
  }

  /** Runs a task again and again for so long, or waits; returns what the writer measured. */
  private static Latencies measureWriter(
      Rig rig, Member<OpenAcks> writer, Duration time, Runnable task) {
    rig.onEach(List.of(writer), OpenAcks::reset);
    long end = rig.clock().nanos() + time.toNanos();
    do {
      task.run();
      rig.run(POLL);
    } while (rig.clock().nanos() < end);
    Latencies latencies = new Latencies();
    rig.onEach(List.of(writer), acks -> latencies.add(acks.latencies()));
    return latencies;
  }

  /** Each run joins once. */
  private static final class Joins implements Runnable {
    private final Rig rig;
    private final String root;
    private final int stored;
    private final Latencies welcome;
    private final Latencies subscribe;
    private long welcomeEntries;

    Joins(Rig rig, String root, int stored, Latencies welcome, Latencies subscribe) {
      this.rig = rig;
      this.root = root;
      this.stored = stored;
      this.welcome = welcome;
      this.subscribe = subscribe;
    }

    @Override
    public void run() {
      Joiner joiner = new Joiner(rig.clock(), (root + "/").getBytes(StandardCharsets.UTF_8));
      long from = rig.clock().nanos();
      LoadSession session = rig.open(joiner);
      EventLoop loop = session.loop();
      // Nothing marks the end of the first snapshot but that nothing more comes.
      long last = rig.on(loop, () -> joiner.newest);
      for (long quiet = 0; quiet < QUIET.toNanos(); quiet = rig.clock().nanos() - last) {
        rig.run(POLL);
        last = Math.max(from, rig.on(loop, () -> joiner.newest));
      }
      welcome.record(last - from);
      welcomeEntries = rig.on(loop, () -> joiner.entries);
      long asked =
          rig.on(
              loop,
              () -> {
                joiner.expect(stored);
                return rig.clock().nanos();
              });
      rig.await(session.subscribe(1, root + "/**"));
      try {
        subscribe.record(rig.await(joiner.complete) - asked);
      } catch (BenchException e) {
        throw new BenchException(
            "of "
                + stored
                + " parameters at "
                + root
                + "/** only "
                + rig.on(loop, () -> joiner.matching)
                + " came with the snapshot: "
                + e.getMessage(),
            e);
      }
      rig.close(List.of(session));
    }
  }

  /** Counts what snapshots bring. Loop thread. */
  private static final class Joiner implements LoadSession.Receiver {
    private final NanoClock clock;
    private final byte[] prefix;
    private final CompletableFuture<Long> complete = new CompletableFuture<>();
    private int expected = Integer.MAX_VALUE;
    private int matching;
    private long entries;
    private long newest;

    Joiner(NanoClock clock, byte[] prefix) {
      this.clock = clock;
      this.prefix = prefix;
    }

    void expect(int count) {
      expected = count;
      matching = 0;
    }

    @Override
    public void message(int type, byte[] b, int payload, int end) {
      if (type == MessageType.SNAPSHOT) {
        newest = clock.nanos();
        entries += SnapshotScan.count(b, payload, end, new byte[0]);
        matching += SnapshotScan.count(b, payload, end, prefix);
        if (matching >= expected) {
          complete.complete(newest);
        }
      }
    }
  }
}
