package dev.clasp.transport;

import static dev.clasp.transport.Wire.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Qos;
import dev.clasp.transport.ServerTls.Clients;
import dev.clasp.transport.ServerTls.Source;
import dev.clasp.transport.TransportException.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS on the port: who is trusted, what is refused, and certificates that change. */
class TlsTest {

  private static final long LIMIT_SECONDS = Recorder.LIMIT_SECONDS;

  @TempDir static Path folder;
  private static Certificates ours;
  private static Certificates other;
  private static Certificates client;

  private final EventLoops loops = EventLoops.create("tls", 1);
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final Recorder far = new Recorder();
  private final Recorder near = new Recorder();

  @BeforeAll
  static void makeCertificates() throws Exception {
    ours = Certificates.create(folder);
    other = Certificates.create(folder, "other", "RSA", "CN=other", "-ext", "SAN=dns:localhost");
    client = Certificates.create(folder, "client", "EC", "CN=desk");
  }

  @AfterEach
  void stop() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
    loops.close();
  }

  private LinkServer server(ServerTls tls) {
    return server(LinkServer.builder().tls(tls));
  }

  private LinkServer server(LinkServer.Builder builder) {
    LinkServer server = builder.host("127.0.0.1").loops(loops).acceptor(far).build();
    open.push(server);
    server.start();
    return server;
  }

  private static int port(LinkServer server) {
    return server.address().getPort();
  }

  private FrameLink connect(String url, ClientTls tls) throws Exception {
    try {
      return LinkClient.connect(URI.create(url), loops, DialOptions.DEFAULT.withTls(tls), near)
          .get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof TransportException inner ? inner : e;
    }
  }

  private TransportException failure(String url, ClientTls tls) {
    try {
      connect(url, tls);
    } catch (TransportException e) {
      return e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    throw new AssertionError("it connected to " + url);
  }

  private void say(FrameLink link) throws InterruptedException {
    byte[] hello = bytes(20);
    FrameDescriptor.writeHeader(hello, 0, Qos.FIRE, 16);
    link.loop().execute(() -> link.write(hello, 0, hello.length));
    assertThat(far.awaitFrame()).isEqualTo(hello);
  }

  // --- whom a client trusts ----------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"wss", "tls"})
  void aClientTrustsTheAuthorityItWasTold(String scheme) throws Exception {
    LinkServer server = server(ours.serverTls());

    say(connect(scheme + "://localhost:" + port(server), ours.trusted()));

    assertThat(server.lobby().count(ConnectionCounter.TLS)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"wss", "tls"})
  void aClientTrustsACertificateByItsFingerprint(String scheme) throws Exception {
    LinkServer server = server(ours.serverTls());
    String print = ours.identity().fingerprint();
    String spoken = print.toUpperCase(java.util.Locale.ROOT).replaceAll("(..)(?=.)", "$1:");

    // Whatever the name: the certificate is for localhost.
    say(connect(scheme + "://127.0.0.1:" + port(server), ClientTls.pinned(spoken)));

    TransportException wrong =
        failure(
            scheme + "://localhost:" + port(server),
            ClientTls.pinned(other.identity().fingerprint()));
    assertThat(wrong.getMessage()).contains("fingerprint is another one").contains(print);
  }

  @Test
  void aFingerprintIs64Digits() {
    assertThatThrownBy(() -> ClientTls.pinned("12:34"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("64 hexadecimal digits");
  }

  @Test
  void whoTrustsEverybodyIsTold() throws Exception {
    LinkServer server = server(ours.serverTls());
    say(connect("wss://127.0.0.1:" + port(server), ClientTls.insecure()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"wss", "tls"})
  void anUnknownAuthorityIsNotTrusted(String scheme) {
    LinkServer server = server(ours.serverTls());
    String url = scheme + "://localhost:" + port(server);

    for (ClientTls tls : List.of(ClientTls.DEFAULT, other.trusted())) {
      TransportException e = failure(url, tls);
      assertThat(e.kind()).isEqualTo(Kind.HANDSHAKE);
      assertThat(e.getMessage()).startsWith(url).contains("not trusted here").contains("--ca");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"wss", "tls"})
  void aCertificateForAnotherNameIsNotTrusted(String scheme) {
    LinkServer server = server(ours.serverTls());

    assertThat(failure(scheme + "://127.0.0.1:" + port(server), ours.trusted()).getMessage())
        .contains("a certificate for another name than 127.0.0.1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"wss", "tls"})
  void anExpiredCertificateIsNotTrusted(String scheme) throws Exception {
    Certificates expired = Certificates.expired(folder, scheme);
    LinkServer server = server(expired.serverTls());

    assertThat(failure(scheme + "://localhost:" + port(server), expired.trusted()).getMessage())
        .contains("expired");
  }

  @ParameterizedTest
  @ValueSource(strings = {"EC", "RSA", "Ed25519"})
  void everyKindOfKeyWorks(String algorithm) throws Exception {
    Certificates made =
        Certificates.create(
            folder, "kind-" + algorithm, algorithm, "CN=x", "-ext", "SAN=dns:localhost");
    LinkServer server = server(made.serverTls());
    say(connect("wss://localhost:" + port(server), made.trusted()));
  }

  @Test
  void aServerWithoutTlsIsNamedAsSuch() {
    LinkServer server = server(LinkServer.builder());

    assertThat(failure("wss://localhost:" + port(server), ours.trusted()).getMessage())
        .contains("wss://localhost");
    assertThat(server.lobby().count(ConnectionCounter.REFUSED_TLS)).isEqualTo(1);
  }

  // --- client certificates -----------------------------------------------------------------------

  private static ServerTls asking(Clients clients) {
    return ServerTls.of(new Source(ours.pem(), ours.keyPem(), Optional.of(client.pem()), clients));
  }

  @ParameterizedTest
  @ValueSource(strings = {"wss", "tls"})
  void aClientCertificateLetsIn(String scheme) throws Exception {
    LinkServer server = server(asking(Clients.REQUIRED));
    say(connect(scheme + "://localhost:" + port(server), ours.trusted().as(client.identity())));
  }

  @Test
  void withoutACertificateNobodyComesInWhereOneIsRequired() {
    LinkServer server = server(asking(Clients.REQUIRED));

    assertThat(failure("wss://localhost:" + port(server), ours.trusted()).kind())
        .isEqualTo(Kind.HANDSHAKE);
    assertThat(
            failure("wss://localhost:" + port(server), ours.trusted().as(other.identity())).kind())
        .isEqualTo(Kind.HANDSHAKE);
    assertThat(far.linkOrNull()).isNull();
  }

  @Test
  void withoutACertificateOneComesInWhereItIsOptional() throws Exception {
    LinkServer server = server(asking(Clients.OPTIONAL));
    say(connect("wss://localhost:" + port(server), ours.trusted()));
  }

  // --- what the port refuses ---------------------------------------------------------------------

  @Test
  void oldVersionsAreRefused() throws Exception {
    LinkServer server = server(ours.serverTls());
    for (String version : List.of("TLSv1", "TLSv1.1")) {
      try (SSLSocket socket =
          (SSLSocket)
              ((SSLSocketFactory) SSLSocketFactory.getDefault())
                  .createSocket(InetAddress.getByName("127.0.0.1"), port(server))) {
        // The JDK may refuse to try: then the record below does it.
        socket.setEnabledProtocols(new String[] {version});
        assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLException.class);
      }
    }
    // A ClientHello that offers TLS 1.1 and nothing newer.
    try (Socket socket = new Socket("127.0.0.1", port(server))) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(clientHello(0x0302));
      byte[] answer = socket.getInputStream().readNBytes(7);
      // A fatal alert: protocol_version (70) or handshake_failure (40).
      assertThat(answer[0]).isEqualTo((byte) 0x15);
      assertThat(answer[5]).isEqualTo((byte) 2);
      assertThat(answer[6]).isIn((byte) 70, (byte) 40);
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  /** RFC 5246 section 7.4.1.2, with one cipher suite. */
  private static byte[] clientHello(int version) {
    byte[] body = new byte[2 + 32 + 1 + 2 + 2 + 2];
    body[0] = (byte) (version >> 8);
    body[1] = (byte) version;
    body[36] = 2;
    body[37] = (byte) 0xc0;
    body[38] = 0x13;
    body[39] = 1;
    byte[] hello = new byte[9 + body.length];
    System.arraycopy(body, 0, hello, 9, body.length);
    int handshake = body.length;
    hello[0] = 0x16;
    hello[1] = 3;
    hello[2] = 1;
    hello[3] = (byte) ((handshake + 4) >> 8);
    hello[4] = (byte) (handshake + 4);
    hello[5] = 1;
    hello[7] = (byte) (handshake >> 8);
    hello[8] = (byte) handshake;
    return hello;
  }

  @Test
  void garbageBehindTheFirstByteOfTlsEndsTheConnection() throws Exception {
    try (ErrorLog log = ErrorLog.open()) {
      LinkServer server = server(ours.serverTls());
      for (int i = 0; i < 50; i++) {
        try (Socket socket = new Socket("127.0.0.1", port(server))) {
          socket.setSoTimeout(20_000);
          byte[] garbage = bytes(200);
          garbage[0] = 0x16;
          garbage[1] = (byte) i;
          socket.getOutputStream().write(garbage);
          socket.shutdownOutput();
          socket.getInputStream().readAllBytes();
        } catch (IOException e) {
          // Reset while we read: as good.
        }
      }
      assertThat(log.lines()).noneMatch(line -> line.startsWith("ERROR"));
      assertThat(server.lobby().count(ConnectionCounter.REFUSED_TLS)).isPositive();
    }
  }

  @Test
  void aHandshakeThatIsNeverFinishedIsClosed() throws Exception {
    LinkServer server =
        server(
            LinkServer.builder()
                .tls(ours.serverTls())
                .limits(ConnectionLimits.DEFAULT.withHandshake(java.time.Duration.ofSeconds(2))));
    try (Socket socket = new Socket("127.0.0.1", port(server))) {
      socket.setSoTimeout(20_000);
      // The beginning of a record.
      socket.getOutputStream().write(new byte[] {0x16, 3, 1, 2, 0, 1});
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
    assertThat(server.lobby().count(ConnectionCounter.TIMED_OUT)).isEqualTo(1);
  }

  @Test
  void pagesAreServedInsideTls() throws Exception {
    LinkServer server = server(ours.serverTls());
    try (SSLSocket socket = jdk(port(server))) {
      socket
          .getOutputStream()
          .write(
              "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      // Read up to close_notify: a connection that is cut would throw here.
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertThat(answer).startsWith("HTTP/1.1 200");
    }
  }

  private static SSLSocket jdk(int port) throws Exception {
    var context = javax.net.ssl.SSLContext.getInstance("TLS");
    context.init(null, new javax.net.ssl.TrustManager[] {ours.trusted().trustManager()}, null);
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port);
    socket.setSoTimeout(20_000);
    return socket;
  }

  @Test
  void tlsOnlyStillLetsThisMachineInWithout() throws Exception {
    LinkServer server = server(LinkServer.builder().tls(ours.serverTls()).tlsOnly(true));
    say(connect("ws://localhost:" + port(server), ClientTls.DEFAULT));
  }

  @Test
  void tlsOnlyRefusesOthersWithout() {
    LinkServer server =
        LinkServer.builder().loops(loops).acceptor(far).tls(ours.serverTls()).tlsOnly(true).build();
    try (EmbeddedPeer http = EmbeddedPeer.ofServer(server, "192.0.2.1");
        EmbeddedPeer tcp = EmbeddedPeer.ofServer(server, "192.0.2.1")) {
      http.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(http.received(), StandardCharsets.US_ASCII))
          .startsWith("HTTP/1.1 426 Upgrade Required\r\n")
          .contains("https:// or wss://");
      tcp.send(new byte[] {0, 0, 0, 4, 0x53, 1, 0, 0});
      assertThat(tcp.isOpen()).isFalse();
    }
    assertThat(server.lobby().count(ConnectionCounter.REFUSED_PLAIN)).isEqualTo(2);
  }

  // --- certificates that change ------------------------------------------------------------------

  private static X509Certificate shownBy(LinkServer server) throws Exception {
    var context = javax.net.ssl.SSLContext.getInstance("TLS");
    context.init(
        null, new javax.net.ssl.TrustManager[] {ClientTls.insecure().trustManager()}, null);
    try (SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port(server))) {
      socket.startHandshake();
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
  }

  @Test
  void aNewCertificateIsForNewConnectionsAndTheOldOnesGoOn() throws Exception {
    Path pem = folder.resolve("live.pem");
    Path key = folder.resolve("live-key.pem");
    copy(ours, pem, key, Instant.EPOCH.plusSeconds(1000));
    ServerTls tls = ServerTls.of(new Source(pem, key, Optional.empty(), Clients.NOT_ASKED));
    LinkServer server = server(tls);
    FrameLink old = connect("wss://localhost:" + port(server), ours.trusted());
    assertThat(tls.refresh()).as("nothing has changed").isFalse();

    copy(other, pem, key, Instant.EPOCH.plusSeconds(2000));
    assertThat(tls.refresh()).isTrue();

    assertThat(shownBy(server)).isEqualTo(other.certificate());
    say(old);
  }

  @Test
  void filesThatDoNotFitLeaveTheOldCertificateInPlace() throws Exception {
    Path pem = folder.resolve("half.pem");
    Path key = folder.resolve("half-key.pem");
    copy(ours, pem, key, Instant.EPOCH.plusSeconds(1000));
    ServerTls tls = ServerTls.of(new Source(pem, key, Optional.empty(), Clients.NOT_ASKED));
    LinkServer server = server(tls);

    // Halfway through the change, the key is still the old one.
    Files.copy(other.pem(), pem, StandardCopyOption.REPLACE_EXISTING);
    Files.setLastModifiedTime(pem, FileTime.from(Instant.EPOCH.plusSeconds(2000)));
    assertThat(tls.refresh()).isFalse();
    assertThat(shownBy(server)).isEqualTo(ours.certificate());

    Files.delete(pem);
    assertThat(tls.refresh()).isFalse();
    assertThat(shownBy(server)).isEqualTo(ours.certificate());

    copy(other, pem, key, Instant.EPOCH.plusSeconds(3000));
    assertThat(tls.refresh()).isTrue();
    assertThat(shownBy(server)).isEqualTo(other.certificate());
  }

  private static void copy(Certificates from, Path pem, Path key, Instant modified)
      throws IOException {
    Files.copy(from.pem(), pem, StandardCopyOption.REPLACE_EXISTING);
    Files.copy(from.keyPem(), key, StandardCopyOption.REPLACE_EXISTING);
    Files.setLastModifiedTime(pem, FileTime.from(modified));
    Files.setLastModifiedTime(key, FileTime.from(modified));
  }

  /** T-20. */
  @Test
  void theWholeChainIsSent() throws Exception {
    Certificates signed = Certificates.signed(folder);
    LinkServer server = server(signed.serverTls());
    var context = javax.net.ssl.SSLContext.getInstance("TLS");
    context.init(
        null, new javax.net.ssl.TrustManager[] {ClientTls.insecure().trustManager()}, null);
    try (SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port(server))) {
      socket.startHandshake();
      assertThat(socket.getSession().getPeerCertificates()).hasSize(2);
    }
    // The authority alone is trusted.
    ClientTls authority =
        ClientTls.trusting(
            new ClientTls.Trust.Authorities(
                List.of(PemFile.read(signed.pem()).certificates().getLast())));
    say(connect("wss://localhost:" + port(server), authority));
  }

  @Test
  void certificatesThatDoNotFollowFromEachOtherAreRefused() throws Exception {
    Path mixed = folder.resolve("mixed.pem");
    Files.writeString(mixed, Files.readString(ours.pem()) + Files.readString(other.pem()));

    assertThatThrownBy(() ->
            ServerTls.of(new Source(mixed, ours.keyPem(), Optional.empty(), Clients.NOT_ASKED)))
        .isInstanceOf(TlsFileException.class)
        .hasMessageContaining("mixed.pem");
  }
}
