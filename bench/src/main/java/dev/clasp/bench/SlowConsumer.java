package dev.clasp.bench;

import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.MessageType;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * {@code slow-consumer}: many subscribers, one of which stops reading. What do the others notice,
 * and does the slow one have the newest values after it reads again?
 *
 * <p>The slow one also receives large values that nobody else does, so that every buffer on the way
 * to it fills up within moments. It receives them in both phases: the only difference between them
 * is that it reads in one and not in the other.
 */
final class SlowConsumer {

  private static final int SUBSCRIBERS = 100;

  /** Addresses that everybody watches. */
  private static final int COMMON = 100;

  /** Addresses that only the slow one watches. */
  private static final int LARGE = 64;

  private static final int LARGE_BYTES = 8192;

  /** Large values per second: 8 MiB/s. */
  private static final double LARGE_RATE = 1000;

  /** The same until buffers are full: 32 MiB/s, for a second. */
  private static final double FILL_RATE = 4000;

  private static final Duration FILL = Duration.ofSeconds(1);
  private static final Duration QUIET = Duration.ofMillis(300);
  private static final Duration POLL = Duration.ofMillis(10);

  private SlowConsumer() {}

  static List<Trial> trials(BenchPlan plan) {
    int subscribers = plan.subscribers().orElse(SUBSCRIBERS);
    return List.of(
        new Trial(
            Scenario.SLOW_CONSUMER,
            "1 of " + subscribers,
            (rig, figures) -> measure(rig, figures, subscribers)));
  }

  private static void measure(Rig rig, Figures figures, int subscribers) {
    BenchPlan plan = rig.plan();
    List<FrameTemplate> common = new ArrayList<>();
    for (int i = 0; i < COMMON; i++) {
      common.add(
          FrameTemplate.set(
              String.format(Locale.ROOT, "/bench/c/%06d", i), plan.payload(), Qos.FIRE));
    }
    List<FrameTemplate> large = new ArrayList<>();
    for (int i = 0; i < LARGE; i++) {
      large.add(FrameTemplate.set("/bench/f/" + i, LARGE_BYTES, Qos.FIRE));
    }
    OpenLoad load = new OpenLoad(rig, common, Math.max(1, subscribers - 1), "/bench/c/**", false);
    Member<LastValues> slow = open(rig);
    Member<PacedSender> flood =
        rig.members(1, session -> new PacedSender(session, rig.clock(), large).sleeping())
            .getFirst();

    flood(rig, flood, LARGE_RATE);
    load.run(plan.rate(), plan.warmup());
    OpenLoad.Phase healthy = load.run(plan.rate(), plan.duration());

    slow.session().link().pauseReading();
    long sentBefore = rig.on(flood.session().loop(), flood.receiver()::sent);
    flood(rig, flood, FILL_RATE);
    load.run(plan.rate(), FILL);
    flood(rig, flood, LARGE_RATE);
    OpenLoad.Phase stalled = load.run(plan.rate(), plan.duration());
    rig.onEach(List.of(flood), PacedSender::stop);
    rig.await(flood.session().settle());
    long heldBack = rig.on(flood.session().loop(), flood.receiver()::sent) - sentBefore;

    long before = rig.on(slow.session().loop(), () -> slow.receiver().received);
    slow.session().link().resumeReading();
    settle(rig, slow);
    long after = rig.on(slow.session().loop(), () -> slow.receiver().received);
    boolean closed = rig.on(slow.session().loop(), () -> slow.receiver().ended);
    Member<LastValues> survivor = closed ? open(rig) : slow;
    Member<LastValues> auditor = open(rig);
    settle(rig, survivor);
    settle(rig, auditor);
    Map<String, Long> truth =
        rig.on(auditor.session().loop(), () -> Map.copyOf(auditor.receiver().values));
    Map<String, Long> has =
        rig.on(survivor.session().loop(), () -> Map.copyOf(survivor.receiver().values));
    if (truth.size() < COMMON + LARGE) {
      throw new BenchException(
          "the server keeps only "
              + truth.size()
              + " of the "
              + (COMMON + LARGE)
              + " values that were set: does it store parameters?");
    }

    figures.add("others", healthy.latencies());
    figures.add("others meanwhile", stalled.latencies());
    figures.add(
        "others p99 growth",
        Unit.PERCENT,
        Better.LOWER,
        100
            * (stalled.latencies().micros(99) / Math.max(0.001, healthy.latencies().micros(99))
                - 1));
    figures.add(
        "others loss",
        Unit.PERCENT,
        Better.LOWER,
        Math.max(healthy.lossPercent(), stalled.lossPercent()));
    figures.add("stale values", Unit.COUNT, Better.LOWER, stale(truth, has));
    figures.add("held back", Unit.COUNT, Better.NEITHER, heldBack);
    figures.add("caught up with", Unit.COUNT, Better.NEITHER, after - before);
    figures.add("slow one closed", Unit.COUNT, Better.NEITHER, closed ? 1 : 0);
    figures.add("generator lag p99", Unit.MICROSECONDS, Better.NEITHER, stalled.lag().micros(99));
  }

  /** How many addresses have another value than the router's. */
  static long stale(Map<String, Long> truth, Map<String, Long> has) {
    return truth.entrySet().stream()
        .filter(entry -> !entry.getValue().equals(has.get(entry.getKey())))
        .count();
  }

  private static Member<LastValues> open(Rig rig) {
    Member<LastValues> member = rig.members(1, _ -> new LastValues(rig.clock())).getFirst();
    rig.await(member.session().subscribe(1, "/bench/c/**"));
    rig.await(member.session().subscribe(2, "/bench/f/**"));
    return member;
  }

  private static void flood(Rig rig, Member<PacedSender> flood, double rate) {
    rig.onEach(
        List.of(flood),
        sender -> {
          sender.start(
              new OpenSchedule(rig.clock().nanos(), rate, sender.sent()), flood.session().loop());
        });
  }

  /** Waits until nothing more arrives. */
  private static void settle(Rig rig, Member<LastValues> member) {
    long from = rig.clock().nanos();
    long newest;
    do {
      rig.run(POLL);
      newest = Math.max(from, rig.on(member.session().loop(), () -> member.receiver().newest));
    } while (rig.clock().nanos() - newest < QUIET.toNanos());
  }

  /** Remembers the last number of every address, from snapshots and from SETs. Loop thread. */
  private static final class LastValues implements LoadSession.Receiver {
    private final NanoClock clock;
    private final Map<String, Long> values = new HashMap<>();
    private long received;
    private long newest;
    private boolean ended;

    LastValues(NanoClock clock) {
      this.clock = clock;
    }

    @Override
    public void message(int type, byte[] b, int payload, int end) {
      newest = clock.nanos();
      if (type == MessageType.SNAPSHOT) {
        SnapshotScan.scan(b, payload, end, this::entry);
        return;
      }
      int at = Messages.number(b, payload, end);
      if (type == MessageType.SET && at != Messages.NONE) {
        received++;
        values.put(SnapshotScan.text(b, payload + 4, Bytes.u16(b, payload + 2)), Bytes.i64(b, at));
      }
    }

    private void entry(byte[] b, int address, int length, int valueType, int value) {
      int at = valueType == ValueLayout.BYTES ? value + 2 : value;
      String text = SnapshotScan.text(b, address, length);
      if (text.startsWith("/bench/c/") || text.startsWith("/bench/f/")) {
        values.put(text, Bytes.i64(b, at));
      }
    }

    /** The notice that messages were dropped or replaced by newer ones: that is the point. */
    @Override
    public boolean error(Message.Error error) {
      return error.code() == ErrorCode.OVERFLOW;
    }

    @Override
    public boolean closed(CloseReason reason) {
      ended = true;
      return true;
    }
  }
}
