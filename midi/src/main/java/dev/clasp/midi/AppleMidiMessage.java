package dev.clasp.midi;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What the two sides of a session say to each other (AppleMIDI, which stands in for the session
 * protocols that RFC 6295 leaves open): two bytes FF, two letters, and fields. Immutable.
 */
public sealed interface AppleMidiMessage {

  /** Of the protocol, in IN, OK, NO and BY. */
  int VERSION = 2;

  /** Characters of a name that are kept. */
  int LONGEST_NAME = 128;

  /**
   * {@code IN}: may I take part? On the control port, then on the data port.
   *
   * @param token made up by who invites; names the attempt
   * @param ssrc of who says it
   */
  record Invitation(int token, int ssrc, String name) implements AppleMidiMessage {}

  /** {@code OK}. */
  record Accepted(int token, int ssrc, String name) implements AppleMidiMessage {}

  /** {@code NO}. */
  record Refused(int token, int ssrc, String name) implements AppleMidiMessage {}

  /** {@code BY}: it is over. */
  record End(int token, int ssrc) implements AppleMidiMessage {}

  /**
   * {@code CK}: one of three messages that compare clocks. Times are in units of 100 µs.
   *
   * @param count 0, 1 or 2
   * @param first when 0 was sent, by the clock of who invited
   * @param second when 1 was sent, by the other clock; in 1 and 2
   * @param third when 1 came back; in 2
   */
  record Clock(int ssrc, int count, long first, long second, long third)
      implements AppleMidiMessage {}

  /**
   * {@code RS}: what was lost up to here has been made good.
   *
   * @param sequence the newest that has come, 0 to 65535
   */
  record Feedback(int ssrc, int sequence) implements AppleMidiMessage {}

  /** {@code RL}: not more bits each second than this. */
  record Limit(int ssrc, int bits) implements AppleMidiMessage {}

  /** Whether it begins as one; otherwise it may be RTP. */
  static boolean begins(byte[] bytes, int length) {
    return length >= 4 && bytes[0] == (byte) 0xFF && bytes[1] == (byte) 0xFF;
  }

  /**
   * Reads a datagram.
   *
   * @return empty for letters that nobody knows
   * @throws RtpMidiException it is too short, or of another version
   */
  static Optional<AppleMidiMessage> parse(byte[] bytes, int length) throws RtpMidiException {
    if (!begins(bytes, length)) {
      throw new RtpMidiException("no message of a session: it does not begin with FF FF");
    }
    RtpBytes in = new RtpBytes(bytes, 2, length);
    String letters = "" + (char) in.u8() + (char) in.u8();
    return switch (letters) {
      case "IN" -> {
        version(in);
        yield Optional.of(new Invitation(in.i32(), in.i32(), name(in)));
      }
      case "OK" -> {
        version(in);
        yield Optional.of(new Accepted(in.i32(), in.i32(), name(in)));
      }
      case "NO" -> {
        version(in);
        yield Optional.of(new Refused(in.i32(), in.i32(), name(in)));
      }
      case "BY" -> {
        version(in);
        yield Optional.of(new End(in.i32(), in.i32()));
      }
      case "CK" -> {
        int ssrc = in.i32();
        int count = in.u8();
        in.skip(3);
        if (count > 2) {
          throw new RtpMidiException("CK with count " + count);
        }
        yield Optional.of(new Clock(ssrc, count, in.i64(), in.i64(), in.i64()));
      }
      case "RS" -> {
        int ssrc = in.i32();
        // 32 bits, the upper half of which is the number; some send only that half.
        yield Optional.of(new Feedback(ssrc, in.u16()));
      }
      case "RL" -> Optional.of(new Limit(in.i32(), in.i32()));
      default -> Optional.empty();
    };
  }

  private static void version(RtpBytes in) throws RtpMidiException {
    int version = in.i32();
    if (version != VERSION) {
      throw new RtpMidiException("a session of version " + version + " and not " + VERSION);
    }
  }

  /** Up to a zero byte; control characters are taken out: it will be shown. */
  private static String name(RtpBytes in) throws RtpMidiException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    while (in.left() > 0 && in.peek() != 0 && text.size() < 4 * LONGEST_NAME) {
      text.write(in.u8());
    }
    String name = text.toString(StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}", "");
    return name.codePointCount(0, name.length()) > LONGEST_NAME
        ? name.substring(0, name.offsetByCodePoints(0, LONGEST_NAME))
        : name;
  }

  /** As a datagram. */
  default byte[] write() {
    ByteArrayOutputStream out = new ByteArrayOutputStream(48);
    out.write(0xFF);
    out.write(0xFF);
    switch (this) {
      case Invitation(int token, int ssrc, String name) -> session(out, "IN", token, ssrc, name);
      case Accepted(int token, int ssrc, String name) -> session(out, "OK", token, ssrc, name);
      case Refused(int token, int ssrc, String name) -> session(out, "NO", token, ssrc, name);
      case End(int token, int ssrc) -> session(out, "BY", token, ssrc, "");
      case Clock(int ssrc, int count, long first, long second, long third) -> {
        letters(out, "CK");
        RtpMidiPacket.i32(out, ssrc);
        out.write(count);
        out.writeBytes(new byte[3]);
        for (long time : new long[] {first, second, third}) {
          RtpMidiPacket.i32(out, (int) (time >>> 32));
          RtpMidiPacket.i32(out, (int) time);
        }
      }
      case Feedback(int ssrc, int sequence) -> {
        letters(out, "RS");
        RtpMidiPacket.i32(out, ssrc);
        RtpMidiPacket.i32(out, sequence << 16);
      }
      case Limit(int ssrc, int bits) -> {
        letters(out, "RL");
        RtpMidiPacket.i32(out, ssrc);
        RtpMidiPacket.i32(out, bits);
      }
    }
    return out.toByteArray();
  }

  private static void session(
      ByteArrayOutputStream out, String letters, int token, int ssrc, String name) {
    letters(out, letters);
    RtpMidiPacket.i32(out, VERSION);
    RtpMidiPacket.i32(out, token);
    RtpMidiPacket.i32(out, ssrc);
    if (!name.isEmpty()) {
      out.writeBytes(name.getBytes(StandardCharsets.UTF_8));
      out.write(0);
    }
  }

  private static void letters(ByteArrayOutputStream out, String letters) {
    out.write(letters.charAt(0));
    out.write(letters.charAt(1));
  }
}
