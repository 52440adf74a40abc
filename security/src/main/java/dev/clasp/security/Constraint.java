package dev.clasp.security;

import dev.clasp.protocol.AddressPattern;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a token allows to write at some addresses (operations.md 8.5).
 *
 * @param range numbers written there must be within, ends included; what is no number is refused
 * @param maxRate writes a second, all addresses of the pattern together
 */
public record Constraint(AddressPattern pattern, Optional<Range> range, OptionalDouble maxRate) {

  /** From min to max, both included; neither is NaN and min is not above max. */
  public record Range(double min, double max) {
    public Range {
      if (!(min <= max)) {
        throw new IllegalArgumentException("a range is [min, max]; got [" + min + ", " + max + "]");
      }
    }

    public boolean contains(double value) {
      return value >= min && value <= max;
    }
  }
}
