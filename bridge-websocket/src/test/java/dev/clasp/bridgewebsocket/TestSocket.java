package dev.clasp.bridgewebsocket;

import dev.clasp.bridgetestkit.FakeContext;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** A client with the WebSocket of the JDK, and what it gets. */
final class TestSocket implements AutoCloseable, WebSocket.Listener {

  private final HttpClient http;
  private final WebSocket socket;
  private final StringBuilder text = new StringBuilder();
  private final java.io.ByteArrayOutputStream binary = new java.io.ByteArrayOutputStream();
  final BlockingQueue<SocketMessage> messages = new LinkedBlockingQueue<>();
  final BlockingQueue<String> closes = new LinkedBlockingQueue<>();

  private TestSocket(
      HttpClient http, String url, Map<String, String> headers, String... protocols) {
    this.http = http;
    WebSocket.Builder builder = http.newWebSocketBuilder();
    headers.forEach(builder::header);
    if (protocols.length > 0) {
      builder.subprotocols(
          protocols[0], java.util.Arrays.copyOfRange(protocols, 1, protocols.length));
    }
    this.socket = builder.buildAsync(URI.create(url), this).join();
  }

  static TestSocket open(String url) {
    return open(url, Map.of());
  }

  static TestSocket open(String url, Map<String, String> headers, String... protocols) {
    return new TestSocket(HttpClient.newHttpClient(), url, headers, protocols);
  }

  static TestSocket open(HttpClient http, String url) {
    return new TestSocket(http, url, Map.of());
  }

  String protocol() {
    return socket.getSubprotocol();
  }

  void send(String message) {
    socket.sendText(message, true).join();
  }

  void send(byte[] message) {
    socket.sendBinary(ByteBuffer.wrap(message), true).join();
  }

  SocketMessage next() {
    return FakeContext.taken(messages, "no message comes, only " + closes);
  }

  String text() {
    return next().string();
  }

  /** Waits for the end; code and reason. */
  String closed() {
    return FakeContext.taken(closes, "it is not closed");
  }

  void say(int code, String reason) {
    socket.sendClose(code, reason).join();
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    text.append(data);
    if (last) {
      messages.add(SocketMessage.text(text.toString()));
      text.setLength(0);
    }
    from.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
    byte[] bytes = new byte[data.remaining()];
    data.get(bytes);
    binary.writeBytes(bytes);
    if (last) {
      messages.add(SocketMessage.binary(binary.toByteArray()));
      binary.reset();
    }
    from.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
    closes.add(code + " " + reason);
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable error) {
    closes.add("error " + error);
  }

  @Override
  public void close() {
    socket.abort();
    http.shutdownNow();
  }
}
