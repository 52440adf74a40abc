package dev.clasp.midi;

/**
 * Bytes that are not what they should be; the message says what is wrong and where. Without a stack
 * trace: whoever sends rubbish must not make it expensive.
 */
public final class MidiException extends Exception {

  private static final long serialVersionUID = 1L;

  public MidiException(String message) {
    super(message, null, false, false);
  }
}
