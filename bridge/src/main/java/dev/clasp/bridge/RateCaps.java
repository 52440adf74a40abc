package dev.clasp.bridge;

import java.util.OptionalDouble;

/**
 * How many signals a second may pass, one way. Beyond it, of a parameter the newest value waits;
 * everything else is dropped and counted.
 *
 * @param perAddress of one address
 * @param total of all together
 */
public record RateCaps(OptionalDouble perAddress, OptionalDouble total) {

  public static final RateCaps NONE = new RateCaps(OptionalDouble.empty(), OptionalDouble.empty());

  /** Slower is no rate any more; faster no clock measures. */
  private static final double MIN = 0.001;

  private static final double MAX = 10_000_000;

  /**
   * @throws IllegalArgumentException out of range
   */
  public RateCaps {
    check(perAddress);
    check(total);
  }

  private static void check(OptionalDouble rate) {
    if (rate.isPresent() && !(rate.getAsDouble() >= MIN && rate.getAsDouble() <= MAX)) {
      throw new IllegalArgumentException(
          "a rate is 0.001 to 10000000 signals per second, not " + rate.getAsDouble());
    }
  }
}
