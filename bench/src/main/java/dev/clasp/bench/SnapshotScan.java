package dev.clasp.bench;

import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.CodecLimits;
import dev.clasp.protocol.DecodeException;
import dev.clasp.protocol.ValueLayout;
import java.nio.charset.StandardCharsets;

/** Walks through a SNAPSHOT in place (wire.md 5.10). */
final class SnapshotScan {

  /** Receives the entries. */
  interface Entry {
    /** Address bytes, type code of the value and where its data is. */
    void entry(byte[] b, int address, int addressLength, int valueType, int value);
  }

  private static final int FLAG_WRITER = 0x01;
  private static final int FLAG_TIMESTAMP = 0x02;

  private SnapshotScan() {}

  /**
   * Hands on every entry of a payload.
   *
   * @throws DecodeException it is damaged
   */
  static void scan(byte[] b, int payload, int end, Entry entries) {
    int count = Bytes.u16(b, require(payload + 1, 2, end) - 2);
    int at = payload + 3;
    for (int i = 0; i < count; i++) {
      int address = require(at, 2, end);
      int addressLength = Bytes.u16(b, at);
      at = require(address, addressLength, end);
      int value = require(at, 1, end);
      int type = b[at] & 0xFF;
      at = ValueLayout.skip(b, type, value, end, CodecLimits.DEFAULT.valueDepth());
      entries.entry(b, address, addressLength, type, value);
      int flagsAt = at + 8;
      at = require(at, 9, end);
      int flags = b[flagsAt];
      if ((flags & FLAG_WRITER) != 0) {
        int writer = require(at, 2, end);
        at = require(writer, Bytes.u16(b, at), end);
      }
      if ((flags & FLAG_TIMESTAMP) != 0) {
        at = require(at, 8, end);
      }
    }
  }

  /** How many entries have an address that starts with these bytes. */
  static int count(byte[] b, int payload, int end, byte[] prefix) {
    int[] found = {0};
    scan(
        b,
        payload,
        end,
        (buffer, address, length, _, _) -> {
          if (startsWith(buffer, address, length, prefix)) {
            found[0]++;
          }
        });
    return found[0];
  }

  static boolean startsWith(byte[] b, int offset, int length, byte[] prefix) {
    if (length < prefix.length) {
      return false;
    }
    for (int i = 0; i < prefix.length; i++) {
      if (b[offset + i] != prefix[i]) {
        return false;
      }
    }
    return true;
  }

  static String text(byte[] b, int offset, int length) {
    return new String(b, offset, length, StandardCharsets.UTF_8);
  }

  private static int require(int at, int n, int end) {
    if (n > end - at) {
      throw DecodeException.truncated(n, end - at);
    }
    return at + n;
  }
}
