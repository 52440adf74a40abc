package dev.clasp.protocol;

import dev.clasp.protocol.DecodeException.Kind;
import java.nio.charset.StandardCharsets;

/**
 * Strict UTF-8 (wire.md 3): malformed bytes and unpaired surrogates are refused, never repaired.
 */
public final class Utf8 {

  private static final long NON_ASCII = 0x8080_8080_8080_8080L;

  private Utf8() {}

  /**
   * Checks that the range is well-formed UTF-8 (Unicode table 3-7). Eight bytes at a time while
   * they are ASCII.
   *
   * @throws DecodeException of kind BAD_UTF8
   */
  public static void validate(byte[] b, int offset, int length) {
    int i = asciiPrefixEnd(b, offset, offset + length);
    if (i < offset + length) {
      validateSlowly(b, i, offset + length);
    }
  }

  /** The text of a range, checked. */
  public static String read(byte[] b, int offset, int length) {
    int end = offset + length;
    int i = asciiPrefixEnd(b, offset, end);
    if (i == end) {
      return new String(b, offset, length, StandardCharsets.ISO_8859_1);
    }
    validateSlowly(b, i, end);
    return new String(b, offset, length, StandardCharsets.UTF_8);
  }

  /**
   * Bytes of the text in UTF-8.
   *
   * @throws EncodeException the text has an unpaired surrogate, or more than 2^31-1 bytes
   */
  public static int encodedLength(String text) {
    long length = 0;
    for (int i = 0, n = text.length(); i < n; i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        length++;
      } else if (c < 0x800) {
        length += 2;
      } else if (!Character.isSurrogate(c)) {
        length += 3;
      } else {
        if (Character.isLowSurrogate(c)
            || i + 1 == n
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          throw new EncodeException("text has an unpaired surrogate at index " + i);
        }
        i++;
        length += 4;
      }
    }
    if (length > Integer.MAX_VALUE) {
      throw EncodeException.payloadTooLarge(length);
    }
    return (int) length;
  }

  /**
   * The text in UTF-8.
   *
   * @throws EncodeException the text has an unpaired surrogate
   */
  public static byte[] encode(String text) {
    encodedLength(text);
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static int asciiPrefixEnd(byte[] b, int offset, int end) {
    int i = offset;
    while (i + 8 <= end && (Bytes.i64(b, i) & NON_ASCII) == 0) {
      i += 8;
    }
    while (i < end && b[i] >= 0) {
      i++;
    }
    return i;
  }

  private static void validateSlowly(byte[] b, int offset, int end) {
    int i = offset;
    while (i < end) {
      int lead = b[i] & 0xFF;
      if (lead < 0x80) {
        i++;
        continue;
      }
      int more;
      int min = 0x80;
      int max = 0xBF;
      if (lead >= 0xC2 && lead <= 0xDF) {
        more = 1;
      } else if (lead >= 0xE0 && lead <= 0xEF) {
        more = 2;
        if (lead == 0xE0) {
          min = 0xA0;
        } else if (lead == 0xED) {
          max = 0x9F;
        }
      } else if (lead >= 0xF0 && lead <= 0xF4) {
        more = 3;
        if (lead == 0xF0) {
          min = 0x90;
        } else if (lead == 0xF4) {
          max = 0x8F;
        }
      } else {
        throw bad(i - offset);
      }
      if (i + more >= end) {
        throw bad(i - offset);
      }
      int second = b[i + 1] & 0xFF;
      if (second < min || second > max) {
        throw bad(i - offset);
      }
      for (int k = 2; k <= more; k++) {
        if ((b[i + k] & 0xC0) != 0x80) {
          throw bad(i - offset);
        }
      }
      i += more + 1;
    }
  }

  private static DecodeException bad(int at) {
    return DecodeException.of(Kind.BAD_UTF8, "bad UTF-8 after " + at + " bytes of text");
  }
}
