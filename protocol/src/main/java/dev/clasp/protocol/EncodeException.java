package dev.clasp.protocol;

/**
 * A message that has no valid encoding: too large, nested too deeply, or text that is not Unicode.
 */
public final class EncodeException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public EncodeException(String message) {
    super(message);
  }

  /** Payload, string, count or inner message above 65,535. */
  public static EncodeException payloadTooLarge(long bytes) {
    return new EncodeException("payload too large: " + bytes + " (max 65535)");
  }
}
