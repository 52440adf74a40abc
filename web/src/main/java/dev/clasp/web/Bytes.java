package dev.clasp.web;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes from outside, read from the front. */
final class Bytes {

  /** They are not what they should be. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed() {
      super("malformed", null, false, false);
    }
  }

  private final byte[] bytes;
  private int at;

  Bytes(byte[] bytes) {
    this.bytes = bytes;
  }

  boolean atEnd() {
    return at == bytes.length;
  }

  int u8() throws Malformed {
    if (at >= bytes.length) {
      throw new Malformed();
    }
    return bytes[at++] & 0xFF;
  }

  /** Takes the next byte if it is this one. */
  boolean skips(int value) throws Malformed {
    if (at >= bytes.length) {
      throw new Malformed();
    }
    if ((bytes[at] & 0xFF) == value) {
      at++;
      return true;
    }
    return false;
  }

  /** An unsigned number of 1, 2, 4 or 8 bytes, the highest first; of 8 as the bits are. */
  long big(int length) throws Malformed {
    long number = 0;
    for (int i = 0; i < length; i++) {
      number = number << 8 | u8();
    }
    return number;
  }

  byte[] take(long length) throws Malformed {
    if (length < 0 || length > bytes.length - at) {
      throw new Malformed();
    }
    at += (int) length;
    return Arrays.copyOfRange(bytes, at - (int) length, at);
  }

  /** Things that are there only if what is left can hold them, at so many bytes each. */
  long count(long claimed, int least) throws Malformed {
    if (claimed < 0 || claimed > (bytes.length - at) / least) {
      throw new Malformed();
    }
    return claimed;
  }

  static String text(byte[] utf8) throws Malformed {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw new Malformed();
    }
  }

  static void big(ByteArrayOutputStream out, long number, int length) {
    for (int i = length - 1; i >= 0; i--) {
      out.write((int) (number >>> 8 * i));
    }
  }
}
