package dev.clasp.oscquery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.osc.OscArgument.Float32;
import dev.clasp.osc.OscCodec;
import dev.clasp.osc.OscMessage;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.Eventually;
import dev.clasp.testkit.FreePort;
import dev.clasp.transform.MappedSignal;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The tree of another program in ours; the other program is often our own server. */
class ImportTest {

  private final FakeContext context = new FakeContext();
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private Room room() {
    Room room = new Room();
    open.add(room);
    return room;
  }

  private Endpoint endpoint(Map<String, Value> settings) {
    OscQueryImport provider = new OscQueryImport();
    Endpoint endpoint = provider.create(BridgeSettings.of(provider.settings(), settings), context);
    open.add(endpoint);
    return endpoint;
  }

  private Endpoint connect(String url, Map<String, Value> settings) {
    Map<String, Value> all = new HashMap<>(settings);
    all.put("url", Value.of(url));
    Endpoint endpoint = endpoint(all);
    endpoint.start();
    return endpoint;
  }

  private static Parcel to(String address, Value value) {
    return Parcel.of(new MappedSignal(address, SignalType.PARAM, value));
  }

  // --- our own server as the other program -------------------------------------------------------

  @Test
  void whatTheProgramHasComesInAndWhatChangesFollows() {
    Room room = room();
    room.definitions = List.of(Room.fader("/layer/opacity", 0, 100));
    room.desk.set("/layer/opacity", 25.0).join();
    room.desk.set("/layer/name", "sky").join();
    room.node("/layer/name");
    Eventually.is("a range", () -> room.node("/layer/opacity").has("RANGE"));

    connect(room.url(), Map.of());

    context.received("/layer/opacity", Value.of(25.0));
    context.received("/layer/name", Value.of("sky"));
    context.isUp();
    assertThat(context.offered).containsOnlyKeys("/layer/opacity", "/layer/name");
    assertThat(
            Objects.requireNonNull(context.offered.get("/layer/opacity"))
                .meta()
                .orElseThrow()
                .description())
        .contains("a fader");
    room.desk.set("/layer/opacity", 50.0).join();
    context.received("/layer/opacity", Value.of(50.0));
  }

  @Test
  void whatIsWrittenHereGoesOutByOsc() {
    Room room = room();
    room.desk.set("/fader", 0.0).join();
    room.node("/fader");
    Endpoint endpoint = connect(room.url(), Map.of());
    context.isUp();
    endpoint.send(to("/fader", Value.of(1)));
    room.has("/fader", Value.of(1.0));
  }

  @Test
  void newAddressesAreFoundAndLostOnesForgotten() {
    Room room = room();
    room.desk.set("/old", 1).join();
    room.node("/old");
    connect(room.url(), Map.of());
    context.isUp();
    room.desk.set("/new", 0.5).join();
    context.received("/new", Value.of(0.5));
    room.desk.set("/new", 0.75).join();
    context.received("/new", Value.of(0.75));
    assertThat(context.offered).containsOnlyKeys("/old", "/new");
  }

  @Test
  void onlyWhatIsIncludedIsTaken() {
    Room room = room();
    for (String address : List.of("/a/1", "/a/2", "/b/1")) {
      room.desk.set(address, 1).join();
      room.node(address);
    }
    Endpoint endpoint =
        connect(room.url(), Map.of("include", Value.of("/a/**"), "exclude", Value.of("/a/2")));
    context.isUp();
    assertThat(context.offered).containsOnlyKeys("/a/1");
    endpoint.send(to("/b/1", Value.of(2)));
    assertThat(context.dropped).singleElement().asString().contains("/b/1");
  }

  @Test
  void aRangeCanBecomeZeroToOne() {
    Room room = room();
    room.definitions = List.of(Room.fader("/pan", -100, 100));
    room.desk.set("/pan", 0.0).join();
    Eventually.is("a range", () -> room.node("/pan").has("RANGE"));
    Endpoint endpoint = connect(room.url(), Map.of("scale", Value.of("unit")));
    context.received("/pan", Value.of(0.5));
    context.isUp();
    endpoint.send(to("/pan", Value.of(1.0)));
    room.has("/pan", Value.of(100.0));
  }

  @Test
  void withoutAWebSocketTheTreeIsAskedForAgain() {
    Room room = room();
    room.desk.set("/fader", 0.0).join();
    room.node("/fader");
    connect(room.url(), Map.of("listen", Value.FALSE, "poll", Value.of("50ms")));
    context.isUp();
    room.desk.set("/fader", 0.5).join();
    context.received("/fader", Value.of(0.5));
    assertThat(room.server.counters().get("sessions")).isZero();
  }

  @Test
  void aProgramThatComesBackIsFoundAgain() {
    // Nobody takes it while the program is away, whoever looks for it included.
    int port = FreePort.find();
    Room first = new Room(config -> config.withPort(port));
    first.desk.set("/a", 1).join();
    first.node("/a");
    connect(first.url(), Map.of());
    context.isUp();
    first.close();
    Eventually.is("down", () -> !context.downs.isEmpty());
    context.ups.clear();
    Room second = new Room(config -> config.withPort(port));
    open.add(second);
    second.desk.set("/b", 2).join();
    context.received("/b", Value.of(2));
    context.isUp();
  }

  // --- programs that are not like ours
  // ------------------------------------------------------------

  /** A program that answers what it is told to; without WebSockets. */
  private HttpServer program(Map<String, String> answers) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String answer = answers.get(exchange.getRequestURI().toString());
          byte[] body = (answer == null ? "" : answer).getBytes(StandardCharsets.UTF_8);
          if (answer != null && answer.startsWith("-> ")) {
            exchange.getResponseHeaders().set("Location", answer.substring(3));
            exchange.sendResponseHeaders(302, -1);
          } else {
            exchange.sendResponseHeaders(answer == null ? 404 : 200, body.length);
            exchange.getResponseBody().write(body);
          }
          exchange.close();
        });
    server.start();
    open.add(() -> server.stop(0));
    return server;
  }

  private static String url(HttpServer server) {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  @Test
  void aMinimalProgramIsAskedAgainAndGetsOscWhereItSays() throws IOException {
    try (DatagramSocket ear = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
      ear.setSoTimeout((int) Eventually.LIMIT.toMillis());
      Map<String, String> answers = new ConcurrentHashMap<>();
      answers.put(
          "/?HOST_INFO",
          "{\"NAME\":\"tiny\",\"OSC_IP\":\"8.8.8.8\",\"OSC_PORT\":" + ear.getLocalPort() + "}");
      answers.put("/", "{\"CONTENTS\":{\"x\":{\"TYPE\":\"f\",\"VALUE\":[0.5]}}}");
      Endpoint endpoint = connect(url(program(answers)), Map.of("poll", Value.of("50ms")));
      context.received("/x", Value.of(0.5));
      context.isUp();
      answers.put("/", "{\"CONTENTS\":{\"x\":{\"TYPE\":\"f\",\"VALUE\":[0.75]}}}");
      context.received("/x", Value.of(0.75));
      endpoint.send(to("/x", Value.of(0.25)));
      DatagramPacket packet = new DatagramPacket(new byte[1500], 1500);
      ear.receive(packet);
      assertThat(OscCodec.decode(packet.getData(), 0, packet.getLength()))
          .as("at the machine of the URL, not at the one that it names")
          .isEqualTo(new OscMessage("/x", new Float32(0.25f)));
    } catch (dev.clasp.osc.OscException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void nobodySendsUsElsewhere() throws IOException {
    AtomicInteger asked = new AtomicInteger();
    HttpServer other = program(Map.of());
    other.createContext("/secret", exchange -> asked.incrementAndGet());
    connect(url(program(Map.of("/?HOST_INFO", "-> " + url(other) + "/secret"))), Map.of());
    Eventually.is("down", () -> context.downs.stream().anyMatch(d -> d.contains("elsewhere")));
    assertThat(asked.get()).isZero();
  }

  @Test
  void aTreeThatIsTooBigIsRefusedWithASentence() throws IOException {
    connect(url(program(Map.of("/", RemoteTreeTest.PROPOSAL))), Map.of("nodes", Value.of(2)));
    Eventually.is("down", () -> context.downs.stream().anyMatch(d -> d.contains("2 nodes")));
  }

  @Test
  void aPartOfATreeCanBeAskedFor() throws IOException {
    connect(
        url(program(Map.of("/part", "{\"CONTENTS\":{\"x\":{\"TYPE\":\"i\",\"VALUE\":[7]}}}")))
            + "/part",
        Map.of());
    context.received("/part/x", Value.of(7));
  }

  @Test
  void settingsThatCannotWorkAreRefused() {
    assertThatThrownBy(() -> endpoint(Map.of()))
        .isInstanceOf(BridgeException.class)
        .hasMessageContaining("url is missing");
    for (String bad :
        List.of("ftp://x", "http://", "http://a b", "http://u:p@h:1", "http://h/?x")) {
      assertThatThrownBy(() -> endpoint(Map.of("url", Value.of(bad))))
          .as(bad)
          .isInstanceOf(BridgeException.class);
    }
    assertThatThrownBy(() -> endpoint(Map.of("url", Value.of("h:1"), "include", Value.of("x"))))
        .hasMessageContaining("include");
  }

  @Test
  void theProviderIsFound() {
    assertThat(java.util.ServiceLoader.load(dev.clasp.bridge.spi.BridgeProvider.class))
        .anyMatch(provider -> provider.protocol().equals("oscquery"));
  }
}
