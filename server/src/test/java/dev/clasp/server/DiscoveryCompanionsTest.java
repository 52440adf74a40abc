package dev.clasp.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.clasp.discovery.Device;
import dev.clasp.discovery.DeviceInfo;
import dev.clasp.discovery.DeviceSource;
import dev.clasp.discovery.Discovery;
import dev.clasp.discovery.DiscoveryEvent;
import dev.clasp.discovery.MdnsNetwork;
import dev.clasp.discovery.Mechanism;
import dev.clasp.discovery.RegisteredDevice;
import dev.clasp.discovery.RendezvousClient;
import dev.clasp.discovery.RendezvousException;
import dev.clasp.router.RouterConfig;
import dev.clasp.testkit.FakeAuthenticator;
import dev.clasp.testkit.FreePort;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What lives beside a server for discovery: rendezvous, registration, the list of devices. */
@Timeout(120)
class DiscoveryCompanionsTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Optional<String> ANY = Optional.empty();
  private static final RendezvousSettings ANY_PORT =
      RendezvousSettings.DEFAULT.withPorts(OptionalInt.of(0), false);

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final AtomicReference<Companion> rendezvous = new AtomicReference<>();

  @TempDir Path folder;

  @AfterEach
  void stop() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }

  private <T extends AutoCloseable> T keep(T closeable) {
    open.push(closeable);
    return closeable;
  }

  private ClaspServer start(ServerConfig config, Companion.Factory... companions) {
    return keep(ClaspServer.start(config.withPort(0).withCompanions(List.of(companions))));
  }

  private Companion.Factory rendezvous(RendezvousSettings settings) {
    return server -> {
      Companion made = RendezvousCompanion.factory(settings).create(server);
      rendezvous.set(made);
      return made;
    };
  }

  /** Of the last rendezvous server. */
  private String url() {
    RendezvousCompanion companion = (RendezvousCompanion) rendezvous.get();
    return "http://127.0.0.1:" + companion.address().orElseThrow().getPort();
  }

  private RendezvousClient client(String url, Optional<String> token) {
    return keep(new RendezvousClient(url, token));
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + 60_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      Thread.sleep(5);
    }
  }

  private HttpResponse<String> get(ClaspServer server, String path, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.address().getPort() + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return keep(HttpClient.newHttpClient()).send(request.build(), BodyHandlers.ofString());
  }

  private static ServerConfig guarded() {
    return ServerConfig.DEFAULT.withAuthenticator(
        new FakeAuthenticator().admit("good", "read:/**"));
  }

  // --- what others are told ----------------------------------------------------------------------

  @Test
  void whatIsAnnouncedCanBeSeenAndWhyItIsNot() throws Exception {
    UUID id = UUID.fromString("6a0e3a6e-5a43-4d10-8d32-0d1d9b4f7a11");
    ClaspServer server =
        start(
            ServerConfig.DEFAULT.withRouter(RouterConfig.DEFAULT.toBuilder().name("Stäge").build()),
            MdnsCompanion.factory(id, Optional.empty(), MdnsNetwork.ALL),
            DevicesCompanion.factory(
                failures -> Discovery.builder().lan(_ -> List.of()).onFailure(failures).build(),
                Optional.of(id)));
    JsonNode mdns = JSON.readTree(get(server, "/api/announcement").body()).get("mdns");
    assertThat(mdns.get("announced").booleanValue()).isFalse();
    assertThat(mdns.get("why").asText()).contains("nobody else can reach 127.0.0.1");
    assertThat(mdns.get("service").asText()).isEqualTo("Stäge._clasp._tcp.local");
    assertThat(mdns.get("port").intValue()).isEqualTo(server.address().getPort());
    assertThat(mdns.get("text").toString())
        .contains("\"version=2\"", "\"name=Stäge\"", "id=" + id, "features=pesgt");
  }

  // --- rendezvous --------------------------------------------------------------------------------

  @Test
  void theReferencesDefaultsAreOurs() {
    assertThat(RendezvousSettings.DEFAULT.port()).hasValue(7340);
    assertThat(RendezvousSettings.DEFAULT.registry().ttl()).hasSeconds(300);
    assertThat(RendezvousSettings.DEFAULT.registry().maxDevices()).isEqualTo(10_000);
  }

  @Test
  void withoutOneThereIsNone() throws Exception {
    ClaspServer server = start(ServerConfig.DEFAULT);
    assertThat(get(server, "/api/v1/health").statusCode()).isEqualTo(404);
    assertThat(get(server, "/discover").statusCode()).isEqualTo(404);
  }

  @Test
  void aRouterServesOneOnAPortOfItsOwn() throws Exception {
    ClaspServer server = start(ServerConfig.DEFAULT, rendezvous(ANY_PORT));
    RendezvousClient client = client(url(), Optional.empty());
    assertThat(client.discover(ANY, ANY)).isEmpty();
    assertThat(get(server, "/discover").statusCode()).as("the main port").isEqualTo(404);
    assertThat(rendezvous.get().counters()).containsEntry("requests", 1L);
  }

  @Test
  void aRouterServesOneOnItsPort() throws Exception {
    ClaspServer server =
        start(
            ServerConfig.DEFAULT,
            rendezvous(RendezvousSettings.DEFAULT.withPorts(OptionalInt.empty(), true)));
    assertThat(get(server, "/api/v1/health").body()).isEqualTo("OK");
    assertThat(get(server, "/discover").body()).isEqualTo("[]");
    assertThat(get(server, "/health").body()).isEqualTo("ok\n");
  }

  /** D-26. */
  @Test
  void d26ARouterThatWantsTokensWantsThemForRegisteringToo() {
    start(guarded(), rendezvous(ANY_PORT));
    RendezvousClient without = client(url(), Optional.empty());
    RendezvousClient with = client(url(), Optional.of("good"));
    assertThatThrownBy(() -> without.register(dev.clasp.discovery.Registration.DEFAULT))
        .isInstanceOfSatisfying(
            RendezvousException.class, e -> assertThat(e.status()).isEqualTo(401));
    with.refresh(with.register(dev.clasp.discovery.Registration.DEFAULT).id());
    assertThat(without.discover(ANY, ANY)).hasSize(1);
  }

  /** D-19, D-26. */
  @Test
  void d26ListingMayWantATokenToo() {
    start(
        guarded(),
        rendezvous(ANY_PORT.withListing(dev.clasp.discovery.RendezvousConfig.Listing.ALL, true)));
    assertThatThrownBy(() -> client(url(), Optional.empty()).discover(ANY, ANY))
        .isInstanceOfSatisfying(
            RendezvousException.class, e -> assertThat(e.status()).isEqualTo(401));
    assertThat(client(url(), Optional.of("good")).discover(ANY, ANY)).isEmpty();
  }

  @Test
  void aPortInUseStopsTheStart() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getByName("127.0.0.1"))) {
      assertThatThrownBy(() ->
              start(
                  ServerConfig.DEFAULT,
                  rendezvous(
                      RendezvousSettings.DEFAULT.withPorts(
                          OptionalInt.of(taken.getLocalPort()), false))))
          .isInstanceOf(ServerException.class)
          .hasMessageContaining("the address is in use");
    }
  }

  @Test
  void devicesOutliveARestart() {
    RendezvousSettings kept = ANY_PORT.withFile(folder.resolve("devices.json"));
    ClaspServer first = start(ServerConfig.DEFAULT, rendezvous(kept));
    String id =
        client(url(), Optional.empty()).register(dev.clasp.discovery.Registration.DEFAULT).id();
    first.close();
    start(ServerConfig.DEFAULT, rendezvous(kept));
    client(url(), Optional.empty()).refresh(id);
  }

  // --- registration ------------------------------------------------------------------------------

  @Test
  void aServerRegistersItselfAndLeaves() throws Exception {
    start(ServerConfig.DEFAULT, rendezvous(ANY_PORT));
    RendezvousClient client = client(url(), Optional.empty());
    UUID id = UUID.randomUUID();
    ClaspServer server =
        start(
            ServerConfig.DEFAULT.withRouter(RouterConfig.builder().name("Main stage").build()),
            RegistrationCompanion.factory(
                new RegistrationSettings(url()).withTags(List.of("studio")).withId(id)));

    await("registered", () -> client.discover(Optional.of("studio"), ANY).size() == 1);
    RegisteredDevice device = client.discover(ANY, ANY).getFirst();
    assertThat(device.registration().name()).isEqualTo("Main stage");
    assertThat(device.registration().endpoints()).containsEntry("ws", server.url());
    assertThat(device.registration().metadata())
        .containsEntry(RegisteredDevice.STABLE_ID, id.toString());
    assertThat(device.registration().features()).contains("param", "event", "stream");
    // It hears so a moment after it is listed.
    await(
        "it knows",
        () -> server.companions().getFirst().counters().getOrDefault("registered", 0L) == 1);

    server.close();
    assertThat(client.discover(ANY, ANY)).isEmpty();
  }

  @Test
  void aServerSaysTheUrlsThatItIsTold() throws Exception {
    start(guarded(), rendezvous(ANY_PORT));
    start(
        ServerConfig.DEFAULT,
        RegistrationCompanion.factory(
            new RegistrationSettings(url())
                .withToken("good")
                .withEndpoints(List.of("wss://stage.example/clasp"))));
    RendezvousClient client = client(url(), Optional.empty());
    await("registered", () -> client.discover(ANY, ANY).size() == 1);
    assertThat(client.discover(ANY, ANY).getFirst().registration().endpoints())
        .isEqualTo(Map.of("wss", "wss://stage.example/clasp"));
  }

  @Test
  void aServerStartsAndStopsAlsoIfNobodyAnswers() throws Exception {
    int port = FreePort.find();
    ClaspServer server =
        start(
            ServerConfig.DEFAULT,
            RegistrationCompanion.factory(new RegistrationSettings("http://127.0.0.1:" + port)));
    await(
        "tried", () -> server.companions().getFirst().counters().getOrDefault("failures", 0L) != 0);
    server.close();
  }

  @Test
  void aWrongUrlIsSaid() {
    assertThatThrownBy(() -> new RegistrationSettings("nonsense"))
        .hasMessageContaining("is no URL of a rendezvous server");
  }

  @Test
  void aFileThatCannotBeUsedIsSaid() throws Exception {
    Path file = folder.resolve("devices.json");
    java.nio.file.Files.writeString(file, "broken");
    assertThatThrownBy(() -> start(ServerConfig.DEFAULT, rendezvous(ANY_PORT.withFile(file))))
        .isInstanceOf(ServerException.class)
        .hasMessageContaining("Delete it to begin anew");
  }

  // --- devices -----------------------------------------------------------------------------------

  private static final class OneDevice implements DeviceSource {
    private final AtomicInteger open;
    private final AtomicInteger begun;

    OneDevice(AtomicInteger open, AtomicInteger begun) {
      this.open = open;
      this.begun = begun;
    }

    @Override
    public Mechanism mechanism() {
      return Mechanism.MDNS;
    }

    @Override
    public void start(Consumer<DiscoveryEvent> events) {
      open.incrementAndGet();
      begun.incrementAndGet();
      events.accept(
          new DiscoveryEvent.Found(
              new Device(
                  "Other._clasp._tcp.local.",
                  Optional.of("6a0e3a6e-5a43-4d10-8d32-0d1d9b4f7a11"),
                  "<b>Other</b>",
                  DeviceInfo.DEFAULT,
                  Map.of("ws", "ws://192.0.2.7:7330/clasp"),
                  Set.of(Mechanism.MDNS),
                  System.nanoTime(),
                  System.nanoTime())));
      events.accept(new DiscoveryEvent.Failed(Mechanism.BROADCAST, "no network"));
    }

    @Override
    public void close() {
      open.decrementAndGet();
    }
  }

  private static Companion.Factory devices(AtomicInteger open) {
    return devices(open, new AtomicInteger(), java.time.Duration.ofMinutes(5));
  }

  private static Companion.Factory devices(
      AtomicInteger open, AtomicInteger begun, java.time.Duration idle) {
    return DevicesCompanion.factory(
        failures ->
            Discovery.builder()
                .lan(_ -> List.of(() -> new OneDevice(open, begun)))
                .onFailure(failures)
                .build(),
        Optional.of(UUID.fromString("6a0e3a6e-5a43-4d10-8d32-0d1d9b4f7a11")),
        idle);
  }

  @Test
  void whenNobodyAsksAnyMoreNobodyIsLookedFor() throws Exception {
    AtomicInteger looking = new AtomicInteger();
    AtomicInteger begun = new AtomicInteger();
    ClaspServer server =
        start(ServerConfig.DEFAULT, devices(looking, begun, java.time.Duration.ofMillis(50)));
    for (int i = 1; i <= 2; i++) {
      int times = i;
      get(server, "/api/devices");
      await("it begins and ends", () -> begun.get() == times && looking.get() == 0);
    }
  }

  @Test
  void otherServersAreListedOnceSomebodyAsks() throws Exception {
    AtomicInteger looking = new AtomicInteger();
    ClaspServer server = start(ServerConfig.DEFAULT, devices(looking));
    assertThat(looking).hasValue(0);

    AtomicReference<JsonNode> answer = new AtomicReference<>();
    await(
        "a device",
        () -> {
          try {
            answer.set(JSON.readTree(get(server, "/api/devices").body()));
            return !answer.get().get("devices").isEmpty()
                && !answer.get().get("problems").isEmpty();
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
    JsonNode device = answer.get().get("devices").get(0);
    assertThat(device.get("name").asText()).isEqualTo("<b>Other</b>");
    assertThat(device.get("url").asText()).isEqualTo("ws://192.0.2.7:7330/clasp");
    assertThat(device.get("page").asText()).isEqualTo("http://192.0.2.7:7330/");
    assertThat(device.get("sources").get(0).asText()).isEqualTo("mdns");
    assertThat(device.get("self").asBoolean()).isTrue();
    assertThat(device.get("secondsSinceSeen").asDouble()).isBetween(0.0, 60.0);
    assertThat(answer.get().get("problems").get(0).get("problem").asText()).isEqualTo("no network");
    assertThat(looking).hasValue(1);

    server.close();
    await("it looks no longer", () -> looking.get() == 0);
  }

  @Test
  void theListIsForThoseWhoMaySeeIt() throws Exception {
    ClaspServer server = start(guarded(), devices(new AtomicInteger()));
    assertThat(get(server, "/api/devices").statusCode()).isEqualTo(401);
    assertThat(get(server, "/api/addresses").statusCode()).isEqualTo(401);
    assertThat(get(server, "/api/devices", "Authorization", "Bearer good").statusCode())
        .isEqualTo(200);
    assertThat(get(server, "/api/qr.svg?url=ws://h:1").statusCode()).isEqualTo(200);
  }

  @Test
  void aQrCodeIsOfAUrl() throws Exception {
    ClaspServer server = start(ServerConfig.DEFAULT, devices(new AtomicInteger()));
    HttpResponse<String> picture = get(server, "/api/qr.svg?url=ws%3A%2F%2F192.0.2.1%3A7330%2F");
    assertThat(picture.body())
        .isEqualTo(dev.clasp.discovery.QrPicture.of("ws://192.0.2.1:7330/").svg());
    assertThat(picture.headers().firstValue("content-type")).contains("image/svg+xml");
    for (String wrong : List.of("", "?url=", "?url=javascript:1", "?url=ws://" + "x".repeat(600))) {
      assertThat(get(server, "/api/qr.svg" + wrong).statusCode()).as(wrong).isEqualTo(400);
    }
    JsonNode addresses = JSON.readTree(get(server, "/api/addresses").body());
    assertThat(addresses.get("urls").get(0).asText()).isEqualTo(server.url());
    assertThat(addresses.get("pages").get(0).asText()).isEqualTo(server.consoleUrl());
  }
}
