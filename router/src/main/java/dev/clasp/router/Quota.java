package dev.clasp.router;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the stored parameters that one session created. Apart from the session, so that what it
 * leaves behind does not keep it in memory. Thread-safe.
 */
final class Quota {

  private final AtomicInteger used = new AtomicInteger();

  /** Takes one unless that makes more than {@code max}; 0 = no limit. */
  boolean take(int max) {
    if (used.incrementAndGet() > max && max > 0) {
      used.decrementAndGet();
      return false;
    }
    return true;
  }

  void giveBack() {
    used.decrementAndGet();
  }
}
