package dev.clasp.client;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Ends the waiting of requests. All have the same limit, so their deadlines are in the order of
 * their arrival: one queue and one timer instead of a timer each. Loop.
 */
final class Deadlines {

  private final Reactor reactor;
  private final long limitNanos;
  private final Consumer<Request<?>> onExpiry;
  private final ArrayDeque<Request<?>> queue = new ArrayDeque<>();
  private Reactor.@Nullable Timer timer;

  /**
   * @param onExpiry told of each request that is not settled in time
   */
  Deadlines(Reactor reactor, long limitNanos, Consumer<Request<?>> onExpiry) {
    this.reactor = reactor;
    this.limitNanos = limitNanos;
    this.onExpiry = onExpiry;
  }

  void add(Request<?> request) {
    request.deadline(reactor.nanos() + limitNanos);
    // Two out for one in: the queue does not keep many that are done.
    for (int i = 0; i < 2 && !queue.isEmpty() && queue.getFirst().isSettled(); i++) {
      queue.removeFirst();
    }
    queue.add(request);
    if (timer == null) {
      timer = reactor.schedule(this::expire, limitNanos);
    }
  }

  private void expire() {
    timer = null;
    long now = reactor.nanos();
    while (!queue.isEmpty()) {
      Request<?> first = queue.getFirst();
      if (!first.isSettled() && first.deadline() - now > 0) {
        if (timer != null) {
          // One was added from inside.
          timer.cancel();
        }
        timer = reactor.schedule(this::expire, first.deadline() - now);
        return;
      }
      queue.removeFirst();
      if (!first.isSettled()) {
        onExpiry.accept(first);
      }
    }
  }

  void close() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
    queue.clear();
  }
}
