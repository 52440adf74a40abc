package dev.clasp.protocol;

import java.util.HexFormat;

/**
 * Input that is not a CLASP frame or message. The one exception that decoders throw for bad bytes.
 *
 * <p>Carries no stack trace: bad input is normal and must stay cheap.
 */
public final class DecodeException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What was wrong (wire.md 8.1). */
  public enum Kind {
    /** A read beyond the available bytes. */
    TRUNCATED,
    BAD_MAGIC,
    UNKNOWN_MESSAGE_TYPE,
    UNKNOWN_VALUE_TYPE,
    BAD_UTF8,
    BAD_MESSAGE_PACK,
    /** A field holds a code that has no meaning. */
    MALFORMED_FIELD,
    /** Nesting deeper than the limit. */
    LIMIT_EXCEEDED,
    /** Encrypted or compressed bit set. */
    UNSUPPORTED_FRAME_FEATURE
  }

  private final Kind kind;
  private final int needed;

  private DecodeException(Kind kind, int needed, String message) {
    super(message, null, false, false);
    this.kind = kind;
    this.needed = needed;
  }

  public static DecodeException of(Kind kind, String message) {
    return new DecodeException(kind, 0, message);
  }

  /** A read that needs {@code needed} bytes where {@code available} are there. */
  public static DecodeException truncated(long needed, long available) {
    int n = (int) Math.min(needed, Integer.MAX_VALUE);
    return new DecodeException(
        Kind.TRUNCATED, n, "truncated: need " + needed + " bytes, have " + available);
  }

  /** Two hex digits of a byte, for messages. */
  static String hex(int value) {
    return HexFormat.of().toHexDigits((byte) value);
  }

  public Kind kind() {
    return kind;
  }

  /** For {@link Kind#TRUNCATED}: how many bytes were needed; else 0. */
  public int needed() {
    return needed;
  }
}
