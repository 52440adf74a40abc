package dev.clasp.bench;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Optional;

/** What a measured phase costs target and generator. */
final class Meter {

  private final NanoClock clock;
  private final Optional<ProcessProbe> target;
  private final boolean embedded;
  private final Cost before;
  private Cost spent = Cost.NOTHING;

  /** Starts measuring. */
  Meter(NanoClock clock, BenchTarget target) {
    this.clock = clock;
    this.target =
        target.pid().isPresent()
            ? Optional.of(new ProcessProbe(target.pid().getAsLong()))
            : Optional.empty();
    this.embedded = this.target.map(ProcessProbe.self()::equals).orElse(false);
    this.before = now();
  }

  private record Cost(long nanos, Duration target, Duration generator, Duration collector) {
    static final Cost NOTHING = new Cost(0, Duration.ZERO, Duration.ZERO, Duration.ZERO);

    Cost minus(Cost earlier) {
      return new Cost(
          nanos - earlier.nanos,
          target.minus(earlier.target),
          generator.minus(earlier.generator),
          collector.minus(earlier.collector));
    }
  }

  private Cost now() {
    long collector =
        ManagementFactory.getGarbageCollectorMXBeans().stream()
            .mapToLong(gc -> Math.max(0, gc.getCollectionTime()))
            .sum();
    return new Cost(
        clock.nanos(),
        target.map(ProcessProbe::cpu).orElse(Duration.ZERO),
        ProcessProbe.self().cpu(),
        Duration.ofMillis(collector));
  }

  /** Ends measuring. */
  void stop() {
    spent = now().minus(before);
  }

  double seconds() {
    return spent.nanos / 1e9;
  }

  /**
   * Adds CPU time of target and generator, peak memory, and the generator's own collections.
   *
   * @param what one of this many things that were done
   */
  void report(Figures figures, String what, long count) {
    String name = embedded ? "target and generator" : "target";
    target.ifPresent(probe -> {
      figures.add(name + " cpu", Unit.SECONDS, Better.NEITHER, seconds(spent.target));
      if (count > 0) {
        figures.add(
            name + " cpu per " + what,
            Unit.NANOSECONDS,
            Better.LOWER,
            (double) spent.target.toNanos() / count);
      }
      probe
          .peakResident()
          .ifPresent(bytes -> figures.add(name + " peak memory", Unit.BYTES, Better.LOWER, bytes));
    });
    if (!embedded) {
      figures.add("generator cpu", Unit.SECONDS, Better.NEITHER, seconds(spent.generator));
    }
    figures.add("generator gc", Unit.SECONDS, Better.NEITHER, seconds(spent.collector));
    figures.add("time", Unit.SECONDS, Better.NEITHER, seconds());
  }

  private static double seconds(Duration time) {
    return time.toNanos() / 1e9;
  }
}
