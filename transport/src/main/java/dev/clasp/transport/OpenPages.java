package dev.clasp.transport;

import io.netty.channel.Channel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Connections over which pages are served and which are not in the waiting room: they have got
 * answers that take their time, or speak HTTP/2. The listener ends them when it stops. Thread-safe.
 */
final class OpenPages {

  /** Tells the handler of a connection to send its last words. */
  enum Stop {
    NOW
  }

  /** For the peers to take what is on its way. */
  private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Set<Channel> channels = ConcurrentHashMap.newKeySet();
  private volatile boolean closing;

  /** One more. On its loop, and with the handler that knows {@link Stop}. */
  void add(Channel channel) {
    if (channels.add(channel)) {
      channel.closeFuture().addListener(_ -> remove(channel));
    }
  }

  private void remove(Channel channel) {
    channels.remove(channel);
    if (closing && channels.isEmpty()) {
      synchronized (this) {
        notifyAll();
      }
    }
  }

  /** Was {@link #close} called? */
  boolean closing() {
    return closing;
  }

  /** Ends them all. Whoever comes later has to look whether it is {@link #closing}. */
  void close() {
    closing = true;
    for (Channel channel : channels) {
      channel.pipeline().fireUserEventTriggered(Stop.NOW);
    }
  }

  /** Waits up to 1 s for all to end. Not on an event loop. */
  synchronized void awaitNone() {
    long deadline = System.nanoTime() + CLOSE_NANOS;
    try {
      for (long left = CLOSE_NANOS; !channels.isEmpty() && left > 0; ) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
        left = deadline - System.nanoTime();
      }
    } catch (InterruptedException e) {
      // Somebody is in a hurry: the rest is dropped at once.
      Thread.currentThread().interrupt();
    }
  }
}
