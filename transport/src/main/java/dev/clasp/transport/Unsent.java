package dev.clasp.transport;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes of answers that wait for one peer to read them, over all that it has asked for at the same
 * time. Thread-safe.
 */
final class Unsent {

  /** As much waits for one connection; what comes on top of it is not sent. */
  static final long MAX = 16 << 20;

  private final AtomicLong bytes = new AtomicLong();

  /** More of them, or fewer. */
  void add(long more) {
    bytes.addAndGet(more);
  }

  boolean full() {
    return bytes.get() >= MAX;
  }
}
