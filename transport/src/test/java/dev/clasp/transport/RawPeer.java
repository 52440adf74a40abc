package dev.clasp.transport;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A plain socket that sends what no decent client would. */
final class RawPeer implements AutoCloseable {

  static final String UPGRADE =
      "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
          + "Sec-WebSocket-Protocol: clasp\r\n\r\n";

  private final Socket socket = new Socket();
  private final InputStream in;

  private RawPeer(InetSocketAddress address) throws IOException {
    socket.connect(address, 20_000);
    socket.setSoTimeout(20_000);
    socket.setTcpNoDelay(true);
    in = socket.getInputStream();
  }

  static RawPeer connect(InetSocketAddress address) throws IOException {
    return new RawPeer(address);
  }

  /** One that has become a WebSocket. */
  static RawPeer upgraded(InetSocketAddress address) throws IOException {
    RawPeer peer = new RawPeer(address);
    peer.send(UPGRADE);
    peer.readHead();
    return peer;
  }

  RawPeer send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    return this;
  }

  RawPeer send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
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

  /** The next frame of the server. */
  SentFrame readFrame() throws IOException {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.write(readByte());
    int second = readByte();
    frame.write(second);
    int more = second == 126 ? 2 : second == 127 ? 8 : 0;
    byte[] length = in.readNBytes(more);
    frame.writeBytes(length);
    long count = more == 0 ? second : new java.math.BigInteger(1, length).longValueExact();
    frame.writeBytes(in.readNBytes((int) count));
    return SentFrame.all(frame.toByteArray()).getFirst();
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
    } catch (java.net.SocketException e) {
      // A reset is an end too.
    }
    return all.toByteArray();
  }

  Socket socket() {
    return socket;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
