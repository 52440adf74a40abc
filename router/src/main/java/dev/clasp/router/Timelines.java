package dev.clasp.router;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.MessageView;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Timeline;
import dev.clasp.protocol.TimelineException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The newest timeline of each address: kept for those who subscribe later, and played if its
 * publisher asks for it (D13).
 *
 * <p>A timeline stays when its publisher leaves. There is room for a number of them; beyond it the
 * one that was published longest ago and is not played goes. As many may be played, with as many
 * samples as they have together at the default rate, so there is always one to go.
 *
 * <p>Locks: an address's stripe, then this object's monitor; nothing is taken after that.
 */
final class Timelines {

  /** Timelines that one session may have here. */
  static final int MAX_PER_SESSION = 100;

  /** Furthest start ahead: 24 hours in microseconds. */
  private static final long MAX_AHEAD_MICROS = 24L * 3600 * 1_000_000;

  private static final int FLAG_TIMESTAMP = 0x10;

  private final Router router;
  private final int max;
  private final long maxSamples;

  /** All, oldest first. */
  private final Set<StoredTimeline> stored = new LinkedHashSet<>();

  private int playing;

  /** Samples per second of those that play. */
  private long samples;

  Timelines(Router router) {
    this.router = router;
    this.max = router.config().maxTimelines();
    this.maxSamples = (long) max * router.config().timelineRate();
  }

  /** Any thread. */
  synchronized int size() {
    return stored.size();
  }

  /** What the members of a bundle will take. */
  static final class Claim {
    private int timelines;
    private int playing;
    private long samples;
  }

  /** Those that are being played. Any thread. */
  synchronized int playing() {
    return playing;
  }

  /** Whose timelines are being played, perhaps beyond the end of the session. Any thread. */
  synchronized Set<Session> publishersPlaying() {
    Set<Session> publishers = new LinkedHashSet<>();
    for (StoredTimeline timeline : stored) {
      if (timeline.player != null) {
        publishers.add(timeline.publisher);
      }
    }
    return publishers;
  }

  /** What is wrong with a timeline, or null. */
  @Nullable Refusal check(MessageView publish) {
    if (publish.signalCode() != SignalType.TIMELINE.code()) {
      return null;
    }
    try {
      TimelineRequest request = TimelineRequest.of(publish);
      if (request != null
          && request.startMicros().orElse(0) - router.clock().unixMicros() > MAX_AHEAD_MICROS) {
        return new Refusal(ErrorCode.BAD_REQUEST, "TimelineStart: at most 24 hours ahead");
      }
      return null;
    } catch (TimelineException e) {
      return new Refusal(ErrorCode.BAD_REQUEST, "BadTimeline: " + e.getMessage());
    }
  }

  // --- under the stripe's lock -------------------------------------------------------------------

  /**
   * Whether there is room for what a checked PUBLISH asks; null if there is.
   *
   * @param address null if it is not interned
   * @param claim what members of the same bundle have asked for before
   */
  @Nullable Refusal checkRoom(
      Session session, @Nullable TimelineRequest request, @Nullable Address address, Claim claim) {
    if (request == null || request.timeline() == null) {
      return null;
    }
    StoredTimeline present = address == null ? null : address.timeline;
    boolean another = present == null || present.publisher != session;
    if (another && session.timelines.get() + claim.timelines >= MAX_PER_SESSION) {
      return new Refusal(
          ErrorCode.TOO_MANY, "Too many timelines of this session (max " + MAX_PER_SESSION + ")");
    }
    claim.timelines += another ? 1 : 0;
    if (!request.play()) {
      return null;
    }
    TimelinePlayer player = present == null ? null : present.player;
    synchronized (this) {
      if (player == null && playing + claim.playing >= max) {
        return new Refusal(
            ErrorCode.TOO_MANY, "Too many timelines are being played (max " + max + ")");
      }
      int more = rateOf(request) - (player == null ? 0 : player.rate());
      if (samples + claim.samples + more > maxSamples) {
        return new Refusal(
            ErrorCode.TOO_MANY,
            "Too many samples of timelines per second (max " + maxSamples + " of all together)");
      }
      claim.playing += player == null ? 1 : 0;
      claim.samples += more;
    }
    return null;
  }

  private int rateOf(TimelineRequest request) {
    return request.rate() > 0
        ? request.rate()
        : Math.min(router.config().timelineRate(), TimelineRequest.MAX_RATE);
  }

  /**
   * Takes the place of the address's timeline, and plays if asked to. After {@link #checkRoom}; the
   * caller calls {@link #trim} when it has released its locks.
   */
  void take(Session session, MessageView publish, Address address, TimelineRequest request) {
    StoredTimeline present = address.timeline;
    if (present != null) {
      remove(present);
    }
    Timeline timeline = request.timeline();
    if (timeline == null || max == 0) {
      return;
    }
    long now = router.clock().unixMicros();
    StoredTimeline fresh = new StoredTimeline(address, session, stamped(publish, now));
    address.timeline = fresh;
    router.space().stripeOf(address.hash).pin(address);
    session.timelines.incrementAndGet();
    TimelinePlayer player = null;
    if (request.play()) {
      player =
          new TimelinePlayer(
              router, fresh, timeline, request.startMicros().orElse(now), rateOf(request));
    }
    synchronized (this) {
      stored.add(fresh);
      if (player != null) {
        fresh.player = player;
        playing++;
        samples += player.rate();
      }
    }
    if (player != null) {
      session.lane().add(Counter.TIMELINES_PLAYED, 1);
      player.start();
    }
  }

  private void remove(StoredTimeline present) {
    TimelinePlayer player = present.player;
    if (player != null) {
      player.stop();
      finished(present);
    }
    synchronized (this) {
      stored.remove(present);
    }
    present.address.timeline = null;
    present.publisher.timelines.decrementAndGet();
    router.space().stripeOf(present.address.hash).unpin(present.address);
  }

  /** It is played no more, and still kept. */
  synchronized void finished(StoredTimeline timeline) {
    TimelinePlayer player = timeline.player;
    if (player != null) {
      timeline.player = null;
      playing--;
      samples -= player.rate();
    }
  }

  /** The payload with a timestamp, so that whoever gets it later knows when it began. */
  private static byte[] stamped(MessageView publish, long now) {
    int length = publish.end() - publish.offset();
    byte[] copy = new byte[length + (publish.hasTimestamp() ? 0 : 8)];
    if (publish.hasTimestamp() || copy.length > FrameDescriptor.MAX_PAYLOAD) {
      byte[] same = new byte[length];
      System.arraycopy(publish.buffer(), publish.offset(), same, 0, length);
      return same;
    }
    int head = publish.contentOffset() + publish.contentLength() - publish.offset();
    System.arraycopy(publish.buffer(), publish.offset(), copy, 0, head);
    copy[1] |= FLAG_TIMESTAMP;
    Bytes.putI64(copy, head, now);
    System.arraycopy(publish.buffer(), publish.offset() + head, copy, head + 8, length - head);
    return copy;
  }

  // --- without a lock ----------------------------------------------------------------------------

  /** Forgets the oldest beyond the limit. */
  void trim() {
    while (true) {
      StoredTimeline oldest = oldestTooMany();
      if (oldest == null) {
        return;
      }
      Stripe stripe = router.space().stripeOf(oldest.address.hash);
      stripe.lock.lock();
      try {
        if (oldest.address.timeline == oldest && oldest.player == null) {
          remove(oldest);
        }
      } finally {
        stripe.lock.unlock();
      }
    }
  }

  private synchronized @Nullable StoredTimeline oldestTooMany() {
    if (stored.size() > max) {
      for (StoredTimeline timeline : stored) {
        if (timeline.player == null) {
          return timeline;
        }
      }
    }
    return null;
  }

  /** Sends a new subscription what was published before, if it wants timelines. */
  void show(Session session, Subscription subscription) {
    if ((subscription.typeMask() & SignalType.TIMELINE.maskBit()) != 0) {
      List<StoredTimeline> found = matching(subscription.pattern());
      if (!found.isEmpty()) {
        session.snapshot(new TimelineCursor(router, found));
      }
    }
  }

  /** Those whose address matches, oldest first. */
  private synchronized List<StoredTimeline> matching(AddressPattern pattern) {
    List<StoredTimeline> found = new ArrayList<>();
    for (StoredTimeline timeline : stored) {
      byte[] name = timeline.address.name;
      if (pattern.matches(name, 0, name.length)) {
        found.add(timeline);
      }
    }
    return found;
  }
}
