package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Value;
import dev.clasp.transport.ClientTls;
import dev.clasp.transport.TlsIdentity;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The real server with a certificate that {@code clasp cert} has made, and published clients, tools
 * of others and ours that are told to trust it.
 */
@RealProgram
class CertificatesTest {

  private static final Path FOLDER = folder();
  private static final Path CERTIFICATE = FOLDER.resolve("clasp-cert.pem");
  private static final Path KEY = FOLDER.resolve("clasp-key.pem");
  private static final String PRINTED =
      run("cert", "--out", FOLDER.toString(), "--for", "localhost");

  @RegisterExtension
  static final Stage stage =
      new Stage("--tls-cert", CERTIFICATE.toString(), "--tls-key", KEY.toString());

  private static Path folder() {
    try {
      return Files.createTempDirectory("clasp-certificates");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @AfterAll
  static void removeTheFiles() throws IOException {
    try (Stream<Path> files = Files.walk(FOLDER)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** Runs a command to its end; what it printed, of both kinds. */
  private static String run(String command, String... options) {
    return output(Installation.clasp(command, List.of(options)), new byte[0]);
  }

  private static String output(List<String> command, byte[] input) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try (var out = process.getOutputStream()) {
        out.write(input);
      }
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(Patience.START.toSeconds(), TimeUnit.SECONDS)).isTrue();
      return printed;
    } catch (IOException e) {
      throw new AssertionError("cannot run " + command.getFirst() + ": run ./verify", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static X509Certificate certificate() {
    return TlsIdentity.certificates(CERTIFICATE).getFirst();
  }

  private static ClientTls trusting() {
    return ClientTls.authorities(CERTIFICATE);
  }

  private static ClaspClient.Builder builder(String scheme) {
    return ClaspClient.builder(stage.server().url(scheme).toString())
        .connectTimeout(Patience.START)
        .requestTimeout(Patience.LIMIT);
  }

  @Test
  void theCommandPrintsTheFingerprintAndKeepsTheKeyToItsOwner() throws Exception {
    assertThat(PRINTED).contains(TlsIdentity.fingerprint(certificate()));
    assertThat(Files.getPosixFilePermissions(KEY)).hasSize(2);
    assertThat(run("cert", "--out", FOLDER.toString())).contains("already").contains("--force");
    assertThat(run("cert", "--show", CERTIFICATE.toString()))
        .contains("localhost")
        .contains(TlsIdentity.fingerprint(certificate()));
  }

  @Test
  void thePublishedJavaScriptClientComesOverWss() {
    Peer node = stage.with(Peer.nodeTrusting(CERTIFICATE));
    URI wss = stage.server().url("wss");
    PeerClient a = stage.connect(node, "a", wss, Map.of());
    PeerClient b = stage.connect(node, "b", wss, Map.of());
    Watch onB = b.subscribe("/tls/**");

    a.set("/tls/level", 0.25);
    a.set("/tls/text", "x".repeat(50_000));

    onB.await("/tls/level", 0.25);
    onB.await("/tls/text", "x".repeat(50_000));
  }

  @Test
  void thePublishedJavaScriptClientRefusesAnUnknownCertificate() {
    PeerClient a = stage.client(stage.node(), "a");
    assertThatThrownBy(() -> a.connect(stage.server().url("wss"), Map.of()))
        .isInstanceOf(PeerException.class);
  }

  @Test
  void thePublishedPythonClientComesOverWss() {
    Peer python = stage.with(Peer.pythonTrusting(CERTIFICATE));
    PeerClient a = stage.connect(python, "a", stage.server().url("wss"), Map.of());
    a.set("/python/tls", 0.5);
    a.fence();
    try (ClaspClient java = builder("tls").tls(trusting()).connectBlocking()) {
      assertThat(java.blocking().get("/python/tls").orElseThrow().value()).isEqualTo(Value.of(0.5));
    }
  }

  @Test
  void thePageAndItsWebSocketWorkOverHttps() throws Exception {
    String key =
        Base64.getEncoder()
            .encodeToString(
                MessageDigest.getInstance("SHA-256")
                    .digest(certificate().getPublicKey().getEncoded()));
    Peer browser = stage.with(Peer.browserTrusting(key));
    assertThat(stage.server().page().getScheme()).isEqualTo("https");
    PeerClient page = browser.client("page");
    page.call("open", Map.of("url", Json.of(stage.server().page().toString())));

    try (ClaspClient java = builder("wss").name("tls desk").tls(trusting()).connectBlocking()) {
      java.blocking().set("/page/over/tls", 0.75);
      page.call(
          "await",
          Map.of(
              "selector",
              Json.of("[data-testid=param-row][data-address=\"/page/over/tls\"] >> text=0.75")));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"wss", "tls"})
  void ourClientChecksWhomItTalksTo(String scheme) {
    try (ClaspClient ours = builder(scheme).tls(trusting()).connectBlocking()) {
      ours.blocking().set("/ours", 1);
    }
    try (ClaspClient ours =
        builder(scheme)
            .tls(ClientTls.pinned(TlsIdentity.fingerprint(certificate())))
            .connectBlocking()) {
      assertThat(ours.blocking().get("/ours").orElseThrow().value()).isEqualTo(Value.of(1));
    }
    assertThatThrownBy(() -> builder(scheme).reconnect(false).connectBlocking())
        .isInstanceOf(ClaspException.class)
        .hasMessageContaining("not trusted here");
  }

  @Test
  void commandsTrustACertificateByFileAndByFingerprint() {
    String url = stage.server().url("wss").toString();
    String ca = CERTIFICATE.toString();
    assertThat(run("set", "/cli/tls", "0.5", "-s", url, "--ca", ca, "--answer-timeout", "30s"))
        .contains("/cli/tls 0.5");
    assertThat(
            run(
                "get",
                "/cli/tls",
                "-s",
                stage.server().url("tls").toString(),
                "--answer-timeout",
                "30s",
                "--fingerprint",
                TlsIdentity.fingerprint(certificate())))
        .contains("0.5");
    assertThat(run("get", "/cli/tls", "-s", url, "--answer-timeout", "30s"))
        .contains("not trusted")
        .contains("--ca");
  }

  /** The same port still takes those who come without. */
  @Test
  void withoutTlsOneComesInAsBefore() {
    PeerClient a = stage.connect(stage.node(), "plain", stage.server().url("ws"), Map.of());
    a.set("/plain", 1);
    a.fence();
  }

  private static byte[] helloOverTcp() {
    byte[] hello = FrameCodec.encode(Frames.hello("raw"));
    return ByteBuffer.allocate(4 + hello.length).putInt(hello.length).put(hello).array();
  }

  /** Tools that know nothing of us carry the bytes: OpenSSL through TLS, socat without. */
  @Test
  void openSslAndSocatAreGoodEnoughAsClients() throws Exception {
    int port = stage.server().port();
    for (List<String> command :
        List.of(
            List.of(
                "openssl",
                "s_client",
                "-quiet",
                "-verify_return_error",
                "-verify_hostname",
                "localhost",
                "-CAfile",
                CERTIFICATE.toString(),
                "-connect",
                "localhost:" + port),
            List.of("socat", "-t20", "-", "TCP:127.0.0.1:" + port))) {
      Process tool = new ProcessBuilder(command).start();
      try {
        tool.getOutputStream().write(helloOverTcp());
        tool.getOutputStream().flush();
        DataInputStream in = new DataInputStream(tool.getInputStream());
        byte[] frame = new byte[in.readInt()];
        in.readFully(frame);
        assertThat(FrameCodec.decode(frame, 0, frame.length).message())
            .isInstanceOf(Message.Welcome.class);
      } catch (IOException e) {
        throw new AssertionError(
            command.getFirst()
                + ": "
                + new String(tool.getErrorStream().readAllBytes(), StandardCharsets.UTF_8),
            e);
      } finally {
        tool.destroyForcibly();
      }
    }
  }

  /** A new certificate in the same files is used for new connections; nobody is cut off. */
  @Test
  void aNewCertificateComesWithoutARestart() throws Exception {
    Path folder = Files.createDirectory(FOLDER.resolve("renewed"));
    Path old = Files.createDirectory(FOLDER.resolve("old"));
    run("cert", "--out", old.toString(), "--for", "localhost");
    run("cert", "--out", folder.toString(), "--for", "localhost");
    Path certificate = FOLDER.resolve("live-cert.pem");
    Path key = FOLDER.resolve("live-key.pem");
    Files.copy(old.resolve("clasp-cert.pem"), certificate);
    Files.copy(old.resolve("clasp-key.pem"), key);
    X509Certificate next = TlsIdentity.certificates(folder.resolve("clasp-cert.pem")).getFirst();
    try (ServerProcess server =
            ServerProcess.start("--tls-cert", certificate.toString(), "--tls-key", key.toString());
        ClaspClient before =
            ClaspClient.builder(server.url("wss").toString())
                .connectTimeout(Patience.START)
                .tls(ClientTls.authorities(certificate))
                .connectBlocking()) {
      before.blocking().set("/before", 1);

      replace(folder.resolve("clasp-key.pem"), key);
      replace(folder.resolve("clasp-cert.pem"), certificate);

      long end = System.nanoTime() + Patience.LIMIT.toNanos();
      ClientTls renewed = ClientTls.pinned(TlsIdentity.fingerprint(next));
      while (!connects(server, renewed)) {
        assertThat(System.nanoTime()).as("the new certificate is not used").isLessThan(end);
      }
      before.blocking().set("/before", 2);
      assertThat(before.blocking().get("/before").orElseThrow().value()).isEqualTo(Value.of(2));
    }
  }

  private static void replace(Path from, Path to) throws IOException {
    Path next = to.resolveSibling("next");
    Files.copy(from, next, StandardCopyOption.REPLACE_EXISTING);
    Files.move(next, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static boolean connects(ServerProcess server, ClientTls tls) {
    try {
      ClaspClient.builder(server.url("wss").toString())
          .reconnect(false)
          .connectTimeout(Patience.START)
          .tls(tls)
          .connectBlocking()
          .close();
      return true;
    } catch (ClaspException e) {
      assertThat(e).hasMessageContaining("fingerprint is another one");
      return false;
    }
  }

  @Test
  void mistakesAreExplainedBeforeAnythingStarts() {
    String cert = CERTIFICATE.toString();
    assertThat(run("server", "--tls-cert", cert)).contains("belong together");
    assertThat(run("server", "--tls-only")).contains("clasp cert");
    assertThat(run("server", "--tls-cert", cert, "--tls-key", cert)).contains("no private key");
    assertThat(run("server", "--tls-cert", "none.pem", "--tls-key", KEY.toString()))
        .contains("there is no file none.pem");
    assertThat(
            run(
                "server",
                "--tls-cert",
                cert,
                "--tls-key",
                KEY.toString(),
                "--client-cert",
                "optional"))
        .contains("--client-ca");
  }
}
