package dev.clasp.transport;

import static dev.clasp.transport.Wire.bytes;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Qos;
import dev.clasp.transport.ServerTls.Clients;
import dev.clasp.transport.ServerTls.Source;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.StandardConstants;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several certificates, chosen by the name that a client asks for; PKCS#12. */
class ServerNamesTest {

  private static final long LIMIT_SECONDS = Recorder.LIMIT_SECONDS;

  @TempDir static Path folder;
  private static Certificates stage;
  private static Certificates studio;
  private static Certificates local;
  private static Certificates edwards;

  private final EventLoops loops = EventLoops.create("names", 1);
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final Recorder far = new Recorder();
  private final Recorder near = new Recorder();

  @BeforeAll
  static void makeCertificates() throws Exception {
    stage =
        Certificates.create(folder, "stage", "EC", "CN=stage.test", "-ext", "SAN=dns:stage.test");
    studio =
        Certificates.create(
            folder, "studio", "RSA", "CN=studio", "-ext", "SAN=dns:*.studio.test,dns:studio.test");
    local = Certificates.create(folder, "local", "EC", "CN=localhost");
    edwards = Certificates.create(folder, "edwards", "Ed25519", "CN=ed", "-ext", "SAN=dns:ed.test");
  }

  @AfterEach
  void stop() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
    loops.close();
  }

  private static ServerTls of(Certificates... all) {
    return ServerTls.of(source(Clients.NOT_ASKED, all));
  }

  private static Source source(Clients clients, Certificates... all) {
    return new Source(
        List.of(all).stream().map(Certificates::pem).toList(),
        List.of(all).reversed().stream().map(Certificates::keyPem).toList(),
        List.of(),
        clients == Clients.NOT_ASKED ? Optional.empty() : Optional.of(stage.pem()),
        clients);
  }

  private LinkServer server(ServerTls tls) {
    LinkServer server =
        LinkServer.builder().host("127.0.0.1").loops(loops).acceptor(far).tls(tls).build();
    open.push(server);
    server.start();
    return server;
  }

  /** As a client may send it; an SNIHostName cannot be all that others ask for. */
  private static final class AskedName extends SNIServerName {
    AskedName(String name) {
      super(StandardConstants.SNI_HOST_NAME, name.getBytes(StandardCharsets.US_ASCII));
    }
  }

  /** What a client that asks for a name is shown; for nothing, if it is empty. */
  private static X509Certificate shown(LinkServer server, String protocol, String name)
      throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {ClientTls.insecure().trustManager()}, null);
    try (SSLSocket socket =
        (SSLSocket)
            context.getSocketFactory().createSocket("127.0.0.1", server.address().getPort())) {
      socket.setSoTimeout(20_000);
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setProtocols(new String[] {protocol});
      if (!name.isEmpty()) {
        parameters.setServerNames(List.of(new AskedName(name)));
      }
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
  }

  private void say(FrameLink link) throws InterruptedException {
    byte[] hello = bytes(20);
    FrameDescriptor.writeHeader(hello, 0, Qos.FIRE, 16);
    link.loop().execute(() -> link.write(hello, 0, hello.length));
    assertThat(far.awaitFrame()).isEqualTo(hello);
  }

  private FrameLink connect(String url, ClientTls tls) throws Exception {
    FrameLink link =
        LinkClient.connect(URI.create(url), loops, DialOptions.DEFAULT.withTls(tls), near)
            .get(LIMIT_SECONDS, TimeUnit.SECONDS);
    open.push(() -> link.close(new CloseReason(1000, "")));
    return link;
  }

  // --- names -------------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void theNameThatAClientAsksForChoosesTheCertificate(String protocol) throws Exception {
    LinkServer server = server(of(stage, studio, local));

    assertThat(shown(server, protocol, "stage.test")).isEqualTo(stage.certificate());
    assertThat(shown(server, protocol, "studio.test")).isEqualTo(studio.certificate());
    assertThat(shown(server, protocol, "Desk.Studio.Test")).isEqualTo(studio.certificate());
    assertThat(shown(server, protocol, "localhost"))
        .as("the subject, without other names")
        .isEqualTo(local.certificate());
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void whoAsksForAnotherNameOrForNoneGetsTheFirst(String protocol) throws Exception {
    LinkServer server = server(of(stage, studio));

    assertThat(shown(server, protocol, "")).isEqualTo(stage.certificate());
    assertThat(shown(server, protocol, "elsewhere.test")).isEqualTo(stage.certificate());
    assertThat(shown(server, protocol, "a.b.studio.test"))
        .as("a star stands for one label")
        .isEqualTo(stage.certificate());
  }

  /** Names of containers have underscores, which Java takes for no name. */
  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void whoAsksForWhatJavaTakesForNoNameGetsTheFirst(String protocol) throws Exception {
    LinkServer server = server(of(stage, studio));

    assertThat(shown(server, protocol, "my_router")).isEqualTo(stage.certificate());
  }

  /** The JDK's TLS instead of OpenSSL's. */
  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void keysOfAllKindsTogether(String protocol) throws Exception {
    LinkServer server = server(of(edwards, stage, studio));

    assertThat(shown(server, protocol, "stage.test")).isEqualTo(stage.certificate());
    assertThat(shown(server, protocol, "studio.test")).isEqualTo(studio.certificate());
    assertThat(shown(server, protocol, "")).isEqualTo(edwards.certificate());
  }

  @Test
  void clientCertificatesAreAskedForUnderEveryName() throws Exception {
    LinkServer server = server(ServerTls.of(source(Clients.REQUIRED, local, studio)));
    String url = "wss://localhost:" + server.address().getPort();

    say(connect(url, local.trusted().as(stage.identity())));
    assertThatThrownBy(() -> connect(url, local.trusted()))
        .hasCauseInstanceOf(TransportException.class);
    // With TLS 1.2 the answer to a certificate that is missing is a part of the handshake.
    for (String name : List.of("localhost", "studio.test")) {
      assertThatThrownBy(() -> shown(server, "TLSv1.2", name)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void twoCertificatesForOneNameAreRefused() throws Exception {
    Certificates again =
        Certificates.create(
            folder, "again", "EC", "CN=x", "-ext", "SAN=dns:other.test,dns:STAGE.test");

    assertThatThrownBy(() -> of(stage, studio, again))
        .isInstanceOf(TlsFileException.class)
        .hasMessageContainingAll("for the name stage.test", "stage.pem", "again.pem");
  }

  @Test
  void everyCertificateNeedsItsKeyAndEveryKeyItsCertificate() {
    assertThatThrownBy(() ->
            ServerTls.of(
                new Source(
                    List.of(stage.pem(), studio.pem()),
                    List.of(stage.keyPem(), local.keyPem()),
                    List.of(),
                    Optional.empty(),
                    Clients.NOT_ASKED)))
        .isInstanceOf(TlsFileException.class)
        .hasMessageContainingAll("the key of the first certificate in", "studio.pem", "is in none");
    assertThatThrownBy(() ->
            ServerTls.of(
                new Source(
                    List.of(stage.pem(), studio.pem()),
                    List.of(stage.keyPem(), studio.keyPem(), local.keyPem()),
                    List.of(),
                    Optional.empty(),
                    Clients.NOT_ASKED)))
        .isInstanceOf(TlsFileException.class)
        .hasMessageContainingAll("local-key.pem", "that of none of the certificates");
  }

  // --- QUIC --------------------------------------------------------------------------------------

  private int quic(ServerTls tls) {
    QuicServer server =
        (QuicServer)
            QuicServer.with(QuicConfig.of("127.0.0.1", 0, tls))
                .create(QuicStage.lobby(far, UnaryOperator.identity()), loops);
    open.push(server);
    server.start();
    return server.address().getPort();
  }

  /** A client that asks for a name, wherever it connects to. */
  private QuicChannel dial(int port, String name, Optional<Certificates> shows) throws Exception {
    QuicSslContextBuilder tls =
        QuicSslContextBuilder.forClient()
            .trustManager(InsecureTrustManagerFactory.INSTANCE)
            .endpointIdentificationAlgorithm("")
            .applicationProtocols(QuicTls.OURS);
    shows.ifPresent(ours -> tls.keyManager(ours.key(), null, ours.certificate()));
    QuicSslContext context = tls.build();
    Channel socket =
        new Bootstrap()
            .group(loops.next())
            .channelFactory(() -> loops.datagramChannel(false))
            .handler(
                new QuicClientCodecBuilder()
                    .sslEngineProvider(q -> context.newEngine(q.alloc(), name, port))
                    // Longer than anybody waits here: an end is never that of silence.
                    .maxIdleTimeout(2 * LIMIT_SECONDS, TimeUnit.SECONDS)
                    .initialMaxData(1 << 20)
                    .initialMaxStreamDataBidirectionalLocal(1 << 20)
                    .build())
            .bind("127.0.0.1", 0)
            .sync()
            .channel();
    open.push(() -> socket.close().sync());
    return QuicChannel.newBootstrap(socket)
        .handler(new ChannelInboundHandlerAdapter())
        .remoteAddress(new InetSocketAddress("127.0.0.1", port))
        .connect()
        .get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  private X509Certificate shownByQuic(int port, String name) throws Exception {
    QuicChannel connection = dial(port, name, Optional.empty());
    SSLEngine engine = requireNonNull(connection.sslEngine());
    return (X509Certificate) engine.getSession().getPeerCertificates()[0];
  }

  @Test
  void quicChoosesByTheNameToo() throws Exception {
    int port = quic(of(stage, studio, local));

    assertThat(shownByQuic(port, "stage.test")).isEqualTo(stage.certificate());
    assertThat(shownByQuic(port, "studio.test")).isEqualTo(studio.certificate());
    assertThat(shownByQuic(port, "desk.studio.test")).isEqualTo(studio.certificate());
    assertThat(shownByQuic(port, "elsewhere.test")).isEqualTo(stage.certificate());
    assertThat(shownByQuic(port, "127.0.0.1")).isEqualTo(stage.certificate());
  }

  /** The context that is chosen by the name asks as the one that was there before. */
  @Test
  void quicAsksForClientCertificatesUnderEveryName() throws Exception {
    int port = quic(ServerTls.of(source(Clients.REQUIRED, local, studio)));

    for (String name : List.of("localhost", "studio.test")) {
      QuicChannel without = dial(port, name, Optional.empty());
      assertThat(without.closeFuture().await(LIMIT_SECONDS, TimeUnit.SECONDS)).as(name).isTrue();
      QuicChannel stranger = dial(port, name, Optional.of(studio));
      assertThat(stranger.closeFuture().await(LIMIT_SECONDS, TimeUnit.SECONDS)).as(name).isTrue();
      assertThat(far.linkOrNull()).isNull();
    }
    for (String name : List.of("localhost", "studio.test")) {
      byte[] hello = bytes(20);
      FrameDescriptor.writeHeader(hello, 0, Qos.FIRE, 16);
      dial(port, name, Optional.of(stage))
          .createStream(QuicStreamType.BIDIRECTIONAL, new ChannelInboundHandlerAdapter())
          .get(LIMIT_SECONDS, TimeUnit.SECONDS)
          .writeAndFlush(Unpooled.wrappedBuffer(hello));
      assertThat(far.awaitFrame()).isEqualTo(hello);
    }
  }

  // --- PKCS#12 -----------------------------------------------------------------------------------

  private static Path password(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static Source store(Path file, Path... passwords) {
    return new Source(
        List.of(file), List.of(), List.of(passwords), Optional.empty(), Clients.NOT_ASKED);
  }

  @Test
  void keyAndCertificateComeFromAStore() throws Exception {
    Path store = folder.resolve("stage.p12");
    assertThat(ServerTls.hasKey(store)).isTrue();
    assertThat(ServerTls.hasKey(stage.pem())).isFalse();
    ServerTls tls = ServerTls.of(store(store, password("secret", "password\n")));

    assertThat(shown(server(tls), "TLSv1.3", "")).isEqualTo(stage.certificate());
    assertThat(tls.identity().key()).isEqualTo(stage.key());
  }

  @Test
  void storesAndPemFilesTogetherEachWithItsPassword() throws Exception {
    Path other = rewritten(local, "other.p12", "another password");
    ServerTls tls =
        ServerTls.of(
            new Source(
                List.of(folder.resolve("stage.p12"), studio.pem(), other),
                List.of(studio.keyPem()),
                List.of(password("one", "password"), password("two", "another password\r\n")),
                Optional.empty(),
                Clients.NOT_ASKED));
    LinkServer server = server(tls);

    assertThat(shown(server, "TLSv1.3", "studio.test")).isEqualTo(studio.certificate());
    assertThat(shown(server, "TLSv1.3", "localhost")).isEqualTo(local.certificate());
    assertThat(shown(server, "TLSv1.3", "")).isEqualTo(stage.certificate());
  }

  @Test
  void aStoreWithoutAPasswordNeedsNone() throws Exception {
    ServerTls tls = ServerTls.of(store(rewritten(local, "open.p12", "")));

    assertThat(tls.identity().chain()).containsExactly(local.certificate());
  }

  private static Path rewritten(Certificates from, String name, String password) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "router", from.key(), password.toCharArray(), new Certificate[] {from.certificate()});
    return written(store, name, password);
  }

  private static Path written(KeyStore store, String name, String password) throws Exception {
    Path file = folder.resolve(name);
    try (var out = Files.newOutputStream(file)) {
      store.store(out, password.toCharArray());
    }
    return file;
  }

  @Test
  void mistakesAreExplainedAndPasswordsAreNotShown() throws Exception {
    Path store = folder.resolve("stage.p12");
    Path wrong = password("wrong", "hunter2");

    assertThatThrownBy(() -> ServerTls.of(store(store)))
        .isInstanceOf(TlsFileException.class)
        .hasMessageContainingAll("stage.p12 has a password", "--tls-password-file");
    assertThatThrownBy(() -> ServerTls.of(store(store, wrong)))
        .isInstanceOf(TlsFileException.class)
        .hasMessageContainingAll("the password in", "wrong is not that of", "stage.p12")
        .hasMessageNotContaining("hunter2");
    assertThatThrownBy(() -> ServerTls.of(store(store, folder.resolve("nothing"))))
        .isInstanceOf(TlsFileException.class)
        .hasMessageContainingAll("there is no file", "nothing");

    KeyStore none = KeyStore.getInstance("PKCS12");
    none.load(null, null);
    none.setCertificateEntry("authority", stage.certificate());
    Path onlyCertificates = written(none, "none.p12", "x");
    assertThatThrownBy(() -> ServerTls.of(store(onlyCertificates, password("x", "x"))))
        .isInstanceOf(TlsFileException.class)
        .hasMessageContainingAll("there is no private key in", "none.p12");

    none.setKeyEntry("a", stage.key(), "x".toCharArray(), new Certificate[] {stage.certificate()});
    none.setKeyEntry("b", local.key(), "x".toCharArray(), new Certificate[] {local.certificate()});
    Path two = written(none, "two.p12", "x");
    assertThatThrownBy(() -> ServerTls.of(store(two, password("x", "x"))))
        .isInstanceOf(TlsFileException.class)
        .hasMessageContainingAll("there are 2 keys in", "two.p12");

    byte[] half = Files.readAllBytes(store);
    Path damaged = folder.resolve("damaged.p12");
    Files.write(damaged, java.util.Arrays.copyOf(half, half.length / 2));
    assertThatThrownBy(() -> ServerTls.of(store(damaged, wrong)))
        .isInstanceOf(TlsFileException.class)
        .hasMessageContainingAll("damaged.p12");
    Path right = password("right", "password");
    assertThatThrownBy(() -> ServerTls.of(store(store, right, wrong)))
        .isInstanceOf(TlsFileException.class)
        .hasMessageContaining("more files with passwords (2) than PKCS#12 files (1)");
  }

  // --- certificates that change ------------------------------------------------------------------

  /** The password changes with its store; sessions do not notice. */
  @Test
  void newFilesUnderASessionThatGoesOn() throws Exception {
    Path store = rewritten(local, "live.p12", "first");
    Path secret = password("live-secret", "first");
    dated(store, 1000);
    ServerTls tls =
        ServerTls.of(
            new Source(
                List.of(store, stage.pem()),
                List.of(stage.keyPem()),
                List.of(secret),
                Optional.empty(),
                Clients.NOT_ASKED));
    LinkServer server = server(tls);
    FrameLink old = connect("wss://localhost:" + server.address().getPort(), local.trusted());
    assertThat(tls.refresh()).as("nothing has changed").isFalse();

    // Halfway: the new store with the old password.
    Certificates renewed =
        Certificates.create(folder, "renewed", "EC", "CN=r", "-ext", "SAN=dns:localhost");
    Files.copy(
        rewritten(renewed, "next.p12", "second"), store, StandardCopyOption.REPLACE_EXISTING);
    dated(store, 2000);
    assertThat(tls.refresh()).isFalse();
    assertThat(shown(server, "TLSv1.3", "localhost")).isEqualTo(local.certificate());

    password("live-secret", "second");
    dated(secret, 3000);
    assertThat(tls.refresh()).isTrue();

    assertThat(shown(server, "TLSv1.3", "localhost")).isEqualTo(renewed.certificate());
    assertThat(shown(server, "TLSv1.3", "stage.test")).isEqualTo(stage.certificate());
    assertThat(tls.identities()).hasSize(2);
    say(old);
    assertThat(near.linkOrNull()).isNotNull();
  }

  private static void dated(Path file, long seconds) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH.plusSeconds(seconds)));
  }
}
