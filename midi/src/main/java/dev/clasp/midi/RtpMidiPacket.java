package dev.clasp.midi;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Optional;

/**
 * A packet of RTP-MIDI (RFC 6295 section 2). Immutable.
 *
 * @param sequence 0 to 65535
 * @param timestamp of the first command; with AppleMIDI in units of 100 µs
 * @param ssrc who sends it
 * @param commands may be none
 * @param journal what may have been lost before it; empty if the sender keeps none, or it cannot be
 *     read
 */
public record RtpMidiPacket(
    int sequence,
    int timestamp,
    int ssrc,
    List<RtpMidiCommand> commands,
    Optional<RtpJournal> journal) {

  /** The type of payload that AppleMIDI uses. */
  public static final int PAYLOAD_TYPE = 97;

  private static final int FIRST_DYNAMIC = 96;

  private static final int LONG_LENGTH = 0x80;
  private static final int JOURNAL = 0x40;
  private static final int FIRST_DELTA = 0x20;
  private static final int MAX_SHORT = 15;

  public RtpMidiPacket {
    commands = List.copyOf(commands);
    if (sequence < 0 || sequence > 0xFFFF) {
      throw new IllegalArgumentException("a sequence number is 0 to 65535, not " + sequence);
    }
  }

  /**
   * Reads a datagram. A journal that cannot be read leaves the commands whole.
   *
   * @throws RtpMidiException what is wrong
   */
  public static RtpMidiPacket parse(byte[] bytes, int length) throws RtpMidiException {
    RtpBytes in = new RtpBytes(bytes, 0, length);
    int first = in.u8();
    if (first >> 6 != 2) {
      throw new RtpMidiException("no RTP: version " + (first >> 6) + " and not 2");
    }
    int type = in.u8() & 0x7F;
    if (type < FIRST_DYNAMIC) {
      throw new RtpMidiException("RTP with payload type " + type + ", which is not MIDI");
    }
    int sequence = in.u16();
    int timestamp = in.i32();
    int ssrc = in.i32();
    in.skip(4 * (first & 0x0F));
    if ((first & 0x10) != 0) {
      in.skip(2);
      in.skip(4 * in.u16());
    }
    if ((first & 0x20) != 0) {
      int padding = length > 0 ? bytes[length - 1] & 0xFF : 0;
      in = in.part(in.left() - padding);
    }
    int head = in.u8();
    int size = head & 0x0F;
    if ((head & LONG_LENGTH) != 0) {
      size = size << 8 | in.u8();
    }
    List<RtpMidiCommand> commands = RtpMidiList.read(in.part(size), (head & FIRST_DELTA) != 0);
    return new RtpMidiPacket(
        sequence,
        timestamp,
        ssrc,
        commands,
        (head & JOURNAL) == 0 ? Optional.empty() : journal(in));
  }

  private static Optional<RtpJournal> journal(RtpBytes in) {
    try {
      return Optional.of(RtpJournal.read(in));
    } catch (RtpMidiException e) {
      // Then it is as if there were none: what sounds is ended where something was lost.
      return Optional.empty();
    }
  }

  /**
   * As a datagram.
   *
   * @throws IllegalArgumentException the commands are more than 4095 bytes
   */
  public byte[] write() {
    byte[] list = RtpMidiList.write(commands);
    if (list.length > RtpMidiList.MAX_LENGTH) {
      throw new IllegalArgumentException(list.length + " bytes of commands are too many");
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(64);
    out.write(0x80);
    // The marker says that there are commands (section 2.1).
    out.write((list.length > 0 ? 0x80 : 0) | PAYLOAD_TYPE);
    u16(out, sequence);
    i32(out, timestamp);
    i32(out, ssrc);
    int flags = journal.isPresent() ? JOURNAL : 0;
    if (!commands.isEmpty() && commands.getFirst().delta() > 0) {
      flags |= FIRST_DELTA;
    }
    if (list.length > MAX_SHORT) {
      out.write(LONG_LENGTH | flags | list.length >> 8);
      out.write(list.length & 0xFF);
    } else {
      out.write(flags | list.length);
    }
    out.writeBytes(list);
    journal.ifPresent(each -> out.writeBytes(each.write()));
    return out.toByteArray();
  }

  static void u16(ByteArrayOutputStream out, int value) {
    out.write(value >> 8 & 0xFF);
    out.write(value & 0xFF);
  }

  static void i32(ByteArrayOutputStream out, int value) {
    u16(out, value >>> 16);
    u16(out, value);
  }
}
