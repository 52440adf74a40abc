package dev.clasp.bench;

import java.time.Duration;
import java.util.List;

/**
 * {@code throughput}: the highest rate from one publisher to the subscribers at which less than
 * 0.01 % is lost, found by bisection. Each rate is tried with new connections.
 */
final class Throughput {

  private static final double LOSS_PERCENT = 0.01;
  private static final double FIRST_RATE = 10_000;
  private static final double LEAST_RATE = 100;
  private static final double PRECISION = 0.05;
  private static final int MAX_PROBES = 24;

  /** What may be unsent at the end of a try: as much as is sent within this time, in seconds. */
  private static final double BEHIND_SECONDS = 0.02;

  /** The last message must be there so long after the end of sending: nothing has piled up. */
  private static final long LATE_NANOS = 100_000_000L;

  private static final String ADDRESS = "/bench/t/0001";

  private Throughput() {}

  static List<Trial> trials(BenchPlan plan) {
    int subscribers = plan.subscribers().orElse(1);
    return List.of(
        new Trial(
            Scenario.THROUGHPUT,
            subscribers == 1 ? "1 subscriber" : subscribers + " subscribers",
            (rig, figures) -> measure(rig, figures, subscribers)));
  }

  private static void measure(Rig rig, Figures figures, int subscribers) {
    BenchPlan plan = rig.plan();
    // A tenth of the duration for each of the about 15 tries, at least long enough to see a queue.
    Duration time = longer(plan.duration().dividedBy(10), Duration.ofMillis(100));
    if (!plan.warmup().isZero()) {
      probe(rig, FIRST_RATE, subscribers, plan.warmup());
    }
    Bisection bisection = new Bisection(FIRST_RATE, LEAST_RATE, PRECISION, MAX_PROBES);
    Latencies atBest = new Latencies();
    while (!bisection.done()) {
      double rate = bisection.next();
      boolean passed = false;
      // A second chance: a hiccup of the machine is not the limit of the server.
      for (int chance = 0; chance < 2 && !passed; chance++) {
        OpenLoad.Phase phase = probe(rig, rate, subscribers, time);
        passed = passes(phase, rate);
        if (passed) {
          atBest.reset();
          atBest.add(phase.latencies());
        }
      }
      bisection.result(passed);
    }
    figures.add("messages", Unit.PER_SECOND, Better.HIGHER, bisection.best());
    figures.add("deliveries", Unit.PER_SECOND, Better.HIGHER, bisection.best() * subscribers);
    figures.add("latency", atBest);
    figures.add("tries", Unit.COUNT, Better.NEITHER, bisection.probes());
  }

  static boolean passes(OpenLoad.Phase phase, double rate) {
    return !phase.ended()
        && phase.lossPercent() < LOSS_PERCENT
        && phase.behind() <= Math.max(1, rate * BEHIND_SECONDS)
        && phase.lateNanos() <= LATE_NANOS;
  }

  private static OpenLoad.Phase probe(Rig rig, double rate, int subscribers, Duration time) {
    FrameTemplate frame = FrameTemplate.publish(ADDRESS, rig.plan().payload());
    OpenLoad load = new OpenLoad(rig, List.of(frame), subscribers, ADDRESS, true);
    try {
      return load.run(rate, time);
    } finally {
      load.close();
    }
  }

  private static Duration longer(Duration a, Duration b) {
    return a.compareTo(b) > 0 ? a : b;
  }
}
