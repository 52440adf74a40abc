package dev.clasp.serial;

import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Value;
import dev.clasp.transport.StreamCoding;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.zip.CRC32;

/** Bytes on a line, made and read in the slowest and simplest way, without our own codings. */
final class Lines {

  static final byte[] HELLO =
      FrameCodec.encode(
          new Message.Hello(1, Set.of(), "device", Optional.empty(), Optional.empty()));

  private Lines() {}

  static byte[] set(String address, double value) {
    return FrameCodec.encode(
        new Message.SetValue(
            address, Value.of(value), OptionalLong.empty(), false, false, Optional.empty()));
  }

  /** A frame with this payload; no message. */
  static byte[] frame(byte... payload) {
    return concat(
        new byte[] {0x53, 0x41, (byte) (payload.length >> 8), (byte) payload.length}, payload);
  }

  static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  static StreamCoding.Sink into(List<String> frames) {
    return (b, offset, length) -> frames.add(hex(Arrays.copyOfRange(b, offset, offset + length)));
  }

  static byte[] summed(byte[] frame) {
    CRC32 sum = new CRC32();
    sum.update(frame);
    int value = (int) sum.getValue();
    return concat(
        frame,
        new byte[] {(byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value});
  }

  // --- SLIP, RFC 1055 ----------------------------------------------------------------------------

  static byte[] slip(byte[] packet) {
    String body = hex(packet).replaceAll("(..)", "$1 ");
    return bytes("c0 " + body.replace("db", "db dd").replace("c0", "db dc") + "c0");
  }

  static List<String> readSlip(byte[] stream, boolean crc, int maxFrame) {
    List<String> frames = new ArrayList<>();
    ByteArrayOutputStream piece = new ByteArrayOutputStream();
    for (byte b : stream) {
      if (b != (byte) 0xC0) {
        piece.write(b);
        continue;
      }
      String body = hex(piece.toByteArray()).replaceAll("(..)", "$1 ");
      piece.reset();
      // Escapes that are none are no packet.
      if (!body.matches("((?!db )..\\s|db d[cd] )*")) {
        continue;
      }
      StringBuilder plain = new StringBuilder();
      for (String part : body.split("(?<=\\G(?:db d[cd] |(?!db )...))")) {
        plain.append(part.equals("db dc ") ? "c0" : part.equals("db dd ") ? "db" : part);
      }
      accept(bytes(plain.toString()), crc, maxFrame, frames);
    }
    return frames;
  }

  // --- COBS, Cheshire and Baker ------------------------------------------------------------------

  static byte[] cobs(byte[] packet) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    // As the paper has it: behind the packet stands a zero that is not sent.
    byte[] rest = concat(packet, new byte[] {0});
    while (rest.length > 0) {
      int zero = 0;
      while (rest[zero] != 0) {
        zero++;
      }
      if (zero >= 254) {
        out.write(255);
        out.write(rest, 0, 254);
        rest = Arrays.copyOfRange(rest, 254, rest.length);
        if (rest.length == 1) {
          break;
        }
      } else {
        out.write(zero + 1);
        out.write(rest, 0, zero);
        rest = Arrays.copyOfRange(rest, zero + 1, rest.length);
      }
    }
    out.write(0);
    return out.toByteArray();
  }

  static List<String> readCobs(byte[] stream, boolean crc, int maxFrame) {
    List<String> frames = new ArrayList<>();
    ByteArrayOutputStream piece = new ByteArrayOutputStream();
    for (byte b : stream) {
      if (b != 0) {
        piece.write(b);
        continue;
      }
      byte[] stuffed = piece.toByteArray();
      piece.reset();
      ByteArrayOutputStream plain = new ByteArrayOutputStream();
      int at = 0;
      while (at < stuffed.length) {
        int code = stuffed[at] & 0xFF;
        if (at + code > stuffed.length) {
          at = Integer.MAX_VALUE;
          break;
        }
        plain.write(stuffed, at + 1, code - 1);
        at += code;
        if (code < 255 && at < stuffed.length) {
          plain.write(0);
        }
      }
      if (at != Integer.MAX_VALUE) {
        accept(plain.toByteArray(), crc, maxFrame, frames);
      }
    }
    return frames;
  }

  private static void accept(byte[] packet, boolean crc, int maxFrame, List<String> frames) {
    byte[] frame = crc && packet.length >= 4 ? Arrays.copyOf(packet, packet.length - 4) : packet;
    if (crc && !Arrays.equals(summed(frame), packet) || frame.length < 4 || frame[0] != 0x53) {
      return;
    }
    int length = ((frame[1] & 0x20) != 0 ? 12 : 4) + ((frame[2] & 0xff) << 8) + (frame[3] & 0xff);
    if (length == frame.length && length <= maxFrame) {
      frames.add(hex(frame));
    }
  }
}
