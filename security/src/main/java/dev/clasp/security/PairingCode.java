package dev.clasp.security;

import java.security.SecureRandom;
import java.util.Optional;

/**
 * Six digits that a person reads from one screen and types at another. A secret for a few minutes:
 * {@link #toString} does not show it.
 */
public final class PairingCode {

  /** Digits of a code (operations.md 8.5). */
  public static final int LENGTH = 6;

  private static final int CODES = 1_000_000;

  private final String digits;

  private PairingCode(String digits) {
    this.digits = digits;
  }

  /** A new one; every code is as likely as any other. */
  public static PairingCode random(SecureRandom random) {
    String number = Integer.toString(random.nextInt(CODES));
    return new PairingCode("0".repeat(LENGTH - number.length()) + number);
  }

  /**
   * What somebody typed: six digits 0 to 9. Blanks and hyphens between them do not count. Empty if
   * it cannot be a code.
   */
  public static Optional<PairingCode> parse(String typed) {
    if (typed.length() > 4 * LENGTH) {
      return Optional.empty();
    }
    StringBuilder digits = new StringBuilder();
    for (char c : typed.toCharArray()) {
      if (c >= '0' && c <= '9') {
        digits.append(c);
      } else if (c != ' ' && c != '-') {
        return Optional.empty();
      }
    }
    return digits.length() == LENGTH
        ? Optional.of(new PairingCode(digits.toString()))
        : Optional.empty();
  }

  /** {@code 482913}. */
  public String digits() {
    return digits;
  }

  /** {@code 482 913}, for people. */
  public String grouped() {
    return digits.substring(0, LENGTH / 2) + " " + digits.substring(LENGTH / 2);
  }

  @Override
  public String toString() {
    return "PairingCode[hidden]";
  }
}
