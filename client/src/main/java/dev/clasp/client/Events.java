package dev.clasp.client;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the listeners, in order, on the dispatcher; losses summed up now and then. */
final class Events {

  private static final Logger LOG = LoggerFactory.getLogger(ClaspClient.class);

  /** A router that sends errors faster than the listener takes them does not fill the memory. */
  private static final int MAX_WAITING_ERRORS = 1000;

  /** That of the builder first. */
  private final List<Consumer<? super ClientEvent>> listeners = new CopyOnWriteArrayList<>();

  private final TaskLine line;
  private final Counters counters;
  private final AtomicInteger waitingErrors = new AtomicInteger();

  // Loop.
  private long reportedDrops;
  private long reportedUndecodable;
  private String lastUndecodable = "";

  Events(Consumer<? super ClientEvent> listener, TaskLine line, Counters counters) {
    this.listeners.add(listener);
    this.line = line;
    this.counters = counters;
  }

  /** Any thread: one more listener. It is told what is reported from now on. */
  Registration listen(Consumer<? super ClientEvent> listener) {
    // A consumer of our own: the same listener may be added twice and leave once.
    Consumer<ClientEvent> added = listener::accept;
    listeners.add(added);
    return () -> listeners.remove(added);
  }

  /** Loop. */
  void report(ClientEvent event) {
    if (!(event instanceof ClientEvent.ErrorReceived)) {
      line.stage(() -> tell(event));
      return;
    }
    if (waitingErrors.incrementAndGet() > MAX_WAITING_ERRORS) {
      waitingErrors.decrementAndGet();
      return;
    }
    line.stage(() -> {
      waitingErrors.decrementAndGet();
      tell(event);
    });
  }

  /** Loop. A frame was ignored. */
  void undecodable(String reason) {
    counters.add(Counter.UNDECODABLE, 1);
    lastUndecodable = reason;
  }

  /** Loop. Is there something to report? */
  boolean hasLosses() {
    return counters.get(Counter.DROPPED) != reportedDrops
        || counters.get(Counter.UNDECODABLE) != reportedUndecodable;
  }

  /** Loop. Reports what was lost since the last time. */
  void reportLosses() {
    long drops = counters.get(Counter.DROPPED);
    if (drops != reportedDrops) {
      report(
          new ClientEvent.Dropped(
              drops - reportedDrops, "callbacks or the connection are too slow"));
      reportedDrops = drops;
    }
    long undecodable = counters.get(Counter.UNDECODABLE);
    if (undecodable != reportedUndecodable) {
      LOG.debug(
          "{} frames ignored, the last: {}", undecodable - reportedUndecodable, lastUndecodable);
      report(new ClientEvent.Undecodable(lastUndecodable));
      reportedUndecodable = undecodable;
    }
  }

  /** Any thread: a callback threw. */
  void callbackFailed(String pattern, Throwable cause) {
    counters.add(Counter.CALLBACK_FAILURES, 1);
    LOG.warn("the callback of the subscription to {} failed", pattern, cause);
    line.add(() -> tell(new ClientEvent.CallbackFailed(pattern, cause)));
  }

  private void tell(ClientEvent event) {
    for (Consumer<? super ClientEvent> listener : listeners) {
      try {
        listener.accept(event);
      } catch (Throwable e) {
        counters.add(Counter.CALLBACK_FAILURES, 1);
        LOG.warn("the listener of the client failed at {}", event, e);
      }
    }
  }
}
