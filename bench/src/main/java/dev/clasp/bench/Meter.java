package dev.clasp.bench;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a measured phase costs target and generator. Made before the phase, which it would disturb a
 * little; {@link #start} and {@link #stop} are cheap.
 */
final class Meter {

  /** Above this part of its loops the generator is what limits. */
  private static final double LIMIT = 0.9;

  private final Rig rig;
  private final Optional<ProcessProbe> target;
  private final boolean embedded;
  private final OptionalDouble targetCollector;
  private Cost before = Cost.NOTHING;
  private Cost spent = Cost.NOTHING;

  Meter(Rig rig) {
    this.rig = rig;
    this.target =
        rig.target().pid().isPresent()
            ? Optional.of(new ProcessProbe(rig.target().pid().getAsLong()))
            : Optional.empty();
    this.embedded = target.map(ProcessProbe.self()::equals).orElse(false);
    this.targetCollector = targetCollector();
  }

  private OptionalDouble targetCollector() {
    return target.isPresent() && !embedded
        ? GcProbe.seconds(target.get().pid())
        : OptionalDouble.empty();
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
        rig.clock().nanos(),
        target.map(ProcessProbe::cpu).orElse(Duration.ZERO),
        ProcessProbe.self().cpu(),
        Duration.ofMillis(collector));
  }

  Meter start() {
    before = now();
    return this;
  }

  void stop() {
    spent = now().minus(before);
  }

  /** Time between start and stop. */
  double seconds() {
    return spent.nanos / 1e9;
  }

  /**
   * Adds CPU time of target and generator, time in garbage collections, and peak memory.
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
    OptionalDouble collector = targetCollector();
    if (collector.isPresent() && targetCollector.isPresent()) {
      figures.add(
          "target gc",
          Unit.SECONDS,
          Better.NEITHER,
          Math.max(0, collector.getAsDouble() - targetCollector.getAsDouble()));
    }
    if (!embedded) {
      figures.add("generator cpu", Unit.SECONDS, Better.NEITHER, seconds(spent.generator));
    }
    figures.add(
        embedded ? name + " gc" : "generator gc",
        Unit.SECONDS,
        Better.NEITHER,
        seconds(spent.collector));
    figures.add("time", Unit.SECONDS, Better.NEITHER, seconds());
  }

  /** Tells the reader if the generator was at its limit, so that the server may be faster. */
  void noteIfGeneratorLimits(Scenario scenario) {
    double part = seconds(spent.generator) / seconds() / rig.plan().loops();
    if (!embedded && part > LIMIT) {
      rig.note(
          scenario.key()
              + ": the load generator was at its limit in some runs, and the server may be faster"
              + " than shown");
    }
  }

  private static double seconds(Duration time) {
    return time.toNanos() / 1e9;
  }
}
