package dev.clasp.transport;

import static dev.clasp.transport.QuicLinkTest.frame;
import static dev.clasp.transport.QuicStage.failure;
import static dev.clasp.transport.QuicStage.write;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import dev.clasp.testkit.CertificateMaker;
import dev.clasp.testkit.CertificateMaker.Issued;
import dev.clasp.testkit.CertificateMaker.Kind;
import dev.clasp.transport.ServerTls.Clients;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who comes in over QUIC, who does not, and what they are told. */
@Timeout(60)
class QuicServerTest {

  @TempDir Path folder;
  private QuicStage stage;
  private final Recorder there = new Recorder();
  private final Recorder here = new Recorder();

  @BeforeEach
  void begin() {
    stage = new QuicStage(folder);
  }

  @AfterEach
  void end() throws Exception {
    stage.end();
  }

  private static void await(BooleanSupplier what) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Recorder.LIMIT_SECONDS);
    while (!what.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(end);
      LockSupport.parkNanos(1_000_000);
    }
  }

  private RawQuicPeer raw(QuicServer server) throws Exception {
    return stage.keep(RawQuicPeer.connect(stage.loops, server.address(), "clasp/2"));
  }

  private static String text(QuicConnectionCloseEvent event) {
    return new String(event.reason(), UTF_8);
  }

  // --- discovery ---------------------------------------------------------------------------------

  /** D-23: where QUIC is, there is no room for a second socket. */
  @Test
  void probesOfTheDiscoveryAreHandedOverAndConnectionsGoOn() throws Exception {
    QuicServer server =
        stage.start(
            QuicStage.lobby(there, limits -> limits),
            QuicConfig.of("127.0.0.1", 0, stage.tls(QuicStage.SERVER)));
    int port = server.address().getPort();
    List<Integer> told = new CopyOnWriteArrayList<>();
    ProbeListener listener =
        (datagram, _, reply) -> {
          told.add(datagram.length);
          reply.accept(new byte[] {1, 2, 3});
        };
    assertThat(server.shareProbes(port + 1, listener)).isFalse();
    assertThat(server.shareProbes(port, listener)).isTrue();

    FrameLink link = stage.connect(server, here);
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      socket.setSoTimeout(20_000);
      for (Message.Hello hello :
          List.of(
              hello("somebody else", Optional.empty()),
              hello("Discovery", Optional.of("a token")),
              hello("Discovery", Optional.empty()))) {
        byte[] bytes = FrameCodec.encode(hello);
        socket.send(new DatagramPacket(bytes, bytes.length, server.address()));
      }
      DatagramPacket reply = new DatagramPacket(new byte[100], 100);
      socket.receive(reply);
      assertThat(reply.getLength()).isEqualTo(3);
    }
    assertThat(told).containsExactly(20);
    write(link, frame(10));
    assertThat(there.awaitFrame()).isEqualTo(frame(10));
  }

  private static Message.Hello hello(String name, Optional<String> token) {
    return new Message.Hello(1, Set.of(), name, token, Optional.empty());
  }

  // --- time --------------------------------------------------------------------------------------

  /** T-02, T-29: who opens no stream holds nobody up, and is really closed. */
  @Test
  void aPeerThatOpensNoStreamIsClosedInTimeAndDelaysNobody() throws Exception {
    Lobby lobby = QuicStage.lobby(there, limits -> limits.withHandshake(Duration.ofSeconds(10)));
    QuicServer server =
        stage.start(lobby, QuicConfig.of("127.0.0.1", 0, stage.tls(QuicStage.SERVER)));
    RawQuicPeer silent = raw(server);
    FrameLink link = stage.connect(server, here);
    write(link, frame(10));
    assertThat(there.awaitFrame()).isEqualTo(frame(10));
    assertThat(silent.closed).isNotDone();

    QuicConnectionCloseEvent close = silent.awaitClose();
    assertThat(close.isApplicationClose()).isTrue();
    assertThat(close.error()).isEqualTo(1);
    assertThat(text(close)).isEqualTo("no frame came in time");
    await(() -> server.all() == 1 && lobby.open() == 1);
    assertThat(lobby.count(ConnectionCounter.TIMED_OUT)).isEqualTo(1);
  }

  /** A handshake that stops half-way is forgotten in time. */
  @Test
  void aHandshakeThatStopsIsForgotten() throws Exception {
    Lobby lobby = QuicStage.lobby(there, limits -> limits.withHandshake(Duration.ofMillis(500)));
    QuicServer server =
        stage.start(lobby, QuicConfig.of("127.0.0.1", 0, stage.tls(QuicStage.SERVER)));
    UdpRelay relay = stage.keep(UdpRelay.to(server.address()));
    relay.cutAnswers();
    CompletableFuture<FrameLink> dial =
        stage.dial(
            "quic://localhost:" + relay.port(),
            DialOptions.DEFAULT.withTls(QuicStage.trusting()).withTimeout(Duration.ofSeconds(5)),
            here);
    // More than one: the client goes on trying.
    await(() -> lobby.count(ConnectionCounter.ACCEPTED) >= 1);
    await(() -> lobby.count(ConnectionCounter.TIMED_OUT) >= 1);

    TransportException failure = failure(dial);
    assertThat(failure.kind()).isEqualTo(TransportException.Kind.TIMEOUT);
    assertThat(failure)
        .hasMessage(
            "no answer from localhost:"
                + relay.port()
                + "/udp: is the address right, does the router listen for QUIC, is a firewall in"
                + " the way?");
  }

  // --- limits ------------------------------------------------------------------------------------

  /** T-15: the limit counts here too. */
  @Test
  void oneTooManyIsToldWhy() throws Exception {
    QuicServer server =
        stage.start(there, limits -> limits.withMaxConnections(1), UnaryOperator.identity());
    FrameLink first = stage.connect(server, here);
    write(first, frame(10));
    there.awaitFrame();
    Recorder other = new Recorder();
    stage.connect(server, other);

    assertThat(other.awaitEnd())
        .isEqualTo(new CloseReason(CloseReason.TRY_LATER, "too many connections in all"));
    assertThat(server.lobby().count(ConnectionCounter.REFUSED_TOTAL)).isEqualTo(1);
    await(() -> server.all() == 1);
    write(first, frame(11));
    assertThat(there.awaitFrame()).isEqualTo(frame(11));
  }

  @Test
  void anAddressHasItsLimit() throws Exception {
    QuicServer server =
        stage.start(
            there,
            limits -> limits.withMaxPerAddress(2).withLimitLoopback(true),
            UnaryOperator.identity());
    raw(server);
    raw(server);
    QuicConnectionCloseEvent close = raw(server).awaitClose();

    assertThat(close.error()).isEqualTo(3);
    assertThat(text(close)).isEqualTo("too many connections from this address");
  }

  @Test
  void whoWaitsForTheLongestMakesRoom() throws Exception {
    QuicServer server =
        stage.start(there, limits -> limits.withMaxUnauthenticated(1), UnaryOperator.identity());
    RawQuicPeer first = raw(server);
    RawQuicPeer second = raw(server);

    QuicConnectionCloseEvent close = first.awaitClose();
    assertThat(close.error()).isEqualTo(3);
    assertThat(text(close)).isEqualTo("too many connections that have not said HELLO");
    assertThat(second.closed).isNotDone();
    assertThat(server.lobby().count(ConnectionCounter.DISPLACED)).isEqualTo(1);
  }

  /** Beyond those that hear why, the handshake itself is refused. */
  @Test
  void aFloodOfConnectionsIsBounded() throws Exception {
    QuicServer server =
        stage.start(
            there,
            limits -> limits.withMaxUnauthenticated(3),
            config -> config.withPending(1000, 1000));
    List<RawQuicPeer> flood = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      flood.add(raw(server));
    }
    await(() -> server.all() <= 3);
    assertThat(server.lobby().unauthenticated()).isLessThanOrEqualTo(3);
    FrameLink link = stage.connect(server, here);
    write(link, frame(10));
    assertThat(there.awaitFrame()).isEqualTo(frame(10));
  }

  @Test
  void moreStreamsAreRefusedByQuicItself() throws Exception {
    QuicServer server = stage.start(there);
    RawQuicPeer peer = raw(server);
    RawQuicPeer.send(peer.stream(), frame(10));
    there.awaitFrame();

    assertThatThrownBy(peer::stream)
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("STREAM_LIMIT");
    assertThatThrownBy(() -> peer.stream(QuicStreamType.UNIDIRECTIONAL))
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("STREAM_LIMIT");
    assertThat(there.ends).isEmpty();
  }

  @Test
  void datagramsAreNotLookedAt() throws Exception {
    QuicServer server = stage.start(there);
    RawQuicPeer peer = raw(server);
    QuicStreamChannel stream = peer.stream();
    RawQuicPeer.send(stream, frame(10));
    for (int i = 0; i < 100; i++) {
      peer.connection()
          .writeAndFlush(peer.connection().alloc().directBuffer().writeBytes(frame(50)));
    }
    RawQuicPeer.send(stream, frame(11));

    assertThat(there.awaitFrame()).isEqualTo(frame(10));
    assertThat(there.awaitFrame()).isEqualTo(frame(11));
    assertThat(there.taken()).isEmpty();
  }

  /** What is no QUIC at all leaves no trace. */
  @Test
  void randomPacketsAreDropped() throws Exception {
    QuicServer server = stage.start(there);
    SplittableRandom random = new SplittableRandom(3);
    try (DatagramSocket socket = new DatagramSocket()) {
      for (int i = 0; i < 2000; i++) {
        byte[] b = new byte[random.nextInt(1500)];
        random.nextBytes(b);
        if (b.length > 6 && i % 3 == 0) {
          // An Initial packet of version 1, but for its contents.
          b[0] = (byte) (0xC0 | random.nextInt(16));
          b[1] = 0;
          b[2] = 0;
          b[3] = 0;
          b[4] = 1;
          b[5] = (byte) random.nextInt(25);
        }
        socket.send(new DatagramPacket(b, b.length, server.address()));
      }
    }
    FrameLink link = stage.connect(server, here);
    write(link, frame(10));
    assertThat(there.awaitFrame()).isEqualTo(frame(10));
    assertThat(server.connections()).isEqualTo(1);
  }

  // --- retry -------------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(ints = {0, 32})
  void aPeerShowsWhereItIsWhenManyHandshakesAreUnderWay(int retryAbove) throws Exception {
    QuicServer server =
        stage.start(there, UnaryOperator.identity(), config -> config.withPending(retryAbove, 512));
    UdpRelay relay = stage.keep(UdpRelay.to(server.address()));
    FrameLink link =
        stage
            .dial(
                "quic://localhost:" + relay.port(),
                DialOptions.DEFAULT.withTls(QuicStage.trusting()),
                here)
            .get(Recorder.LIMIT_SECONDS, TimeUnit.SECONDS);
    write(link, frame(10));

    assertThat(there.awaitFrame()).isEqualTo(frame(10));
    // More than one if the client, on a busy machine, has asked again meanwhile.
    assertThat(relay.retries.get() > 0).isEqualTo(retryAbove == 0);
  }

  /** When there is no place for a handshake, it comes as soon as there is one. */
  @Test
  void aHandshakeWaitsForItsPlace() throws Exception {
    Lobby lobby = QuicStage.lobby(there, limits -> limits.withHandshake(Duration.ofSeconds(5)));
    QuicServer server =
        stage.start(
            lobby, QuicConfig.of("127.0.0.1", 0, stage.tls(QuicStage.SERVER)).withPending(1, 1));
    UdpRelay relay = stage.keep(UdpRelay.to(server.address()));
    relay.cutAnswers();
    CompletableFuture<FrameLink> stuck =
        stage.dial(
            "quic://localhost:" + relay.port(),
            DialOptions.DEFAULT.withTls(QuicStage.trusting()).withTimeout(Duration.ofSeconds(4)),
            new Recorder());
    // It gives up before the server does, and does not ask for the place again.
    await(() -> lobby.count(ConnectionCounter.ACCEPTED) >= 1);

    FrameLink link = stage.connect(server, here);
    write(link, frame(10));
    assertThat(there.awaitFrame()).isEqualTo(frame(10));
    stuck.cancel(true);
  }

  // --- certificates ------------------------------------------------------------------------------

  /** T-20: clients that know the root alone need what is in between. */
  @ParameterizedTest
  @ValueSource(strings = {"localhost", "127.0.0.1"})
  void theWholeChainIsSentAndTheNameIsChecked(String host) throws Exception {
    QuicServer server = stage.start(there);
    stage
        .dial(
            "quic://" + host + ":" + server.address().getPort(),
            DialOptions.DEFAULT.withTls(QuicStage.trusting()),
            here)
        .get(Recorder.LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  private TransportException refusedBy(ClientTls tls, Issued identity) throws Exception {
    QuicServer server =
        stage.start(
            QuicStage.lobby(there, UnaryOperator.identity()),
            QuicConfig.of("127.0.0.1", 0, stage.tls(identity)));
    TransportException failure =
        failure(
            stage.dial(
                "quic://localhost:" + server.address().getPort(),
                DialOptions.DEFAULT.withTls(tls),
                here));
    assertThat(failure.kind()).isEqualTo(TransportException.Kind.HANDSHAKE);
    await(() -> server.all() == 0);
    return failure;
  }

  @Test
  void anotherNameIsRefused() throws Exception {
    Issued other = QuicStage.ROOT.issue(Kind.LEAF, "router.example", "192.0.2.1");

    assertThat(refusedBy(QuicStage.trusting(), other))
        .hasMessageContaining("has a certificate for another name than localhost");
  }

  @Test
  void anExpiredCertificateIsRefused() throws Exception {
    assertThat(refusedBy(QuicStage.trusting(), QuicStage.ROOT.issue(Kind.EXPIRED, "localhost")))
        .hasMessageContaining("has a certificate that has expired");
  }

  @Test
  void aCertificateOfTheFutureIsRefused() throws Exception {
    assertThat(refusedBy(QuicStage.trusting(), QuicStage.ROOT.issue(Kind.NOT_YET, "localhost")))
        .hasMessageContaining("has a certificate that is not valid yet");
  }

  @Test
  void anUnknownAuthorityIsRefused() throws Exception {
    assertThat(refusedBy(QuicStage.trusting(), CertificateMaker.selfSigned("localhost")))
        .hasMessageContaining("has a certificate that is not trusted here");
  }

  /** T-05: nobody is trusted by default. */
  @Test
  void theDefaultTrustsNobodyUnknown() throws Exception {
    assertThat(refusedBy(ClientTls.DEFAULT, QuicStage.SERVER))
        .hasMessageContaining("has a certificate that is not trusted here");
  }

  @Test
  void anotherFingerprintIsRefused() throws Exception {
    assertThat(refusedBy(ClientTls.pinned("ab".repeat(32)), QuicStage.SERVER))
        .hasMessageContaining("the fingerprint is another one")
        .hasMessageContaining(QuicStage.identity(QuicStage.SERVER).fingerprint());
  }

  @Test
  void aPinnedCertificateNeedsNoName() throws Exception {
    Issued own = CertificateMaker.selfSigned("elsewhere.example");
    QuicServer server =
        stage.start(
            QuicStage.lobby(there, UnaryOperator.identity()),
            QuicConfig.of("127.0.0.1", 0, stage.tls(own)));
    String url = "quic://localhost:" + server.address().getPort();
    ClientTls pinned = ClientTls.pinned(QuicStage.identity(own).fingerprint());

    stage
        .dial(url, DialOptions.DEFAULT.withTls(pinned), here)
        .get(Recorder.LIMIT_SECONDS, TimeUnit.SECONDS);
    try (ErrorLog log = ErrorLog.open()) {
      stage
          .dial(url, DialOptions.DEFAULT.withTls(ClientTls.insecure()), new Recorder())
          .get(Recorder.LIMIT_SECONDS, TimeUnit.SECONDS);
      assertThat(log.lines()).anyMatch(line -> line.contains("not checking who the router is"));
    }
  }

  private QuicServer asking(Clients clients) {
    return stage.start(
        QuicStage.lobby(there, UnaryOperator.identity()),
        QuicConfig.of("127.0.0.1", 0, stage.tls(QuicStage.SERVER, clients)));
  }

  private FrameLink dialAs(QuicServer server, ClientTls tls) throws Exception {
    return stage
        .dial(
            "quic://localhost:" + server.address().getPort(),
            DialOptions.DEFAULT.withTls(tls),
            here)
        .get(Recorder.LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  @Test
  void aClientWithItsCertificateComesIn() throws Exception {
    ClientTls known =
        QuicStage.trusting().as(QuicStage.identity(QuicStage.ROOT.issue(Kind.LEAF, "desk")));
    FrameLink link = dialAs(asking(Clients.REQUIRED), known);
    write(link, frame(10));

    assertThat(there.awaitFrame()).isEqualTo(frame(10));
  }

  @Test
  void aClientWithoutACertificateIsToldThatItNeedsOne() throws Exception {
    dialAs(asking(Clients.REQUIRED), QuicStage.trusting());

    assertThat(here.awaitEnd())
        .isEqualTo(
            new CloseReason(CloseReason.POLICY, "the peer wants a certificate that it knows"));
    assertThat(there.ends).isEmpty();
  }

  /** Somebody who calls his authority by the name of ours; others would not even be shown. */
  @ParameterizedTest
  @EnumSource(value = Clients.class, names = "NOT_ASKED", mode = EnumSource.Mode.EXCLUDE)
  void aClientWithAForgedCertificateIsRefused(Clients clients) throws Exception {
    QuicServer server = asking(clients);
    Issued forger = CertificateMaker.root("Test root");
    dialAs(server, QuicStage.trusting().as(QuicStage.identity(forger.issue(Kind.LEAF, "desk"))));

    assertThat(here.awaitEnd().code()).isIn(CloseReason.POLICY, CloseReason.ABNORMAL);
    await(() -> server.all() == 0);
    assertThat(server.lobby().count(ConnectionCounter.QUIC)).isZero();
  }

  @Test
  void aCertificateThatIsOptionalMayBeMissing() throws Exception {
    FrameLink link = dialAs(asking(Clients.OPTIONAL), QuicStage.trusting());
    write(link, frame(10));

    assertThat(there.awaitFrame()).isEqualTo(frame(10));
  }

  @Test
  void aNewCertificateIsUsedForNewConnections() throws Exception {
    ServerTls tls = stage.tls(QuicStage.SERVER);
    QuicServer server =
        stage.start(
            QuicStage.lobby(there, UnaryOperator.identity()), QuicConfig.of("127.0.0.1", 0, tls));
    FrameLink old = dialAs(server, QuicStage.trusting());
    write(old, frame(10));
    there.awaitFrame();

    Issued renewed = CertificateMaker.selfSigned("localhost");
    renewed.write(folder, "server");
    Files.setLastModifiedTime(
        folder.resolve("server.pem"), FileTime.from(Instant.now().plusSeconds(5)));
    assertThat(tls.refresh()).isTrue();

    FrameLink fresh = dialAs(server, ClientTls.pinned(QuicStage.identity(renewed).fingerprint()));
    write(fresh, frame(11));
    assertThat(there.awaitFrame()).isEqualTo(frame(11));
    write(old, frame(12));
    assertThat(there.awaitFrame()).isEqualTo(frame(12));
  }

  @ParameterizedTest
  @ValueSource(strings = {"RSA", "EC"})
  void everyKindOfKeyServes(String algorithm) throws Exception {
    Certificates own =
        Certificates.create(folder, "own", algorithm, "CN=localhost", "-ext", "SAN=dns:localhost");
    QuicServer server =
        stage.start(
            QuicStage.lobby(there, UnaryOperator.identity()),
            QuicConfig.of("127.0.0.1", 0, own.serverTls()));
    write(dialAs(server, own.trusted()), frame(10));

    assertThat(there.awaitFrame()).isEqualTo(frame(10));
  }

  /** The native TLS of QUIC does not; better to know before the first client comes. */
  @Test
  void aKeyThatCannotServeIsRefusedAtTheStart() throws Exception {
    Certificates own = Certificates.create(folder, "own", "Ed25519", "CN=localhost");
    QuicConfig config = QuicConfig.of("127.0.0.1", 0, own.serverTls());

    assertThatThrownBy(() -> stage.start(QuicStage.lobby(there, UnaryOperator.identity()), config))
        .isInstanceOf(TransportException.class)
        .hasMessage(
            "cannot listen for QUIC with this certificate: QUIC takes keys of the kinds EC and"
                + " RSA, not EdDSA: make another certificate");
    QuicServer server = stage.start(there);
    assertThat(
            failure(
                stage.dial(
                    "quic://localhost:" + server.address().getPort(),
                    DialOptions.DEFAULT.withTls(QuicStage.trusting().as(own.identity())),
                    here)))
        .hasMessageContaining("QUIC takes keys of the kinds EC and RSA");
  }

  // --- application protocol ----------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"clasp", "clasp/2"})
  void bothNamesAreUnderstood(String name) throws Exception {
    QuicServer server = stage.start(there);
    RawQuicPeer peer = stage.keep(RawQuicPeer.connect(stage.loops, server.address(), name));
    RawQuicPeer.send(peer.stream(), frame(10));

    assertThat(there.awaitFrame()).isEqualTo(frame(10));
  }

  @Test
  void aPeerThatSpeaksSomethingElseIsRefused() throws Exception {
    QuicServer server = stage.start(there);

    assertThatThrownBy(() -> RawQuicPeer.connect(stage.loops, server.address(), "h3"))
        .isInstanceOf(ExecutionException.class);
    await(() -> server.lobby().count(ConnectionCounter.REFUSED_TLS) == 1 && server.all() == 0);
  }

  // --- the end -----------------------------------------------------------------------------------

  @Test
  void stoppingTellsEverybodyAndFreesThePort() throws Exception {
    QuicServer server = stage.start(there);
    FrameLink link = stage.connect(server, here);
    write(link, frame(10));
    there.awaitFrame();
    RawQuicPeer silent = raw(server);
    server.close();

    assertThat(here.awaitEnd()).isEqualTo(new CloseReason(1001, "server is stopping"));
    assertThat(silent.awaitClose().error()).isEqualTo(4);
    assertThat(server.all()).isZero();
    try (DatagramSocket again = new DatagramSocket(server.address())) {
      assertThat(again.getLocalPort()).isEqualTo(server.address().getPort());
    }
    server.close();
  }

  @Test
  void aServerThatStopsAcceptingKeepsWhomItHas() throws Exception {
    QuicServer server = stage.start(there);
    FrameLink link = stage.connect(server, here);
    write(link, frame(10));
    there.awaitFrame();
    server.stopAccepting();

    assertThat(failure(stage.dial(server, new Recorder())))
        .hasMessageContaining("refused the connection: server is stopping");
    write(link, frame(11));
    assertThat(there.awaitFrame()).isEqualTo(frame(11));
  }

  @Test
  void saysWhereItListens() throws Exception {
    QuicServer server = stage.start(there);

    assertThat(server.urls()).containsExactly("quic://localhost:" + server.address().getPort());
    assertThat(server.transport()).isEqualTo("quic");
  }

  @Test
  void aPortInUseIsReported() throws Exception {
    QuicServer server = stage.start(there);
    QuicConfig same =
        QuicConfig.of("127.0.0.1", server.address().getPort(), stage.tls(QuicStage.SERVER));

    assertThatThrownBy(() -> stage.start(QuicStage.lobby(there, UnaryOperator.identity()), same))
        .isInstanceOf(TransportException.class)
        .hasMessageStartingWith(
            "cannot listen for QUIC on 127.0.0.1:" + server.address().getPort() + "/udp: the")
        .hasMessageContaining("in use");
  }

  @ParameterizedTest
  @ValueSource(strings = {"::1", "::", "0.0.0.0"})
  void listensOnBothFamilies(String host) throws Exception {
    QuicServer server =
        stage.start(
            QuicStage.lobby(there, UnaryOperator.identity()),
            QuicConfig.of(host, 0, stage.tls(QuicStage.SERVER)));
    String[] reachable =
        switch (host) {
          case "::1" -> new String[] {"[::1]"};
          case "::" -> new String[] {"[::1]", "127.0.0.1"};
          default -> new String[] {"127.0.0.1"};
        };
    for (String each : reachable) {
      FrameLink link =
          stage
              .dial(
                  "quic://" + each + ":" + server.address().getPort(),
                  DialOptions.DEFAULT.withTls(QuicStage.trusting()),
                  here)
              .get(Recorder.LIMIT_SECONDS, TimeUnit.SECONDS);
      write(link, frame(10));
      assertThat(there.awaitFrame()).isEqualTo(frame(10));
      InetSocketAddress remote = (InetSocketAddress) there.link().remote();
      assertThat(remote.getAddress())
          .as("as limits see it")
          .isEqualTo(InetAddress.getByName(each.replaceAll("[\\[\\]]", "")));
    }
  }
}
