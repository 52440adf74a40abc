package dev.clasp.midi;

/**
 * Bytes that are no packet of RTP-MIDI; the message says what is wrong and where. Without a stack
 * trace: whoever sends rubbish must not make it expensive.
 */
public final class RtpMidiException extends Exception {

  private static final long serialVersionUID = 1L;

  public RtpMidiException(String message) {
    super(message, null, false, false);
  }
}
