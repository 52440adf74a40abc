package dev.clasp.transport;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a server that are not WebSockets, or not yet. When it is full, the one that
 * has been quiet for the longest has to go: whoever opens connections and leaves them idle does not
 * keep others out. Thread-safe.
 */
final class WaitingRoom {

  private final int places;

  /** Quiet for the longest first. Guarded by this. */
  private final Set<HttpEntry> waiting = new LinkedHashSet<>();

  private boolean closed;

  WaitingRoom(int places) {
    this.places = places;
  }

  /** A new connection. */
  void enter(HttpEntry entry) {
    @Nullable HttpEntry leaving = null;
    synchronized (this) {
      if (closed) {
        leaving = entry;
      } else {
        if (waiting.size() >= places) {
          Iterator<HttpEntry> longest = waiting.iterator();
          leaving = longest.next();
          longest.remove();
        }
        waiting.add(entry);
      }
    }
    if (leaving != null) {
      leaving.dismiss();
    }
  }

  /** It has asked for something. */
  synchronized void heardFrom(HttpEntry entry) {
    if (waiting.remove(entry)) {
      waiting.add(entry);
    }
  }

  /** It has ended, or become a WebSocket. */
  synchronized void leave(HttpEntry entry) {
    waiting.remove(entry);
  }

  /** Closes everybody, and whoever enters later. */
  void close() {
    List<HttpEntry> leaving;
    synchronized (this) {
      closed = true;
      leaving = List.copyOf(waiting);
    }
    leaving.forEach(HttpEntry::dismiss);
  }
}
