package dev.clasp.security;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Who a session is, as its token proved. Immutable.
 *
 * @param tokenId names the token in logs and commands; never the secret: the first 8 hexadecimal
 *     digits of its SHA-256; of a JWT {@code jwt:} and its {@code jti}, or those digits
 * @param subject who the token was made for
 * @param constraints on what may be written; the first whose pattern matches counts
 * @param expiresAt Unix seconds from which on the token is no longer valid
 * @param metadata whatever the issuer noted
 */
public record Identity(
    String tokenId,
    Optional<String> subject,
    Scopes scopes,
    List<Constraint> constraints,
    OptionalLong expiresAt,
    Map<String, String> metadata) {

  /** Whoever connects to an open router: may do everything. */
  public static final Identity ANYBODY =
      new Identity("", Optional.empty(), Scopes.ALL, List.of(), OptionalLong.empty(), Map.of());

  public Identity {
    constraints = List.copyOf(constraints);
    metadata = Map.copyOf(metadata);
  }
}
