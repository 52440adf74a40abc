package dev.clasp.client;

import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Feeds a subscriber of a {@link Flow.Publisher} as far as it has requested; the rest waits in the
 * buffer. Calls to the subscriber are tasks of one line, and so never overlap (Reactive Streams
 * rule 1.3).
 */
final class PublisherSink implements SignalSink, Flow.Subscription {

  private final SignalBuffer buffer;
  private final TaskLine line;
  private final Flow.Subscriber<? super Signal> subscriber;
  private final Consumer<Throwable> onFailure;
  private final Runnable feed = this::feed;

  // The line only.
  private long demand;
  private boolean done;

  private volatile boolean cancelled;
  private volatile boolean ended;
  private volatile @Nullable ClaspException failure;
  private volatile @Nullable Subscription subscription;

  PublisherSink(
      SignalBuffer buffer,
      TaskLine line,
      Flow.Subscriber<? super Signal> subscriber,
      Consumer<Throwable> onFailure) {
    this.buffer = buffer;
    this.line = line;
    this.subscriber = subscriber;
    this.onFailure = onFailure;
  }

  /** After the subscriber has heard onSubscribe, in which it may have cancelled. */
  void belongsTo(Subscription value) {
    subscription = value;
    if (cancelled) {
      value.close();
    }
  }

  @Override
  public SignalBuffer.Outcome signal(Signal signal) {
    SignalBuffer.Outcome outcome = buffer.offer(signal);
    if (outcome == SignalBuffer.Outcome.ADDED) {
      line.stage(feed);
    }
    return outcome;
  }

  @Override
  public void ended(Optional<ClaspException> why, boolean now) {
    failure = why.orElse(null);
    buffer.end();
    if (now) {
      cancelled = true;
      buffer.clear();
    }
    ended = true;
    line.add(feed);
  }

  @Override
  public void request(long n) {
    line.add(() -> {
      if (n <= 0) {
        fail(new IllegalArgumentException("request of " + n + " signals (rule 3.9)"));
        return;
      }
      demand = demand + n < 0 ? Long.MAX_VALUE : demand + n;
      feed();
    });
  }

  @Override
  public void cancel() {
    cancelled = true;
    Subscription s = subscription;
    if (s != null) {
      s.close();
    }
  }

  private void feed() {
    try {
      while (demand > 0 && !done && !cancelled) {
        Signal signal = buffer.poll();
        if (signal == null) {
          break;
        }
        demand--;
        subscriber.onNext(signal);
      }
      if (ended && !done && !cancelled && buffer.size() == 0) {
        done = true;
        ClaspException why = failure;
        if (why == null) {
          subscriber.onComplete();
        } else {
          subscriber.onError(why);
        }
      }
    } catch (Throwable e) {
      // Rule 2.13: a subscriber that throws counts as cancelled.
      onFailure.accept(e);
      cancel();
    }
  }

  private void fail(Throwable why) {
    if (done || cancelled) {
      return;
    }
    done = true;
    try {
      subscriber.onError(why);
    } catch (Throwable e) {
      onFailure.accept(e);
    }
    cancel();
  }
}
