package dev.clasp.oscquery;

/** Something of OSCQuery that cannot work; the message is a sentence for the user. */
public final class OscQueryException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public OscQueryException(String message) {
    super(message);
  }

  public OscQueryException(String message, Throwable cause) {
    super(message, cause);
  }
}
