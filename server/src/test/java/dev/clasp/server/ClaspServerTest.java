package dev.clasp.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.FreePort;
import dev.clasp.testkit.RawPeer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Starting, serving, stopping. */
@Timeout(120)
class ClaspServerTest {

  private static final ServerConfig ANY_PORT = ServerConfig.DEFAULT.withPort(0).withLoops(2);

  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private <T extends AutoCloseable> T keep(T closeable) {
    open.add(closeable);
    return closeable;
  }

  private ClaspServer start(ServerConfig config) {
    return keep(ClaspServer.start(config));
  }

  private TestClient hello(ClaspServer server, String name) throws Exception {
    return keep(TestClient.hello(server, name));
  }

  // --- starting ----------------------------------------------------------------------------------

  @Test
  void tellsWhereItIs() {
    ClaspServer server = start(ANY_PORT);
    int port = server.address().getPort();

    assertThat(port).isPositive();
    assertThat(server.address().getAddress().isLoopbackAddress()).isTrue();
    assertThat(server.url()).isEqualTo("ws://localhost:" + port);
    assertThat(server.consoleUrl()).isEqualTo("http://localhost:" + port + "/");
    assertThat(server.router().config().name()).isEqualTo("CLASP Router");
  }

  @Test
  void carriesWhatOneClientSetsToAnother() throws Exception {
    ClaspServer server = start(ANY_PORT);
    // On different loops.
    TestClient desk = hello(server, "desk");
    TestClient dimmer = hello(server, "dimmer");
    dimmer.subscribe(1, "/lights/**").send(new Message.Ping()).await(Message.Pong.class);

    desk.send(TestClient.set("/lights/1", Value.of(0.8)), Qos.CONFIRM);

    assertThat(desk.await(Message.Ack.class).address()).hasValue("/lights/1");
    assertThat(dimmer.await(Message.SetValue.class).value()).isEqualTo(Value.of(0.8));
    TestClient late = keep(TestClient.connect(server));
    late.send(new Message.Hello(1, Set.of(), "late", Optional.empty(), Optional.empty()));
    late.await(Message.Welcome.class);
    assertThat(late.await(Message.Snapshot.class).parameters())
        .singleElement()
        .satisfies(p -> assertThat(p.value()).isEqualTo(Value.of(0.8)));
  }

  @Test
  void saysThatThePortIsTakenAndLeavesTheFirstAlone() throws Exception {
    // Nobody takes it between the first server and the second.
    int port = FreePort.find();
    ClaspServer first = start(ANY_PORT.withPort(port));
    TestClient client = hello(first, "client");

    assertThatThrownBy(() -> ClaspServer.start(ANY_PORT.withPort(port)))
        .isInstanceOf(ServerException.class)
        .hasMessage(
            "cannot listen on 127.0.0.1:"
                + port
                + ": the address is in use. Is another router running? Choose another port, or stop"
                + " the other program");
    client.send(new Message.Ping()).await(Message.Pong.class);

    first.close();
    ClaspServer second = start(ANY_PORT.withPort(port));
    assertThat(second.address().getPort()).isEqualTo(port);
    hello(second, "again");
  }

  // --- D18 ---------------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1"})
  void listensElsewhereOnlyIfTheUserInsists(String host) {
    assertThatThrownBy(() -> ClaspServer.start(ANY_PORT.withHost(host)))
        .isInstanceOf(ServerException.class)
        .hasMessageStartingWith("refusing to listen on " + host + ": there is no authentication")
        .hasMessageEndingWith("Add --allow-open if that is what you want, or use --host 127.0.0.1");
  }

  @Test
  void listensEverywhereIfTheUserInsists() throws Exception {
    ClaspServer server = start(ANY_PORT.withHost("0.0.0.0").withAllowOpen(true));

    assertThat(server.address().getAddress().isAnyLocalAddress()).isTrue();
    assertThat(server.url()).startsWith("ws://localhost:");
    hello(server, "client").send(new Message.Ping()).await(Message.Pong.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "127.0.0.1", "127.0.0.5", ""})
  void loopbackNeedsNoInsisting(String host) {
    ClaspServer server = start(ANY_PORT.withHost(host));

    assertThat(server.address().getAddress().isLoopbackAddress()).isTrue();
  }

  @Test
  void saysThatAHostIsUnknown() {
    // Too long for a name: nobody has to be asked, on machines without a name server too.
    String host = "x".repeat(64) + ".invalid";
    assertThatThrownBy(() -> ClaspServer.start(ANY_PORT.withHost(host)))
        .isInstanceOf(ServerException.class)
        .hasMessage("cannot bind to " + host + ": unknown host");
  }

  // --- pages -------------------------------------------------------------------------------------

  @Test
  void servesPagesOnTheSamePort() throws Exception {
    ClaspServer server = start(ANY_PORT);
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> page = request(http, server, "GET", "");
      assertThat(page.statusCode()).isEqualTo(200);
      assertThat(page.headers().firstValue("content-security-policy"))
          .hasValue(ConsoleFiles.CONTENT_SECURITY_POLICY);
      assertThat(page.headers().firstValue("x-content-type-options")).hasValue("nosniff");

      HttpResponse<String> head = request(http, server, "HEAD", "");
      assertThat(head.statusCode()).isEqualTo(200);
      assertThat(head.body()).isEmpty();
      assertThat(head.headers().firstValue("content-length"))
          .isEqualTo(page.headers().firstValue("content-length"));

      assertThat(request(http, server, "GET", "health").body()).isEqualTo("ok\n");
      assertThat(request(http, server, "GET", "ready").body()).isEqualTo("ready\n");
      assertThat(request(http, server, "GET", "nothing").statusCode()).isEqualTo(404);
      HttpResponse<String> post = request(http, server, "POST", "");
      assertThat(post.statusCode()).isEqualTo(405);
      assertThat(post.headers().firstValue("allow")).hasValue("GET, HEAD");
    }
  }

  private static HttpResponse<String> request(
      HttpClient http, ClaspServer server, String method, String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(server.consoleUrl() + path))
            .version(HttpClient.Version.HTTP_1_1)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .timeout(Duration.ofSeconds(TestClient.LIMIT_SECONDS))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  // --- stopping ----------------------------------------------------------------------------------

  @Test
  void stoppingTellsEverybodyAndFreesThePort() throws Exception {
    // Nobody takes it when it is free.
    ClaspServer server = start(ANY_PORT.withPort(FreePort.find()));
    InetSocketAddress address = server.address();
    List<TestClient> clients = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      clients.add(hello(server, "client " + i));
    }
    TestClient silent = keep(TestClient.connect(server));
    server.close();
    server.close();

    for (TestClient client : clients) {
      assertThat(client.awaitEnd())
          .isEqualTo(new CloseReason(CloseReason.GOING_AWAY, "server is stopping"));
    }
    assertThat(silent.awaitEnd().code()).isEqualTo(CloseReason.GOING_AWAY);
    assertThatThrownBy(() -> new Socket(address.getAddress(), address.getPort()))
        .isInstanceOf(ConnectException.class);
    assertThat(server.router().sessionStatus()).isEmpty();
    assertThat(server.address()).isEqualTo(address);
  }

  /** Subscribes to everything, and reads only when told. */
  private RawPeer slowWatcher(ClaspServer server) throws Exception {
    RawPeer slow = keep(RawPeer.upgraded(server.address()));
    slow.sendMessage(
        FrameCodec.encode(
            new Message.Hello(1, Set.of(), "slow", Optional.empty(), Optional.empty())));
    slow.sendMessage(
        FrameCodec.encode(new Message.Subscribe(1, "/**", 0xFF, Message.SubscribeOptions.NONE)));
    slow.sendMessage(FrameCodec.encode(new Message.Ping()));
    while (!(decoded(slow.read()) instanceof Message.Pong)) {
      // WELCOME, SNAPSHOT
    }
    return slow;
  }

  private static Message decoded(RawPeer.Received received) {
    return FrameCodec.decode(received.payload(), 0, received.payload().length).message();
  }

  /**
   * Writes until the buffers of the sockets and ours are full, and messages wait in the queue.
   *
   * @return how many addresses {@code /a0}, {@code /a1}, ... were written
   */
  private static int fillQueue(ClaspServer server, TestClient writer) throws Exception {
    Value large = Value.of("x".repeat(50_000));
    int written = 0;
    while (server.router().sessionStatus().stream().noneMatch(s -> s.queued() > 20)) {
      writer.send(TestClient.set("/a" + written, large), Qos.CONFIRM).await(Message.Ack.class);
      written++;
      assertThat(written).isLessThan(10_000);
    }
    return written;
  }

  /** Nothing of what was acknowledged or routed before is lost for those who read. */
  @Test
  void whatWasRoutedBeforeTheStopArrives() throws Exception {
    ClaspServer server = start(ANY_PORT);
    TestClient watcher = hello(server, "watcher");
    watcher.subscribe(1, "/**").send(new Message.Ping()).await(Message.Pong.class);
    TestClient writer = hello(server, "writer");
    int count = 500;
    for (int i = 0; i < count; i++) {
      writer.send(TestClient.set("/a" + i, Value.of(i)), Qos.FIRE);
    }
    writer.send(new Message.Ping()).await(Message.Pong.class);
    server.close();

    for (int i = 0; i < count; i++) {
      assertThat(watcher.await(Message.SetValue.class).address()).isEqualTo("/a" + i);
    }
    assertThat(watcher.awaitEnd().code()).isEqualTo(CloseReason.GOING_AWAY);
  }

  /** A client that reads slowly gets what its queue holds, and only then the end. */
  @Test
  void aSlowClientGetsItsQueueBeforeTheEnd() throws Exception {
    ClaspServer server = start(ANY_PORT.withDrain(Duration.ofMinutes(1)));
    RawPeer slow = slowWatcher(server);
    TestClient writer = hello(server, "writer");
    int written = fillQueue(server, writer);

    CompletableFuture<Void> stopped = CompletableFuture.runAsync(server::close);
    assertThat(writer.awaitEnd().code()).isEqualTo(CloseReason.GOING_AWAY);
    int received = 0;
    RawPeer.Received next = slow.read();
    for (; next.opcode() == 2; next = slow.read()) {
      Message message = decoded(next);
      if (message instanceof Message.SetValue set) {
        assertThat(set.address()).isEqualTo("/a" + received);
        received++;
      }
    }
    assertThat(next.opcode()).isEqualTo(8);
    assertThat(next.code()).isEqualTo(CloseReason.GOING_AWAY);
    assertThat(received).isEqualTo(written);
    slow.send(RawPeer.message(0x88, next.payload()));
    stopped.get(TestClient.LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  @Test
  void aClientThatDoesNotReadIsNotWaitedForForEver() throws Exception {
    ClaspServer server = start(ANY_PORT.withDrain(Duration.ofMillis(100)));
    RawPeer stuck = slowWatcher(server);
    TestClient writer = hello(server, "writer");
    fillQueue(server, writer);

    CompletableFuture.runAsync(server::close).get(TestClient.LIMIT_SECONDS, TimeUnit.SECONDS);

    assertThat(writer.awaitEnd().code()).isEqualTo(CloseReason.GOING_AWAY);
    stuck.readToEnd();
  }

  /** A balancer that keeps its connection sees that nobody new should come. */
  @Test
  void isNotReadyWhileItStops() throws Exception {
    ClaspServer server = start(ANY_PORT.withDrain(Duration.ofMinutes(1)));
    RawPeer balancer = keep(RawPeer.connect(server.address()));
    assertThat(balancer.send("GET /ready HTTP/1.1\r\n\r\n").readAnswer())
        .startsWith("HTTP/1.1 200 ");
    RawPeer slow = slowWatcher(server);
    TestClient writer = hello(server, "writer");
    fillQueue(server, writer);

    CompletableFuture<Void> stopped = CompletableFuture.runAsync(server::close);
    // It has begun, and waits for the slow client.
    assertThat(writer.awaitEnd().code()).isEqualTo(CloseReason.GOING_AWAY);
    String answer = balancer.send("GET /ready HTTP/1.1\r\n\r\n").readAnswer();
    assertThat(answer).startsWith("HTTP/1.1 503 ").endsWith("stopping\n");
    assertThat(balancer.send("GET /health HTTP/1.1\r\n\r\n").readAnswer())
        .startsWith("HTTP/1.1 200 ");
    assertThatThrownBy(() -> RawPeer.connect(server.address())).isInstanceOf(IOException.class);
    assertThat(stopped).isNotDone();

    slow.close();
    stopped.get(TestClient.LIMIT_SECONDS, TimeUnit.SECONDS);
    assertThat(balancer.readToEnd()).isEmpty();
  }

  @Test
  void anEventLoopMayStopIt() throws Exception {
    ClaspServer server = start(ANY_PORT);
    TestClient client = hello(server, "client");
    CompletableFuture<Void> stopped = new CompletableFuture<>();
    server
        .loops()
        .next()
        .execute(() -> {
          server.close();
          stopped.complete(null);
        });

    stopped.get(TestClient.LIMIT_SECONDS, TimeUnit.SECONDS);
    assertThat(client.awaitEnd().code()).isEqualTo(CloseReason.GOING_AWAY);
  }

  /** As when two signals arrive: the second waits for the first, and does not cut it short. */
  @Test
  void whoStopsItAgainWaitsToo() throws Exception {
    ClaspServer server = start(ANY_PORT.withDrain(Duration.ofMinutes(1)));
    RawPeer slow = slowWatcher(server);
    TestClient writer = hello(server, "writer");
    fillQueue(server, writer);
    CompletableFuture<Void> first = CompletableFuture.runAsync(server::close);
    writer.awaitEnd();
    CompletableFuture<Void> second = CompletableFuture.runAsync(server::close);

    slow.readToEnd();
    first.get(TestClient.LIMIT_SECONDS, TimeUnit.SECONDS);
    second.get(TestClient.LIMIT_SECONDS, TimeUnit.SECONDS);
  }
}
