package dev.clasp.router;

import dev.clasp.protocol.EncodeException;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.Message.SetValue;
import dev.clasp.protocol.MessageCodec;
import dev.clasp.protocol.MessageView;
import dev.clasp.protocol.Timeline;
import dev.clasp.protocol.Value;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Plays one timeline: at a steady rate SETs the value that it has at that time, as its publisher
 * would, through the same steps as every SET. Only values that differ from the last one are
 * written, and the last value of all exactly once, at the very end.
 *
 * <p>The samples lie on a grid that begins at the start time, so that they do not drift; what comes
 * late is skipped and not made up for. Runs on the lane of its publisher, whose end it survives.
 */
final class TimelinePlayer {

  private static final long SECOND_MICROS = 1_000_000;

  private final Router router;
  private final StoredTimeline stored;
  private final Stripe stripe;
  private final long startMicros;
  private final int rate;
  private final MessageView view = new MessageView();

  // Guarded by the lock of the stripe.
  private @Nullable Timeline timeline;
  private @Nullable Value last;

  // Lane thread only.
  private Agenda.@Nullable Entry next;
  private boolean refusalTold;

  /**
   * @param rate samples per second
   */
  TimelinePlayer(
      Router router, StoredTimeline stored, Timeline timeline, long startMicros, int rate) {
    this.router = router;
    this.stored = stored;
    this.stripe = router.space().stripeOf(stored.address.hash);
    this.timeline = timeline;
    this.startMicros = startMicros;
    this.rate = rate;
  }

  int rate() {
    return rate;
  }

  /** On the publisher's lane. */
  void start() {
    waitUntil(startMicros);
  }

  /** Stops where it is. Any lane, stripe lock held. */
  void stop() {
    timeline = null;
    lane()
        .executor()
        .execute(() -> {
          if (next != null) {
            next.cancel();
            next = null;
          }
        });
  }

  private void waitUntil(long micros) {
    next = lane().agenda().atUnix(micros, this::sample);
  }

  private void sample() {
    next = null;
    Session publisher = stored.publisher;
    Refusal refusal = null;
    long now = router.clock().unixMicros();
    publisher.setNow(router.clock().nanos(), now);
    stripe.lock.lock();
    try {
      Timeline t = timeline;
      if (t == null) {
        return;
      }
      if (publisher.rights().lapsed(router.clock())) {
        // It may outlive its session, but not the token that allowed it.
        timeline = null;
        router.timelines().finished(stored);
        return;
      }
      Timeline.Sample sample = t.at(Timeline.position(startMicros, now));
      if (!sample.value().equals(last)) {
        refusal = write(sample.value());
        if (refusal == null) {
          last = sample.value();
        }
      }
      if (sample.finished()) {
        timeline = null;
        router.timelines().finished(stored);
      } else {
        waitUntil(nextMicros(t, now));
      }
    } finally {
      stripe.lock.unlock();
    }
    if (refusal != null) {
      tell(publisher, refusal);
    }
  }

  private @Nullable Refusal write(Value value) {
    byte[] set;
    try {
      set =
          MessageCodec.encode(
              new SetValue(
                  stored.address.toString(),
                  value,
                  OptionalLong.empty(),
                  false,
                  false,
                  Optional.empty()));
    } catch (EncodeException e) {
      // Between narrow numbers lie wide ones: it may have grown beyond a frame.
      return new Refusal(ErrorCode.BAD_REQUEST, "ValueTooLarge: " + e.getMessage());
    }
    lane().add(Counter.TIMELINE_SAMPLES, 1);
    return router.writes().write(stored.publisher, view.wrap(set, 0, set.length), false);
  }

  /** The next point of the grid, or the end if that comes before. */
  private long nextMicros(Timeline t, long now) {
    long passed = Math.max(0, now - startMicros);
    long tick = passed * rate / SECOND_MICROS + 1;
    long at = startMicros + Math.ceilDiv(tick * SECOND_MICROS, rate);
    return t.loop() ? at : Math.min(at, startMicros + t.lengthMicros());
  }

  /** Once, so that a locked address does not make a stream of errors. */
  private void tell(Session publisher, Refusal refusal) {
    lane().add(Counter.TIMELINE_SAMPLES_REFUSED, 1);
    if (!refusalTold && !publisher.ended()) {
      refusalTold = true;
      Replies.error(
          publisher,
          new Refusal(refusal.code(), refusal.text() + " (while its timeline is played)"),
          stored.address.toString());
    }
  }

  private Lane lane() {
    return stored.publisher.lane();
  }
}
