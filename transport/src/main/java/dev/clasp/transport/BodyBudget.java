package dev.clasp.transport;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory for bodies of requests that are being read or answered. Nobody has been let in by then, so
 * there is one for each connection, and one for all of them together. Thread-safe.
 *
 * <p>Each connection has {@value #FREE} bytes in any case: whoever sends large bodies keeps nobody
 * from asking for pages.
 */
final class BodyBudget {

  static final int FREE = 16 << 10;

  /** For all connections of a router, beyond what each of them has in any case. */
  private static final long ALL = 64 << 20;

  private final Optional<BodyBudget> parent;
  private final long max;
  private final long free;
  private final AtomicLong used = new AtomicLong();

  private BodyBudget(Optional<BodyBudget> parent, long max, long free) {
    this.parent = parent;
    this.max = max;
    this.free = free;
  }

  static BodyBudget ofAll() {
    return new BodyBudget(Optional.empty(), ALL, 0);
  }

  /**
   * @param most bytes of all its requests together
   */
  BodyBudget ofConnection(long most) {
    return new BodyBudget(Optional.of(this), most, FREE);
  }

  /**
   * @return false if there is no place for so many bytes; nothing was taken then
   */
  boolean take(int bytes) {
    long now = used.addAndGet(bytes);
    if (now > max) {
      used.addAndGet(-bytes);
      return false;
    }
    int shared = shared(now, bytes);
    if (shared > 0 && parent.isPresent() && !parent.get().take(shared)) {
      used.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  void giveBack(int bytes) {
    long before = used.getAndAdd(-bytes);
    parent.ifPresent(all -> all.giveBack(shared(before, bytes)));
  }

  /** How many of the last bytes are beyond what is free. */
  private int shared(long used, int bytes) {
    return Math.clamp(used - free, 0, bytes);
  }

  long used() {
    return used.get();
  }
}
