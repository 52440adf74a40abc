package dev.clasp.bridgeartnet;

import dev.clasp.rdm.Uid;
import java.util.Arrays;

/** A datagram. What is behind its end reads as 0 where fields were added to Art-Net over time. */
final class PacketReader {

  private final byte[] bytes;
  private final int length;

  PacketReader(byte[] bytes, int length) {
    this.bytes = bytes;
    this.length = length;
  }

  int length() {
    return length;
  }

  void require(int octets, String what) {
    if (length < octets) {
      throw new ArtNetException(
          what + " with " + length + " octets; it has " + octets + " or more");
    }
  }

  int u8(int at) {
    return at < length ? bytes[at] & 0xFF : 0;
  }

  int u16(int at) {
    return u8(at) << 8 | u8(at + 1);
  }

  int u16Little(int at) {
    return u8(at) | u8(at + 1) << 8;
  }

  /** So many, with zeros behind the end. */
  byte[] octets(int at, int count) {
    byte[] out = new byte[count];
    int there = Math.max(0, Math.min(count, length - at));
    if (there > 0) {
      System.arraycopy(bytes, at, out, 0, there);
    }
    return out;
  }

  /** What there is from here, at most so many. */
  byte[] rest(int at, int most) {
    return at >= length
        ? new byte[0]
        : Arrays.copyOfRange(bytes, at, at + Math.min(most, length - at));
  }

  Uid uid(int at) {
    return Uid.read(octets(at, Uid.OCTETS), 0);
  }

  /** ASCII to the first NUL; other octets become question marks. */
  String text(int at, int most) {
    StringBuilder text = new StringBuilder();
    for (int i = at; i < at + most && u8(i) != 0; i++) {
      int c = u8(i);
      text.append(c >= ' ' && c < 0x7F ? (char) c : '?');
    }
    return text.toString();
  }
}
