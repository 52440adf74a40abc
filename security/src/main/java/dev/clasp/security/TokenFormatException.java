package dev.clasp.security;

import java.io.Serial;

/**
 * A file with tokens or keys is not what it should be. The message says where and why, and holds no
 * secret.
 */
public final class TokenFormatException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1L;

  public TokenFormatException(String message) {
    super(message);
  }
}
