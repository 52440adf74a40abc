package dev.clasp.web;

import dev.clasp.client.Signal;
import dev.clasp.protocol.GesturePhase;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What one listener gets: taken by whoever can write at the moment, and bounded while nobody can. A
 * waiting parameter is replaced by its next value, so no more of them wait than there are
 * addresses, and the newest always comes. Of stream samples and moves of gestures the oldest are
 * dropped, and counted. Events are never dropped: when too many wait, the feed ends and says so.
 *
 * <p>Thread-safe. The numbers of what comes go up.
 */
public final class Feed implements AutoCloseable {

  /** Events that may wait, and as many samples. */
  public static final int CAPACITY = 1024;

  private final FeedSource source;
  private final int capacity;

  /** By address for parameters, by number for everything else; the oldest first. */
  private final Map<Object, FeedItem> waiting = new LinkedHashMap<>();

  private final ArrayDeque<Long> samples = new ArrayDeque<>();
  private int moments;
  private long dropped;
  private boolean gap;
  private @Nullable Problem end;
  private boolean closed;
  private boolean stopped;
  private @Nullable Runnable wake;

  Feed(FeedSource source, int capacity) {
    this.source = source;
    this.capacity = capacity;
  }

  /** The next signal; empty if none waits. */
  public synchronized Optional<FeedItem> poll() {
    Iterator<Map.Entry<Object, FeedItem>> all = waiting.entrySet().iterator();
    if (!all.hasNext()) {
      return Optional.empty();
    }
    Map.Entry<Object, FeedItem> first = all.next();
    all.remove();
    if (first.getKey() instanceof Long number) {
      if (number.equals(samples.peekFirst())) {
        samples.removeFirst();
      } else {
        moments--;
      }
    }
    return Optional.of(first.getValue());
  }

  /**
   * Runs a task once when there is something to take, or the feed has ended; at once if so now. A
   * second call takes the place of the first. The task returns at once; any thread.
   */
  public void whenReady(Runnable task) {
    synchronized (this) {
      if (waiting.isEmpty() && end == null && !closed) {
        wake = task;
        return;
      }
    }
    task.run();
  }

  /** See {@link FeedSource#page}. */
  FeedSource.Page page(String after, int most) {
    return source.page(after, most);
  }

  /** Why its source has ended, if it has. */
  Optional<Problem> sourceEnd() {
    return Optional.ofNullable(source.why());
  }

  /** Completes when the present values of the beginning are all here or taken; never fails. */
  public CompletableFuture<Void> present() {
    return source.present();
  }

  /**
   * Why nothing more comes: the session has ended, the router refuses the pattern, the listener is
   * too slow for the events. What still waits can be taken before.
   */
  public synchronized Optional<Problem> end() {
    return waiting.isEmpty() ? Optional.ofNullable(end) : Optional.empty();
  }

  /** Whether it has ended, though something may still wait. */
  public synchronized boolean ending() {
    return end != null;
  }

  /** Samples and moves that were dropped so far. */
  public synchronized long dropped() {
    return dropped;
  }

  /**
   * True if events may be missing: this should go on where an earlier one ended and they are not
   * kept, or the router was away. Values are not missing: the newest of each comes.
   */
  public synchronized boolean gap() {
    return gap;
  }

  /** The same once: it is known then, until there is another. */
  public synchronized boolean takeGap() {
    boolean was = gap;
    gap = false;
    return was;
  }

  void markGap() {
    Runnable task;
    synchronized (this) {
      gap = true;
      task = wake;
      wake = null;
    }
    if (task != null) {
      task.run();
    }
  }

  /** Takes nothing more: only what waits is there to be taken. */
  void stopHere() {
    synchronized (this) {
      stopped = true;
    }
  }

  /** What was before it came; bounded already, and nobody waits for it yet. */
  void replay(FeedItem item) {
    synchronized (this) {
      switch (item.signal()) {
        case Signal.Change change -> {
          waiting.remove(change.address());
          waiting.put(change.address(), item);
        }
        case Signal.Stream _ -> sample(item);
        case Signal.Gesture gesture when gesture.phase() == GesturePhase.MOVE -> sample(item);
        case Signal.Event _, Signal.Gesture _, Signal.TimelinePublished _ -> {
          moments++;
          waiting.put(item.number(), item);
        }
      }
    }
  }

  void offer(FeedItem item) {
    Runnable task;
    synchronized (this) {
      if (closed || stopped || end != null) {
        return;
      }
      switch (item.signal()) {
        case Signal.Change change -> {
          // To the end, so that numbers go up.
          waiting.remove(change.address());
          waiting.put(change.address(), item);
        }
        case Signal.Stream _ -> sample(item);
        case Signal.Gesture gesture when gesture.phase() == GesturePhase.MOVE -> sample(item);
        case Signal.Event _, Signal.Gesture _, Signal.TimelinePublished _ -> {
          if (moments >= capacity) {
            end =
                Problem.of(
                    503,
                    "listener-too-slow",
                    "more than "
                        + capacity
                        + " events wait for this listener; it reads too slowly");
          } else {
            moments++;
            waiting.put(item.number(), item);
          }
        }
      }
      task = wake;
      wake = null;
    }
    if (task != null) {
      task.run();
    }
  }

  private void sample(FeedItem item) {
    if (samples.size() >= capacity) {
      waiting.remove(samples.removeFirst());
      dropped++;
    }
    samples.addLast(item.number());
    waiting.put(item.number(), item);
  }

  void end(Problem why) {
    Runnable task;
    synchronized (this) {
      if (end == null) {
        end = why;
      }
      task = wake;
      wake = null;
    }
    if (task != null) {
      task.run();
    }
  }

  /** Nothing is told any more. Idempotent. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      waiting.clear();
      samples.clear();
      moments = 0;
      wake = null;
    }
    source.leave(this);
  }
}
