package dev.clasp.bench;

import java.util.List;

/** {@code hop-open}: publisher, router, subscriber at a fixed rate, from the intended time. */
final class OpenHop {

  private static final String ADDRESS = "/bench/o/0001";

  private OpenHop() {}

  static List<Trial> trials(BenchPlan plan) {
    return List.of(new Trial(Scenario.HOP_OPEN, plan.rate() + "/s", OpenHop::measure));
  }

  private static void measure(Rig rig, Figures figures) {
    BenchPlan plan = rig.plan();
    FrameTemplate frame = FrameTemplate.publish(ADDRESS, plan.payload());
    OpenLoad load = new OpenLoad(rig, List.of(frame), 1, ADDRESS, false);
    if (!plan.warmup().isZero()) {
      load.run(plan.rate(), plan.warmup());
    }
    Meter meter = new Meter(rig).start();
    OpenLoad.Phase phase = load.run(plan.rate(), plan.duration());
    meter.stop();
    figures.add("messages", Unit.PER_SECOND, Better.HIGHER, phase.received() / phase.seconds());
    figures.add("latency", phase.latencies());
    addLossAndLag(figures, phase);
    meter.report(figures, "message", phase.sent());
  }

  static void addLossAndLag(Figures figures, OpenLoad.Phase phase) {
    figures.add("loss", Unit.PERCENT, Better.LOWER, phase.lossPercent());
    if (phase.repeated() > 0) {
      figures.add("repeated", Unit.COUNT, Better.LOWER, phase.repeated());
    }
    if (phase.lag().count() > 0) {
      figures.add("generator lag p99", Unit.MICROSECONDS, Better.NEITHER, phase.lag().micros(99));
      figures.add("generator lag max", Unit.MICROSECONDS, Better.NEITHER, phase.lag().maxMicros());
    }
  }
}
