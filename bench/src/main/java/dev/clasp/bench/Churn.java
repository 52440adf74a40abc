package dev.clasp.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * {@code churn}: connect, HELLO, WELCOME, disconnect, again and again, beside sessions that do
 * nothing, and beside connections that never become one.
 */
final class Churn {

  private static final int CLIENTS = 8;

  /** Connections that say nothing, or not enough. */
  private static final int SILENT = 1000;

  private Churn() {}

  static List<Trial> trials(BenchPlan plan) {
    int clients = plan.clients().orElse(CLIENTS);
    List<Trial> trials = new ArrayList<>();
    for (int idle : List.of(0, 1000)) {
      trials.add(
          new Trial(
              Scenario.CHURN,
              clients + " at once, " + idle + " idle",
              (rig, figures) -> measure(rig, figures, clients, idle)));
    }
    trials.add(
        new Trial(
            Scenario.CHURN,
            clients + " at once, " + SILENT + " silent",
            (rig, figures) -> besideSilence(rig, figures, clients)));
    return trials;
  }

  private static void besideSilence(Rig rig, Figures figures, int clients) {
    try (SilentCrowd crowd = SilentCrowd.around(rig.uri(), SILENT)) {
      measure(rig, figures, clients, 0);
      figures.add("silent connections", Unit.COUNT, Better.NEITHER, crowd.size());
    }
  }

  private static void measure(Rig rig, Figures figures, int clients, int idle) {
    BenchPlan plan = rig.plan();
    int held = openIdle(rig, idle, clients);
    Cycle cycle = new Cycle(rig, clients);
    cycle.start();
    rig.run(plan.warmup());
    Meter meter = new Meter(rig);
    cycle.reset();
    meter.start();
    rig.run(plan.duration());
    meter.stop();
    long cycles = cycle.stop();
    figures.add("cycles", Unit.PER_SECOND, Better.HIGHER, cycles / meter.seconds());
    figures.add("connect", cycle.latencies);
    figures.add("idle sessions", Unit.COUNT, Better.NEITHER, held);
    meter.report(figures, "cycle", cycles);
  }

  /** Opens idle sessions; fewer if the server allows no more, so that there is room to come. */
  private static int openIdle(Rig rig, int idle, int clients) {
    try {
      rig.open(idle, _ -> LoadSession.Receiver.NONE);
      rig.close(rig.open(clients, _ -> LoadSession.Receiver.NONE));
    } catch (BenchException full) {
      List<LoadSession> open = rig.sessions();
      if (open.isEmpty()) {
        throw full;
      }
      rig.close(open.subList(0, Math.min(open.size(), 2 * clients)));
    }
    return rig.sessions().size();
  }

  /** So many clients that come and go. */
  private static final class Cycle {
    private final Rig rig;
    private final int clients;
    private final Latencies latencies = new Latencies();
    private final AtomicLong completed = new AtomicLong();
    private final AtomicBoolean running = new AtomicBoolean(true);
    private final AtomicInteger active = new AtomicInteger();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    Cycle(Rig rig, int clients) {
      this.rig = rig;
      this.clients = clients;
    }

    void start() {
      active.set(clients);
      for (int i = 0; i < clients; i++) {
        once();
      }
    }

    private void once() {
      if (!running.get()) {
        if (active.decrementAndGet() == 0) {
          ended.complete(null);
        }
        return;
      }
      long from = rig.clock().nanos();
      rig.openLater(LoadSession.Receiver.NONE)
          .whenComplete((session, failure) -> {
            if (session == null) {
              rig.fail(
                  new BenchException(
                      "a client could not connect: " + Rig.reason(failure).getMessage()));
              return;
            }
            record(rig.clock().nanos() - from);
            rig.forget(session);
            session.close().whenComplete((_, _) -> once());
          });
    }

    private synchronized void record(long nanos) {
      latencies.record(nanos);
      completed.incrementAndGet();
    }

    synchronized void reset() {
      latencies.reset();
      completed.set(0);
    }

    /** Returns the completed cycles. */
    long stop() {
      long cycles = completed.get();
      running.set(false);
      rig.await(ended);
      return cycles;
    }
  }
}
