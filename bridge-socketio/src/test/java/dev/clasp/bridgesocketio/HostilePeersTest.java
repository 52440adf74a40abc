package dev.clasp.bridgesocketio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.Eventually;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What no client would send; and who may not come in. The server goes on for the others. */
class HostilePeersTest {

  private final SocketRoom room = new SocketRoom();
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<WebSocket> sockets = new ArrayList<>();

  @AfterEach
  void close() {
    sockets.forEach(WebSocket::abort);
    http.close();
    room.close();
  }

  private HttpResponse<String> request(HttpRequest.Builder request) {
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private HttpResponse<String> get(String url) {
    return request(HttpRequest.newBuilder(URI.create(url)));
  }

  private HttpResponse<String> post(String url, String body) {
    return request(
        HttpRequest.newBuilder(URI.create(url)).POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private static String polling(String url) {
    return url + "/socket.io/?EIO=4&transport=polling";
  }

  private String open(String url) {
    String opened = get(polling(url)).body();
    assertThat(opened).startsWith("0{\"sid\":\"");
    return polling(url) + "&sid=" + opened.replaceAll(".*\"sid\":\"([^\"]+)\".*", "$1");
  }

  /** A client still can come in, and is heard. */
  private void works(String url) {
    String mine = open(url);
    assertThat(post(mine, "40").body()).isEqualTo("ok");
    String word = Long.toString(System.nanoTime());
    post(mine, "42[\"" + word + "\",1]");
    room.awaitSeen("SET /web/" + word + " " + Value.of(1));
    post(mine, "1");
  }

  private static final class Frames implements WebSocket.Listener {
    final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
    final CompletableFuture<Void> ended = new CompletableFuture<>();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      texts.add(data.toString());
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      ended.complete(null);
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      ended.complete(null);
    }

    String next() throws InterruptedException {
      String text = texts.poll(30, TimeUnit.SECONDS);
      assertThat(text).isNotNull();
      return text;
    }
  }

  private WebSocket webSocket(String url, Frames frames) {
    WebSocket socket =
        http.newWebSocketBuilder()
            .buildAsync(
                URI.create(url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"),
                frames)
            .join();
    sockets.add(socket);
    return socket;
  }

  @Test
  void theRecordedExchange() throws Exception {
    // bridges.md 11.3
    String url =
        room.server(
            Map.of("namespaces", Value.of(List.of(Value.of("/"), Value.of("/admin")))),
            TypeProfile.COMPATIBLE);
    Frames frames = new Frames();
    WebSocket socket = webSocket(url, frames);
    assertThat(frames.next())
        .matches(
            "0\\{\"sid\":\"[^\"]+\",\"upgrades\":\\[\"websocket\"],\"pingInterval\":25000,\"pingTimeout\":20000,"
                + "\"maxPayload\":1000000}");
    socket.sendText("40", true).join();
    assertThat(frames.next()).startsWith("40{\"sid\":\"");
    socket.sendText("420[\"hello\",{\"a\":1}]", true).join();
    assertThat(frames.next()).isEqualTo("430[{\"ok\":true}]");
    socket.sendText("40/admin,{\"token\":\"t\"}", true).join();
    assertThat(frames.next()).startsWith("40/admin,{\"sid\":\"");
    room.desk.emit("/web/admin/joined", Value.of("r")).join();
    assertThat(frames.next()).isEqualTo("42/admin,[\"joined\",\"r\"]");
    socket.sendText("41/admin,", true).join();
    room.desk.emit("/web/admin/joined").join();
    room.desk.emit("/web/noargs").join();
    assertThat(frames.next()).isEqualTo("42[\"noargs\"]");
    socket.sendText("40/none,", true).join();
    assertThat(frames.next()).isEqualTo("44/none,{\"message\":\"Invalid namespace\"}");
  }

  @Test
  void malformedPacketsEndOnlyTheirOwnConnection() throws Exception {
    String url = room.server(Map.of(), TypeProfile.COMPATIBLE);
    List<String> bad =
        List.of(
            "x",
            "4",
            "49",
            "42",
            "42[]",
            "42[1]",
            "42{\"a\":1}",
            "42[\"a\"",
            "451-[\"a\"]x",
            "45-[\"a\"]",
            "4599999999999-[\"a\"]",
            "45999-[\"a\"]",
            "43[]",
            "43999999999999999999[]",
            "42[\"a\",{\"_placeholder\":true,\"num\":0}]",
            "44{}",
            "42" + "[".repeat(100_000),
            "42[\"a\",1e999999999]]");
    for (String each : bad) {
      Frames frames = new Frames();
      WebSocket socket = webSocket(url, frames);
      socket.sendText("40", true).join();
      socket.sendText(each, true).join();
      frames.ended.get(30, TimeUnit.SECONDS);
    }
    for (String each : List.of("", "x", "4", "b???", "40\u001e", "42[\u001e4", "1:4")) {
      String mine = open(url);
      post(mine, "40");
      post(mine, each);
      Eventually.is(
          "it is over after " + each,
          () -> get(mine).statusCode() == 400 || get(mine).body().equals("1"));
    }
    works(url);
  }

  @Test
  void bytesThatNobodyHasAnnouncedEndIt() throws Exception {
    String url = room.server(Map.of(), TypeProfile.COMPATIBLE);
    Frames frames = new Frames();
    WebSocket socket = webSocket(url, frames);
    socket.sendText("40", true).join();
    socket.sendBinary(ByteBuffer.wrap(new byte[] {1, 2}), true).join();
    frames.ended.get(30, TimeUnit.SECONDS);
    Frames second = new Frames();
    socket = webSocket(url, second);
    socket.sendText("40", true).join();
    socket.sendText("451-[\"a\",{\"_placeholder\":true,\"num\":5}]", true).join();
    socket.sendBinary(ByteBuffer.wrap(new byte[] {1, 2}), true).join();
    second.ended.get(30, TimeUnit.SECONDS);
    works(url);
  }

  @Test
  void noiseAtThePortHarmsNobody() throws Exception {
    String url = room.server(Map.of(), TypeProfile.COMPATIBLE);
    SplittableRandom random = new SplittableRandom(11);
    int port = URI.create(url).getPort();
    for (int i = 0; i < 60; i++) {
      try (Socket socket = new Socket("127.0.0.1", port)) {
        byte[] noise = new byte[random.nextInt(1, 3000)];
        random.nextBytes(noise);
        if (i % 3 == 0) {
          socket
              .getOutputStream()
              .write(
                  ("POST /socket.io/?EIO="
                          + (3 + i % 2)
                          + "&transport=polling HTTP/1.1\r\nHost: localhost\r\n"
                          + "Content-Length: "
                          + noise.length
                          + "\r\n\r\n")
                      .getBytes(StandardCharsets.US_ASCII));
        } else if (i % 3 == 1) {
          socket
              .getOutputStream()
              .write(
                  ("GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                          + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
                      .getBytes(StandardCharsets.US_ASCII));
        }
        socket.getOutputStream().write(noise);
        socket.shutdownOutput();
        socket.setSoTimeout(200);
        InputStream in = socket.getInputStream();
        try {
          while (in.read() >= 0) {}
        } catch (IOException e) {
          // It waits for more, or is gone.
        }
      } catch (IOException e) {
        // Ended in the middle.
      }
    }
    works(url);
  }

  @Test
  void foreignPagesAreRefused() {
    String url =
        room.server(
            Map.of("origins", Value.of(List.of(Value.of("https://show.example")))),
            TypeProfile.COMPATIBLE);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(polling(url))).header("Origin", "https://evil.example");
    HttpResponse<String> refused = request(request);
    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(refused.headers().firstValue("access-control-allow-origin")).isEmpty();
    HttpResponse<String> listed =
        request(
            HttpRequest.newBuilder(URI.create(polling(url)))
                .header("Origin", "https://show.example"));
    assertThat(listed.statusCode()).isEqualTo(200);
    assertThat(listed.headers().firstValue("access-control-allow-origin"))
        .contains("https://show.example");
    HttpResponse<String> asked =
        request(
            HttpRequest.newBuilder(URI.create(polling(url)))
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                .header("Origin", "https://show.example"));
    assertThat(asked.statusCode()).isEqualTo(204);
  }

  @Test
  void tooMuchAndTooManyAreRefused() {
    String url =
        room.server(
            Map.of("max_payload", Value.of(1000), "max_clients", Value.of(2)),
            TypeProfile.COMPATIBLE);
    String first = open(url);
    open(url);
    assertThat(get(polling(url)).body()).contains("too many clients");
    assertThat(post(first, "4" + "2".repeat(2000)).statusCode()).isEqualTo(413);
    post(first, "1");
    works(url);
  }

  @Test
  void whatIsNotUnderstoodIsSaid() {
    String url = room.server(Map.of(), TypeProfile.COMPATIBLE);
    assertThat(get(url + "/").statusCode()).isEqualTo(404);
    assertThat(get(url + "/socket.io/?EIO=2&transport=polling").body()).contains("\"code\":5");
    assertThat(get(url + "/socket.io/?EIO=4&transport=pigeon").body()).contains("\"code\":0");
    assertThat(get(polling(url) + "&sid=nobody").body()).contains("\"code\":1");
    assertThat(post(polling(url), "40").body()).contains("\"code\":2");
    assertThat(get(polling(url) + "&j=0").body()).contains("\"code\":3");
    assertThat(get(url + "/socket.io/%ff?%ff").statusCode()).isGreaterThanOrEqualTo(400);
  }

  @Test
  void whoDoesNotReadHoldsUpNobody() throws Exception {
    String url = room.server(Map.of(), TypeProfile.COMPATIBLE);
    // It joins, and never polls again.
    String deaf = open(url);
    post(deaf, "40");
    Frames frames = new Frames();
    WebSocket socket = webSocket(url, frames);
    frames.next();
    socket.sendText("40", true).join();
    frames.next();
    for (int i = 0; i <= 20_000; i++) {
      room.desk.set("/web/fader", Value.of(i));
    }
    String last = frames.next();
    while (!last.equals("42[\"fader\",20000]")) {
      last = frames.next();
    }
    // The newest value, once.
    String answer = get(deaf).body();
    answer = answer.contains("fader") ? answer : get(deaf).body();
    assertThat(answer).endsWith("42[\"fader\",20000]").doesNotContain("19999");
  }

  @Test
  void theSilentAreForgotten() {
    String url =
        room.server(
            Map.of("ping_interval", Value.of("100ms"), "ping_timeout", Value.of("100ms")),
            TypeProfile.COMPATIBLE);
    String silent = open(url);
    post(silent, "40");
    Eventually.is(
        () -> "it is gone: " + room.status().details(),
        () -> Value.of(0).equals(room.status().details().get("clients")));
  }
}
