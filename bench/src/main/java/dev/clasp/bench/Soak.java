package dev.clasp.bench;

import dev.clasp.client.BundleBuilder;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.client.SetOptions;
import dev.clasp.client.Signal;
import dev.clasp.client.SubscribeOptions;
import dev.clasp.client.Subscription;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Ttl;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Hours of a mixed load on one router, to find what grows and what goes wrong in the end: steady
 * writers, a reader that checks every revision, clients that come, do everything once and go, some
 * of them without a word, parameters that end by themselves.
 *
 * <p>Each actor is a virtual thread that blocks where blocking is natural.
 */
public final class Soak {

  private static final int WRITERS = 4;
  private static final int ADDRESSES = 100;
  private static final int VISITORS = 2;
  private static final int VIOLATIONS_MAX = 100;
  private static final Duration PAUSE = Duration.ofMillis(20);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final SoakPlan plan;
  private final Consumer<SoakSample> listener;
  private final AtomicLong writes = new AtomicLong();
  private final AtomicLong connections = new AtomicLong();
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();

  /** Newest revision of each address that the steady reader has seen. */
  private final Map<String, Long> seen = new ConcurrentHashMap<>();

  private final Map<String, Value> newest = new ConcurrentHashMap<>();
  private final CountDownLatch stop = new CountDownLatch(1);

  private Soak(SoakPlan plan, Consumer<SoakSample> listener) {
    this.plan = plan;
    this.listener = listener;
  }

  /**
   * Runs a soak; blocks for its duration.
   *
   * @param listener is told each sample
   * @throws BenchException the router cannot be reached
   */
  public static SoakReport run(SoakPlan plan, Consumer<SoakSample> listener) {
    return new Soak(plan, listener).run();
  }

  private SoakReport run() {
    List<SoakSample> samples = new ArrayList<>();
    try (ClaspClient reader = connect("soak reader")) {
      reader.subscribe("/soak/steady/**", this::check);
      List<Thread> actors = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        int number = i;
        actors.add(Thread.startVirtualThread(() -> write(number)));
      }
      for (int i = 0; i < VISITORS; i++) {
        int number = i;
        actors.add(Thread.startVirtualThread(() -> visit(number)));
      }
      sample(samples);
      stop.countDown();
      for (Thread actor : actors) {
        if (!actor.join(PATIENCE)) {
          violation("a client did not end within " + PATIENCE.toSeconds() + " s");
        }
      }
      compareLastValues(reader);
    } catch (InterruptedException e) {
      stop.countDown();
      Thread.currentThread().interrupt();
    } catch (ClaspException e) {
      stop.countDown();
      throw new BenchException(String.valueOf(e.getMessage()), e);
    }
    return new SoakReport(
        samples,
        writes.get(),
        connections.get(),
        violations.stream().limit(VIOLATIONS_MAX).toList());
  }

  private ClaspClient connect(String name) {
    ClaspClient.Builder builder =
        ClaspClient.builder(plan.target().uri()).name(name).requestTimeout(PATIENCE);
    plan.token().ifPresent(builder::token);
    return builder.connectBlocking();
  }

  private void violation(String text) {
    if (violations.size() < VIOLATIONS_MAX) {
      violations.add(text);
    }
  }

  /** True while the soak goes on; waits meanwhile. */
  private boolean goesOn(Duration pause) throws InterruptedException {
    return !stop.await(pause.toNanos(), TimeUnit.NANOSECONDS);
  }

  // --- steady load -------------------------------------------------------------------------------

  private void check(Signal signal) {
    if (signal instanceof Signal.Change change) {
      Long before = seen.put(change.address(), change.revision());
      if (before != null && change.revision() < before) {
        violation(
            change.address()
                + " stepped back from revision "
                + before
                + " to "
                + change.revision());
      }
      newest.put(change.address(), change.value());
    }
  }

  private void write(int number) {
    int burst = Math.max(1, (int) (plan.rate() / WRITERS * PAUSE.toMillis() / 1000));
    SplittableRandom random = new SplittableRandom(number);
    try (ClaspClient writer = connect("soak writer " + number)) {
      for (long i = 0; goesOn(PAUSE); i++) {
        for (int k = 0; k < burst; k++) {
          writer.set("/soak/steady/" + random.nextInt(ADDRESSES), Value.of(i), SetOptions.FIRE);
        }
        writes.addAndGet(burst);
        if (i % 50 == 0) {
          writer.blocking().set("/soak/steady/own/" + number, Value.of(i));
        }
      }
    } catch (ClaspException e) {
      violation("a steady writer failed: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The writers have ended: what the reader has must become what the router has. */
  private void compareLastValues(ClaspClient reader) throws InterruptedException {
    reader.blocking().ping();
    Map<String, Value> truth = new HashMap<>();
    try (ClaspClient auditor = connect("soak auditor")) {
      for (int i = 0; i < ADDRESSES; i++) {
        String address = "/soak/steady/" + i;
        auditor.blocking().get(address).ifPresent(p -> truth.put(address, p.value()));
      }
    }
    // The reader's callbacks may be some signals behind.
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!newest.entrySet().containsAll(truth.entrySet()) && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
    }
    truth.forEach((address, value) -> {
      if (!value.equals(newest.get(address))) {
        violation(
            address
                + " ended on "
                + newest.get(address)
                + " for its reader, on "
                + value
                + " in the router");
      }
    });
  }

  // --- visitors ----------------------------------------------------------------------------------

  private void visit(int number) {
    SplittableRandom random = new SplittableRandom(number);
    // Of its own, because it locks what it writes.
    String home = "/soak/visit/" + number + "/";
    try {
      for (long i = 0; goesOn(PAUSE); i++) {
        connections.incrementAndGet();
        ClaspClient visitor = connect("soak visitor");
        try {
          doEverythingOnce(visitor, random, home + random.nextInt(1000), i);
        } finally {
          visitor.close();
        }
      }
    } catch (ClaspException e) {
      violation("a visitor failed: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void doEverythingOnce(
      ClaspClient visitor, SplittableRandom random, String mine, long i) {
    Subscription all =
        visitor.subscribe(
            "/soak/steady/*",
            SubscribeOptions.DEFAULT.withMaxRate(1 + random.nextInt(50)).withHistory(5),
            signal -> {});
    visitor.subscribe(
        "/soak/**", SubscribeOptions.DEFAULT.withEpsilon(random.nextDouble()), signal -> {});
    visitor
        .blocking()
        .set(mine, Value.of(i), SetOptions.CONFIRM.withTtl(new Ttl.Sliding(1 + random.nextInt(5))));
    visitor.blocking().set(mine + "/locked", Value.of(i), lockingForAWhile());
    visitor.emit(mine, Value.of("here"));
    visitor.stream(mine, random.nextDouble());
    int contact = random.nextInt(5);
    visitor.gesture(mine, contact, GesturePhase.START, Value.of(0.0));
    visitor.gesture(mine, contact, GesturePhase.MOVE, Value.of(0.5));
    if (random.nextBoolean()) {
      visitor.gesture(mine, contact, GesturePhase.END, Value.of(1.0));
    }
    visitor
        .blocking()
        .bundle(new BundleBuilder().set(mine + "/a", i).set(mine + "/b", i).emit(mine));
    visitor.bundle(
        new BundleBuilder().set(mine + "/later", i).at(visitor.time() + random.nextInt(2_000_000)));
    visitor.blocking().get("/soak/steady/0");
    visitor.blocking().query("/soak/**");
    if (random.nextBoolean()) {
      all.close();
    }
  }

  private static SetOptions lockingForAWhile() {
    return SetOptions.CONFIRM.locking().withTtl(new Ttl.Sliding(2));
  }

  // --- samples -----------------------------------------------------------------------------------

  private void sample(List<SoakSample> samples) throws InterruptedException {
    long start = System.nanoTime();
    long end = start + plan.duration().toNanos();
    for (long next = start; ; next += plan.every().toNanos()) {
      long wait = Math.min(next, end) - System.nanoTime();
      TimeUnit.NANOSECONDS.sleep(Math.max(0, wait));
      SoakSample sample = look((System.nanoTime() - start) / 1e9);
      samples.add(sample);
      listener.accept(sample);
      if (System.nanoTime() >= end) {
        return;
      }
    }
  }

  private SoakSample look(double seconds) {
    OptionalLong pid = plan.target().pid();
    OptionalLong ownHeap = live(BenchTarget.embedded(plan.target().uri()));
    OptionalLong ownThreads = OptionalLong.of(ManagementFactory.getThreadMXBean().getThreadCount());
    if (pid.isEmpty()) {
      return new SoakSample(
          seconds,
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          ownHeap,
          ownThreads);
    }
    return new SoakSample(
        seconds,
        live(plan.target()),
        new ProcessProbe(pid.getAsLong()).resident(),
        entries(Path.of("/proc", Long.toString(pid.getAsLong()), "fd")),
        entries(Path.of("/proc", Long.toString(pid.getAsLong()), "task")),
        ownHeap,
        ownThreads);
  }

  private static OptionalLong live(BenchTarget target) {
    return HeapProbe.of(target).map(HeapProbe::live).orElse(OptionalLong.empty());
  }

  private static OptionalLong entries(Path folder) {
    try (Stream<Path> all = Files.list(folder)) {
      return OptionalLong.of(all.count());
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }
}
