package dev.clasp.osc;

/**
 * Bytes that are no OSC packet, or text that is no pattern; the message says what is wrong and
 * where. Without a stack trace: whoever sends rubbish must not make it expensive.
 */
public final class OscException extends Exception {

  private static final long serialVersionUID = 1L;

  public OscException(String message) {
    super(message, null, false, false);
  }
}
