package dev.clasp.security;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is known about a pre-shared key token. Immutable; holds no secret.
 *
 * @param notBefore Unix seconds from which on it is valid
 * @param expiresAt Unix seconds from which on it is no longer valid
 * @param createdAt Unix seconds
 * @param metadata whatever the issuer noted
 */
public record TokenEntry(
    TokenDigest digest,
    Optional<String> subject,
    Scopes scopes,
    OptionalLong notBefore,
    OptionalLong expiresAt,
    OptionalLong createdAt,
    Map<String, String> metadata) {

  public TokenEntry {
    metadata = Map.copyOf(metadata);
  }

  /** Without anything but rights. */
  public static TokenEntry of(TokenDigest digest, Scopes scopes) {
    return new TokenEntry(
        digest,
        Optional.empty(),
        scopes,
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        Map.of());
  }

  /** Names it where people see it. */
  public String id() {
    return digest.id();
  }

  /** Is its time over? */
  public boolean expired(long unixSeconds) {
    return expiresAt.isPresent() && unixSeconds >= expiresAt.getAsLong();
  }

  /** Has its time not come yet? */
  public boolean early(long unixSeconds) {
    return notBefore.isPresent() && unixSeconds < notBefore.getAsLong();
  }

  /** Who presents it. */
  public Identity identity() {
    return new Identity(id(), subject, scopes, List.of(), expiresAt, metadata);
  }

  /**
   * May a session that began with this entry go on when the other has taken its place? Whether it
   * ends later or sooner now does not matter yet.
   *
   * @param then when this entry was looked at, Unix seconds; if it was early then, there is none
   * @param now when the other is, Unix seconds
   */
  boolean survives(TokenEntry newer, long then, long now) {
    return scopes.equals(newer.scopes)
        && subject.equals(newer.subject)
        && (early(then) || !newer.early(now));
  }
}
