package dev.clasp.bench;

import dev.clasp.transport.ClientTls;
import dev.clasp.transport.EventLoops;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/** Measures a plan. */
public final class Bench {

  /** Of scenarios that measure no server. */
  private static final BenchTarget NO_TARGET =
      new RunningTarget(
          "this process", URI.create("none:/"), OptionalLong.empty(), ClientTls.DEFAULT);

  /** Load average that may be left over from starting us and the target. */
  private static final double QUIET_LOAD = 0.7;

  private final BenchPlan plan;
  private final BenchListener listener;

  /** What the target is compared to. */
  private final List<BenchTarget> others = new ArrayList<>();

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
    if (environment.load() > QUIET_LOAD) {
      note(
          String.format(
              Locale.ROOT,
              "the machine was busy with something else before the start (load %.2f): figures are"
                  + " worse than they could be, and unsteady; ratios suffer less",
              environment.load()));
    }
    List<Trial> trials = plan.scenarios().stream().flatMap(s -> trials(s).stream()).toList();
    try (EventLoops loops = EventLoops.create("clasp-bench", plan.loops())) {
      if (plan.compareNetty() && trials.stream().anyMatch(t -> t.scenario().comparable())) {
        for (BareNetty.Style style : BareNetty.Style.values()) {
          others.add(bareNetty(style));
        }
      }
      int total = 0;
      for (Trial trial : trials) {
        total += plan.runs() * sides(trial, 1).size();
      }
      int number = 0;
      for (Trial trial : trials) {
        for (int run = 1; run <= plan.runs(); run++) {
          for (BenchTarget side : sides(trial, run)) {
            number++;
            listener.started(number, total, trial.title() + ", " + side.name() + ", run " + run);
            measure(trial, side, run, loops);
          }
        }
      }
    } finally {
      others.forEach(BenchTarget::close);
    }
    return new BenchReport(environment, settings(), results, notes);
  }

  /**
   * Whom to measure in this run, one right after the other; every second run the other way round.
   */
  private List<BenchTarget> sides(Trial trial, int run) {
    List<BenchTarget> sides = new ArrayList<>();
    if (!trial.scenario().needsTarget()) {
      return List.of(NO_TARGET);
    }
    plan.target().ifPresent(sides::add);
    if (trial.scenario().comparable()) {
      sides.addAll(others);
    }
    return run % 2 == 1 ? sides : sides.reversed();
  }

  private BenchTarget bareNetty(BareNetty.Style style) {
    return ServerProcess.start(
        style.side(),
        ServerProcess.java(
            List.of("-Xms256m", "-Xmx512m"),
            BareNetty.class.getName(),
            style.name(),
            Integer.toString(plan.loops())));
  }

  private void measure(Trial trial, BenchTarget side, int run, EventLoops loops) {
    Figures figures = new Figures();
    try (Rig rig = new Rig(side, plan, loops, NanoClock.SYSTEM, this::note)) {
      trial.measurement().measure(rig, figures);
    }
    RunResult result =
        new RunResult(
            trial.scenario().key(),
            trial.variant(),
            side.name(),
            others.contains(side),
            run,
            figures.toList());
    results.add(result);
    listener.finished(result);
  }

  private void note(String text) {
    if (!notes.contains(text)) {
      notes.add(text);
      listener.note(text);
    }
  }

  private List<Trial> trials(Scenario scenario) {
    return switch (scenario) {
      case CODEC -> Codec.trials();
      case SET_ACK -> SetAck.trials(scenario, plan, 1);
      case SET_ACK_PIPELINED -> SetAck.trials(scenario, plan, plan.window());
      case HOP -> Fanout.hop();
      case HOP_OPEN -> OpenHop.trials(plan);
      case THROUGHPUT -> Throughput.trials(plan);
      case LATE_JOIN -> LateJoin.trials();
      case MEMORY -> Memory.trials();
      case IDLE -> Idle.trials();
      case SLOW_CONSUMER -> SlowConsumer.trials(plan);
      case GESTURE -> Gesture.trials();
      case CLIENT -> ClientLoad.trials();
      case OSC -> osc();
      case LIGHTS -> lights();
      case CHURN -> Churn.trials(plan);
      case FANOUT -> Fanout.fanout(plan);
      case WILDCARD -> Fanout.wildcard(plan);
    };
  }

  private List<Trial> osc() {
    if (plan.oscPort().isPresent()) {
      return Osc.trials(plan);
    }
    note("osc is left out: the router's port for OSC is not known");
    return List.of();
  }

  private List<Trial> lights() {
    if (plan.lightPorts().isPresent()) {
      return Lights.trials(plan.lightPorts().get());
    }
    note("lights is left out: it needs bridges of its own, which --embedded brings");
    return List.of();
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
