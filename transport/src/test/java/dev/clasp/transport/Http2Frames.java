package dev.clasp.transport;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Frames of HTTP/2 as a client sends them, letter by letter (RFC 9113 section 6, RFC 7541). */
final class Http2Frames {

  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;

  static final int END_STREAM = 1;
  static final int ACK = 1;
  static final int END_HEADERS = 4;

  static final byte[] PREFACE =
      Wire.concat(
          "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
          frame(SETTINGS, 0, 0));

  private Http2Frames() {}

  record Frame(int type, int flags, int stream, byte[] payload) {

    boolean is(int kind, int of) {
      return type == kind && stream == of;
    }

    int error() {
      return ByteBuffer.wrap(payload).getInt(type == GOAWAY ? 4 : 0);
    }
  }

  static byte[] frame(int type, int flags, int stream, byte... payload) {
    return ByteBuffer.allocate(9 + payload.length)
        .put((byte) (payload.length >> 16))
        .putShort((short) payload.length)
        .put((byte) type)
        .put((byte) flags)
        .putInt(stream)
        .put(payload)
        .array();
  }

  static byte[] get(int stream, String path, String... headers) {
    return frame(HEADERS, END_STREAM | END_HEADERS, stream, head((byte) 0x82, path, headers));
  }

  /** With a body to follow. */
  static byte[] post(int stream, String path, String... headers) {
    return frame(HEADERS, END_HEADERS, stream, head((byte) 0x83, path, headers));
  }

  /**
   * @param method indexed field of the static table
   */
  static byte[] head(byte method, String path, String... headers) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    // :scheme http, :path and :authority literally, the others with literal names.
    out.writeBytes(new byte[] {method, (byte) 0x86, 0x04});
    string(out, path);
    out.write(0x01);
    string(out, "router");
    for (int i = 0; i < headers.length; i += 2) {
      out.write(0);
      string(out, headers[i]);
      string(out, headers[i + 1]);
    }
    return out.toByteArray();
  }

  private static void string(ByteArrayOutputStream out, String text) {
    if (text.length() < 127) {
      out.write(text.length());
    } else {
      out.write(127);
      int rest = text.length() - 127;
      for (; rest >= 128; rest >>= 7) {
        out.write(rest & 127 | 128);
      }
      out.write(rest);
    }
    out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  static byte[] data(int stream, boolean last, byte... bytes) {
    return frame(DATA, last ? END_STREAM : 0, stream, bytes);
  }

  static byte[] reset(int stream) {
    return frame(RST_STREAM, 0, stream, (byte) 0, (byte) 0, (byte) 0, (byte) 8);
  }

  static byte[] setting(int id, int value) {
    return frame(SETTINGS, 0, 0, ByteBuffer.allocate(6).putShort((short) id).putInt(value).array());
  }

  static byte[] window(int stream, int more) {
    return frame(WINDOW_UPDATE, 0, stream, ByteBuffer.allocate(4).putInt(more).array());
  }

  static List<Frame> parse(byte[] bytes) {
    List<Frame> frames = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    while (in.remaining() >= 9) {
      int length = (in.get() & 0xFF) << 16 | in.getShort() & 0xFFFF;
      int type = in.get();
      int flags = in.get();
      int stream = in.getInt();
      if (length > in.remaining()) {
        throw new AssertionError("half a frame: " + Arrays.toString(bytes));
      }
      byte[] payload = new byte[length];
      in.get(payload);
      frames.add(new Frame(type, flags, stream, payload));
    }
    if (in.hasRemaining()) {
      throw new AssertionError("half a frame: " + Arrays.toString(bytes));
    }
    return frames;
  }
}
