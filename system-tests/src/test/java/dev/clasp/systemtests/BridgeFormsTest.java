package dev.clasp.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.clasp.client.ClaspClient;
import dev.clasp.osc.OscArgument;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.FreePort;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The form of every protocol in Chromium: filled, saved, changed, switched off and on, removed.
 * Each bridge has a real peer on this machine, which hears and is heard by a client of the router;
 * MIDI, which needs a device, says that it is missing.
 */
@RealProgram
class BridgeFormsTest {

  @RegisterExtension static final Stage stage = new Stage();

  private static final String NAME = "tried";
  private static final String ROW = "[data-name=" + NAME + "]";

  private final Screen page = stage.screen("patch").allow("status of 400");

  /** One way through the bridge and the other; fails if either is closed. */
  @FunctionalInterface
  private interface Traffic {

    /**
     * @param below where the bridge has its addresses
     * @param quarters 1 to 3: what is sent, so that nothing is taken for what came before
     */
    void passes(ClaspClient client, String below, int quarters) throws Exception;
  }

  /** Returns when the peer has what was written, or fails. */
  @FunctionalInterface
  private interface Heard {
    void await() throws Exception;
  }

  @AfterEach
  void nothingStays() {
    page.go("patch");
    if (page.await("bridge-add").count(ROW) > 0) {
      remove();
    }
  }

  private void remove() {
    page.go("patch").await(ROW);
    page.click(ROW + " [data-testid=bridge-remove]");
    page.click(ROW + " [data-testid=bridge-remove]");
    page.awaitGone(ROW);
  }

  /** Fills in a setting, in whatever group and kind of field it is. */
  private void set(String setting, String value) {
    String field = "[data-testid=setting-" + setting + "]";
    page.awaitCount(field, 1);
    String closed = "details:not([open]):has(" + field + ") > summary";
    if (page.count(closed) > 0) {
      page.click(closed);
    }
    if (page.count("select" + field) > 0) {
      page.select(field, value);
    } else {
      page.fill(field, value);
    }
  }

  private void make(String protocol, Map<String, String> settings) {
    page.await("[data-testid=bridge-add]:not([disabled])");
    page.click("bridge-add");
    page.select("bridge-protocol", protocol);
    page.fill("bridge-name", NAME);
    settings.forEach(this::set);
    page.click("bridge-save");
    page.awaitUrl("#/patch/" + NAME);
  }

  private void moveTo(String namespace) {
    page.fill("bridge-namespace", namespace);
    page.click("bridge-save");
    page.awaitHas("bridge-saved", "Saved");
  }

  private void switchOffAndOn(String on) {
    page.click("bridge-cancel");
    page.await(ROW);
    page.click(ROW + " [data-testid=bridge-switch]");
    page.await(ROW + " .stopped");
    page.click(ROW + " [data-testid=bridge-switch]");
    page.await(ROW + " " + on);
  }

  /** The whole life of a bridge, with traffic before and after each change. */
  private void drive(
      String protocol, String namespace, Map<String, String> settings, Traffic traffic)
      throws Exception {
    try (ClaspClient client = stage.java("forms of " + protocol)) {
      make(protocol, settings);
      page.await(".running[data-testid=bridge-state]");
      traffic.passes(client, namespace, 1);
      // Of its own: what another test has left at an address is nothing that came through.
      String moved = "/moved/" + protocol;
      moveTo(moved);
      page.await(".running[data-testid=bridge-state]");
      traffic.passes(client, moved, 2);
      switchOffAndOn(".running");
      traffic.passes(client, moved, 3);
      remove();
    }
  }

  private static void awaitValue(ClaspClient client, String address, Value value, Runnable again) {
    Pause.until(
        () -> address + " is " + client.blocking().get(address) + ", not " + value,
        () -> {
          again.run();
          return client.blocking().get(address).filter(p -> p.value().equals(value)).isPresent();
        });
  }

  /** Writes again and again until the peer has it: nobody tells when a bridge has subscribed. */
  private static void write(ClaspClient client, String address, Value value, Heard heard)
      throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    Thread writer =
        Thread.ofVirtual()
            .start(() -> {
              while (!over.get()) {
                client.blocking().set(address, value);
                LockSupport.parkNanos(20_000_000);
              }
            });
    try {
      heard.await();
    } finally {
      over.set(true);
      writer.join();
    }
  }

  private static Value quarter(int quarters) {
    return Value.of(quarters / 4.0);
  }

  @Test
  void everyProtocolOfTheFormIsTriedHere() {
    page.await("[data-testid=bridge-add]:not([disabled])");
    page.click("bridge-add");
    page.await("bridge-protocol");
    assertThat(page.texts("[data-testid=bridge-protocol] option"))
        .extracting(title -> title.split("[ :,]", 2)[0])
        .containsExactlyInAnyOrder(
            "Art-Net",
            "DMX512",
            "HTTP",
            "MIDI",
            "MQTT",
            "OSC",
            "OSCQuery",
            "sACN",
            "Socket.IO",
            "WebSockets");
  }

  @Test
  void osc() throws Exception {
    int port = FreePort.find();
    try (OscSocket peer = new OscSocket()) {
      drive(
          "osc",
          "/osc",
          Map.of("bind", "127.0.0.1:" + port, "targets", "127.0.0.1:" + peer.port()),
          (client, below, quarters) -> {
            awaitValue(
                client,
                below + "/in",
                quarter(quarters),
                () -> peer.send(port, "/in", quarters / 4.0));
            page.go("patch/" + NAME).awaitHas("bridge-seen", "/in");
            List<OscArgument> wanted = List.of(new OscArgument.Float32(quarters / 4f));
            write(
                client,
                below + "/out",
                quarter(quarters),
                () -> {
                  long end = System.nanoTime() + Patience.START.toNanos();
                  while (!peer.await("/out").arguments().equals(wanted)) {
                    // What was written before.
                    assertThat(System.nanoTime()).as("%s in time", wanted).isLessThan(end);
                  }
                });
          });
    }
  }

  @Test
  void mqtt(@TempDir Path folder) throws Exception {
    try (Broker broker = Broker.start(folder);
        MosquittoClients.Subscriber reader = broker.subscribe("#")) {
      drive(
          "mqtt",
          "/mqtt",
          Map.of("broker", broker.url(), "topics", "from/#"),
          (client, below, quarters) -> {
            awaitValue(
                client,
                below + "/from/desk",
                quarter(quarters),
                () -> broker.publish("from/desk", Double.toString(quarters / 4.0)));
            write(
                client,
                below + "/to/desk",
                quarter(quarters),
                () -> reader.await("to/desk " + quarters / 4.0));
          });
    }
  }

  @Test
  void websocket() throws Exception {
    int port = FreePort.find();
    try (HttpClient http = HttpClient.newHttpClient()) {
      drive(
          "websocket",
          "/ws",
          Map.of("mode", "server", "bind", "127.0.0.1:" + port),
          (client, below, quarters) -> {
            try (Line line = Line.open(http, "ws://127.0.0.1:" + port + "/")) {
              line.say("{\"address\":\"" + below + "/in\",\"value\":" + quarters / 4.0 + "}");
              awaitValue(client, below + "/in", quarter(quarters), () -> {});
              write(
                  client,
                  below + "/out",
                  quarter(quarters),
                  () ->
                      line.await(
                          "the value",
                          text -> {
                            JsonNode said = Json.parse(text);
                            return said.path("address").asText().equals(below + "/out")
                                && said.path("value").doubleValue() == quarters / 4.0;
                          }));
            }
          });
    }
  }

  @Test
  void socketIo() throws Exception {
    int port = FreePort.find();
    String url = "ws://127.0.0.1:" + port + "/socket.io/?EIO=4&transport=websocket";
    try (HttpClient http = HttpClient.newHttpClient()) {
      drive(
          "socketio",
          "/socketio",
          Map.of("mode", "server", "listen", "127.0.0.1:" + port),
          (client, below, quarters) -> {
            try (Line line = Line.open(http, url)) {
              line.await("the handshake of Engine.IO", text -> text.startsWith("0{"));
              line.say("40");
              line.await("the answer to CONNECT", text -> text.startsWith("40{"));
              line.say("42[\"in\"," + quarters / 4.0 + "]");
              awaitValue(client, below + "/in", quarter(quarters), () -> {});
              String event = "42[\"out\"," + quarters / 4.0 + "]";
              write(
                  client,
                  below + "/out",
                  quarter(quarters),
                  () -> line.await("the event", event::equals));
            }
          });
    }
  }

  @Test
  void http() throws Exception {
    int port = FreePort.find();
    Received<String> asked = new Received<>("the service");
    HttpServer service =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    service.createContext(
        "/",
        exchange -> {
          String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
          asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + body);
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    service.start();
    try {
      drive(
          "http",
          "/http",
          Map.of(
              "mode",
              "client",
              "url",
              "http://127.0.0.1:" + service.getAddress().getPort(),
              "bind",
              "127.0.0.1:" + port,
              "endpoints",
              "[{\"path\":\"/hook\",\"method\":\"PUT\",\"address\":\"/in\"}]"),
          (client, below, quarters) -> {
            HttpRequest hook =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/hook"))
                    .header("Content-Type", "application/json")
                    .PUT(BodyPublishers.ofString(Double.toString(quarters / 4.0)))
                    .build();
            // A new one each time: a connection of before may just be closed by the bridge.
            try (HttpClient http = HttpClient.newHttpClient()) {
              HttpResponse<String> answer = http.send(hook, BodyHandlers.ofString());
              assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            }
            awaitValue(client, below + "/in", quarter(quarters), () -> {});
            String request = "PUT /out " + quarters / 4.0;
            write(
                client,
                below + "/out",
                quarter(quarters),
                () -> asked.awaitFirst("the request", request::equals));
          });
    } finally {
      service.stop(0);
    }
  }

  @Test
  void sacn() throws Exception {
    int port = FreePort.find();
    UUID cid = UUID.randomUUID();
    try (LightSocket lights = new LightSocket()) {
      drive(
          "sacn",
          "/sacn",
          Map.of(
              "mode", "bidirectional",
              "universes", "1, 2",
              "bind", "127.0.0.1:" + port,
              "multicast", "false",
              "unicast_destinations", "127.0.0.1:" + lights.port()),
          (client, below, quarters) -> {
            int[] sequence = {64 * quarters};
            awaitValue(
                client,
                below + "/1/3",
                Value.of(64 * quarters),
                () ->
                    lights.sacn(
                        port, cid, "Desk", 100, 1, sequence[0]++ & 255, 0, 0, 64 * quarters));
            write(
                client,
                below + "/2/5",
                Value.of(64 * quarters),
                () -> lights.awaitSacn(2, 5, 64 * quarters));
          });
    }
  }

  @Test
  void artNet() throws Exception {
    int port = FreePort.find();
    try (LightSocket lights = new LightSocket()) {
      drive(
          "artnet",
          "/artnet",
          Map.of(
              "bind", "127.0.0.1:" + port,
              "universes", "1",
              "output_universes", "2",
              "send", "targets",
              "targets", "127.0.0.1:" + lights.port(),
              "node", "false",
              "controller", "false"),
          (client, below, quarters) -> {
            awaitValue(
                client,
                below + "/1/3",
                Value.of(64 * quarters),
                () -> lights.artnet(port, 1, 0, 0, 64 * quarters, 0));
            write(
                client,
                below + "/2/5",
                Value.of(64 * quarters),
                () -> lights.await("5 has its level", 2, () -> {}, all -> all[5] == 64 * quarters));
          });
    }
  }

  @Test
  void dmxThroughAWidgetBehindASerialServer() throws Exception {
    try (DmxWidget widget = new DmxWidget()) {
      drive(
          "dmx",
          "/dmx",
          Map.of(
              "port", "tcp://127.0.0.1:" + widget.port(),
              "interface_type", "pro",
              "universe", "1"),
          (client, below, quarters) -> {
            write(
                client,
                below + "/1/5",
                Value.of(64 * quarters),
                () ->
                    Pause.until(
                        () -> "slot 5 is " + widget.level(5),
                        () -> widget.level(5) == 64 * quarters));
          });
    }
  }

  @Test
  void oscQuery() throws Exception {
    Received<String> lines = new Received<>("oscquery in node");
    List<String> command = new ArrayList<>(Installation.nodeScript("oscquery-peer.mjs"));
    command.add("serve");
    Program node =
        Program.start("oscquery in node", command, lines::add, () -> lines.end("it ended"));
    try {
      String ready = lines.awaitFirst("its port", line -> line.startsWith("ready "));
      drive(
          "oscquery",
          "/oscquery",
          Map.of("url", "http://127.0.0.1:" + ready.split(" ", -1)[1], "poll", "50ms"),
          (client, below, quarters) -> {
            node.write(Integer.toString(10 * quarters));
            awaitValue(client, below + "/layer/opacity", Value.of(10.0 * quarters), () -> {});
            String bits = "%08x".formatted(Float.floatToIntBits(10.5f * quarters));
            write(
                client,
                below + "/layer/opacity",
                Value.of(10.5 * quarters),
                () -> lines.awaitFirst("OSC " + bits, line -> line.endsWith(bits)));
          });
    } finally {
      node.stop();
    }
  }

  @Test
  void midiSaysWhatIsMissing() {
    make("midi", Map.of("port", "nothing-is-here"));
    String away = ":is(.degraded, .waiting, .failed)";
    page.await(away + "[data-testid=bridge-state]");
    page.awaitHas("[aria-labelledby$=-now]", "nothing-is-here");
    moveTo("/moved");
    page.await(away + "[data-testid=bridge-state]");
    switchOffAndOn(away);
    remove();
  }

  /** A WebSocket and the texts that came by it. */
  private record Line(WebSocket socket, Received<String> texts) implements AutoCloseable {

    static Line open(HttpClient http, String url) {
      Received<String> texts = new Received<>(url);
      WebSocket.Listener listener =
          new WebSocket.Listener() {
            private final StringBuilder parts = new StringBuilder();

            @Override
            public @Nullable CompletionStage<?> onText(
                WebSocket socket, CharSequence part, boolean last) {
              parts.append(part);
              if (last) {
                texts.add(parts.toString());
                parts.setLength(0);
              }
              socket.request(1);
              return null;
            }

            @Override
            public void onError(WebSocket socket, Throwable error) {
              texts.end(error.toString());
            }
          };
      return new Line(
          http.newWebSocketBuilder().buildAsync(URI.create(url), listener).join(), texts);
    }

    void say(String text) {
      socket.sendText(text, true).join();
    }

    void await(String what, Predicate<String> wanted) {
      texts.awaitFirst(what, wanted);
    }

    @Override
    public void close() {
      socket.abort();
    }
  }
}
