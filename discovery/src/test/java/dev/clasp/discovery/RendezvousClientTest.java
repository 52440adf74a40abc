package dev.clasp.discovery;

import static dev.clasp.discovery.Devices.registration;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.clasp.discovery.RendezvousException.Kind;
import dev.clasp.testkit.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A client against servers that are slow, broken or something else (D-16). */
@Timeout(60)
class RendezvousClientTest {

  private static final Optional<String> ANY = Optional.empty();

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final ConcurrentLinkedQueue<String> heads = new ConcurrentLinkedQueue<>();

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

  /** Answers every request with these bytes and keeps the connection; returns its URL. */
  private String serverSaying(String answer) throws IOException {
    ServerSocket server = keep(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    Thread.ofVirtual()
        .start(() -> {
          while (!server.isClosed()) {
            try {
              Socket socket = keep(server.accept());
              Thread.ofVirtual().start(() -> answer(socket, answer));
            } catch (IOException e) {
              return;
            }
          }
        });
    return "http://127.0.0.1:" + server.getLocalPort();
  }

  private void answer(Socket socket, String answer) {
    try {
      while (true) {
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
          int b = socket.getInputStream().read();
          if (b < 0) {
            return;
          }
          head.append((char) b);
        }
        heads.add(head.toString());
        socket.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      // It was closed, by us or by the client.
    }
  }

  private static String ok(String body) {
    return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
        + body.getBytes(StandardCharsets.UTF_8).length
        + "\r\n\r\n"
        + body;
  }

  private RendezvousClient client(String url) {
    return keep(new RendezvousClient(url, ANY));
  }

  private RendezvousException failing(String url) {
    return failing(client(url));
  }

  private static RendezvousException failing(RendezvousClient client) {
    return catchThrowableOfType(RendezvousException.class, () -> client.discover(ANY, ANY));
  }

  /** One for which a time limit is the end. */
  private RendezvousClient impatient(String url) {
    return keep(new RendezvousClient(url, ANY, Duration.ofSeconds(5), Duration.ofMillis(300)));
  }

  /** D-16: whatever the server does, a call ends. */
  @Test
  void d16AServerThatNeverAnswersIsGivenUp() throws Exception {
    assertThat(failing(impatient(serverSaying(""))).kind()).isEqualTo(Kind.TIMEOUT);
  }

  /** D-16. */
  @Test
  void d16HalfAnAnswerIsGivenUp() throws Exception {
    String half = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[{\"id\":";
    assertThat(failing(impatient(serverSaying(half))).kind()).isEqualTo(Kind.TIMEOUT);
  }

  @Test
  void anEndlessAnswerIsNotRead() throws Exception {
    String endless = "HTTP/1.1 200 OK\r\nContent-Length: 99000000\r\n\r\n" + "[".repeat(9 << 20);
    RendezvousClient patient =
        keep(
            new RendezvousClient(
                serverSaying(endless), ANY, Duration.ofSeconds(30), Duration.ofSeconds(30)));
    assertThat(
            catchThrowableOfType(RendezvousException.class, () -> patient.discover(ANY, ANY))
                .kind())
        .isEqualTo(Kind.UNREACHABLE);
  }

  @Test
  void nobodyThereIsSaid() throws Exception {
    int port = FreePort.find();
    RendezvousException failure = failing("http://127.0.0.1:" + port);
    assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
    assertThat(failure).hasMessageContaining("no rendezvous server answers");
  }

  /** D-16: the status counts, not only whether the body parses. */
  @ParameterizedTest
  @CsvSource({"500", "502", "404", "401", "429", "304"})
  void d16TheStatusIsLookedAt(int status) throws Exception {
    String body = "[]";
    String answer =
        "HTTP/1.1 " + status + " X\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\n" + body;
    RendezvousException failure = failing(serverSaying(answer));
    assertThat(failure.status()).isEqualTo(status);
    assertThat(failure.retryAfter()).contains(Duration.ofSeconds(7));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ok", "{}", "[", "[] x", "null", "7", "<html>"})
  void somethingElseIsNoListOfDevices(String body) throws Exception {
    assertThat(failing(serverSaying(ok(body))).kind()).isEqualTo(Kind.MALFORMED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"id\":7,\"ttl\":1}",
        "{\"id\":\"a\"}",
        "{\"id\":\"a\",\"ttl\":\"1\"}",
        "{\"id\":\"a\\nb\",\"ttl\":1}",
        "{\"id\":\"\",\"ttl\":1}",
      })
  void somethingElseIsNoReceipt(String body) throws Exception {
    RendezvousClient client = client(serverSaying(ok(body)));
    assertThat(
            catchThrowableOfType(
                    RendezvousException.class, () -> client.register(registration("a")))
                .kind())
        .isEqualTo(Kind.MALFORMED);
  }

  @Test
  void whatStrangersSayIsCleaned() throws Exception {
    String list =
        """
        [7, {"id":""}, {"id":"a","name":"x\\u001b[31m","endpoints":{"ws":"javascript:1","tcp":"tcp://h:1"},
        "features":["p",7],"tags":null,"metadata":{"k":"\\u0007"},"registeredAt":"no"}]\
        """;
    List<RegisteredDevice> devices = client(serverSaying(ok(list))).discover(ANY, ANY);
    assertThat(devices).hasSize(1);
    Registration one = devices.getFirst().registration();
    assertThat(one.name()).isEqualTo("x?[31m");
    assertThat(one.endpoints()).containsOnlyKeys("tcp");
    assertThat(one.features()).containsExactly("p");
    assertThat(one.metadata()).containsEntry("k", "?");
  }

  /** D-16: tags reach the server as they are. */
  @Test
  void d16TagsAndIdsAreEncoded() throws Exception {
    RendezvousClient client = client(serverSaying(ok("[]")) + "//");
    client.discover(Optional.of("a b&limit=0#ü+"), ANY);
    client.refresh("../x y?");
    assertThat(heads)
        .anyMatch(head ->
            head.startsWith(
                "GET /api/v1/discover?limit=1000&tag=a%20b%26limit%3D0%23%C3%BC%2B HTTP/1.1"))
        .anyMatch(head -> head.startsWith("POST /api/v1/refresh/..%2Fx%20y%3F HTTP/1.1"));
  }

  @Test
  void aTokenGoesToThatServerOnly() throws Exception {
    String elsewhere = serverSaying(ok("[]"));
    String redirect =
        "HTTP/1.1 302 Found\r\nLocation: " + elsewhere + "/x\r\nContent-Length: 0\r\n\r\n";
    RendezvousClient with =
        keep(
            new RendezvousClient(
                serverSaying(redirect),
                Optional.of("secret"),
                Duration.ofSeconds(30),
                Duration.ofSeconds(30)));
    RendezvousException failure =
        catchThrowableOfType(RendezvousException.class, () -> with.discover(ANY, ANY));
    assertThat(failure.status()).isEqualTo(302);
    assertThat(heads).hasSize(1);
    assertThat(heads.peek()).contains("Authorization: Bearer secret");
    assertThat(client(serverSaying(redirect)).discover(ANY, ANY)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost:7340",
        "ftp://h",
        "http://",
        "http://u@h",
        "http://h?x",
        "http://h#x"
      })
  void aWrongUrlIsSaid(String url) {
    assertThat(
            catchThrowableOfType(
                    RendezvousException.class, () -> new RendezvousClient(url, ANY).close())
                .kind())
        .isEqualTo(Kind.INVALID);
  }
}
