package dev.clasp.testkit;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A plain socket that sends what no decent client would. Written without our own code, so that both
 * cannot share a mistake. One thread, but another may close it.
 */
public final class RawPeer implements AutoCloseable {

  /** The request for a WebSocket. */
  public static final String UPGRADE =
      "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
          + "Sec-WebSocket-Protocol: clasp\r\n\r\n";

  /** For everything; generous, because the machine may be busy. */
  private static final int PATIENCE_MILLIS = 30_000;

  /** What carries CLASP frames. */
  public enum Carrier {
    WEBSOCKET,
    TCP,
    /** Inside TLS, with any certificate. */
    WEBSOCKET_TLS,
    TCP_TLS;

    public boolean webSocket() {
      return this == WEBSOCKET || this == WEBSOCKET_TLS;
    }

    public boolean secure() {
      return this == WEBSOCKET_TLS || this == TCP_TLS;
    }

    /** A frame as a client sends it. */
    public byte[] wrap(byte[] frame) {
      return webSocket()
          ? message(0x82, frame)
          : ByteBuffer.allocate(4 + frame.length).putInt(frame.length).put(frame).array();
    }
  }

  /** The connection; what is written to it is the business of TLS, if there is any. */
  private final Socket cable = new Socket();

  private final Socket socket;
  private final Carrier carrier;
  private final InputStream in;

  private RawPeer(InetSocketAddress address, Carrier carrier) throws IOException {
    this.carrier = carrier;
    // So that a server soon feels when it is not read.
    cable.setReceiveBufferSize(1 << 16);
    cable.connect(address, PATIENCE_MILLIS);
    cable.setSoTimeout(PATIENCE_MILLIS);
    cable.setTcpNoDelay(true);
    socket =
        carrier.secure()
            ? AnyTrust.CONTEXT.getSocketFactory().createSocket(cable, "localhost", 0, true)
            : cable;
    in = socket.getInputStream();
  }

  /** A connection and nothing more. */
  public static RawPeer connect(InetSocketAddress address) throws IOException {
    return new RawPeer(address, Carrier.TCP);
  }

  /** One that has become a WebSocket. */
  public static RawPeer upgraded(InetSocketAddress address) throws IOException {
    return open(address, Carrier.WEBSOCKET);
  }

  /** One that can carry frames. */
  public static RawPeer open(InetSocketAddress address, Carrier carrier) throws IOException {
    RawPeer peer = new RawPeer(address, carrier);
    if (carrier.webSocket()) {
      peer.send(UPGRADE).readHead();
    }
    return peer;
  }

  // --- sending -----------------------------------------------------------------------------------

  public RawPeer send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    return this;
  }

  public RawPeer send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** One CLASP frame. */
  public RawPeer sendMessage(byte[] frame) throws IOException {
    return send(carrier.wrap(frame));
  }

  /** A masked WebSocket frame; the key is 0, so that the bytes stay as they are. */
  public static byte[] message(int first, byte[] payload) {
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

  // --- HTTP --------------------------------------------------------------------------------------

  /** Up to and with the empty line. */
  public String readHead() throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      head.write(readByte());
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  /** Head and body of an answer with a Content-Length. */
  public String readAnswer() throws IOException {
    String head = readHead();
    int at = head.indexOf("content-length: ") + "content-length: ".length();
    int length = Integer.parseInt(head.substring(at, head.indexOf("\r\n", at)));
    return head + new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
  }

  // --- receiving ---------------------------------------------------------------------------------

  /**
   * A WebSocket frame of the server.
   *
   * @param opcode 2 for a message, 8 for the end, 9 and 10 for probes and answers to them
   */
  public record Received(int opcode, byte[] payload) {
    /** Of a close frame. */
    public int code() {
      return payload.length < 2 ? 1005 : (payload[0] & 0xFF) << 8 | payload[1] & 0xFF;
    }
  }

  /** The next WebSocket frame. */
  public Received read() throws IOException {
    byte[] frame = readFrame();
    int short7 = frame[1];
    int head = short7 < 126 ? 2 : short7 == 126 ? 4 : 10;
    byte[] payload = new byte[frame.length - head];
    System.arraycopy(frame, head, payload, 0, payload.length);
    return new Received(frame[0] & 15, payload);
  }

  /** The next WebSocket frame as it came, with its header. */
  public byte[] readFrame() throws IOException {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.write(readByte());
    int second = readByte();
    frame.write(second);
    int more = second == 126 ? 2 : second == 127 ? 8 : 0;
    byte[] length = readBytes(more);
    frame.writeBytes(length);
    long count = more == 0 ? second : new BigInteger(1, length).longValueExact();
    frame.writeBytes(readBytes((int) count));
    return frame.toByteArray();
  }

  /**
   * The next CLASP frame, whatever carries it.
   *
   * @throws EOFException the server has ended the connection
   */
  public byte[] readMessage() throws IOException {
    if (!carrier.webSocket()) {
      return readBytes(ByteBuffer.wrap(readBytes(4)).getInt());
    }
    Received next = read();
    if (next.opcode() == 8) {
      throw new EOFException("closed with " + next.code());
    }
    return next.opcode() == 2 ? next.payload() : readMessage();
  }

  private int readByte() throws IOException {
    int b = in.read();
    if (b < 0) {
      throw new EOFException();
    }
    return b;
  }

  private byte[] readBytes(int count) throws IOException {
    byte[] b = in.readNBytes(count);
    if (b.length < count) {
      throw new EOFException();
    }
    return b;
  }

  /**
   * Everything up to the end of the connection.
   *
   * @throws java.net.SocketTimeoutException it does not end
   */
  public byte[] readToEnd() throws IOException {
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

  // --- ending ------------------------------------------------------------------------------------

  /** Vanishes as a crashed process does: with a reset, and without a word. */
  public void crash() throws IOException {
    cable.setSoLinger(true, 0);
    cable.close();
  }

  public Socket socket() {
    return socket;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
