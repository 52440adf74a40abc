package dev.clasp.osc;

/** Bytes that are no OSC packet; the message says what is wrong and at which byte. */
public final class OscException extends Exception {

  private static final long serialVersionUID = 1L;

  public OscException(String message) {
    super(message);
  }
}
