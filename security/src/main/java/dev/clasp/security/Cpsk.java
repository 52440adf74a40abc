package dev.clasp.security;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** The form of pre-shared key tokens: {@code cpsk_} and something secret (operations.md 8.1). */
public final class Cpsk {

  public static final String PREFIX = "cpsk_";

  /** Longest token in bytes, prefix included. */
  public static final int MAX_BYTES = 512;

  private static final String DIGITS =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  /** 190 bits. */
  private static final int LENGTH = 32;

  /** Characters behind the prefix below which a token can be guessed by trying: about 95 bits. */
  private static final int SHORT = 16;

  private Cpsk() {}

  /**
   * A new token. All are equally likely: random bits that fit no digit are thrown away.
   *
   * @param random must be fit for secrets, such as {@link java.security.SecureRandom}
   */
  public static String generate(RandomGenerator random) {
    StringBuilder token = new StringBuilder(PREFIX);
    while (token.length() < PREFIX.length() + LENGTH) {
      int sixBits = random.nextInt() >>> 26;
      if (sixBits < DIGITS.length()) {
        token.append(DIGITS.charAt(sixBits));
      }
    }
    return token.toString();
  }

  /** Might the text be a token of this kind? */
  public static boolean isCpsk(String token) {
    return token.startsWith(PREFIX);
  }

  /** Why a token must not be loaded, as a sentence without the token in it; empty if it may. */
  public static Optional<String> violation(String token) {
    if (!isCpsk(token) || token.length() == PREFIX.length()) {
      return Optional.of(
          "a token begins with " + PREFIX + "; without it no router would ever accept it");
    }
    if (token.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
      return Optional.of("a token has at most " + MAX_BYTES + " bytes");
    }
    if (!token.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
      return Optional.of("a token consists of printable ASCII characters without blanks");
    }
    return Optional.empty();
  }

  /** Short enough to be found by trying. */
  static boolean isShort(String token) {
    return token.length() < PREFIX.length() + SHORT;
  }
}
