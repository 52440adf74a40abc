package dev.clasp.client;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Value;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A gesture that is going on: moves, and one end. Thread-safe; nothing here waits.
 *
 * {@snippet :
 * try (GestureWriter finger = client.gesture("/pad/1").start(Map.of("x", 0.1, "y", 0.9))) {
 *   finger.move(Map.of("x", 0.2, "y", 0.8));
 * } // ends where it was last
 * }
 *
 * <p>Of moves that follow each other faster than the interval the newest is sent, when the interval
 * is over, and in front of the end always. Closing the client ends it. When the connection is lost
 * the router ends the gesture for everybody; it does not go on afterwards: {@link #isOpen} is
 * false, and moves fail.
 */
public final class GestureWriter implements AutoCloseable, Unfinished {

  private final ClaspClient client;
  private final Conductor conductor;
  private final String address;
  private final int id;
  private final long intervalNanos;
  private final ReentrantLock lock = new ReentrantLock();

  // Under the lock.
  private String session = "";
  private Value newest = Value.NULL;
  private @Nullable CompletableFuture<Void> waiting;
  private long sentNanos;
  private boolean timed;
  private boolean over;

  GestureWriter(
      ClaspClient client, Conductor conductor, String address, int id, long intervalNanos) {
    this.client = client;
    this.conductor = conductor;
    this.address = address;
    this.id = id;
    this.intervalNanos = intervalNanos;
  }

  GestureWriter start(Value value) {
    lock.lock();
    try {
      Request.Publication first = request(GesturePhase.START, value);
      session = client.session();
      newest = value;
      sentNanos = conductor.nanos() - intervalNanos;
      CompletableFuture<Void> _ =
          conductor
              .submit(first)
              .future()
              .whenComplete((_, failure) -> {
                if (failure != null) {
                  abandon();
                }
              });
      return this;
    } finally {
      lock.unlock();
    }
  }

  /** Number of the contact; unsigned. */
  public int id() {
    return id;
  }

  /** Where it is sent. */
  public String address() {
    return address;
  }

  /** False once it has ended, here or with the connection. */
  public boolean isOpen() {
    lock.lock();
    try {
      return !over && session.equals(client.session()) && conductor.isConnected();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Moves.
   *
   * @param value anything that {@link Values#of} takes
   * @return completed when this move, or a newer one that took its place, is handed to the
   *     connection; fails with CLOSED when the gesture is over
   */
  public CompletableFuture<Void> move(Object value) {
    Value v = Values.of(value);
    lock.lock();
    try {
      if (over || !session.equals(client.session())) {
        return CompletableFuture.failedFuture(isOver());
      }
      // Made also when a later one takes its place: a value that cannot be sent is thrown at once.
      Request.Publication move = request(GesturePhase.MOVE, v);
      newest = v;
      CompletableFuture<Void> later = waiting;
      if (later != null) {
        return later.copy();
      }
      long left = intervalNanos - (conductor.nanos() - sentNanos);
      if (left <= 0) {
        sentNanos = conductor.nanos();
        return conductor.submit(move).future();
      }
      CompletableFuture<Void> future = new CompletableFuture<>();
      waiting = future;
      if (!timed) {
        timed = true;
        conductor.afterOrAtEnd(left, this::due);
      }
      return future.copy();
    } finally {
      lock.unlock();
    }
  }

  private void due() {
    lock.lock();
    try {
      timed = false;
      flush();
    } finally {
      lock.unlock();
    }
  }

  /** Sends the move that waits. */
  private void flush() {
    CompletableFuture<Void> future = waiting;
    if (future == null) {
      return;
    }
    waiting = null;
    sentNanos = conductor.nanos();
    CompletableFuture<?> _ =
        conductor
            .submit(request(GesturePhase.MOVE, newest))
            .future()
            .whenComplete((_, failure) -> conductor.settle(future, failure));
  }

  private Request.Publication request(GesturePhase phase, Value value) {
    return Requests.gesture(address, id, phase, value, conductor.time());
  }

  /** Ends it where it is. */
  public CompletableFuture<Void> end() {
    return finish(GesturePhase.END, null);
  }

  /**
   * Ends it.
   *
   * @param value anything that {@link Values#of} takes
   * @return completed when the end is handed to the connection; fails with CLOSED when the gesture
   *     is over
   */
  public CompletableFuture<Void> end(Object value) {
    return finish(GesturePhase.END, Values.of(value));
  }

  /** Calls it off: receivers should go back to how it was before. */
  public CompletableFuture<Void> cancel() {
    return finish(GesturePhase.CANCEL, null);
  }

  private CompletableFuture<Void> finish(GesturePhase phase, @Nullable Value value) {
    lock.lock();
    try {
      if (over || !session.equals(client.session())) {
        abandon();
        return CompletableFuture.failedFuture(isOver());
      }
      Request.Publication last = request(phase, value == null ? newest : value);
      flush();
      over = true;
      return conductor.submit(last).future();
    } finally {
      lock.unlock();
    }
  }

  /** It could not be started, or went with its connection. */
  private void abandon() {
    lock.lock();
    try {
      over = true;
      CompletableFuture<Void> future = waiting;
      waiting = null;
      if (future != null) {
        conductor.settle(future, isOver());
      }
    } finally {
      lock.unlock();
    }
  }

  private ClaspException isOver() {
    return ClaspException.of(
        Kind.CLOSED,
        over
            ? "the gesture at " + address + " has ended"
            : "the gesture at " + address + " has ended with its connection");
  }

  /** Ends it where it is, unless it is over. Idempotent. */
  @Override
  public void close() {
    CompletableFuture<Void> _ = end();
  }
}
