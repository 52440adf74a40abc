package dev.clasp.client;

import dev.clasp.client.ClaspException.Kind;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A sink that threads of the user take from. Thread-safe. */
final class QueueSink implements SignalSink, SignalQueue {

  /** Half a human life; an addition to the clock does not overflow. */
  private static final long FOR_EVER = Long.MAX_VALUE / 4;

  private final SignalBuffer buffer;
  private volatile @Nullable Subscription subscription;
  private volatile @Nullable ClaspException failure;

  QueueSink(SignalBuffer buffer) {
    this.buffer = buffer;
  }

  /** Before anybody else sees the queue. */
  void belongsTo(Subscription value) {
    subscription = value;
  }

  @Override
  public SignalBuffer.Outcome signal(Signal signal) {
    return buffer.offer(signal);
  }

  @Override
  public void ended(Optional<ClaspException> why, boolean now) {
    failure = why.orElse(null);
    buffer.end();
    if (now) {
      buffer.clear();
    }
  }

  @Override
  public Subscription subscription() {
    Subscription s = subscription;
    if (s == null) {
      throw new IllegalStateException("not subscribed");
    }
    return s;
  }

  @Override
  public Signal take() {
    return await(FOR_EVER).orElseThrow();
  }

  @Override
  public Optional<Signal> poll(Duration limit) {
    long nanos;
    try {
      nanos = Math.clamp(limit.toNanos(), 0, FOR_EVER);
    } catch (ArithmeticException e) {
      nanos = FOR_EVER;
    }
    return await(nanos);
  }

  private Optional<Signal> await(long nanos) {
    Signal signal;
    try {
      signal = buffer.await(nanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ClaspException.of(Kind.INTERRUPTED, "interrupted while waiting for a signal", e);
    }
    if (signal == null && buffer.hasEnded()) {
      ClaspException why = failure;
      throw why != null
          ? why.here()
          : ClaspException.of(Kind.CLOSED, "the subscription is closed; there are no more signals");
    }
    return Optional.ofNullable(signal);
  }

  @Override
  public int size() {
    return buffer.size();
  }

  @Override
  public void close() {
    subscription().close();
  }
}
