package dev.clasp.transport;

import dev.clasp.protocol.CloseReason;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a server that have not been let in yet: undecided ones, plain HTTP, links that
 * have not said HELLO. When it is full, the one that has been quiet for the longest has to go:
 * whoever opens connections and leaves them idle does not keep others out. Thread-safe.
 */
final class WaitingRoom {

  /** To links that have to go. */
  static final CloseReason FULL =
      new CloseReason(CloseReason.TRY_LATER, "too many connections that have not said HELLO");

  private volatile int places;

  /** Quiet for the longest first. Guarded by this. */
  private final Set<Visitor> waiting = new LinkedHashSet<>();

  private boolean closed;

  WaitingRoom(int places) {
    this.places = places;
  }

  /** Other places, from now on. */
  void resize(int next) {
    places = next;
  }

  /**
   * A new connection.
   *
   * @return false if somebody else had to go for it
   */
  boolean enter(Visitor visitor) {
    @Nullable Visitor leaving = null;
    boolean displaced = false;
    synchronized (this) {
      if (closed) {
        leaving = visitor;
      } else {
        if (waiting.size() >= places) {
          Iterator<Visitor> longest = waiting.iterator();
          leaving = longest.next();
          longest.remove();
          displaced = true;
        }
        waiting.add(visitor);
      }
    }
    if (leaving != null) {
      leaving.dismiss();
    }
    return !displaced;
  }

  /** It has asked for something. */
  synchronized void heardFrom(Visitor visitor) {
    if (waiting.remove(visitor)) {
      waiting.add(visitor);
    }
  }

  /** It has ended, or was let in. */
  synchronized void leave(Visitor visitor) {
    waiting.remove(visitor);
  }

  /** Those that wait. */
  synchronized int size() {
    return waiting.size();
  }

  /** Closes everybody, and whoever enters later. */
  void close() {
    List<Visitor> leaving;
    synchronized (this) {
      closed = true;
      leaving = List.copyOf(waiting);
    }
    leaving.forEach(Visitor::dismiss);
  }
}
