package dev.clasp.bench;

import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.MessageType;
import dev.clasp.protocol.ValueLayout;

/** Looks at what arrives, in place. Offsets are those of a payload: its first byte is the type. */
final class Messages {

  /** The message carries no number of a {@link FrameTemplate}. */
  static final int NONE = -1;

  private Messages() {}

  /** Where the number of a PUBLISH or SET is, or {@link #NONE}. */
  static int number(byte[] b, int payload, int end) {
    if (end - payload < 4) {
      return NONE;
    }
    int at = payload + 4 + Bytes.u16(b, payload + 2);
    int valueType;
    switch (b[payload]) {
      case MessageType.SET -> valueType = b[payload + 1] & 0x0F;
      case MessageType.PUBLISH -> {
        if (end - at < 2 || b[at] != 1) {
          return NONE;
        }
        valueType = b[at + 1];
        at += 2;
      }
      default -> {
        return NONE;
      }
    }
    if (valueType == ValueLayout.BYTES) {
      at += 2;
    } else if (valueType != ValueLayout.I64) {
      return NONE;
    }
    return end - at < 8 ? NONE : at;
  }
}
