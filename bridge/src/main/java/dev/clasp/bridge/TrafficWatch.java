package dev.clasp.bridge;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Live traffic of a bridge for somebody who looks now and then: the newest in a ring. Costs the
 * bridge nothing once it is closed. Thread-safe.
 */
public final class TrafficWatch implements AutoCloseable {

  private final int capacity;
  private final Runnable onClose;
  private final ArrayDeque<Traffic> ring = new ArrayDeque<>();
  private long missed;
  private boolean closed;

  /** Set by the bridge, which only it knows. */
  TrafficWatch(int capacity, java.util.function.Consumer<TrafficWatch> onClose) {
    this.capacity = capacity;
    this.onClose = () -> onClose.accept(this);
  }

  synchronized void add(Traffic traffic) {
    if (closed) {
      return;
    }
    if (ring.size() >= capacity) {
      ring.removeFirst();
      missed++;
    }
    ring.addLast(traffic);
  }

  /** What has come since the last call, the oldest first. */
  public synchronized List<Traffic> take() {
    List<Traffic> all = new ArrayList<>(ring);
    ring.clear();
    return all;
  }

  /** How many were overwritten before somebody took them. */
  public synchronized long missed() {
    return missed;
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      ring.clear();
    }
    onClose.run();
  }
}
