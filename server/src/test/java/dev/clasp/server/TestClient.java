package dev.clasp.server;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transport.DialOptions;
import dev.clasp.transport.EventLoops;
import dev.clasp.transport.FrameLink;
import dev.clasp.transport.FrameListener;
import dev.clasp.transport.WebSocketClient;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A client that sends messages and waits for answers. */
final class TestClient implements AutoCloseable, FrameListener {

  /** For anything to arrive; generous, because the machine may be busy. */
  static final long LIMIT_SECONDS = 30;

  private final EventLoops loops = EventLoops.create("test-client", 1);
  private final BlockingQueue<Message> received = new LinkedBlockingQueue<>();
  private final CompletableFuture<CloseReason> end = new CompletableFuture<>();
  private final FrameLink link;

  private TestClient(URI uri) throws Exception {
    link =
        WebSocketClient.connect(
                uri,
                loops,
                DialOptions.DEFAULT.withTimeout(Duration.ofSeconds(LIMIT_SECONDS)),
                _ -> this)
            .get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  /** Connects and says nothing yet. */
  static TestClient connect(ClaspServer server) throws Exception {
    return new TestClient(URI.create("ws://127.0.0.1:" + server.address().getPort() + "/clasp"));
  }

  /** Connects, says HELLO, and has WELCOME and SNAPSHOT. */
  static TestClient hello(ClaspServer server, String name) throws Exception {
    return hello(server, name, Optional.empty());
  }

  /** The same with a token. */
  static TestClient hello(ClaspServer server, String name, Optional<String> token)
      throws Exception {
    TestClient client = connect(server);
    client.send(new Message.Hello(1, Set.of(), name, token, Optional.empty()));
    client.await(Message.Welcome.class);
    client.await(Message.Snapshot.class);
    return client;
  }

  TestClient send(Message message) {
    return sendRaw(FrameCodec.encode(message));
  }

  TestClient send(Message message, Qos qos) {
    return sendRaw(FrameCodec.encode(message, qos));
  }

  TestClient sendRaw(byte[] frame) {
    link.loop().execute(() -> link.write(frame, 0, frame.length));
    return this;
  }

  TestClient subscribe(int id, String pattern) {
    return send(
        new Message.Subscribe(id, pattern, SignalType.ALL_MASK, Message.SubscribeOptions.NONE));
  }

  static Message.SetValue set(String address, Value value) {
    return new Message.SetValue(
        address, value, OptionalLong.empty(), false, false, Optional.empty());
  }

  /** The next message, which must be one of this kind. */
  <T extends Message> T await(Class<T> kind) throws InterruptedException {
    Message message = received.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
    if (message == null) {
      throw new AssertionError(
          "no " + kind.getSimpleName() + " within " + LIMIT_SECONDS + " s" + ended());
    }
    if (!kind.isInstance(message)) {
      throw new AssertionError("expected " + kind.getSimpleName() + ", got " + message);
    }
    return kind.cast(message);
  }

  private String ended() {
    return end.isDone() ? ", and the connection ended: " + end.join() : "";
  }

  CloseReason awaitEnd() throws Exception {
    return end.get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  /** Nothing has arrived that was not awaited. */
  boolean quiet() {
    return received.isEmpty();
  }

  boolean open() {
    return !end.isDone();
  }

  @Override
  public void frame(byte[] buffer, int offset, int length) {
    received.add(FrameCodec.decode(buffer, offset, length).message());
  }

  @Override
  public void closed(CloseReason reason) {
    end.complete(reason);
  }

  @Override
  public void close() {
    link.close(new CloseReason(CloseReason.NORMAL, ""));
    loops.close();
  }
}
