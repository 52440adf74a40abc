package dev.clasp.security;

import java.util.Optional;

/**
 * A token in a {@link TokenStore}.
 *
 * @param secret the token itself, unless the store has only its digest
 */
public record StoredToken(Optional<String> secret, TokenEntry entry) {

  /** What is known about a token without the token itself. */
  @Override
  public String toString() {
    return entry.toString();
  }
}
