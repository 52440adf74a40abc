package dev.clasp.discovery;

import static dev.clasp.discovery.Devices.registration;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.discovery.RendezvousException.Kind;
import dev.clasp.transport.ConnectionLimits;
import dev.clasp.transport.EventLoops;
import dev.clasp.transport.PageServer;
import dev.clasp.transport.TrustedProxies;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A rendezvous server and its client over real HTTP: discovery.md 10.3 and 10.4. */
@Timeout(120)
class RendezvousHttpTest {

  private static final Optional<String> ANY = Optional.empty();

  private final AtomicLong nanos = new AtomicLong();
  private final EventLoops loops = EventLoops.create("rendezvous", 1);
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  @TempDir Path folder;

  @AfterEach
  void stop() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
    loops.close();
  }

  private <T extends AutoCloseable> T keep(T closeable) {
    open.push(closeable);
    return closeable;
  }

  private RendezvousServer server(RendezvousConfig config) {
    return keep(
        new RendezvousServer(
            config,
            nanos::get,
            () -> 1_700_000_000_000_000L + nanos.get() / 1000,
            new SecureRandom()));
  }

  private String serve(RendezvousServer server) {
    PageServer pages =
        keep(
            new PageServer(
                "127.0.0.1",
                0,
                loops,
                ConnectionLimits.DEFAULT,
                TrustedProxies.NONE,
                Optional.empty(),
                server));
    pages.start();
    return "http://127.0.0.1:" + pages.address().getPort();
  }

  private RendezvousClient client(RendezvousConfig config) {
    return client(serve(server(config)));
  }

  private RendezvousClient client(String url) {
    return keep(new RendezvousClient(url, Optional.empty()));
  }

  private RendezvousClient client() {
    return client(RendezvousConfig.DEFAULT);
  }

  private static <T> List<T> parallel(int count, Callable<T> task) throws Exception {
    try (ExecutorService pool = Executors.newFixedThreadPool(10)) {
      List<Future<T>> futures = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        futures.add(pool.submit(task));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(future.get());
      }
      return results;
    }
  }

  // --- 10.3 --------------------------------------------------------------------------------------

  @Test
  void registerAndDiscover() {
    RendezvousClient client = client();
    Receipt receipt = client.register(registration("desk", "studio"));
    assertThat(receipt.id()).isNotEmpty();
    assertThat(receipt.ttl()).isPositive();
    List<RegisteredDevice> devices = client.discover(ANY, ANY);
    assertThat(devices).hasSize(1);
    assertThat(devices.getFirst().registration().name()).isEqualTo("desk");
    assertThat(devices.getFirst().registration().tags()).containsExactly("studio");
  }

  @Test
  void tagFilter() {
    RendezvousClient client = client();
    client.register(registration("a", "studio"));
    client.register(registration("b", "studio"));
    client.register(registration("c", "live"));
    assertThat(client.discover(Optional.of("studio"), ANY)).hasSize(2);
    assertThat(client.discover(Optional.of("live"), ANY)).hasSize(1);
    assertThat(client.discover(Optional.of("live"), Optional.of("nothing"))).isEmpty();
  }

  @Test
  void unregister() {
    RendezvousClient client = client();
    String id = client.register(registration("a")).id();
    client.unregister(id);
    assertThat(client.discover(ANY, ANY)).isEmpty();
    assertThatThrownBy(() -> client.unregister(id))
        .isInstanceOfSatisfying(
            RendezvousException.class, e -> assertThat(e.status()).isEqualTo(404));
  }

  @Test
  void refresh() {
    RendezvousClient client = client();
    client.refresh(client.register(registration("a")).id());
    assertThat(client.discover(ANY, ANY)).hasSize(1);
    assertThatThrownBy(() -> client.refresh("unknown"))
        .isInstanceOfSatisfying(RendezvousException.class, e -> assertThat(e.gone()).isTrue());
  }

  @Test
  void concurrentRegistrations() throws Exception {
    RendezvousClient client = client();
    parallel(10, () -> client.register(registration("a")));
    assertThat(client.discover(ANY, ANY)).hasSize(10);
  }

  @Test
  void timeToLive() {
    RendezvousClient client =
        client(
            RendezvousConfig.DEFAULT.withRegistry(
                RegistryConfig.DEFAULT.withTtl(Duration.ofSeconds(2))));
    client.register(registration("a"));
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
    assertThat(client.discover(ANY, ANY)).hasSize(1);
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
    assertThat(client.discover(ANY, ANY)).isEmpty();
  }

  @Test
  void capacity() {
    RendezvousClient client =
        client(RendezvousConfig.DEFAULT.withRegistry(RegistryConfig.DEFAULT.withMaxDevices(5)));
    for (int i = 0; i < 10; i++) {
      client.register(registration("a" + i));
    }
    assertThat(client.discover(ANY, ANY))
        .extracting(device -> device.registration().name())
        .containsExactlyInAnyOrder("a5", "a6", "a7", "a8", "a9");
  }

  @Test
  void capacityOfAHundred() {
    RendezvousClient client =
        client(RendezvousConfig.DEFAULT.withRegistry(RegistryConfig.DEFAULT.withMaxDevices(100)));
    for (int i = 0; i < 150; i++) {
      client.register(registration("a" + i));
    }
    // Up to 1,000 are asked for, so this is the registry's own bound.
    assertThat(client.discover(ANY, ANY)).hasSize(100);
  }

  @Test
  void healthAndHeadersOverTheWire() throws Exception {
    String url = serve(server(RendezvousConfig.DEFAULT));
    HttpClient http = keep(HttpClient.newHttpClient());
    HttpResponse<String> health =
        http.send(
            HttpRequest.newBuilder(URI.create(url + "/api/v1/health")).build(),
            BodyHandlers.ofString());
    assertThat(health.body()).isEqualTo("OK");
    assertThat(health.headers().allValues("access-control-allow-origin")).containsExactly("*");

    HttpResponse<String> head =
        http.send(
            HttpRequest.newBuilder(URI.create(url + "/api/v1/discover")).HEAD().build(),
            BodyHandlers.ofString());
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    HttpResponse<String> options =
        http.send(
            HttpRequest.newBuilder(URI.create(url + "/x"))
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                .build(),
            BodyHandlers.ofString());
    assertThat(options.statusCode()).isEqualTo(200);
    HttpResponse<String> invalid =
        http.send(
            HttpRequest.newBuilder(URI.create(url + "/api/v1/register"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"foo\":1}"))
                .build(),
            BodyHandlers.ofString());
    assertThat(invalid.statusCode()).isEqualTo(422);
    HttpResponse<String> large =
        http.send(
            HttpRequest.newBuilder(URI.create(url + "/api/v1/register"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("x".repeat(17 << 10)))
                .build(),
            BodyHandlers.ofString());
    assertThat(large.statusCode()).isEqualTo(413);
  }

  @Test
  void concurrentDiscovery() throws Exception {
    RendezvousClient client = client();
    for (int i = 0; i < 5; i++) {
      client.register(registration("a"));
    }
    assertThat(parallel(10, () -> client.discover(ANY, ANY))).allMatch(found -> found.size() == 5);
  }

  @Test
  void metadataAndEndpointsArePreserved() {
    RendezvousClient client = client();
    Registration full =
        new Registration(
            "desk",
            Map.of("ws", "ws://h:7330/clasp", "tcp", "tcp://h:7330"),
            Optional.of("key"),
            List.of("param"),
            List.of("a b&c=d", "ü"),
            Map.of("k", "v", "clasp.id", "7"));
    client.register(full);

    RegisteredDevice found = client.discover(Optional.of("a b&c=d"), ANY).getFirst();
    assertThat(found.registration().endpoints()).isEqualTo(full.endpoints());
    assertThat(found.registration().metadata()).isEqualTo(full.metadata());
    assertThat(client.discover(Optional.of("ü"), ANY)).hasSize(1);
    Device device = found.device(1);
    assertThat(device.stableId()).contains("7");
    assertThat(device.info().meta()).containsEntry("tags", "a b&c=d,ü").containsEntry("k", "v");
    assertThat(device.info().bridge()).isFalse();
    assertThat(device.url()).contains("ws://h:7330/clasp");
  }

  // --- 10.4 --------------------------------------------------------------------------------------

  @Test
  void aThousandRegisterInParallelAndAreFound() throws Exception {
    RendezvousClient client = client();
    assertThat(parallel(1000, () -> client.register(registration("a", "x")))).hasSize(1000);
    assertThat(client.discover(ANY, ANY)).hasSize(1000);
    assertThat(client.discover(Optional.of("x"), ANY)).hasSize(1000);
    assertThat(client.discover(Optional.of("y"), ANY)).isEmpty();
  }

  @Test
  void aHundredDevicesAreListedAgainAndAgain() throws Exception {
    RendezvousClient client = client();
    for (int i = 0; i < 100; i++) {
      client.register(registration("a"));
    }
    for (int i = 0; i < 600; i++) {
      assertThat(client.discover(ANY, ANY)).hasSize(100);
    }
  }

  // --- over a restart ----------------------------------------------------------------------------

  @Test
  void devicesAndTheirSecretsOutliveTheServer() throws Exception {
    Path file = folder.resolve("devices.json");
    RendezvousConfig config = RendezvousConfig.DEFAULT.withFile(file);
    String secret;
    String listed;
    try (RendezvousServer first = server(config)) {
      RendezvousClient client = client(serve(first));
      secret = client.register(registration("a", "t")).id();
      listed = client.discover(ANY, ANY).getFirst().id();
      first.flush();
      assertThat(Files.readString(file)).contains(listed).doesNotContain(secret);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
    }
    RendezvousClient client = client(serve(server(config)));
    RegisteredDevice found = client.discover(ANY, ANY).getFirst();
    assertThat(found.id()).isEqualTo(listed);
    assertThat(found.registration()).isEqualTo(registration("a", "t"));
    client.refresh(secret);
    client.unregister(secret);
    assertThat(folder.toFile().list()).containsExactly("devices.json");
  }

  @Test
  void whatOnlyRefreshesChangeIsWrittenRarely() throws Exception {
    Path file = folder.resolve("devices.json");
    RendezvousServer server = server(RendezvousConfig.DEFAULT.withFile(file));
    RendezvousClient client = client(serve(server));
    String secret = client.register(registration("a")).id();
    server.flush();
    Files.delete(file);
    client.refresh(secret);
    server.flush();
    assertThat(file).doesNotExist();
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(61));
    server.flush();
    assertThat(file).exists();
  }

  @Test
  void aFileThatIsBrokenIsSaid() throws Exception {
    Path file = folder.resolve("devices.json");
    for (String content :
        List.of("", "{", "[]", "{\"format\":1,\"key\":\"AA\"}", "{\"key\":\"!\"}")) {
      Files.writeString(file, content);
      assertThatThrownBy(() -> server(RendezvousConfig.DEFAULT.withFile(file)))
          .isInstanceOfSatisfying(
              RendezvousException.class, e -> assertThat(e.kind()).isEqualTo(Kind.FILE))
          .hasMessageContaining("devices.json");
    }
  }
}
