package dev.clasp.discovery;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events for any number of subscribers, each at its own pace. Who subscribes late is told first
 * what there is. A subscriber that lets {@value #CAPACITY} events wait is ended with an error: it
 * would miss some, and not know which. Thread-safe.
 */
final class EventFeed implements Flow.Publisher<DiscoveryEvent> {

  private static final Logger LOG = LoggerFactory.getLogger(EventFeed.class);

  /** More than twice as many as there can be devices. */
  static final int CAPACITY = 2048;

  private final Object lock;
  private final Supplier<List<DiscoveryEvent>> present;
  private final List<Reader> readers = new CopyOnWriteArrayList<>();
  private boolean ended;

  /**
   * @param lock held by whoever calls {@link #publish}
   * @param present what a late subscriber is told first; called with the lock
   */
  EventFeed(Object lock, Supplier<List<DiscoveryEvent>> present) {
    this.lock = lock;
    this.present = present;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super DiscoveryEvent> subscriber) {
    Reader reader = new Reader(Objects.requireNonNull(subscriber));
    subscriber.onSubscribe(reader);
    synchronized (lock) {
      present.get().forEach(reader::offer);
      if (ended) {
        reader.end(null);
      } else {
        readers.add(reader);
      }
    }
  }

  /** With the lock. */
  void publish(DiscoveryEvent event) {
    readers.forEach(reader -> reader.offer(event));
  }

  /** Nothing comes any more. */
  void end() {
    synchronized (lock) {
      ended = true;
      readers.forEach(reader -> reader.end(null));
      readers.clear();
    }
  }

  /** One subscriber. Calls of it run one after the other, on virtual threads. */
  private final class Reader implements Flow.Subscription {
    private final Flow.Subscriber<? super DiscoveryEvent> subscriber;
    private final ArrayDeque<DiscoveryEvent> waiting = new ArrayDeque<>();
    private long wanted;
    private boolean running;
    private boolean ending;
    private boolean over;
    private @Nullable Throwable failure;

    Reader(Flow.Subscriber<? super DiscoveryEvent> subscriber) {
      this.subscriber = subscriber;
    }

    synchronized void offer(DiscoveryEvent event) {
      if (ending || over) {
        return;
      }
      if (waiting.size() >= CAPACITY) {
        readers.remove(this);
        end(new IllegalStateException("the subscriber is too slow: " + CAPACITY + " events wait"));
        return;
      }
      waiting.add(event);
      run();
    }

    synchronized void end(@Nullable Throwable why) {
      if (!ending) {
        ending = true;
        failure = why;
        if (why != null) {
          waiting.clear();
        }
        run();
      }
    }

    @Override
    public synchronized void request(long n) {
      if (n <= 0) {
        end(new IllegalArgumentException("a subscriber must request more than " + n));
        return;
      }
      wanted = wanted + n < 0 ? Long.MAX_VALUE : wanted + n;
      run();
    }

    @Override
    public synchronized void cancel() {
      over = true;
      waiting.clear();
      readers.remove(this);
    }

    private void run() {
      if (!running && !over) {
        running = true;
        Thread.ofVirtual().name("clasp-discovery-events").start(this::drain);
      }
    }

    private void drain() {
      try {
        while (true) {
          DiscoveryEvent next;
          synchronized (this) {
            if (over) {
              running = false;
              return;
            }
            next = wanted > 0 ? waiting.poll() : null;
            if (next == null) {
              boolean last = ending && waiting.isEmpty();
              over |= last;
              running = false;
              if (!last) {
                return;
              }
            } else {
              wanted--;
            }
          }
          if (next == null) {
            finish();
            return;
          }
          subscriber.onNext(next);
        }
      } catch (RuntimeException e) {
        LOG.error("a subscriber of discovery failed; it is told no more", e);
        cancel();
      }
    }

    private void finish() {
      Throwable why = failure;
      if (why == null) {
        subscriber.onComplete();
      } else {
        subscriber.onError(why);
      }
    }
  }
}
