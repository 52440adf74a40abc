package dev.clasp.bench;

import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.MessageType;
import dev.clasp.protocol.SignalType;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * {@code gesture}: fingers move, and the router passes on fewer moves than it gets. How many fewer,
 * how long a finger seems to stand still, and whether the last position always arrives.
 *
 * <p>A router that holds moves back until the finger rests reduces most and is useless: look at the
 * longest gap too.
 */
final class Gesture {

  private static final String ADDRESS = "/bench/g/0001";

  /** Numbers of a contact's messages start here, so that they say whose they are. */
  private static final long CONTACT = 1_000_000;

  /** What arrives so long after the end belongs to it. */
  private static final Duration GRACE = Duration.ofMillis(300);

  private Gesture() {}

  /** The four cases of the reference: 122, 242, 122 with ten subscribers, and 620 messages. */
  static List<Trial> trials() {
    return List.of(
        trial("120 Hz", 1, 120, 120, 1),
        trial("240 Hz", 1, 240, 240, 1),
        trial("120 Hz, 10 subscribers", 1, 120, 120, 10),
        trial("60 Hz, 10 contacts", 10, 60, 60, 1));
  }

  private static Trial trial(String variant, int contacts, int moves, int hertz, int subscribers) {
    return new Trial(
        Scenario.GESTURE,
        variant,
        (rig, figures) -> measure(rig, figures, contacts, moves, hertz, subscribers));
  }

  private static void measure(
      Rig rig, Figures figures, int contacts, int fullMoves, int hertz, int subscribers) {
    // A second of moves, or less if the plan is shorter.
    int moves =
        Math.toIntExact(Math.clamp(rig.plan().duration().toMillis() * hertz / 1000, 2, fullMoves));
    List<Member<Watcher>> watchers =
        rig.members(subscribers, _ -> new Watcher(rig.clock(), contacts));
    rig.subscribe(watchers.stream().map(Member::session).toList(), ADDRESS);
    LoadSession publisher = rig.open(LoadSession.Receiver.NONE);
    Fingers fingers = new Fingers(publisher, rig.clock(), contacts, moves, hertz);
    publisher.loop().execute(fingers::tick);
    rig.await(fingers.done);
    rig.await(publisher.settle());
    rig.run(GRACE);

    int sent = contacts * (moves + 2);
    AtomicLong delivered = new AtomicLong();
    AtomicLong edges = new AtomicLong();
    AtomicLong finalMoves = new AtomicLong();
    Latencies gaps = new Latencies();
    rig.onEach(
        watchers,
        watcher -> {
          delivered.addAndGet(watcher.received);
          edges.addAndGet(watcher.edges);
          finalMoves.addAndGet(watcher.finalMoves(moves));
          gaps.add(watcher.gaps);
        });
    int expected = sent * subscribers;
    figures.add("sent", Unit.COUNT, Better.NEITHER, sent);
    figures.add("to be delivered", Unit.COUNT, Better.NEITHER, expected);
    figures.add("delivered", Unit.COUNT, Better.NEITHER, delivered.get());
    figures.add(
        "reduction", Unit.PERCENT, Better.NEITHER, 100.0 * (expected - delivered.get()) / expected);
    figures.add("longest gap", Unit.MICROSECONDS, Better.LOWER, gaps.maxMicros());
    figures.add("edges lost", Unit.COUNT, Better.LOWER, 2L * contacts * subscribers - edges.get());
    figures.add(
        "last moves lost",
        Unit.COUNT,
        Better.LOWER,
        (long) contacts * subscribers - finalMoves.get());
  }

  /** Sends start, moves and end of all contacts at a steady rate. Loop thread. */
  private static final class Fingers {
    private final LoadSession session;
    private final NanoClock clock;
    private final int moves;
    private final OpenSchedule schedule;
    private final FrameTemplate[] starts;
    private final FrameTemplate[] moving;
    private final FrameTemplate[] ends;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private int tick;

    Fingers(LoadSession session, NanoClock clock, int contacts, int moves, int hertz) {
      this.session = session;
      this.clock = clock;
      this.moves = moves;
      this.schedule = new OpenSchedule(clock.nanos(), hertz, 0);
      this.starts = frames(contacts, GesturePhase.START);
      this.moving = frames(contacts, GesturePhase.MOVE);
      this.ends = frames(contacts, GesturePhase.END);
    }

    private static FrameTemplate[] frames(int contacts, GesturePhase phase) {
      FrameTemplate[] frames = new FrameTemplate[contacts];
      for (int i = 0; i < contacts; i++) {
        frames[i] = FrameTemplate.gesture(ADDRESS, phase, i + 1);
      }
      return frames;
    }

    /** Tick 0 is the start, 1 to {@code moves} are moves, the next is the end. */
    void tick() {
      EventLoop loop = session.loop();
      FrameTemplate[] frames = tick == 0 ? starts : tick <= moves ? moving : ends;
      for (int contact = 0; contact < frames.length; contact++) {
        session.append(frames[contact], contact * CONTACT + tick);
      }
      session.flush();
      if (tick++ > moves) {
        done.complete(null);
        return;
      }
      long wait = Math.max(0, schedule.intended(tick) - clock.nanos());
      loop.schedule(this::tick, wait, TimeUnit.NANOSECONDS);
    }
  }

  /** What one subscriber sees. Loop thread. */
  static final class Watcher implements LoadSession.Receiver {
    private final NanoClock clock;
    private final long[] seenAt;
    private final long[] lastMove;
    private final Latencies gaps = new Latencies();
    private long received;
    private long edges;

    Watcher(NanoClock clock, int contacts) {
      this.clock = clock;
      this.seenAt = new long[contacts];
      this.lastMove = new long[contacts];
    }

    @Override
    public void message(int type, byte[] b, int payload, int end) {
      int at = Messages.number(b, payload, end);
      if (type != MessageType.PUBLISH
          || at == Messages.NONE
          || (b[payload + 1] & 0xE0) != SignalType.GESTURE.code() << 5) {
        return;
      }
      long number = Bytes.i64(b, at);
      int contact = (int) (number / CONTACT);
      int tick = (int) (number % CONTACT);
      if (contact >= seenAt.length) {
        return;
      }
      received++;
      if (GesturePhase.ofCode(b[payload + 1] & 0x07) == GesturePhase.MOVE) {
        lastMove[contact] = tick;
      } else {
        edges++;
      }
      long now = clock.nanos();
      if (seenAt[contact] != 0) {
        gaps.record(now - seenAt[contact]);
      }
      seenAt[contact] = now;
    }

    long received() {
      return received;
    }

    /** Starts and ends. */
    long edges() {
      return edges;
    }

    /** Times between two messages of the same contact. */
    Latencies gaps() {
      return gaps;
    }

    /** Contacts whose last move has arrived. */
    long finalMoves(int moves) {
      return Arrays.stream(lastMove).filter(move -> move == moves).count();
    }
  }
}
