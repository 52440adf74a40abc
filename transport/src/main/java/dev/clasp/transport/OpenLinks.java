package dev.clasp.transport;

import dev.clasp.protocol.CloseReason;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The links that a listener has, so that it can end them. Thread-safe. */
public final class OpenLinks {

  /** To everybody when a listener stops. */
  static final CloseReason STOPPING = new CloseReason(CloseReason.GOING_AWAY, "server is stopping");

  /** For every link to end after the goodbyes have gone out. */
  private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(3);

  private final Set<FrameLink> links = ConcurrentHashMap.newKeySet();
  private volatile boolean stopping;

  /** A new one; once {@link #close} was called, it is closed. */
  public void add(FrameLink link) {
    links.add(link);
    if (stopping) {
      // It may have come too late for close() to see it.
      link.close(STOPPING);
    }
  }

  /** It has ended. */
  public void remove(FrameLink link) {
    links.remove(link);
    if (stopping && links.isEmpty()) {
      synchronized (this) {
        notifyAll();
      }
    }
  }

  public int size() {
    return links.size();
  }

  /** Closes every link, and those that come later. */
  public void close() {
    stopping = true;
    for (FrameLink link : links) {
      link.close(STOPPING);
    }
  }

  /** Waits up to 3 s for all to end. Not on an event loop. */
  public synchronized void awaitNone() {
    long deadline = System.nanoTime() + CLOSE_NANOS;
    try {
      for (long left = CLOSE_NANOS; !links.isEmpty() && left > 0; ) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
        left = deadline - System.nanoTime();
      }
    } catch (InterruptedException e) {
      // Somebody is in a hurry: the rest is dropped at once.
      Thread.currentThread().interrupt();
    }
  }
}
