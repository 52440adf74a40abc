package dev.clasp.systemtests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.Feature;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Qos;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A client that means harm, over WebSocket or plain TCP. Keeps every byte that it is sent. Comes
 * from an IP address of its own, so that the router does not take many of them for one that guesses
 * tokens.
 */
final class Stranger implements AutoCloseable {

  private static final AtomicInteger ADDRESSES = new AtomicInteger();
  private static final AtomicLong SYNCS = new AtomicLong(0x7E58_0000_0000L);

  /** What its frames travel in. */
  enum Carrier {
    WEBSOCKET,
    TCP
  }

  /** What the router said to HELLO. */
  sealed interface Login {
    record In(String session) implements Login {}

    record Refused(int code, String text) implements Login {}
  }

  private final Carrier carrier;
  private final Socket socket;
  private final OutputStream out;
  private final ByteArrayOutputStream everything = new ByteArrayOutputStream();
  private final Received<byte[]> frames = new Received<>("stranger");
  private final Received<CloseReason> closes = new Received<>("stranger");

  private Stranger(Carrier carrier, Socket socket, DataInputStream in) throws IOException {
    this.carrier = carrier;
    this.socket = socket;
    this.out = socket.getOutputStream();
    Thread.ofVirtual().start(() -> read(in));
  }

  /** A loopback address that nobody has used yet. */
  static InetAddress address() {
    int n = ADDRESSES.incrementAndGet();
    try {
      return InetAddress.getByAddress(new byte[] {127, 77, (byte) (n / 250), (byte) (1 + n % 250)});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Stranger connect(Carrier carrier, URI url) {
    return connect(carrier, url, address());
  }

  /**
   * @param from which address it has
   */
  static Stranger connect(Carrier carrier, URI url, InetAddress from) {
    try {
      Socket socket = new Socket();
      socket.setTcpNoDelay(true);
      socket.bind(new InetSocketAddress(from, 0));
      socket.connect(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), url.getPort()));
      DataInputStream in =
          new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
      if (carrier == Carrier.WEBSOCKET) {
        upgrade(socket, url, in);
      }
      return new Stranger(carrier, socket, in);
    } catch (IOException e) {
      throw new UncheckedIOException("a stranger cannot connect to " + url, e);
    }
  }

  private static void upgrade(Socket socket, URI url, DataInputStream in) throws IOException {
    socket.getOutputStream().write(RawClient.request(url, "/", "").getBytes(ISO_8859_1));
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) in.readUnsignedByte());
    }
    if (head.indexOf("HTTP/1.1 101 ") != 0) {
      throw new IOException("the upgrade was refused: " + head);
    }
  }

  // --- reading -----------------------------------------------------------------------------------

  private void read(DataInputStream in) {
    try {
      while (true) {
        byte[] body = carrier == Carrier.TCP ? in.readNBytes(in.readInt()) : webSocketBody(in);
        synchronized (everything) {
          everything.writeBytes(body);
        }
        if (body.length > 0) {
          frames.add(body);
        }
      }
    } catch (IOException e) {
      frames.end("the connection has ended " + closes.all());
      // TCP has no codes.
      closes.add(new CloseReason(CloseReason.NO_CODE, ""));
    }
  }

  /** The next binary message; what else comes is kept or answered here. */
  private byte[] webSocketBody(DataInputStream in) throws IOException {
    int opcode = in.readUnsignedByte() & 0x0F;
    int length = in.readUnsignedByte();
    byte[] body = in.readNBytes(length == 126 ? in.readUnsignedShort() : length);
    switch (opcode) {
      case 2 -> {
        return body;
      }
      case 8 -> {
        closes.add(
            new CloseReason(
                ByteBuffer.wrap(body).getShort() & 0xFFFF,
                new String(body, 2, body.length - 2, UTF_8)));
        bytes(webSocketFrame(8, body));
        throw new IOException("closed");
      }
      case 9 -> bytes(webSocketFrame(10, body));
      default -> throw new IOException("opcode " + opcode);
    }
    return new byte[0];
  }

  // --- writing -----------------------------------------------------------------------------------

  Stranger send(Message message) {
    return frame(FrameCodec.encode(message));
  }

  Stranger send(Message message, Qos qos) {
    return frame(FrameCodec.encode(message, qos));
  }

  /** Any bytes as a frame, of any length. The router may have closed the connection already. */
  Stranger frame(byte[] frame) {
    bytes(
        carrier == Carrier.TCP
            ? ByteBuffer.allocate(4 + frame.length).putInt(frame.length).put(frame).array()
            : webSocketFrame(2, frame));
    return this;
  }

  private static byte[] webSocketFrame(int opcode, byte[] body) {
    ByteBuffer frame = ByteBuffer.allocate(14 + body.length).put((byte) (0x80 | opcode));
    if (body.length < 126) {
      frame.put((byte) (0x80 | body.length));
    } else if (body.length < 65_536) {
      frame.put((byte) (0x80 | 126)).putShort((short) body.length);
    } else {
      frame.put((byte) (0x80 | 127)).putLong(body.length);
    }
    frame.putInt(0).put(body);
    return Arrays.copyOf(frame.array(), frame.position());
  }

  private void bytes(byte[] bytes) {
    try {
      synchronized (out) {
        out.write(bytes);
        out.flush();
      }
    } catch (IOException e) {
      frames.end("the router does not take any more: " + e.getMessage());
    }
  }

  // --- conversation ------------------------------------------------------------------------------

  /** Says HELLO, as a client that understands everything. */
  Login login(String name, Optional<String> token) {
    frames.take();
    send(new Message.Hello(1, EnumSet.allOf(Feature.class), name, token, Optional.empty()));
    return frames.awaitAnswer(
        "answer to HELLO",
        all -> all.stream().map(Stranger::message).flatMap(m -> loginOf(m).stream()).findFirst());
  }

  private static Optional<Login> loginOf(Message message) {
    return message instanceof Message.Welcome welcome
        ? Optional.of(new Login.In(welcome.session()))
        : message instanceof Message.Error error
            ? Optional.of(new Login.Refused(error.code(), error.message()))
            : Optional.empty();
  }

  /** The same, and it has to be let in; what comes with WELCOME is only in {@link #received}. */
  Stranger admitted(String name, String token) {
    Login login = login(name, Optional.of(token));
    if (!(login instanceof Login.In)) {
      throw new AssertionError(name + " was not let in: " + login);
    }
    exchange();
    return this;
  }

  /** Every frame that came up to the answer to a question asked now, without that. Forgets them. */
  List<byte[]> exchange() {
    long t1 = SYNCS.incrementAndGet();
    send(new Message.Sync(t1, OptionalLong.empty(), OptionalLong.empty()));
    frames.awaitFirst(
        "answer to SYNC",
        frame -> message(frame) instanceof Message.Sync sync && sync.t1Micros() == t1);
    return frames.take().stream()
        .filter(frame -> !(message(frame) instanceof Message.Sync))
        .toList();
  }

  /** What the router answers to this. */
  List<byte[]> ask(Message message) {
    send(message, Qos.CONFIRM);
    return exchange();
  }

  static Message message(byte[] frame) {
    return FrameCodec.decode(frame, 0, frame.length).message();
  }

  /** The first ERROR; waits for it. */
  Message.Error awaitError() {
    return (Message.Error)
        message(frames.awaitFirst("ERROR", frame -> message(frame) instanceof Message.Error));
  }

  /** Waits for the end of the connection; over TCP it has no code. */
  CloseReason awaitClose() {
    return closes.awaitFirst("close", reason -> true);
  }

  boolean open() {
    return closes.all().isEmpty();
  }

  /** Everything it was ever sent, as it came. */
  String received() {
    synchronized (everything) {
      return everything.toString(UTF_8);
    }
  }

  /** Drops the connection without a word. */
  @Override
  public void close() {
    RawClient.drop(socket);
  }
}
