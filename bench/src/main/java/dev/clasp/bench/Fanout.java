package dev.clasp.bench;

import dev.clasp.bench.SubscriberShard.Subscriber;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntFunction;

/**
 * One publisher, many subscribers, a window: {@code hop}, {@code fanout} and {@code wildcard}.
 *
 * <p>Two phases. With one message on its way: how long until each subscriber, and the last one, has
 * it. With a full window: how many deliveries per second.
 */
final class Fanout {

  /** Without a delivery for so long, what is on its way counts as lost. */
  private static final Duration STALL = Duration.ofSeconds(2);

  private static final Duration SLICE = Duration.ofMillis(200);

  /** Subscriptions of one session: routers limit them, often to 1000. */
  private static final int OTHERS_PER_SESSION = 500;

  /**
   * Who is there.
   *
   * @param pattern of every subscriber
   * @param addresses published to in turn
   * @param others subscriptions that match nothing
   * @param other pattern of each of these
   */
  record Layout(
      int subscribers,
      String pattern,
      List<String> addresses,
      int others,
      IntFunction<String> other) {

    /** 13 characters, for a frame of 31 bytes. */
    static final String ADDRESS = "/bench/p/0001";

    static Layout exact(int subscribers) {
      return new Layout(subscribers, ADDRESS, List.of(ADDRESS), 0, i -> "/bench/x/" + i);
    }
  }

  private final Scenario scenario;
  private final Rig rig;
  private final Figures figures;
  private final Layout layout;

  private Fanout(Scenario scenario, Rig rig, Figures figures, Layout layout) {
    this.scenario = scenario;
    this.rig = rig;
    this.figures = figures;
    this.layout = layout;
  }

  static List<Trial> hop() {
    return List.of(
        new Trial(
            Scenario.HOP,
            "",
            (rig, figures) ->
                new Fanout(Scenario.HOP, rig, figures, Layout.exact(1)).measureSingle("latency")));
  }

  static List<Trial> fanout(BenchPlan plan) {
    return plan.subscribers().stream()
        .boxed()
        .findFirst()
        .map(List::of)
        .orElse(List.of(1, 8, 10, 50, 100, 500, 1000))
        .stream()
        .map(subscribers ->
            new Trial(
                Scenario.FANOUT,
                subscribers == 1 ? "1 subscriber" : subscribers + " subscribers",
                (rig, figures) -> {
                  Fanout fanout =
                      new Fanout(Scenario.FANOUT, rig, figures, Layout.exact(subscribers));
                  fanout.measureSaturated(plan.window());
                  fanout.measureSingle("last");
                }))
        .toList();
  }

  /** The cost of a message with subscriptions around that do not match it. */
  static List<Trial> wildcard(BenchPlan plan) {
    record Form(String name, String pattern, IntFunction<String> other) {}
    List<Form> forms =
        List.of(
            new Form("exact", "/bench/w/a/1", i -> "/bench/w/o" + i + "/1"),
            new Form("*", "/bench/w/a/*", i -> "/bench/w/o" + i + "/*"),
            new Form("**", "/bench/w/a/**", i -> "/bench/w/o" + i + "/**"),
            new Form("embedded *", "/bench/*/a/1", i -> "/bench/*/o" + i + "/1"));
    List<Trial> trials = new ArrayList<>();
    for (Form form : forms) {
      for (int others : List.of(0, 1, 100, 10_000)) {
        Layout layout = new Layout(1, form.pattern, List.of("/bench/w/a/1"), others, form.other);
        trials.add(
            new Trial(
                Scenario.WILDCARD,
                form.name + ", " + others + " others",
                (rig, figures) -> {
                  Fanout fanout = new Fanout(Scenario.WILDCARD, rig, figures, layout);
                  fanout.measureSaturated(plan.window());
                  fanout.measureSingle("latency");
                }));
      }
    }
    return trials;
  }

  // --- one phase ---------------------------------------------------------------------------------

  private void measureSingle(String name) {
    try (Phase phase = new Phase(1)) {
      phase.start();
      phase.run(rig.plan().warmup());
      phase.reset(layout.subscribers > 1);
      phase.run(rig.plan().duration());
      Totals totals = phase.finish();
      if (name.equals("latency")) {
        figures.add("messages", Unit.PER_SECOND, Better.HIGHER, totals.rate);
      }
      if (layout.subscribers > 1) {
        figures.add("each", totals.each);
      }
      figures.add(name, totals.last);
      loss(name, totals);
    }
  }

  private void measureSaturated(int window) {
    try (Phase phase = new Phase(window)) {
      phase.start();
      phase.run(rig.plan().warmup());
      Meter meter = new Meter(rig);
      phase.reset(false);
      meter.start();
      phase.run(rig.plan().duration());
      meter.stop();
      Totals totals = phase.finish();
      figures.add("deliveries", Unit.PER_SECOND, Better.HIGHER, totals.rate);
      figures.add("saturated", totals.last);
      loss("saturated", totals);
      meter.report(figures, "delivery", totals.deliveries);
      meter.noteIfGeneratorLimits(scenario);
    }
  }

  private void loss(String name, Totals totals) {
    figures.add(name + " loss", Unit.PERCENT, Better.LOWER, totals.lossPercent());
    if (totals.repeated > 0) {
      figures.add(name + " repeated", Unit.COUNT, Better.LOWER, totals.repeated);
    }
  }

  private static final class Totals {
    private final Latencies each = new Latencies();
    private final Latencies last = new Latencies();

    /** Deliveries per second. */
    private double rate;

    private long deliveries;
    private long missed;
    private long repeated;

    double lossPercent() {
      long expected = deliveries + missed;
      return expected == 0 ? 0 : 100.0 * missed / expected;
    }
  }

  /** Sessions, shards and publisher of one phase. */
  private final class Phase implements AutoCloseable {
    private final DeliveryWindow window;
    private final LoadSession publisherSession;
    private final WindowPublisher publisher;
    private final Map<EventLoop, SubscriberShard> shards = new LinkedHashMap<>();
    private final Map<EventLoop, List<Subscriber>> members = new LinkedHashMap<>();
    private final List<LoadSession> opened = new ArrayList<>();
    private final AtomicBoolean pumpQueued = new AtomicBoolean();

    Phase(int size) {
      addOthers();
      List<LoadSession> sessions = open(layout.subscribers);
      int loops = (int) sessions.stream().map(LoadSession::loop).distinct().count();
      window = new DeliveryWindow(size, loops);
      publisherSession = open(1).getFirst();
      List<FrameTemplate> frames =
          layout.addresses.stream()
              .map(address -> FrameTemplate.publish(address, rig.plan().payload()))
              .toList();
      publisher = new WindowPublisher(publisherSession, rig.clock(), window, frames);
      List<CompletableFuture<Void>> subscribed = new ArrayList<>();
      for (LoadSession session : sessions) {
        EventLoop loop = session.loop();
        SubscriberShard shard =
            shards.computeIfAbsent(
                loop, l -> new SubscriberShard(rig.clock(), window, () -> progress(l)));
        Subscriber subscriber =
            rig.on(
                loop,
                () -> {
                  Subscriber added = shard.add();
                  session.receiver(added);
                  return added;
                });
        members.computeIfAbsent(loop, _ -> new ArrayList<>()).add(subscriber);
        subscribed.add(session.subscribe(1, layout.pattern));
      }
      subscribed.forEach(rig::await);
    }

    private void addOthers() {
      int sessions = (layout.others + OTHERS_PER_SESSION - 1) / OTHERS_PER_SESSION;
      List<LoadSession> holders = open(sessions);
      for (int i = 0; i < layout.others; i++) {
        LoadSession holder = holders.get(i / OTHERS_PER_SESSION);
        CompletableFuture<Void> done =
            holder.subscribe(1 + i % OTHERS_PER_SESSION, layout.other.apply(i));
        if (i % OTHERS_PER_SESSION == OTHERS_PER_SESSION - 1 || i == layout.others - 1) {
          rig.await(done);
        }
      }
    }

    private List<LoadSession> open(int count) {
      List<LoadSession> sessions = rig.open(count, _ -> LoadSession.Receiver.NONE);
      opened.addAll(sessions);
      return sessions;
    }

    /** Loop thread of a shard: the window has room again. */
    private void progress(EventLoop loop) {
      if (loop.equals(publisherSession.loop())) {
        publisher.pump();
      } else if (pumpQueued.compareAndSet(false, true)) {
        publisherSession
            .loop()
            .execute(() -> {
              pumpQueued.set(false);
              publisher.pump();
            });
      }
    }

    void start() {
      rig.on(
          publisherSession.loop(),
          () -> {
            publisherSession.receiver(publisher);
            publisher.start();
            return publisher;
          });
    }

    /** Lets it work for so long; what is lost does not stop it for good. */
    void run(Duration time) {
      long end = rig.clock().nanos() + time.toNanos();
      Progress progress = new Progress();
      for (long now = rig.clock().nanos(); now < end; now = rig.clock().nanos()) {
        rig.run(Duration.ofNanos(Math.min(end - now, SLICE.toNanos())));
        if (progress.stalled()) {
          stop();
          abandon();
          start();
        }
      }
    }

    /** Sees whether anything is delivered at all. */
    private final class Progress {
      private long seen = -1;
      private long seenAt;

      boolean stalled() {
        long now = rig.clock().nanos();
        long deliveries = everDelivered();
        if (deliveries != seen) {
          seen = deliveries;
          seenAt = now;
        }
        return now - seenAt > STALL.toNanos();
      }
    }

    private long everDelivered() {
      return shards.entrySet().stream()
          .mapToLong(entry -> rig.on(entry.getKey(), entry.getValue()::everDelivered))
          .sum();
    }

    void reset(boolean timeEach) {
      shards.forEach((loop, shard) ->
          rig.on(
              loop,
              () -> {
                shard.reset(timeEach);
                return shard;
              }));
    }

    private void stop() {
      rig.on(
          publisherSession.loop(),
          () -> {
            publisher.stop();
            return publisher;
          });
    }

    private void abandon() {
      shards.forEach((loop, shard) ->
          rig.on(
              loop,
              () -> {
                shard.abandon(members.getOrDefault(loop, List.of()));
                return shard;
              }));
      window.abandon();
    }

    /** Sends nothing more, takes in what is on its way, and adds up. */
    Totals finish() {
      Totals totals = new Totals();
      collect(totals);
      stop();
      Progress progress = new Progress();
      while (underway() > 0 && !progress.stalled()) {
        rig.run(Duration.ofMillis(5));
      }
      reset(false);
      abandon();
      Totals rest = new Totals();
      collect(rest);
      totals.missed += rest.missed;
      return totals;
    }

    private long underway() {
      return rig.on(publisherSession.loop(), window::underway);
    }

    private void collect(Totals totals) {
      shards.forEach((loop, shard) ->
          rig.on(
              loop,
              () -> {
                totals.each.add(shard.each());
                totals.last.add(shard.last());
                totals.rate += shard.rate();
                totals.deliveries += shard.deliveries();
                totals.missed += shard.missed();
                totals.repeated += shard.repeated();
                return shard;
              }));
    }

    @Override
    public void close() {
      rig.close(opened);
    }
  }
}
