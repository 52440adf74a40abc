package dev.clasp.transport;

import io.netty.channel.Channel;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The connections of a server that are not WebSockets, or not yet. When it is full, the one that
 * has been quiet for the longest has to go: whoever opens connections and leaves them idle does not
 * keep others out. Thread-safe.
 */
final class WaitingRoom {

  private final int places;

  /** Quiet for the longest first. Guarded by this. */
  private final Set<Channel> waiting = new LinkedHashSet<>();

  private boolean closed;

  WaitingRoom(int places) {
    this.places = places;
  }

  /** A new connection. */
  void enter(Channel channel) {
    Channel leaving = null;
    synchronized (this) {
      if (closed) {
        leaving = channel;
      } else {
        if (waiting.size() >= places) {
          Iterator<Channel> longest = waiting.iterator();
          leaving = longest.next();
          longest.remove();
        }
        waiting.add(channel);
      }
    }
    if (leaving != null) {
      leaving.close();
    }
  }

  /** It has asked for something. */
  synchronized void heardFrom(Channel channel) {
    if (waiting.remove(channel)) {
      waiting.add(channel);
    }
  }

  /** It has ended, or become a WebSocket. */
  synchronized void leave(Channel channel) {
    waiting.remove(channel);
  }

  /** Closes everybody, and whoever enters later. */
  void close() {
    List<Channel> leaving;
    synchronized (this) {
      closed = true;
      leaving = List.copyOf(waiting);
    }
    leaving.forEach(Channel::close);
  }

  synchronized int size() {
    return waiting.size();
  }
}
