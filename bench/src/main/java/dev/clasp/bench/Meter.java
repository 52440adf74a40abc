package dev.clasp.bench;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Optional;

/** What a measured phase costs: started at its beginning, read at its end. */
final class Meter {

  private final NanoClock clock;
  private final Optional<ProcessProbe> target;
  private final boolean embedded;
  private final long startedAt;
  private final Duration targetCpu;
  private final Duration ownCpu;
  private final long ownPauses;

  Meter(NanoClock clock, BenchTarget target) {
    this.clock = clock;
    this.target =
        target.pid().isPresent()
            ? Optional.of(new ProcessProbe(target.pid().getAsLong()))
            : Optional.empty();
    this.embedded = this.target.map(ProcessProbe.self()::equals).orElse(false);
    this.targetCpu = this.target.map(ProcessProbe::cpu).orElse(Duration.ZERO);
    this.ownCpu = ProcessProbe.self().cpu();
    this.ownPauses = pauseMillis();
    this.startedAt = clock.nanos();
  }

  /** Time since the start. */
  double seconds() {
    return (clock.nanos() - startedAt) / 1e9;
  }

  /** Adds CPU time of target and generator, memory, and the generator's own collector pauses. */
  void report(Figures figures) {
    target.ifPresent(probe -> {
      String name = embedded ? "target and generator " : "target ";
      figures.add(name + "cpu", Unit.SECONDS, Better.LOWER, seconds(probe.cpu().minus(targetCpu)));
      probe
          .peakResident()
          .ifPresent(bytes -> figures.add(name + "peak memory", Unit.BYTES, Better.LOWER, bytes));
    });
    if (!embedded) {
      figures.add(
          "generator cpu",
          Unit.SECONDS,
          Better.NEITHER,
          seconds(ProcessProbe.self().cpu().minus(ownCpu)));
    }
    figures.add("generator gc", Unit.SECONDS, Better.NEITHER, (pauseMillis() - ownPauses) / 1000.0);
  }

  private static double seconds(Duration time) {
    return time.toNanos() / 1e9;
  }

  private static long pauseMillis() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(gc -> Math.max(0, gc.getCollectionTime()))
        .sum();
  }
}
