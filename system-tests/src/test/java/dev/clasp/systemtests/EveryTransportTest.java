package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.BundleBuilder;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.Signal;
import dev.clasp.protocol.Value;
import dev.clasp.transport.ClientTls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One real server with everything that it can listen for, and our client over each: the same things
 * work, and everybody is in the same address space.
 */
@RealProgram
class EveryTransportTest {

  private static final Path FOLDER = folder();
  private static final Path CERTIFICATE = FOLDER.resolve("clasp-cert.pem");
  private static final Path NEAR = FOLDER.resolve("near");
  private static final Path FAR = FOLDER.resolve("far");

  private static Program wire;
  private static ServerProcess server;
  private static URI quic;
  private static URI udp;

  private static Path folder() {
    try {
      return Files.createTempDirectory("clasp-transports");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @BeforeAll
  static void start() throws Exception {
    Process cert =
        new ProcessBuilder(
                Installation.clasp(
                    "cert", List.of("--out", FOLDER.toString(), "--for", "localhost")))
            .inheritIO()
            .start();
    assertThat(cert.waitFor(Patience.START.toSeconds(), TimeUnit.SECONDS)).isTrue();
    wire =
        Program.start(
            "socat",
            List.of("socat", "pty,raw,echo=0,link=" + NEAR, "pty,raw,echo=0,link=" + FAR),
            _ -> {},
            () -> {});
    await("a pair of serial ports", () -> Files.exists(NEAR) && Files.exists(FAR));
    server =
        ServerProcess.start(
            "--tls-cert",
            CERTIFICATE.toString(),
            "--tls-key",
            FOLDER.resolve("clasp-key.pem").toString(),
            "--quic",
            "0",
            "--udp",
            "0",
            "--serial",
            NEAR + "?baud=230400");
    String printed = server.printed();
    quic = URI.create(url("quic", printed));
    udp = URI.create(url("udp", printed));
  }

  private static String url(String scheme, String printed) {
    var found = Pattern.compile(scheme + "://[^ ,]+").matcher(printed);
    assertThat(found.find()).as("a URL with " + scheme + " in " + printed).isTrue();
    return found.group();
  }

  @AfterAll
  static void stop() throws IOException {
    if (server != null) {
      server.close();
    }
    if (wire != null) {
      wire.stop();
    }
    try (Stream<Path> files = Files.walk(FOLDER)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static void await(String what, java.util.function.BooleanSupplier condition)
      throws InterruptedException {
    long end = System.nanoTime() + Patience.LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  private static String url(String transport) {
    return switch (transport) {
      case "quic" -> quic.toString();
      case "udp" -> udp.toString();
      case "serial" -> "serial:" + FAR + "?baud=230400";
      default -> server.url(transport).toString();
    };
  }

  private static ClaspClient connect(String transport) {
    return ClaspClient.builder(url(transport))
        .name("over " + transport)
        .connectTimeout(Patience.START)
        .requestTimeout(Patience.LIMIT)
        .tls(ClientTls.authorities(CERTIFICATE))
        // The serial port of the test before is released a little after its client was closed.
        .awaitRouter(transport.equals("serial"))
        .connectBlocking();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ws", "wss", "tcp", "tls", "quic", "udp", "serial"})
  void everythingWorksOver(String transport) throws Exception {
    String root = "/over/" + transport;
    try (ClaspClient ours = connect(transport);
        ClaspClient other = connect("ws")) {
      BlockingQueue<Signal> seen = new LinkedBlockingQueue<>();
      BlockingQueue<Signal> seenByOther = new LinkedBlockingQueue<>();
      ours.subscribe(root + "/**", seen::add);
      other.subscribe(root + "/**", seenByOther::add);

      // Both ways, with an acknowledgement.
      ours.blocking().set(root + "/ours", 0.25);
      other.blocking().set(root + "/theirs", 0.75);
      take(seenByOther, root + "/ours");
      take(seen, root + "/theirs");
      assertThat(ours.blocking().get(root + "/theirs").orElseThrow().value())
          .isEqualTo(Value.of(0.75));

      // Events and streams.
      ours.emit(root + "/go", Value.of(1));
      take(seenByOther, root + "/go");
      other.emit(root + "/back", Value.of(2));
      take(seen, root + "/back");
      ours.stream(root + "/sample", 0.5);
      take(seenByOther, root + "/sample");

      // All or nothing.
      ours.bundle(new BundleBuilder().set(root + "/b/1", 1).set(root + "/b/2", 2))
          .get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
      take(seenByOther, root + "/b/1");
      take(seenByOther, root + "/b/2");
    }
  }

  /** As large as the transport carries it. */
  @ParameterizedTest
  @ValueSource(strings = {"ws", "wss", "tcp", "tls", "quic", "udp", "serial"})
  void largeValuesGoOver(String transport) throws Exception {
    int size = transport.equals("udp") ? 900 : transport.equals("serial") ? 8_000 : 60_000;
    byte[] large = new byte[size];
    for (int i = 0; i < size; i++) {
      large[i] = (byte) i;
    }
    try (ClaspClient ours = connect(transport);
        ClaspClient other = connect("ws")) {
      BlockingQueue<Signal> seen = new LinkedBlockingQueue<>();
      ours.subscribe("/large/" + transport, seen::add);
      ours.blocking().set("/large/" + transport, Value.of(large));
      take(seen, "/large/" + transport);
      assertThat(other.blocking().get("/large/" + transport).orElseThrow().value())
          .isEqualTo(Value.of(large));
    }
  }

  @Test
  void theStatusSaysWhoComesOverWhat() {
    try (ClaspClient a = connect("quic");
        ClaspClient b = connect("udp");
        ClaspClient c = connect("tls");
        ClaspClient d = connect("serial")) {
      StatusPage status = StatusPage.read(server.url("http").resolve("/api/status"));
      for (String transport : List.of("quic", "udp", "serial")) {
        assertThat(status.session("over " + transport).get("transport").asText())
            .isEqualTo(transport);
      }
      assertThat(status.session("over tls").get("transport").asText()).isEqualTo("tcp+tls");
      assertThat(List.of(a, b, c, d)).hasSize(4);
    }
  }

  private static Signal take(BlockingQueue<Signal> seen, String address)
      throws InterruptedException {
    long end = System.nanoTime() + Patience.LIMIT.toNanos();
    while (true) {
      Signal next = seen.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      assertThat(next).as("nothing came for " + address).isNotNull();
      if (next.address().equals(address)) {
        return next;
      }
    }
  }
}
