package dev.clasp.protocol;

/**
 * A text that is not an address pattern; the message says why. Carries no stack trace: bad input is
 * normal.
 */
public final class PatternException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public PatternException(String message) {
    super(message, null, false, false);
  }
}
