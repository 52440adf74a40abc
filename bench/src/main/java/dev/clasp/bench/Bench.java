package dev.clasp.bench;

import dev.clasp.transport.EventLoops;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Measures a plan. */
public final class Bench {

  private final BenchPlan plan;
  private final BenchListener listener;
  private final List<RunResult> results = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  private Bench(BenchPlan plan, BenchListener listener) {
    this.plan = plan;
    this.listener = listener;
  }

  /**
   * Measures everything in the plan, one after the other. Takes about runs × (warmup + duration)
   * for each case of a scenario, and each side; can be interrupted.
   *
   * @throws BenchException something could not be measured; the message is for the user
   */
  public static BenchReport run(BenchPlan plan, BenchListener listener) {
    return new Bench(plan, listener).run();
  }

  private BenchReport run() {
    if (plan.needsTarget() && plan.target().isEmpty()) {
      throw new BenchException("there is nothing to measure: name a server by its URL");
    }
    Environment environment = Environment.detect(plan.target());
    List<Trial> trials = plan.scenarios().stream().flatMap(s -> trials(s).stream()).toList();
    int total = trials.size() * plan.runs();
    int number = 0;
    try (EventLoops loops = EventLoops.create("clasp-bench", plan.loops())) {
      for (Trial trial : trials) {
        for (int run = 1; run <= plan.runs(); run++) {
          number++;
          BenchTarget target = plan.target().orElseThrow();
          listener.started(number, total, trial.title() + ", " + target.name() + ", run " + run);
          measure(trial, target, run, loops);
        }
      }
    }
    return new BenchReport(environment, settings(), results, notes);
  }

  private void measure(Trial trial, BenchTarget side, int run, EventLoops loops) {
    Figures figures = new Figures();
    try (Rig rig = new Rig(side, plan, loops, NanoClock.SYSTEM)) {
      trial.measurement().measure(rig, figures);
    }
    RunResult result =
        new RunResult(trial.scenario().key(), trial.variant(), side.name(), run, figures.toList());
    results.add(result);
    listener.finished(result);
  }

  private List<Trial> trials(Scenario scenario) {
    return switch (scenario) {
      case CODEC -> List.of();
      case SET_ACK -> SetAck.trials(scenario, plan, 1);
      case SET_ACK_PIPELINED -> SetAck.trials(scenario, plan, plan.window());
    };
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    plan.target().map(BenchTarget::uri).ifPresent(uri -> settings.put("url", uri.toString()));
    settings.put("duration", plan.duration().toMillis() / 1000.0 + " s");
    settings.put("warmup", plan.warmup().toMillis() / 1000.0 + " s");
    settings.put("runs", Integer.toString(plan.runs()));
    settings.put("rate", plan.rate() + "/s");
    settings.put("payload", plan.payload() + " bytes");
    settings.put("window", Integer.toString(plan.window()));
    settings.put("loops", Integer.toString(plan.loops()));
    return settings;
  }
}
