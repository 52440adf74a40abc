package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.Parameter;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.FreePort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The web side of the real server: HTTP with curl, EventSource, and the bridges of the web. */
@RealProgram
class WebServerTest {

  private static final String DESK = "cpsk_desk0000000000000000000000000000";
  private static final String LIGHTS = "cpsk_lights00000000000000000000000000";

  @TempDir private Path folder;

  // --- curl --------------------------------------------------------------------------------------

  private static List<String> curlCommand(String... arguments) {
    return Stream.concat(
            Stream.of("curl", "-sS", "--noproxy", "*", "--max-time", "60"), Stream.of(arguments))
        .toList();
  }

  private static String curl(String... arguments) {
    Program program =
        Program.start("curl (Debian package curl)", curlCommand(arguments), _ -> {}, () -> {});
    int status = program.awaitExit();
    assertThat(status).as(program.transcript()).isZero();
    return program.printed();
  }

  /** Only the status, as three digits. */
  private String status(String... arguments) {
    List<String> all =
        new ArrayList<>(List.of("-o", folder.resolve("body").toString(), "-w", "%{http_code}"));
    all.addAll(List.of(arguments));
    return curl(all.toArray(String[]::new)).strip();
  }

  private static String bearer(String token) {
    return "Authorization: Bearer " + token;
  }

  /** Asks again until it is so. */
  private static void until(String what, Supplier<Boolean> condition, Supplier<String> state) {
    long end = System.nanoTime() + Patience.LIMIT.toNanos();
    while (!condition.get()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("it did not happen that " + what + "\n" + state.get());
      }
      LockSupport.parkNanos(20_000_000);
    }
  }

  private Path tokens() throws IOException {
    Path file =
        Files.createFile(
            folder.resolve("tokens.txt"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return Files.write(
        file, List.of(DESK + " admin:/**", LIGHTS + " read:/lights/**,write:/lights/**"));
  }

  @Test
  void curlMayDoWhatItsTokenMay() throws Exception {
    try (ServerProcess server =
        ServerProcess.start(
            "--token-file", tokens().toString(), "--http-origin", "https://show.example")) {
      String api = server.url("http") + "/v1";
      String lamp = api + "/state/lights/1/level";
      assertThat(status("--json", "0.5", "-X", "PUT", lamp)).isEqualTo("401");
      assertThat(status("--json", "0.5", "-X", "PUT", "-H", bearer("cpsk_wrong"), lamp))
          .isEqualTo("401");
      assertThat(status("--json", "0.5", "-X", "PUT", "-H", bearer(LIGHTS), lamp)).isEqualTo("200");
      assertThat(status("--json", "1", "-X", "PUT", "-H", bearer(LIGHTS), api + "/state/sound/1"))
          .isEqualTo("403");
      assertThat(curl("-H", bearer(LIGHTS), "-H", "Accept: text/plain", lamp).strip())
          .isEqualTo("0.5");
      assertThat(status("-H", bearer(DESK), api + "/state/sound/1")).isEqualTo("404");
      // Listening: what the token may read, and nothing else.
      assertThat(status("-N", "-H", bearer(LIGHTS), api + "/events?pattern=/**")).isEqualTo("403");
      Received<String> heard = new Received<>("curl -N");
      Program listening =
          Program.start(
              "curl -N",
              curlCommand("-N", "-H", bearer(LIGHTS), api + "/events?pattern=/lights/**"),
              heard::add,
              () -> heard.end("it ended"));
      try {
        heard.awaitFirst("present value", line -> line.contains("\"value\":0.5"));
        curl("--json", "0.75", "-X", "PUT", "-H", bearer(DESK), lamp);
        heard.awaitFirst("new value", line -> line.contains("\"value\":0.75"));
      } finally {
        listening.stop();
      }
      // Pages of foreign origins get nothing, whatever they show.
      assertThat(status("-H", bearer(LIGHTS), "-H", "Origin: https://evil.example", lamp))
          .isEqualTo("403");
      assertThat(curl("-i", "-H", bearer(LIGHTS), "-H", "Origin: https://show.example", lamp))
          .containsIgnoringCase("access-control-allow-origin: https://show.example");
      assertThat(server.printed()).doesNotContain(DESK).doesNotContain(LIGHTS);
    }
  }

  @Test
  void insideTlsCurlSpeaksHttp2() {
    Program maker =
        Program.start(
            "clasp cert",
            Installation.clasp("cert", List.of("--out", folder.toString(), "--for", "localhost")),
            _ -> {},
            () -> {});
    assertThat(maker.awaitExit()).as(maker.transcript()).isZero();
    String certificate = folder.resolve("clasp-cert.pem").toString();
    try (ServerProcess server =
        ServerProcess.start(
            "--tls-cert", certificate, "--tls-key", folder.resolve("clasp-key.pem").toString())) {
      String lamp = server.url("https") + "/v1/state/lights/1";
      String[] secure = {"--http2", "--cacert", certificate, "-w", "%{http_version}"};
      assertThat(curl(with(secure, "--json", "0.5", "-X", "PUT", lamp)).strip())
          .contains("\"value\":0.5")
          .endsWith("2");
      assertThat(curl(with(secure, "-H", "Accept: text/plain", lamp)).strip()).isEqualTo("0.52");
    }
  }

  private static String[] with(String[] some, String... more) {
    return Stream.concat(Stream.of(some), Stream.of(more)).toArray(String[]::new);
  }

  @Test
  void withoutTheApiThereIsNone() {
    try (ServerProcess server = ServerProcess.start("--no-http-api")) {
      assertThat(status(server.url("http") + "/v1/state/a")).isEqualTo("404");
    }
  }

  // --- listeners ---------------------------------------------------------------------------------

  @Test
  void anEventSourceComesBackAfterARestartAndHasTheLastValue() throws Exception {
    Path state = Files.createDirectory(folder.resolve("state"));
    ServerProcess server =
        ServerProcess.startForRestarts(
            "--token-file", tokens().toString(), "--persist", state.toString());
    Received<String> heard = new Received<>("EventSource");
    String lamp = server.url("http") + "/v1/state/lights/1";
    List<String> command = new ArrayList<>(Installation.nodeScript("event-source.mjs"));
    command.add(server.url("http") + "/v1/events?pattern=/lights/**");
    command.add(LIGHTS);
    Program listener =
        Program.start("event-source.mjs", command, heard::add, () -> heard.end("it ended"));
    try {
      heard.awaitFirst("open stream", "open"::equals);
      curl("--json", "1", "-X", "PUT", "-H", bearer(DESK), lamp);
      heard.awaitFirst("first value", line -> line.contains("\"value\":1,"));
      curl("--json", "2", "-X", "PUT", "-H", bearer(DESK), lamp);
      heard.awaitFirst("second value", line -> line.contains("\"value\":2,"));
      heard.take();
      server = server.restart();
      heard.awaitFirst("open stream after the restart", "open"::equals);
      // What it has now, and what comes.
      heard.awaitFirst("kept value", line -> line.contains("\"value\":2,"));
      curl("--json", "3", "-X", "PUT", "-H", bearer(DESK), lamp);
      heard.awaitFirst("third value", line -> line.contains("\"value\":3,"));
    } finally {
      listener.stop();
      server.close();
    }
  }

  @Test
  void theOfficialClientSeesWhatCurlWritesAndTheOtherWay() {
    try (ServerProcess server = ServerProcess.start();
        Peer node = Peer.node("node")) {
      PeerClient client = node.client("page");
      client.connect(server.url("ws"));
      client.fence();
      Watch watch = client.subscribe("/web/**");
      client.fence();
      String api = server.url("http") + "/v1/state/web/";
      curl("--json", "0.5", "-X", "PUT", api + "level");
      watch.await("/web/level", 0.5);
      client.set("/web/name", "hall");
      client.fence();
      assertThat(curl("-H", "Accept: text/plain", api + "name").strip()).isEqualTo("hall");
    }
  }

  // --- bridges beside each other -----------------------------------------------------------------

  /** A WebSocket of the JDK; tries until the bridge listens. */
  private static WebSocket socket(HttpClient http, String url, Received<String> heard) {
    long end = System.nanoTime() + Patience.LIMIT.toNanos();
    for (; ; ) {
      try {
        return http.newWebSocketBuilder()
            .buildAsync(
                URI.create(url),
                new WebSocket.Listener() {
                  private final StringBuilder text = new StringBuilder();

                  @Override
                  public @Nullable CompletionStage<?> onText(
                      WebSocket from, CharSequence data, boolean last) {
                    text.append(data);
                    if (last) {
                      heard.add(text.toString());
                      text.setLength(0);
                    }
                    from.request(1);
                    return null;
                  }

                  @Override
                  public @Nullable CompletionStage<?> onClose(
                      WebSocket from, int code, String reason) {
                    heard.end("closed: " + code + " " + reason);
                    return null;
                  }
                })
            .join();
      } catch (CompletionException e) {
        if (System.nanoTime() - end > 0) {
          throw new AssertionError("no WebSocket at " + url, e);
        }
        LockSupport.parkNanos(50_000_000);
      }
    }
  }

  @Test
  void webSocketsSocketIoAndHttpSideBySideCarryTheSameValues() throws Exception {
    int sockets = FreePort.find();
    int events = FreePort.find();
    int http = FreePort.find();
    Path file = folder.resolve("clasp.yaml");
    Files.writeString(
        file,
        """
        bridges:
          - name: pages
            protocol: websocket
            namespace: /show
            profile: standard
            settings: {mode: server, bind: "127.0.0.1:%d"}
          - name: chat
            protocol: socketio
            namespace: /show
            settings: {mode: server, listen: "127.0.0.1:%d"}
          - name: web
            protocol: http
            namespace: /show
            settings: {mode: server, bind: "127.0.0.1:%d", mount: /show}
        """
            .formatted(sockets, events, http));
    Received<String> page = new Received<>("WebSocket");
    Received<String> chat = new Received<>("Socket.IO");
    List<String> command = new ArrayList<>(Installation.nodeScript("sio-client.mjs"));
    command.addAll(List.of("4", "http://127.0.0.1:" + events));
    try (ServerProcess server = ServerProcess.start("--config", file.toString());
        HttpClient jdk = HttpClient.newHttpClient();
        ClaspClient desk =
            ClaspClient.builder(server.url().toString())
                .connectTimeout(Patience.START)
                .requestTimeout(Patience.LIMIT)
                .connectBlocking();
        Program socketIo =
            Program.start("sio-client.mjs", command, chat::add, () -> chat.end("it ended"))) {
      for (String bridge : List.of("pages", "chat", "web")) {
        server.awaitLog("bridge " + bridge + " is running");
      }
      WebSocket socket = socket(jdk, "ws://127.0.0.1:" + sockets + "/", page);
      chat.awaitFirst("connection", line -> line.contains("\"connected\""));
      socketIo.write("{\"emit\":\"join\",\"args\":[\"/**\"],\"ack\":true,\"id\":1}");
      chat.awaitFirst("answer to join", line -> line.contains("\"acknowledged\":1"));
      String api = "http://127.0.0.1:" + http + "/api/";

      // curl to all.
      curl("--json", "{\"value\": 0.25}", "-X", "PUT", api + "a");
      page.awaitFirst("value of curl", "{\"address\":\"/a\",\"value\":0.25}"::equals);
      chat.awaitFirst(
          "value of curl", line -> line.contains("\"event\":\"a\"") && line.contains("0.25"));

      // A page to all.
      socket.sendText("{\"address\":\"/b\",\"value\":0.5}", true).join();
      chat.awaitFirst(
          "value of the page", line -> line.contains("\"event\":\"b\"") && line.contains("0.5"));
      has(desk, "/show/b", Value.of(0.5));
      until("the API has b", () -> curl(api + "b").contains("0.5"), server::transcript);

      // Socket.IO to all.
      socketIo.write("{\"emit\":\"set\",\"args\":[\"/c\",0.75],\"ack\":true,\"id\":2}");
      chat.awaitFirst("answer to set", line -> line.contains("\"acknowledged\":2"));
      page.awaitFirst("value of Socket.IO", "{\"address\":\"/c\",\"value\":0.75}"::equals);
      has(desk, "/show/c", Value.of(0.75));
      until("the API has c", () -> curl(api + "c").contains("0.75"), server::transcript);

      // The program ends, and tells those who listen.
      assertThat(server.stop()).isZero();
      assertThat(server.complaint()).isEmpty();
    }
  }

  private static void has(ClaspClient client, String address, Value value) {
    Map<String, Optional<Parameter>> last = new java.util.concurrent.ConcurrentHashMap<>();
    until(
        address + " is " + value,
        () -> {
          last.put(address, client.blocking().get(address));
          return last.get(address).map(Parameter::value).equals(Optional.of(value));
        },
        last::toString);
  }
}
