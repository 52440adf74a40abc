package dev.clasp.security;

import java.time.Instant;
import java.util.Optional;

/**
 * What became of a HELLO, for the audit log. Holds no secret.
 *
 * @param peer as the server named it
 * @param tokenId of the token that was presented, also if it was refused; see {@link
 *     Identity#tokenId}
 * @param detail why, for the operator; never for the client
 */
public record LoginReport(
    Instant at,
    String peer,
    Optional<String> tokenId,
    Optional<String> subject,
    Outcome outcome,
    String detail) {

  /** What became of it. */
  public enum Outcome {
    ADMITTED,
    /** There was no token. */
    NO_TOKEN,
    INVALID,
    EXPIRED,
    /** Too many failures before. */
    THROTTLED
  }
}
