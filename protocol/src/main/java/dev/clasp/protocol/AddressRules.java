package dev.clasp.protocol;

import org.jspecify.annotations.Nullable;

/**
 * Which addresses may be written (design D10): not empty, a leading slash, well-formed UTF-8
 * without control characters, no {@code *}, at most 1,024 bytes and 64 segments. Everything else is
 * accepted byte for byte, case-sensitively.
 */
public final class AddressRules {

  public static final int MAX_BYTES = 1024;
  public static final int MAX_SEGMENTS = 64;

  private static final String NOT_UTF8 = "the address is not well-formed UTF-8";

  private AddressRules() {}

  /** What is wrong with an address, as a sentence; null if nothing is. */
  public static @Nullable String violation(String address) {
    byte[] b = utf8(address);
    return b == null ? NOT_UTF8 : violation(b, 0, b.length);
  }

  /** The same for UTF-8 bytes. */
  public static @Nullable String violation(byte[] b, int offset, int length) {
    String common = commonViolation(b, offset, length);
    if (common != null) {
      return common;
    }
    for (int i = offset; i < offset + length; i++) {
      if (b[i] == '*') {
        return "an address has no wildcards; '*' is for subscriptions";
      }
    }
    return null;
  }

  /** What addresses and patterns have in common. */
  static @Nullable String commonViolation(String text) {
    byte[] b = utf8(text);
    return b == null ? NOT_UTF8 : commonViolation(b, 0, b.length);
  }

  private static byte @Nullable [] utf8(String text) {
    try {
      return Utf8.encode(text);
    } catch (EncodeException e) {
      return null;
    }
  }

  static @Nullable String commonViolation(byte[] b, int offset, int length) {
    if (length == 0) {
      return "the address is empty; it must start with '/'";
    }
    if (length > MAX_BYTES) {
      return "the address has " + length + " bytes; at most " + MAX_BYTES + " are allowed";
    }
    if (b[offset] != '/') {
      return "the address must start with '/'";
    }
    int segments = 0;
    for (int i = offset; i < offset + length; i++) {
      int c = b[i] & 0xFF;
      if (c == '/') {
        segments++;
      } else if (c < 0x20 || c == 0x7F || isC1Control(b, i, offset + length)) {
        return "the address has a control character at byte " + (i - offset);
      }
    }
    if (segments > MAX_SEGMENTS) {
      return "the address has " + segments + " segments; at most " + MAX_SEGMENTS + " are allowed";
    }
    try {
      Utf8.validate(b, offset, length);
    } catch (DecodeException e) {
      return NOT_UTF8;
    }
    return null;
  }

  /** U+0080 to U+009F: C2 80 to C2 9F. */
  private static boolean isC1Control(byte[] b, int i, int end) {
    return (b[i] & 0xFF) == 0xC2 && i + 1 < end && (b[i + 1] & 0xE0) == 0x80;
  }
}
