package dev.clasp.client;

import java.time.Duration;
import java.util.Optional;

/**
 * Signals of one subscription, to be taken by a thread of the caller; made for virtual threads.
 * What waits is bounded as {@link SubscribeOptions#capacity} says. Several threads may take.
 */
public interface SignalQueue extends AutoCloseable {

  /** The subscription whose signals these are. */
  Subscription subscription();

  /**
   * The next signal; waits for one.
   *
   * @throws ClaspException CLOSED: the queue, subscription or client is closed and nothing is left;
   *     INTERRUPTED
   */
  Signal take();

  /**
   * The next signal, or empty when none came in time.
   *
   * @throws ClaspException as {@link #take}
   */
  Optional<Signal> poll(Duration limit);

  /** How many are waiting. */
  int size();

  /** Ends the subscription and drops what is waiting. */
  @Override
  void close();
}
