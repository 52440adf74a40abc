package dev.clasp.midi;

/** Reads a part of a packet, never beyond its end. */
final class RtpBytes {

  private final byte[] bytes;
  private final int end;
  private int at;

  RtpBytes(byte[] bytes, int from, int end) throws RtpMidiException {
    if (from < 0 || end > bytes.length || from > end) {
      throw new RtpMidiException("a part of the packet reaches beyond its end");
    }
    this.bytes = bytes;
    this.at = from;
    this.end = end;
  }

  int at() {
    return at;
  }

  int left() {
    return end - at;
  }

  /** The next byte, which stays; -1 at the end. */
  int peek() {
    return at < end ? bytes[at] & 0xFF : -1;
  }

  int u8() throws RtpMidiException {
    need(1);
    return bytes[at++] & 0xFF;
  }

  int u16() throws RtpMidiException {
    return u8() << 8 | u8();
  }

  int i32() throws RtpMidiException {
    return u16() << 16 | u16();
  }

  long i64() throws RtpMidiException {
    return (long) i32() << 32 | i32() & 0xFFFF_FFFFL;
  }

  void skip(int count) throws RtpMidiException {
    need(count);
    at += count;
  }

  /** The next bytes as a part of their own. */
  RtpBytes part(int count) throws RtpMidiException {
    need(count);
    RtpBytes part = new RtpBytes(bytes, at, at + count);
    at += count;
    return part;
  }

  byte[] take(int count) throws RtpMidiException {
    need(count);
    byte[] taken = new byte[count];
    System.arraycopy(bytes, at, taken, 0, count);
    at += count;
    return taken;
  }

  private void need(int count) throws RtpMidiException {
    if (count < 0 || count > end - at) {
      throw new RtpMidiException("the packet ends at byte " + end + ", in the middle of something");
    }
  }
}
