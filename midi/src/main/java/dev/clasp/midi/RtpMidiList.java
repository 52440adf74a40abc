package dev.clasp.midi;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** The list of commands in a packet (RFC 6295 section 3). */
final class RtpMidiList {

  /** Of the list in bytes: the length field has 12 bits. */
  static final int MAX_LENGTH = 4095;

  private static final int SYSEX = 0xF0;
  private static final int SYSEX_GOES_ON = 0xF7;
  private static final int SYSEX_GIVEN_UP = 0xF4;

  private RtpMidiList() {}

  /**
   * @param firstDelta whether a time stands before the first command (Z)
   */
  static List<RtpMidiCommand> read(RtpBytes in, boolean firstDelta) throws RtpMidiException {
    List<RtpMidiCommand> commands = new ArrayList<>();
    int running = 0;
    boolean delta = firstDelta;
    while (in.left() > 0) {
      int time = delta ? delta(in) : 0;
      delta = true;
      if (in.left() == 0) {
        // The last may be a time alone.
        break;
      }
      int status = in.peek();
      if (status < 0x80) {
        if (running == 0) {
          throw new RtpMidiException("data without a status byte at byte " + in.at());
        }
        status = running;
      } else {
        in.skip(1);
        if (status < 0xF0) {
          running = status;
        } else if (status < 0xF8) {
          running = 0;
        }
      }
      commands.add(
          new RtpMidiCommand(
              time,
              status == SYSEX || status == SYSEX_GOES_ON ? sysEx(in, status) : data(in, status)));
    }
    return commands;
  }

  private static int delta(RtpBytes in) throws RtpMidiException {
    int value = 0;
    for (int i = 0; i < 4; i++) {
      int octet = in.u8();
      value = value << 7 | octet & 0x7F;
      if (octet < 0x80) {
        return value;
      }
    }
    throw new RtpMidiException("a time of more than four bytes before byte " + in.at());
  }

  private static byte[] data(RtpBytes in, int status) throws RtpMidiException {
    byte[] bytes = new byte[length(status)];
    bytes[0] = (byte) status;
    for (int i = 1; i < bytes.length; i++) {
      int octet = in.u8();
      if (octet >= 0x80) {
        throw new RtpMidiException("a status byte where data should be, before byte " + in.at());
      }
      bytes[i] = (byte) octet;
    }
    return bytes;
  }

  /** Of a message with this status byte, which is not that of SysEx. */
  static int length(int status) {
    return switch (status >> 4) {
      case 0xC, 0xD -> 2;
      case 0xF ->
          switch (status) {
            case 0xF1, 0xF3 -> 2;
            case 0xF2 -> 3;
            default -> 1;
          };
      default -> 3;
    };
  }

  private static byte[] sysEx(RtpBytes in, int status) throws RtpMidiException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(status);
    while (in.left() > 0 && in.peek() < 0x80) {
      bytes.write(in.u8());
    }
    int end = in.peek();
    if (end == SYSEX_GOES_ON || end == SYSEX || end == SYSEX_GIVEN_UP) {
      bytes.write(in.u8());
    } else {
      // Some senders leave the mark away when it goes on in the next packet.
      bytes.write(SYSEX);
    }
    return bytes.toByteArray();
  }

  /** The first command has no time of its own if that is 0. */
  static byte[] write(List<RtpMidiCommand> commands) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int running = 0;
    for (int i = 0; i < commands.size(); i++) {
      RtpMidiCommand command = commands.get(i);
      if (i > 0 || command.delta() > 0) {
        delta(out, command.delta());
      }
      int status = command.status();
      boolean known = status == running;
      out.write(command.bytes(), known ? 1 : 0, command.bytes().length - (known ? 1 : 0));
      if (status < 0xF0) {
        running = status;
      } else if (status < 0xF8) {
        running = 0;
      }
    }
    return out.toByteArray();
  }

  private static void delta(ByteArrayOutputStream out, int value) {
    for (int shift = 21; shift > 0; shift -= 7) {
      if (value >> shift > 0) {
        out.write(0x80 | value >> shift & 0x7F);
      }
    }
    out.write(value & 0x7F);
  }
}
