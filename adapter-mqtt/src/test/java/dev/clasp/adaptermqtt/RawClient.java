package dev.clasp.adaptermqtt;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client that sends exactly these bytes, and tells exactly what comes. */
final class RawClient implements AutoCloseable {

  private final Socket socket;
  private final DataInputStream in;

  RawClient(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout((int) House.LIMIT_SECONDS * 1000);
    in = new DataInputStream(socket.getInputStream());
  }

  /** Bytes in hexadecimal, blanks anywhere. */
  static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }

  static byte[] text(String text) {
    byte[] b = text.getBytes(StandardCharsets.UTF_8);
    byte[] all = new byte[2 + b.length];
    all[0] = (byte) (b.length >>> 8);
    all[1] = (byte) b.length;
    System.arraycopy(b, 0, all, 2, b.length);
    return all;
  }

  static byte[] packet(int first, byte[]... parts) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      body.writeBytes(part);
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(first);
    int left = body.size();
    while (left > 0x7F) {
      all.write(left & 0x7F | 0x80);
      left >>>= 7;
    }
    all.write(left);
    all.writeBytes(body.toByteArray());
    return all.toByteArray();
  }

  /**
   * @param flags of CONNECT
   * @param properties with their length, of 5.0 only
   */
  static byte[] connect(int level, int flags, int keepAlive, String properties, byte[]... payload) {
    byte[] head =
        hex(
            "00044D515454%02X%02X%04X%s"
                .formatted(level, flags, keepAlive, level == 5 ? properties : ""));
    byte[][] parts = new byte[1 + payload.length][];
    parts[0] = head;
    System.arraycopy(payload, 0, parts, 1, payload.length);
    return packet(0x10, parts);
  }

  static byte[] subscribe(int level, int id, String filter, int options) {
    return packet(
        0x82,
        hex("%04X%s".formatted(id, level == 5 ? "00" : "")),
        text(filter),
        hex("%02X".formatted(options)));
  }

  /**
   * @param first byte of the packet
   * @param id not written with QoS 0
   */
  static byte[] publish(int first, int level, String topic, int id, String payload) {
    return packet(
        first,
        text(topic),
        (first & 6) == 0 ? new byte[0] : hex("%04X".formatted(id)),
        level == 5 ? hex("00") : new byte[0],
        payload.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Connects with a session that stays for an hour, or for a day below 5.0.
   *
   * @return the answer
   */
  String resume(int level, String id) throws IOException {
    send(connect(level, 0, 0, "051100000E10", text(id)));
    return nextHex();
  }

  /** Sends, and returns the next packet that comes. */
  String ask(byte[] bytes) throws IOException {
    send(bytes);
    return nextHex();
  }

  /** Asks for a sign of life, and returns everything that comes before it. */
  List<String> untilPong() throws IOException {
    send(hex("C000"));
    List<String> all = new ArrayList<>();
    for (String next = nextHex(); !next.equals("D000"); next = nextHex()) {
      if (next.equals("end")) {
        throw new AssertionError("the connection has ended behind " + all);
      }
      all.add(next);
    }
    return all;
  }

  /** Connects as client of this name, with a new session. */
  static RawClient of(int port, int level, String id) throws IOException {
    RawClient client = new RawClient(port);
    client.send(connect(level, 2, 0, "00", text(id)));
    byte[] answer = client.next();
    if (answer == null || answer[0] != 0x20 || answer[3] != 0) {
      throw new AssertionError("no CONNACK but " + Arrays.toString(answer));
    }
    return client;
  }

  RawClient send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
    return this;
  }

  /** The next packet with its fixed header; null at the end. */
  byte @Nullable [] next() throws IOException {
    try {
      int first = in.readUnsignedByte();
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      all.write(first);
      int length = 0;
      int shift = 0;
      int b;
      do {
        b = in.readUnsignedByte();
        all.write(b);
        length |= (b & 0x7F) << shift;
        shift += 7;
      } while ((b & 0x80) != 0);
      all.writeBytes(in.readNBytes(length));
      return all.toByteArray();
    } catch (EOFException | java.net.SocketException e) {
      return null;
    }
  }

  String nextHex() throws IOException {
    byte[] b = next();
    return b == null ? "end" : HexFormat.of().withUpperCase().formatHex(b);
  }

  /** Skips what else comes until the end. */
  void awaitEnd() throws IOException {
    while (next() != null) {}
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
