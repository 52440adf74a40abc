package dev.clasp.midi;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * A command of a packet (RFC 6295 section 3).
 *
 * @param delta time behind the command before it, or behind the timestamp of the packet, in its
 *     units; 0 to 2^28 - 1
 * @param bytes with its status byte. SysEx may be in pieces: {@code F0 ... F0}, {@code F7 ... F0},
 *     {@code F7 ... F7}, and {@code F7 ... F4} if it was given up. Nobody changes them
 */
public record RtpMidiCommand(int delta, byte[] bytes) {

  /** The longest delta. */
  public static final int MAX_DELTA = (1 << 28) - 1;

  int status() {
    return bytes[0] & 0xFF;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof RtpMidiCommand other
        && delta == other.delta
        && Arrays.equals(bytes, other.bytes);
  }

  @Override
  public int hashCode() {
    return 31 * delta + Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "+" + delta + " " + HexFormat.of().formatHex(bytes);
  }
}
