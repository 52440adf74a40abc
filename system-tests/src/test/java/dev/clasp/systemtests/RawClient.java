package dev.clasp.systemtests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.MessageType;
import dev.clasp.protocol.Qos;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * A WebSocket client (RFC 6455) made for tests: sends exactly the bytes it is told, right or wrong,
 * and keeps every frame that comes. Answers WebSocket pings.
 */
final class RawClient implements AutoCloseable {

  private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
  private static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

  private static final byte[] NO_MASK = {0, 0, 0, 0};

  private static final AtomicLong SYNCS = new AtomicLong(0x7E57_0000_0000L);

  private final Socket socket;
  private final OutputStream out;
  private final String head;
  private final Received<Arrival> arrivals;
  private final Received<CloseReason> closes;
  private final ReentrantLock reading = new ReentrantLock();

  /** Something that came: a binary message, or what must not come. */
  sealed interface Arrival {
    /** A binary WebSocket message. */
    record Binary(byte[] bytes) implements Arrival {
      /** The CLASP frame in it; a message that is not exactly one frame fails. */
      FrameCodec.Frame frame() {
        FrameCodec.Frame frame = FrameCodec.decode(bytes, 0, bytes.length);
        if (frame.length() != bytes.length) {
          throw new AssertionError("more than one frame in a message: " + this);
        }
        return frame;
      }

      Message message() {
        return frame().message();
      }

      /** The first payload byte: the message type. */
      int type() {
        return bytes[4] & 0xFF;
      }

      int flags() {
        return bytes[1] & 0xFF;
      }

      @Override
      public String toString() {
        return HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, 120));
      }
    }

    /** A text message. */
    record Text(String text) implements Arrival {}

    /** A WebSocket ping. */
    record Ping() implements Arrival {}
  }

  private RawClient(Socket socket, String head, DataInputStream in) throws IOException {
    this.socket = socket;
    this.out = socket.getOutputStream();
    this.head = head;
    this.arrivals = new Received<>("raw client");
    this.closes = new Received<>("raw client");
    Thread.ofVirtual().start(() -> read(in));
  }

  /** Connects as a published client does. */
  static RawClient connect(URI url) {
    return connect(url, "/", "Sec-WebSocket-Protocol: clasp\r\n");
  }

  /**
   * Connects.
   *
   * @param path of the request, with query
   * @param headers further header lines, each with its end
   */
  static RawClient connect(URI url, String path, String headers) {
    return connect(open(url, 0), url, path, headers);
  }

  /** Connects with a small receive buffer, so that the router soon feels when it is not read. */
  static RawClient connectSmall(URI url) {
    return connect(open(url, 4096), url, "/", "Sec-WebSocket-Protocol: clasp\r\n");
  }

  /** A TCP connection to the server and nothing more. */
  static Socket open(URI url, int receiveBuffer) {
    try {
      Socket socket = new Socket();
      if (receiveBuffer > 0) {
        socket.setReceiveBufferSize(receiveBuffer);
      }
      socket.setTcpNoDelay(true);
      socket.setSoTimeout((int) Patience.START.toMillis());
      socket.connect(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), url.getPort()));
      return socket;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot connect to " + url, e);
    }
  }

  private static RawClient connect(Socket socket, URI url, String path, String headers) {
    try {
      socket.getOutputStream().write(request(url, path, headers).getBytes(ISO_8859_1));
      DataInputStream in =
          new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
      String head = readHead(in);
      if (!head.startsWith("HTTP/1.1 101 ")) {
        socket.close();
        throw new AssertionError("the upgrade was refused: " + head);
      }
      RawClient client = new RawClient(socket, head, in);
      if (!client.header("Sec-WebSocket-Accept").equals(Optional.of(ACCEPT))) {
        throw new AssertionError("wrong Sec-WebSocket-Accept: " + head);
      }
      return client;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot upgrade to a WebSocket at " + url, e);
    }
  }

  /** The upgrade request of a WebSocket client. */
  static String request(URI url, String path, String headers) {
    return "GET "
        + path
        + " HTTP/1.1\r\nHost: localhost:"
        + url.getPort()
        + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
        + KEY
        + "\r\n"
        + headers
        + "\r\n";
  }

  private static String readHead(DataInputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) in.readUnsignedByte());
    }
    return head.toString();
  }

  /** A header of the answer to the upgrade. */
  Optional<String> header(String name) {
    String start = name.toLowerCase(Locale.ROOT) + ":";
    return head.lines()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
        .map(line -> line.substring(start.length()).strip())
        .findFirst();
  }

  // --- reading -----------------------------------------------------------------------------------

  private void read(DataInputStream in) {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    boolean text = false;
    try {
      while (true) {
        reading.lock();
        reading.unlock();
        int first = in.readUnsignedByte();
        long length = in.readUnsignedByte();
        if (length >= 128) {
          throw new IOException("a server must not mask");
        }
        length = length == 126 ? in.readUnsignedShort() : length == 127 ? in.readLong() : length;
        byte[] body = in.readNBytes((int) length);
        if (body.length < length) {
          throw new EOFException();
        }
        switch (first & 0x0F) {
          case 0, 1, 2 -> {
            text = (first & 0x0F) == 0 ? text : (first & 0x0F) == 1;
            message.write(body);
            if ((first & 0x80) != 0) {
              arrivals.add(
                  text
                      ? new Arrival.Text(message.toString(UTF_8))
                      : new Arrival.Binary(message.toByteArray()));
              message.reset();
            }
          }
          case 8 -> {
            closes.add(closeReason(body));
            webSocketFrame(8, body);
          }
          case 9 -> {
            arrivals.add(new Arrival.Ping());
            webSocketFrame(10, body);
          }
          default -> {}
        }
      }
    } catch (IOException | UncheckedIOException e) {
      arrivals.end("the connection has ended" + closes.all());
      if (closes.all().isEmpty()) {
        closes.add(new CloseReason(CloseReason.ABNORMAL, String.valueOf(e)));
      }
    }
  }

  private static CloseReason closeReason(byte[] body) {
    return body.length < 2
        ? new CloseReason(CloseReason.NO_CODE, "")
        : new CloseReason(
            ByteBuffer.wrap(body).getShort() & 0xFFFF, new String(body, 2, body.length - 2, UTF_8));
  }

  /** Stops reading until {@link #resume}: a client that hangs. */
  void pause() {
    reading.lock();
  }

  /** On the thread that called {@link #pause}. */
  void resume() {
    reading.unlock();
  }

  // --- writing -----------------------------------------------------------------------------------

  /** A WebSocket message of these bytes. */
  RawClient send(byte[] bytes) {
    webSocketFrame(2, bytes);
    return this;
  }

  RawClient send(String hex) {
    return send(HexFormat.of().parseHex(hex));
  }

  /** A message in a frame with its usual QoS. */
  RawClient send(Message message) {
    return send(FrameCodec.encode(message));
  }

  RawClient send(Message message, Qos qos) {
    return send(FrameCodec.encode(message, qos));
  }

  void sendText(String text) {
    webSocketFrame(1, text.getBytes(UTF_8));
  }

  /** A WebSocket frame: final, masked with zeros, any opcode. */
  void webSocketFrame(int opcode, byte[] body) {
    ByteBuffer frame = ByteBuffer.allocate(14 + body.length).put((byte) (0x80 | opcode));
    if (body.length < 126) {
      frame.put((byte) (0x80 | body.length));
    } else if (body.length < 65_536) {
      frame.put((byte) (0x80 | 126)).putShort((short) body.length);
    } else {
      frame.put((byte) (0x80 | 127)).putLong(body.length);
    }
    frame.put(NO_MASK).put(body);
    bytes(Arrays.copyOf(frame.array(), frame.position()));
  }

  /** Bytes on the socket as they are. */
  void bytes(byte[] bytes) {
    try {
      synchronized (out) {
        out.write(bytes);
        out.flush();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the router does not take any more", e);
    }
  }

  // --- conversation ------------------------------------------------------------------------------

  /** HELLO; returns WELCOME when the snapshot behind it has come as well, and forgets both. */
  Message.Welcome hello(String name) {
    return hello(Frames.hello(name));
  }

  Message.Welcome hello(Message.Hello hello) {
    send(hello);
    List<Arrival.Binary> answers = exchange();
    return answers.stream()
        .map(Arrival.Binary::message)
        .filter(Message.Welcome.class::isInstance)
        .map(Message.Welcome.class::cast)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no WELCOME: " + answers));
  }

  /**
   * Everything that came up to the answer of the router to a question asked now, without that
   * answer: all that the router did because of what was sent before. Forgets it.
   */
  List<Arrival.Binary> exchange() {
    Message answered = synced(sendSync());
    return arrivals.take().stream()
        .filter(arrival -> !(arrival instanceof Arrival.Ping))
        .map(RawClient::binary)
        .filter(binary -> !(binary.type() == MessageType.SYNC && binary.message().equals(answered)))
        .toList();
  }

  /** Asks for the time with a number that nobody else uses. */
  private long sendSync() {
    long t1 = SYNCS.incrementAndGet();
    send(new Message.Sync(t1, OptionalLong.empty(), OptionalLong.empty()));
    return t1;
  }

  private Message synced(long t1) {
    return await(
        "answer to SYNC",
        message ->
            message instanceof Message.Sync sync
                    && sync.t1Micros() == t1
                    && sync.t2Micros().isPresent()
                ? Optional.of(message)
                : Optional.empty());
  }

  /** The same as messages. */
  List<Message> messages() {
    return exchange().stream().map(Arrival.Binary::message).toList();
  }

  private static Arrival.Binary binary(Arrival arrival) {
    if (arrival instanceof Arrival.Binary binary) {
      return binary;
    }
    throw new AssertionError("not a binary message: " + arrival);
  }

  /** Waits for a message of this kind and returns it; forgets nothing. */
  <M extends Message> M await(Class<M> type) {
    return await(
        type.getSimpleName(),
        message -> Optional.of(message).filter(type::isInstance).map(type::cast));
  }

  /** Waits for the first message of which the question knows an answer; forgets nothing. */
  <R> R await(String what, Function<Message, Optional<R>> question) {
    return arrivals.awaitAnswer(
        what,
        all ->
            all.stream()
                .filter(Arrival.Binary.class::isInstance)
                .flatMap(arrival -> question.apply(((Arrival.Binary) arrival).message()).stream())
                .findFirst());
  }

  /** Everything that came and was not taken. */
  Received<Arrival> arrivals() {
    return arrivals;
  }

  /** Waits for the end of the connection and says with which code the router closed it. */
  CloseReason awaitClose() {
    return closes.awaitFirst("close", reason -> true);
  }

  /** Closes a TCP connection. */
  static void drop(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean open() {
    return closes.all().isEmpty();
  }

  /** Drops the TCP connection without a word. */
  @Override
  public void close() {
    drop(socket);
  }
}
