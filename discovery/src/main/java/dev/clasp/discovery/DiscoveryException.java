package dev.clasp.discovery;

/** A mechanism that cannot work; the message is for the user and says what to do. */
public final class DiscoveryException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public DiscoveryException(String message, Throwable cause) {
    super(message, cause);
  }
}
