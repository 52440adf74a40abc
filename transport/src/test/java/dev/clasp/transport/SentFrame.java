package dev.clasp.transport;

import dev.clasp.testkit.RawPeer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** A WebSocket frame that we sent, taken apart. */
record SentFrame(int first, boolean masked, int key, String hex) {

  /**
   * All frames of a stream.
   *
   * @throws AssertionError the last one is not complete, or a length is not in its shortest form
   */
  static List<SentFrame> all(byte[] stream) {
    List<SentFrame> frames = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(stream);
    while (in.hasRemaining()) {
      int start = in.position();
      int first = in.get() & 0xFF;
      int second = in.get() & 0xFF;
      boolean masked = second >= 0x80;
      int short7 = second & 0x7F;
      long length = short7 < 126 ? short7 : short7 == 126 ? in.getShort() & 0xFFFF : in.getLong();
      int key = masked ? in.getInt() : 0;
      byte[] payload = new byte[(int) length];
      in.get(payload);
      SentFrame frame =
          new SentFrame(first, masked, key, HexFormat.of().formatHex(Wire.applied(key, payload)));
      byte[] shortest = Wire.frame(first, masked, key, frame.payload());
      if (shortest.length != in.position() - start) {
        throw new AssertionError("not the shortest form: " + frame);
      }
      frames.add(frame);
    }
    return frames;
  }

  /** The next that a peer gets. */
  static SentFrame read(RawPeer peer) throws IOException {
    return all(peer.readFrame()).getFirst();
  }

  static SentFrame of(int first, byte... payload) {
    return new SentFrame(first, false, 0, HexFormat.of().formatHex(payload));
  }

  /** A close frame of a server. */
  static SentFrame close(int code, String text) {
    return of(Wire.FIN | Wire.CLOSE, Wire.reason(code, text));
  }

  byte[] payload() {
    return HexFormat.of().parseHex(hex);
  }

  /** The same without what masking adds. */
  SentFrame unmasked() {
    return new SentFrame(first, false, 0, hex);
  }

  int opcode() {
    return first & 15;
  }

  int closeCode() {
    byte[] b = payload();
    return b.length < 2 ? 1005 : (b[0] & 0xFF) << 8 | b[1] & 0xFF;
  }
}
