package dev.clasp.protocol;

/**
 * A value that is not a timeline; the message says why. Carries no stack trace: bad input is
 * normal.
 */
public final class TimelineException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public TimelineException(String message) {
    super(message, null, false, false);
  }
}
