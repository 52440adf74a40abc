package dev.clasp.client;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.Optional;

/**
 * How a lock is taken.
 *
 * @param value to write with it; without one, the value that is there is written again
 * @param patience for how long to try again while another session holds it; zero = try once. Trying
 *     begins after 50 ms and gets slower, to once a second: the router does not tell when a lock
 *     becomes free
 */
public record LockOptions(Optional<Value> value, Duration patience) {

  private static final Duration MAX_WAIT = Duration.ofDays(1);

  /** Now or not at all, with the value that is there. */
  public static final LockOptions NOW = new LockOptions(Optional.empty(), Duration.ZERO);

  /**
   * Checks the ranges.
   *
   * @throws ClaspException of kind INVALID: the patience is negative, or longer than a day
   */
  public LockOptions {
    if (patience.isNegative() || patience.compareTo(MAX_WAIT) > 0) {
      throw ClaspException.of(
          Kind.INVALID, "the patience for a lock must be nothing to a day, not " + patience);
    }
  }

  /** Writes this with the lock: anything that {@link Values#of} takes. */
  public LockOptions withValue(Object newValue) {
    return new LockOptions(Optional.of(Values.of(newValue)), patience);
  }

  /** For how long to try. */
  public LockOptions withPatience(Duration limit) {
    return new LockOptions(value, limit);
  }
}
