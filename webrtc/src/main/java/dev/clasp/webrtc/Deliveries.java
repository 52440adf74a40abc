package dev.clasp.webrtc;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the listener, in order, on an executor that runs one task at a time. What may wait is
 * bounded: data by the {@link ReceiveBudget}, which whoever received it has asked; notices here;
 * the rest by the number of connections. Thread-safe.
 */
final class Deliveries {

  private static final Logger LOG = LoggerFactory.getLogger(PeerToPeer.class);

  private final Consumer<? super PeerEvent> listener;
  private final Executor executor;
  private final ReceiveBudget budget;
  private final AtomicInteger notices = new AtomicInteger();

  Deliveries(Consumer<? super PeerEvent> listener, Executor executor, ReceiveBudget budget) {
    this.listener = listener;
    this.executor = executor;
    this.budget = budget;
  }

  void tell(PeerEvent event) {
    switch (event) {
      case PeerEvent.Received received ->
          run(() -> {
            budget.give(received.data().length);
            run(received);
          });
      case PeerEvent.Announced _, PeerEvent.Undelivered _ -> {
        if (notices.incrementAndGet() > Limits.MAX_NOTICES) {
          notices.decrementAndGet();
          return;
        }
        run(() -> {
          notices.decrementAndGet();
          run(event);
        });
      }
      case PeerEvent.Connected _, PeerEvent.Failed _, PeerEvent.Disconnected _ ->
          run(() -> run(event));
    }
  }

  /** Runs code of the application behind what was told before; not any more after the end. */
  void run(Runnable task) {
    try {
      executor.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.trace("after the end", e);
    }
  }

  private void run(PeerEvent event) {
    try {
      listener.accept(event);
    } catch (Throwable e) {
      LOG.warn("the listener failed at {}", event, e);
    }
  }
}
