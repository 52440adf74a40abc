package dev.clasp.router;

import dev.clasp.protocol.AddressPattern;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the configuration says about the parameters of all addresses that match. Of the rules that
 * say something about the same thing, the first that matches holds.
 *
 * @param strategy how conflicting writes are decided
 * @param ttlNanos a parameter not written for so long ends; 0 = it never does. A SET with a
 *     lifetime of its own is not concerned
 * @param ephemeral the parameter ends with the session that wrote it last
 */
public record ParameterRule(
    AddressPattern pattern,
    Optional<ConflictStrategy> strategy,
    OptionalLong ttlNanos,
    boolean ephemeral) {

  public ParameterRule {
    if (ttlNanos.orElse(0) < 0) {
      throw new IllegalArgumentException("a lifetime must not be negative: " + ttlNanos);
    }
  }

  public static ParameterRule conflict(AddressPattern pattern, ConflictStrategy strategy) {
    return new ParameterRule(pattern, Optional.of(strategy), OptionalLong.empty(), false);
  }

  public static ParameterRule lifetime(AddressPattern pattern, long nanos) {
    return new ParameterRule(pattern, Optional.empty(), OptionalLong.of(nanos), false);
  }

  public static ParameterRule ephemeral(AddressPattern pattern) {
    return new ParameterRule(pattern, Optional.empty(), OptionalLong.empty(), true);
  }
}
