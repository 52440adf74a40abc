package dev.clasp.bridge;

import dev.clasp.protocol.SignalType;
import dev.clasp.transform.MappedSignal;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The connection of a bridge that stops, until the router has what was said last: what waited, and
 * what the endpoint says while it is closed. Notes that are held on a keyboard end so.
 *
 * <p>It ends when the endpoint is closed and the router has taken everything, a second later at
 * most, and at once if the router is away. Thread-safe.
 */
final class Farewell {

  /** For the answers of the router, after the endpoint is closed. */
  static final long PATIENCE_NANOS = 1_000_000_000;

  private final HostClock clock;
  private final RouterPort router;
  private final SignalLine line;
  private final LongAdder delivered;
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private int unacknowledged;
  private boolean closed;
  private boolean feeding;
  private boolean ended;
  private @Nullable Runnable hurry;

  /**
   * @param router closed at the end
   * @param line what waits for it
   * @param delivered counts what the router has taken
   */
  Farewell(HostClock clock, RouterPort router, SignalLine line, LongAdder delivered) {
    this.clock = clock;
    this.router = router;
    this.line = line;
    this.delivered = delivered;
  }

  /** Done when the connection is given up. */
  CompletableFuture<Void> done() {
    return done;
  }

  /** One more word. */
  synchronized void say(Carried carried) {
    if (!ended) {
      line.offer(carried);
      feed();
    }
  }

  /** The endpoint is closed and says nothing any more. */
  synchronized void closed() {
    if (closed) {
      return;
    }
    closed = true;
    hurry = clock.schedule(this::giveUp, PATIENCE_NANOS);
    feed();
  }

  private synchronized void giveUp() {
    line.clear();
    unacknowledged = 0;
    feed();
  }

  private void feed() {
    if (feeding || ended) {
      return;
    }
    if (!router.connected()) {
      line.clear();
      unacknowledged = 0;
    }
    // An answer may come while something is sent.
    feeding = true;
    while (unacknowledged < Bridge.MAX_UNACKNOWLEDGED && !line.isEmpty()) {
      line.poll().ifPresent(this::send);
    }
    feeding = false;
    if (closed && unacknowledged == 0 && line.isEmpty()) {
      ended = true;
      Runnable waiting = hurry;
      if (waiting != null) {
        waiting.run();
      }
      clock.execute(
          "clasp-bridge-close",
          () -> {
            try {
              router.close();
            } finally {
              done.complete(null);
            }
          });
    }
  }

  private void send(Carried carried) {
    if (carried.bundled()) {
      sent(carried.signals().size(), () -> router.bundle(carried.signals(), carried.atMicros()));
      return;
    }
    for (MappedSignal signal : carried.signals()) {
      sent(
          1, () -> signal.type() == SignalType.PARAM ? router.set(signal) : router.publish(signal));
    }
  }

  private void sent(int count, Supplier<CompletableFuture<OptionalLong>> how) {
    CompletableFuture<OptionalLong> answer;
    try {
      answer = how.get();
    } catch (RuntimeException e) {
      return;
    }
    unacknowledged++;
    answer.whenComplete((_, failure) -> {
      if (failure == null) {
        delivered.add(count);
      }
      synchronized (this) {
        if (unacknowledged > 0) {
          unacknowledged--;
        }
        feed();
      }
    });
  }
}
