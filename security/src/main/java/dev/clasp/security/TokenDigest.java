package dev.clasp.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * SHA-256 of a token: all that is kept of it in memory (SEC-52). Comparing two takes the same time
 * whatever they are.
 */
public final class TokenDigest {

  /** How stores write a token of which they know only the digest. */
  public static final String PREFIX = "sha256:";

  private static final int ID_DIGITS = 8;

  private final byte[] sha256;

  private TokenDigest(byte[] sha256) {
    this.sha256 = sha256;
  }

  /** Of a token in clear text. */
  public static TokenDigest of(String token) {
    return new TokenDigest(sha256(token.getBytes(StandardCharsets.UTF_8)));
  }

  static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }

  /** Reads {@code sha256:} and 64 hexadecimal digits; empty for any other text. */
  public static Optional<TokenDigest> parse(String text) {
    if (!text.startsWith(PREFIX) || text.length() != PREFIX.length() + 64) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new TokenDigest(HexFormat.of().parseHex(text, PREFIX.length(), text.length())));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The first 8 hexadecimal digits: names the token in logs and commands (operations.md 8.1). */
  public String id() {
    return HexFormat.of().formatHex(sha256).substring(0, ID_DIGITS);
  }

  /** {@code sha256:} and 64 hexadecimal digits in lower case. */
  public String text() {
    return PREFIX + HexFormat.of().formatHex(sha256);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof TokenDigest other && MessageDigest.isEqual(sha256, other.sha256);
  }

  /** Of a digest nobody learns anything about the token. */
  @Override
  public int hashCode() {
    return sha256[0] << 24 | (sha256[1] & 0xFF) << 16 | (sha256[2] & 0xFF) << 8 | sha256[3] & 0xFF;
  }

  /** The id. */
  @Override
  public String toString() {
    return id();
  }
}
