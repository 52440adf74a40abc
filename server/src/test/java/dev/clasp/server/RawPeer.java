package dev.clasp.server;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A plain socket that sends what no decent client would. */
final class RawPeer implements AutoCloseable {

  static final String UPGRADE =
      "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
          + "Sec-WebSocket-Protocol: clasp\r\n\r\n";

  private final Socket socket = new Socket();
  private final InputStream in;

  private RawPeer(int port) throws IOException {
    socket.setReceiveBufferSize(1 << 16);
    socket.connect(new InetSocketAddress("127.0.0.1", port), 30_000);
    socket.setSoTimeout(30_000);
    socket.setTcpNoDelay(true);
    in = socket.getInputStream();
  }

  static RawPeer connect(ClaspServer server) throws IOException {
    return new RawPeer(server.address().getPort());
  }

  /** One that has become a WebSocket. */
  static RawPeer upgraded(ClaspServer server) throws IOException {
    RawPeer peer = connect(server);
    peer.send(UPGRADE).readHead();
    return peer;
  }

  RawPeer send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    return this;
  }

  RawPeer send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** One frame as a masked binary message. */
  RawPeer sendMessage(byte[] frame) throws IOException {
    return send(message(0x82, frame));
  }

  /** A masked WebSocket frame; the key is 0, so that the bytes stay as they are. */
  static byte[] message(int first, byte[] payload) {
    ByteBuffer b = ByteBuffer.allocate(payload.length + 14);
    b.put((byte) first);
    if (payload.length < 126) {
      b.put((byte) (0x80 | payload.length));
    } else if (payload.length < 65_536) {
      b.put((byte) (0x80 | 126)).putShort((short) payload.length);
    } else {
      b.put((byte) (0x80 | 127)).putLong(payload.length);
    }
    b.putInt(0).put(payload);
    byte[] message = new byte[b.flip().remaining()];
    b.get(message);
    return message;
  }

  /** Up to and with the empty line. */
  String readHead() throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      head.write(readByte());
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  /** Head and body of an answer with a Content-Length. */
  String readAnswer() throws IOException {
    String head = readHead();
    int at = head.indexOf("content-length: ") + "content-length: ".length();
    int length = Integer.parseInt(head.substring(at, head.indexOf("\r\n", at)));
    return head + new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
  }

  private int readByte() throws IOException {
    int b = in.read();
    if (b < 0) {
      throw new EOFException();
    }
    return b;
  }

  /**
   * A frame of the server.
   *
   * @param opcode 2 for a message, 8 for the end, 9 and 10 for probes and answers to them
   */
  record Received(int opcode, byte[] payload) {
    /** Of a close frame. */
    int code() {
      return payload.length < 2 ? 1005 : (payload[0] & 0xFF) << 8 | payload[1] & 0xFF;
    }
  }

  Received read() throws IOException {
    int first = readByte();
    int short7 = readByte();
    long length =
        short7 < 126
            ? short7
            : short7 == 126
                ? ByteBuffer.wrap(in.readNBytes(2)).getShort() & 0xFFFF
                : ByteBuffer.wrap(in.readNBytes(8)).getLong();
    return new Received(first & 15, in.readNBytes((int) length));
  }

  /**
   * Everything up to the end of the connection.
   *
   * @throws java.net.SocketTimeoutException it does not end
   */
  byte[] readToEnd() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] b = new byte[8192];
    try {
      for (int n = in.read(b); n >= 0; n = in.read(b)) {
        all.write(b, 0, n);
      }
    } catch (SocketException e) {
      // A reset is an end too.
    }
    return all.toByteArray();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
