package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HealthcheckCommandTest {

  /** Long, because the machine may be busy. */
  private static final String PATIENT = "--timeout=1m";

  private final List<String> asked = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private volatile int status = 200;
  private volatile String answer = "ok\n";

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
          byte[] body = answer.getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Location", "/elsewhere");
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  @Test
  void aRouterThatIsWellEndsItWithZero() {
    TestTerminal terminal = new TestTerminal();
    assertThat(terminal.run("healthcheck", PATIENT, "--url", url())).as(terminal.err()).isZero();
    assertThat(terminal.out()).isEqualTo("healthy: " + url() + "/healthz answers 200\n");
    assertThat(asked).containsExactly("GET /healthz");
  }

  @Test
  void withoutAUrlItAsksTheServerOfThisEnvironment() {
    String port = Integer.toString(server.getAddress().getPort());
    TestTerminal probes =
        new TestTerminal(Map.of("CLASP_HEALTH_PORT", port, "CLASP_PORT", "1"), false);
    assertThat(probes.run("relay", "healthcheck", PATIENT, "--ready")).as(probes.err()).isZero();
    TestTerminal main =
        new TestTerminal(Map.of("CLASP_HEALTH_PORT", "0", "CLASP_PORT", port), false);
    assertThat(main.run("healthcheck", PATIENT)).as(main.err()).isZero();
    assertThat(asked).containsExactly("GET /readyz", "GET /healthz");
  }

  @Test
  void readinessIsAnotherQuestion() {
    assertThat(new TestTerminal().run("healthcheck", PATIENT, "--ready", "--url", url() + "/"))
        .isZero();
    assertThat(asked).containsExactly("GET /readyz");
  }

  @Test
  void aPathIsAskedAsItIs() {
    TestTerminal terminal = new TestTerminal();
    assertThat(
            terminal.run(
                "healthcheck",
                PATIENT,
                "--output",
                "json",
                "--url",
                url() + "/clasp/health?verbose"))
        .isZero();
    assertThat(asked).containsExactly("GET /clasp/health?verbose");
    assertThat(terminal.out())
        .isEqualTo("{\"url\":\"" + url() + "/clasp/health?verbose\",\"healthy\":true}\n");
  }

  @Test
  void whatIsWrongIsSaidInOneLineThatMovesNoTerminal() {
    status = 503;
    answer = "stop\u001b[31mping\n" + "more\n".repeat(100_000);
    TestTerminal terminal = new TestTerminal();
    assertThat(terminal.run("healthcheck", PATIENT, "--url", url())).isEqualTo(ExitStatus.FAILURE);
    assertThat(terminal.out()).isEmpty();
    assertThat(terminal.err())
        .isEqualTo("clasp: " + url() + "/healthz answers 503: stop\\u001b[31mping\n");
  }

  @Test
  void aRedirectionIsNoHealth() {
    status = 302;
    TestTerminal terminal = new TestTerminal();
    assertThat(terminal.run("healthcheck", PATIENT, "--url", url())).isEqualTo(ExitStatus.FAILURE);
    assertThat(asked).hasSize(1);
  }

  @Test
  void nobodyThereIsAFailure() {
    server.stop(0);
    TestTerminal terminal = new TestTerminal();
    assertThat(terminal.run("healthcheck", PATIENT, "--url", url())).isEqualTo(ExitStatus.FAILURE);
    assertThat(terminal.err()).startsWith("clasp: " + url() + "/healthz does not answer: ");
  }

  @Test
  void somebodyWhoNeverAnswersIsAFailureToo() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      TestTerminal terminal = new TestTerminal();
      String target = "http://127.0.0.1:" + silent.getLocalPort();
      assertThat(terminal.run("healthcheck", "--timeout", "50ms", "--url", target))
          .isEqualTo(ExitStatus.FAILURE);
      assertThat(terminal.err()).contains("does not answer");
    }
  }

  @Test
  void somethingElseThanHttpIsAFailure() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread thread =
          Thread.ofVirtual()
              .start(() -> {
                try (Socket client = other.accept()) {
                  client
                      .getOutputStream()
                      .write("+OK hello\r\n\r\n".getBytes(StandardCharsets.UTF_8));
                } catch (IOException e) {
                  // The command has gone.
                }
              });
      TestTerminal terminal = new TestTerminal();
      String target = "http://127.0.0.1:" + other.getLocalPort();
      assertThat(terminal.run("healthcheck", "--url", target)).isEqualTo(ExitStatus.FAILURE);
      thread.join();
    }
  }

  @Test
  void onlyUrlsOfTheWebAreTaken() {
    for (String wrong :
        List.of(
            "127.0.0.1:7360",
            "file:///etc/passwd",
            "http://",
            "ws://localhost:7330",
            "http://[",
            "http://a:99999",
            "http://user@a")) {
      TestTerminal terminal = new TestTerminal();
      assertThat(terminal.run("healthcheck", "--url", wrong)).as(wrong).isEqualTo(ExitStatus.USAGE);
      assertThat(terminal.err()).contains("--url must be like http://127.0.0.1:7330");
    }
    assertThat(new TestTerminal().run("healthcheck", "--timeout", "2h"))
        .isEqualTo(ExitStatus.USAGE);
  }
}
