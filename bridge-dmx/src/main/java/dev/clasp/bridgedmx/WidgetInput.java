package dev.clasp.bridgedmx;

import java.util.Arrays;
import java.util.Optional;

/**
 * The DMX packets that a widget has heard, from whole ones (label 5) and from changes (label 9).
 * Not thread-safe.
 */
final class WidgetInput {

  /** What came. */
  sealed interface Heard {
    /** Slots of a packet with start code 0, as they are now. */
    record Slots(byte[] slots) implements Heard {}

    /** Another packet, with its start code: of RDM if that is 0xCC. */
    record Other(byte[] packet) implements Heard {}

    /** Cannot be used; a sentence says why. */
    record Unusable(String why) implements Heard {}
  }

  static final int SLOTS = 512;

  /** Bytes of a change behind each other: one bit for each of these. */
  private static final int BITS = 40;

  private static final int BITMAP = BITS / 8;
  private static final int QUEUE_OVERFLOW = 1;
  private static final int OVERRUN = 2;

  private final byte[] packet = new byte[1 + SLOTS];
  private int length = 1;

  /** All zeros, which is where a widget begins to count changes from when label 8 comes. */
  void clear() {
    Arrays.fill(packet, (byte) 0);
    length = 1;
  }

  /** Label 5: status, start code, slots. */
  Heard received(byte[] data) {
    if (data.length < 2) {
      return new Heard.Unusable("a received packet without a start code");
    }
    if (data.length > 2 + SLOTS) {
      return new Heard.Unusable("a received packet with " + (data.length - 2) + " slots");
    }
    int status = data[0] & 0xFF;
    if ((status & (QUEUE_OVERFLOW | OVERRUN)) != 0) {
      return new Heard.Unusable(
          (status & OVERRUN) != 0
              ? "the interface received a byte too fast (overrun)"
              : "the interface lost received bytes: its queue was full");
    }
    if (data[1] != 0) {
      return new Heard.Other(Arrays.copyOfRange(data, 1, data.length));
    }
    clear();
    length = data.length - 1;
    System.arraycopy(data, 1, packet, 0, length);
    return slots();
  }

  /**
   * Label 9: eighth of the first byte's place, a bit for each of 40 bytes from there, then those
   * that changed. Places count from the start code.
   */
  Heard changed(byte[] data) {
    if (data.length < 1 + BITMAP) {
      return new Heard.Unusable("a change of state that is too short");
    }
    int first = (data[0] & 0xFF) * 8;
    int changed = 0;
    for (int i = 1; i <= BITMAP; i++) {
      changed += Integer.bitCount(data[i] & 0xFF);
    }
    if (data.length - 1 - BITMAP < changed) {
      return new Heard.Unusable(
          "a change of state of " + changed + " slots with fewer values than that");
    }
    // First look whether all of it is good, then apply.
    for (int bit = 0; bit < BITS; bit++) {
      if (isSet(data, bit) && first + bit > SLOTS) {
        return new Heard.Unusable("a change of slot " + (first + bit));
      }
    }
    int at = 1 + BITMAP;
    for (int bit = 0; bit < BITS; bit++) {
      if (isSet(data, bit)) {
        packet[first + bit] = data[at++];
        length = Math.max(length, first + bit + 1);
      }
    }
    if (packet[0] != 0) {
      packet[0] = 0;
      return new Heard.Unusable("a change of a packet with another start code");
    }
    return slots();
  }

  private static boolean isSet(byte[] data, int bit) {
    return (data[1 + bit / 8] >> bit % 8 & 1) != 0;
  }

  private Heard slots() {
    return new Heard.Slots(Arrays.copyOfRange(packet, 1, length));
  }

  /** {@code 12345678} of the answer to label 10; empty if it is none or all unset. */
  static Optional<String> serialNumber(byte[] data) {
    if (data.length != 4) {
      return Optional.empty();
    }
    StringBuilder digits = new StringBuilder();
    boolean unset = true;
    for (int i = 3; i >= 0; i--) {
      unset &= data[i] == (byte) 0xFF;
      digits.append(Integer.toHexString(data[i] & 0xFF | 0x100), 1, 3);
    }
    return unset ? Optional.empty() : Optional.of(digits.toString());
  }
}
