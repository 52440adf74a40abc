package dev.clasp.adaptermqtt;

import static dev.clasp.adaptermqtt.RawClient.connect;
import static dev.clasp.adaptermqtt.RawClient.hex;
import static dev.clasp.adaptermqtt.RawClient.publish;
import static dev.clasp.adaptermqtt.RawClient.subscribe;
import static dev.clasp.adaptermqtt.RawClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** MQTT inside of WebSockets (MQTT 5.0 section 6). */
class WebSocketTest {

  /** Keeps all bytes that come, whatever their messages. */
  private static final class Listener implements WebSocket.Listener {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();

    @Override
    public synchronized CompletionStage<?> onBinary(WebSocket s, ByteBuffer data, boolean last) {
      byte[] part = new byte[data.remaining()];
      data.get(part);
      bytes.writeBytes(part);
      s.request(1);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket s, int code, String reason) {
      closed.complete(code);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void onError(WebSocket s, Throwable error) {
      closed.completeExceptionally(error);
    }

    synchronized String heard() {
      return HexFormat.of().withUpperCase().formatHex(bytes.toByteArray());
    }
  }

  private final Listener listener = new Listener();

  private WebSocket open(HttpClient http, House house) throws Exception {
    return http.newWebSocketBuilder()
        .subprotocols("mqtt")
        .buildAsync(URI.create("ws://127.0.0.1:" + house.mainPort() + "/mqtt"), listener)
        .get(House.LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  private static void send(WebSocket socket, byte[] bytes) throws Exception {
    socket.sendBinary(ByteBuffer.wrap(bytes), true).get(House.LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  @Test
  void packetsGoAcrossMessages() throws Exception {
    try (House house = House.open();
        HttpClient http = HttpClient.newHttpClient()) {
      WebSocket socket = open(http, house);
      assertThat(socket.getSubprotocol()).isEqualTo("mqtt");
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      all.writeBytes(connect(4, 2, 0, "", text("c")));
      all.writeBytes(subscribe(4, 1, "t", 0));
      all.writeBytes(publish(0x30, 4, "t", 0, "x"));
      byte[] bytes = all.toByteArray();
      // One by one first, then several packets and a piece at once.
      for (int i = 0; i < 5; i++) {
        send(socket, new byte[] {bytes[i]});
      }
      send(socket, java.util.Arrays.copyOfRange(bytes, 5, bytes.length - 2));
      send(socket, java.util.Arrays.copyOfRange(bytes, bytes.length - 2, bytes.length));

      House.eventually(
          () -> listener.heard().equals("20020000" + "9003000100" + "3004000174" + "78"));
      send(socket, hex("E000"));
      assertThat(listener.closed.get(House.LIMIT_SECONDS, TimeUnit.SECONDS)).isEqualTo(1000);
    }
  }

  @Test
  void aTextMessageEndsTheConnection() throws Exception {
    try (House house = House.open();
        HttpClient http = HttpClient.newHttpClient()) {
      WebSocket socket = open(http, house);
      send(socket, connect(4, 2, 0, "", text("c")));
      House.eventually(() -> listener.heard().equals("20020000"));
      socket.sendText("hello", true);

      assertThat(listener.closed.get(House.LIMIT_SECONDS, TimeUnit.SECONDS)).isEqualTo(1003);
      House.eventually(() -> house.now("sessions_now") == 0);
    }
  }
}
