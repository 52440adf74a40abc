package dev.clasp.bench;

/**
 * A measurement that could not be made. The message says what failed, where, and what to do; it is
 * meant for the user.
 */
public final class BenchException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public BenchException(String message) {
    super(message);
  }

  public BenchException(String message, Throwable cause) {
    super(message, cause);
  }
}
