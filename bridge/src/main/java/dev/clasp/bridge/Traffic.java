package dev.clasp.bridge;

import dev.clasp.transform.Direction;
import dev.clasp.transform.MappedSignal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A signal that a bridge has seen, and what became of it.
 *
 * @param before as it came: inbound with a path of the protocol, outbound with an address
 * @param after what it was made into; empty if it went no further
 * @param peer who sent it, if it came from the other side
 */
public record Traffic(
    Instant at,
    Direction direction,
    Outcome outcome,
    MappedSignal before,
    List<MappedSignal> after,
    Optional<String> peer) {

  /** What becomes of a signal. */
  public enum Outcome {
    /** On its way; a rate cap may still hold or drop it. */
    CARRIED,
    /** One's own, or nothing new. */
    ECHO,
    /** No rule takes it. */
    UNMAPPED,
    /** The bridge does not carry this way, or the other side has no use for it. */
    IGNORED,
    /** It goes round in circles. */
    LOOP,
    /** The rules failed. */
    DROPPED
  }

  public Traffic {
    after = List.copyOf(after);
  }
}
