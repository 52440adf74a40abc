package dev.clasp.webrtc;

import java.util.concurrent.atomic.AtomicLong;

/** Bytes that may wait for the listener, all peers together. Thread-safe. */
final class ReceiveBudget {

  private final AtomicLong used = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();

  /** Takes room for a message, or counts that there is none. */
  boolean take(int bytes) {
    if (used.addAndGet(cost(bytes)) <= Limits.MAX_RECEIVED) {
      return true;
    }
    used.addAndGet(-cost(bytes));
    refused.incrementAndGet();
    return false;
  }

  void give(int bytes) {
    used.addAndGet(-cost(bytes));
  }

  /** Messages for which there was no room. */
  long refused() {
    return refused.get();
  }

  private static long cost(int bytes) {
    return (long) bytes + Limits.CALL_COST;
  }
}
