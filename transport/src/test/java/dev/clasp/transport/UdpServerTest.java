package dev.clasp.transport;

import static dev.clasp.transport.BareStreams.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.FreePort;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class UdpServerTest {

  private static final byte[] HELLO = hello("device");
  private static final byte[] FIRE = set(1, Qos.FIRE);
  private static final byte[] CONFIRM = set(2, Qos.CONFIRM);

  /** Who listens to a session. */
  private static final class Session extends Recorder {}

  private final EventLoops loops = EventLoops.create("udp-test", 1);
  private final AtomicLong skipped = new AtomicLong();
  private final BlockingQueue<Session> begun = new LinkedBlockingQueue<>();
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
    loops.close();
  }

  private static byte[] hello(String name) {
    return FrameCodec.encode(
        new Message.Hello(1, Set.of(), name, Optional.empty(), Optional.empty()));
  }

  private static byte[] set(int value, Qos qos) {
    return FrameCodec.encode(
        new Message.SetValue(
            "/a", Value.of((long) value), OptionalLong.empty(), false, false, Optional.empty()),
        qos);
  }

  private final UdpConfig defaults = UdpConfig.of("127.0.0.1", 0);

  private UdpServer serve() {
    return serve(defaults, ConnectionLimits.DEFAULT);
  }

  private UdpServer serve(UdpConfig config, ConnectionLimits limits) {
    return serve(config, new Lobby(limits, TrustedProxies.NONE, this::accept));
  }

  private UdpServer serve(UdpConfig config, Lobby lobby) {
    UdpServer server = new UdpServer(config, lobby, loops, () -> System.nanoTime() + skipped.get());
    open.add(server);
    server.start();
    return server;
  }

  private FrameListener accept(FrameLink link) {
    Session session = new Session();
    FrameListener listener = session.accept(link);
    begun.add(session);
    return listener;
  }

  private Session awaitSession() throws InterruptedException {
    Session session = begun.poll(20, TimeUnit.SECONDS);
    if (session == null) {
      throw new AssertionError("no session began");
    }
    return session;
  }

  private UdpPeer peer(UdpServer server) throws IOException {
    UdpPeer peer = new UdpPeer(server.address());
    open.add(peer);
    return peer;
  }

  private static void write(Session session, byte[]... frames) {
    byte[] all = Wire.concat(frames);
    session.link().loop().execute(() -> session.link().write(all, 0, all.length));
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("did not come true");
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** Datagrams get lost within a machine too when nobody waits for the receiver. */
  private static void saying(UdpServer server, UdpPeer peer, byte[] bytes) throws Exception {
    long received = server.count(UdpCounter.RECEIVED);
    peer.send(bytes);
    await(() -> server.count(UdpCounter.RECEIVED) > received);
  }

  /** What was received is also answered and counted: it is counted as received first. */
  private void handled() throws Exception {
    loops.next().submit(() -> {}).get(20, TimeUnit.SECONDS);
  }

  // --- the beginning -----------------------------------------------------------------------------

  @Test
  void aSessionBeginsWhenTheChallengeComesBack() throws Exception {
    UdpServer server = serve();
    UdpPeer peer = peer(server).send(HELLO);
    byte[] challenge = peer.read();
    assertThat(challenge).hasSize(13).startsWith(0x53, 0x21, 0, 1).endsWith(0x41);
    assertThat(server.sessions()).isZero();

    byte[] proven =
        Wire.concat(
            new byte[] {0x53, 0x21, HELLO[2], HELLO[3]},
            Arrays.copyOfRange(challenge, 4, 12),
            Arrays.copyOfRange(HELLO, 4, HELLO.length));
    peer.send(proven);
    Session session = awaitSession();

    assertThat(session.awaitFrame()).isEqualTo(proven);
    assertThat(FrameCodec.decode(proven, 0, proven.length).message())
        .isInstanceOf(Message.Hello.class);
    assertThat(session.link().transport()).isEqualTo("udp");
    assertThat(session.link().maxFrame()).isEqualTo(1195);
    assertThat(server.urls()).containsExactly("udp://localhost:" + server.address().getPort());
    assertThat(server.count(UdpCounter.CHALLENGED)).isEqualTo(1);
  }

  /** A forged source address makes us nobody's tool. */
  @Test
  void beforeThatNobodyGetsMoreThanHeSent() throws Exception {
    UdpServer server = serve();
    UdpPeer peer = peer(server);
    SplittableRandom random = new SplittableRandom(1);
    List<byte[]> says = new ArrayList<>(List.of(HELLO, hello(""), FIRE, CONFIRM));
    says.add(FrameCodec.encode(new Message.Ping()));
    says.add(FrameCodec.encode(new Message.Get("/a")));
    says.add(UdpFrames.stamped(HELLO, 0));
    says.add(UdpFrames.opening(UdpFrames.stamped(HELLO, random.nextLong())));
    for (int length = 0; length < 40; length++) {
      says.add(Arrays.copyOf(HELLO, length));
      byte[] noise = new byte[length];
      random.nextBytes(noise);
      says.add(noise);
      if (length > 0) {
        noise = noise.clone();
        noise[0] = (byte) ReceiptFlow.DATA;
        says.add(noise);
      }
    }
    for (byte[] each : says) {
      if (each.length == 0) {
        // What is empty is not even seen.
        peer.send(each);
      } else {
        saying(server, peer, each);
      }
      // Behind whatever it was comes the answer to this.
      saying(server, peer, FIRE);
      handled();
      List<byte[]> answers = new ArrayList<>();
      while (!peer.quiet(answers)) {}
      assertThat(answers.getLast()).containsExactly('?');
      answers.removeLast();
      assertThat(answers.stream().mapToInt(answer -> answer.length).sum())
          .as(hex(each))
          .isLessThanOrEqualTo(each.length);
    }
    assertThat(server.sessions()).isZero();
    assertThat(begun).isEmpty();
  }

  @Test
  void aFloodOfHellosLeavesNothingBehind() throws Exception {
    Lobby lobby = new Lobby(ConnectionLimits.DEFAULT, TrustedProxies.NONE, this::accept);
    UdpServer server = serve(defaults, lobby);
    for (int i = 0; i < 300; i++) {
      try (UdpPeer peer = new UdpPeer(server.address())) {
        for (int n = 0; n < 10; n++) {
          saying(server, peer, HELLO);
        }
      }
    }
    handled();
    assertThat(server.count(UdpCounter.CHALLENGED)).isEqualTo(3000);
    peer(server).hello(HELLO, false);
    awaitSession();

    assertThat(server.sessions()).isEqualTo(1);
    assertThat(lobby.open()).isEqualTo(1);
    assertThat(lobby.unauthenticated()).isEqualTo(1);
    assertThat(begun).isEmpty();
  }

  @Test
  void thoseWhoAreNotLetInMakeRoomForOthers() throws Exception {
    UdpServer server = serve(defaults, ConnectionLimits.DEFAULT.withMaxUnauthenticated(5));
    List<Session> sessions = new ArrayList<>();
    List<UdpPeer> peers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      peers.add(peer(server).hello(HELLO, false));
      sessions.add(awaitSession());
    }

    for (Session session : sessions.subList(0, 15)) {
      assertThat(session.awaitEnd().code()).isEqualTo(CloseReason.TRY_LATER);
    }
    assertThat(peers.getFirst().read()).as("goodbye").containsExactly(0);
    await(() -> server.sessions() == 5);
  }

  @Test
  void anAddressHasItsLimit() throws Exception {
    Lobby lobby =
        new Lobby(
            ConnectionLimits.DEFAULT.withMaxPerAddress(3).withLimitLoopback(true),
            TrustedProxies.NONE,
            this::accept);
    UdpServer server = serve(defaults, lobby);
    for (int i = 0; i < 3; i++) {
      peer(server).hello(HELLO, false);
      Session session = awaitSession();
      session.link().loop().execute(session.link()::established);
    }
    peer(server).hello(HELLO, false);
    await(() -> lobby.count(ConnectionCounter.REFUSED_ADDRESS) == 1);

    assertThat(server.sessions()).isEqualTo(3);
    assertThat(lobby.unauthenticated()).isZero();
    assertThat(lobby.count(ConnectionCounter.UDP)).isEqualTo(3);
  }

  @Test
  void aDoubledHelloBeginsNothing() throws Exception {
    UdpServer server = serve();
    UdpPeer peer = peer(server).send(HELLO);
    byte[] proven = UdpFrames.stamped(HELLO, UdpFrames.stamp(peer.read(), 0));
    peer.send(proven).send(proven).send(proven).send(FIRE);
    Session session = awaitSession();

    assertThat(session.awaitFrame()).isEqualTo(proven);
    assertThat(session.awaitFrame()).isEqualTo(FIRE);
    assertThat(server.sessions()).isEqualTo(1);
  }

  @Test
  void whoStartsAgainAtTheSamePortGetsANewSession() throws Exception {
    UdpServer server = serve();
    UdpPeer peer = peer(server).hello(HELLO, true);
    Session first = awaitSession();
    skipped.addAndGet(TimeUnit.SECONDS.toNanos(1));
    peer.hello(HELLO, true);
    Session second = awaitSession();

    assertThat(first.awaitEnd().text()).contains("started again");
    assertThat(second.ends).isEmpty();
    assertThat(server.sessions()).isEqualTo(1);
  }

  @Test
  void withoutValidationAPlainDeviceNeedsNoMore() throws Exception {
    UdpServer server = serve(defaults.withValidate(false), ConnectionLimits.DEFAULT);
    UdpPeer peer = peer(server).send(HELLO);
    Session session = awaitSession();
    assertThat(session.awaitFrame()).isEqualTo(HELLO);
    write(session, CONFIRM);
    assertThat(peer.read()).as("bare").isEqualTo(CONFIRM);
    peer.send(HELLO);

    assertThat(session.awaitFrame()).as("the router takes it in place").isEqualTo(HELLO);
  }

  // --- frames ------------------------------------------------------------------------------------

  @Test
  void eachFrameIsADatagramOfItsOwn() throws Exception {
    UdpPeer peer = peer(serve()).hello(HELLO, false);
    write(awaitSession(), FIRE, CONFIRM, FIRE);

    assertThat(peer.read()).isEqualTo(FIRE);
    assertThat(peer.read()).isEqualTo(CONFIRM);
    assertThat(peer.read()).isEqualTo(FIRE);
  }

  @Test
  void whatMustArriveIsNumberedAndSentAgain() throws Exception {
    UdpServer server = serve();
    UdpPeer peer = peer(server).hello(HELLO, true);
    Session session = awaitSession();
    write(session, FIRE);
    assertThat(peer.read()).isEqualTo(FIRE);
    write(session, CONFIRM, FIRE);
    byte[] first = Wire.concat(new byte[] {'R', 0, 0, 0, 0}, CONFIRM);
    assertThat(peer.read()).isEqualTo(first);
    assertThat(peer.read())
        .as("not in front of it")
        .isEqualTo(Wire.concat(new byte[] {'R', 0, 0, 0, 1}, FIRE));
    assertThat(peer.read()).as("again").isEqualTo(first);
    peer.send((byte) 'A', (byte) 0, (byte) 0, (byte) 0, (byte) 2);
    await(() -> session.link().pendingBytes() == 0);
    write(session, FIRE);

    byte[] next = peer.read();
    while (Arrays.equals(next, first)) {
      next = peer.read();
    }
    assertThat(next).isEqualTo(FIRE);
    assertThat(server.count(UdpCounter.REPEATED)).isPositive();
  }

  @Test
  void whoGivesNoReceiptsIsNotWritableAndEndsInTime() throws Exception {
    UdpServer server = serve();
    peer(server).hello(HELLO, true);
    Session session = awaitSession();
    byte[] large =
        FrameCodec.encode(
            new Message.SetValue(
                "/a",
                Value.of(new byte[1000]),
                OptionalLong.empty(),
                false,
                false,
                Optional.empty()));
    for (int i = 0; i < 65; i++) {
      write(session, large);
    }
    await(() -> session.writability.contains(false));

    // The intervals are real, but the clock need not be.
    while (session.ends.isEmpty()) {
      skipped.addAndGet(TimeUnit.SECONDS.toNanos(1));
      write(session, FIRE);
      TimeUnit.MILLISECONDS.sleep(5);
      if (server.count(UdpCounter.LOST) > 0 || server.count(UdpCounter.SILENT) > 0) {
        break;
      }
    }
    assertThat(session.awaitEnd().code()).isEqualTo(CloseReason.ABNORMAL);
  }

  @Test
  void whatIsTooLongIsNeitherTakenNorSent() throws Exception {
    UdpServer server = serve();
    UdpPeer peer = peer(server).hello(HELLO, false);
    Session session = awaitSession();
    session.awaitFrame();
    peer.send(Arrays.copyOf(FIRE, 1201)).send(new byte[60_000]).send(Arrays.copyOf(FIRE, 1200));
    assertThat(session.awaitFrame()).as("with what stands behind it left out").isEqualTo(FIRE);
    assertThat(server.count(UdpCounter.OVERSIZE)).isEqualTo(2);
    byte[] tooLong =
        FrameCodec.encode(
            new Message.SetValue(
                "/a",
                Value.of(new byte[1200]),
                OptionalLong.empty(),
                false,
                false,
                Optional.empty()));
    write(session, tooLong, FIRE);

    assertThat(peer.read()).isEqualTo(FIRE);
    assertThat(server.count(UdpCounter.UNSENT)).isEqualTo(1);
  }

  @Test
  void longerDatagramsMayBeAllowed() throws Exception {
    UdpServer server = serve(defaults.withMaxDatagram(65_507), ConnectionLimits.DEFAULT);
    UdpPeer peer = peer(server).hello(HELLO, false);
    Session session = awaitSession();
    session.awaitFrame();
    byte[] large =
        FrameCodec.encode(
            new Message.SetValue(
                "/a",
                Value.of(new byte[60_000]),
                OptionalLong.empty(),
                false,
                false,
                Optional.empty()));
    peer.send(large);
    assertThat(session.awaitFrame()).isEqualTo(large);
    write(session, large);

    assertThat(peer.read()).isEqualTo(large);
  }

  /** T-06: none of it ends anything, with a session and without. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void garbageIsCountedAndNotAnswered(boolean session) throws Exception {
    UdpServer server = serve();
    UdpPeer peer = peer(server);
    if (session) {
      peer.hello(HELLO, true);
      awaitSession().awaitFrame();
    }
    SplittableRandom random = new SplittableRandom(6);
    int garbage = 0;
    for (int i = 0; i < 500; i++) {
      byte[] noise = new byte[1 + random.nextInt(60)];
      random.nextBytes(noise);
      noise[0] = (byte) (1 + random.nextInt(0x40));
      if (noise[0] == UdpFrames.UNKNOWN || noise[0] > 0x3F) {
        continue;
      }
      garbage++;
      saying(server, peer, noise);
    }
    saying(server, peer, new byte[] {0x53});
    saying(server, peer, new byte[] {0x53, 1, 0, 9, 1});
    // What is empty is not even seen.
    peer.send(new byte[0]);
    int all = garbage + 2;
    await(() -> server.count(UdpCounter.GARBAGE) >= all);
    assertThat(peer.quiet()).isTrue();
    // HELLO without a body, which ends the process of the reference.
    peer.send(new byte[] {0x53, 1, 0, 1, 1});
    peer(server).hello(HELLO, false);
    assertThat(awaitSession().awaitFrame()).isNotEmpty();
  }

  /** The socket is read for the others; a little is kept, and what is numbered comes again. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatComesWhileTheListenerWantsNothingKeepsItsOrder(boolean numbered) throws Exception {
    UdpServer server = serve();
    UdpPeer peer = peer(server).hello(HELLO, true);
    Session session = awaitSession();
    session.awaitFrame();
    session.link().pauseReading();
    session.link().loop().submit(() -> {}).get();
    saying(server, peer, FIRE);
    byte[] second = numbered ? Wire.concat(new byte[] {'R', 0, 0, 0, 0}, CONFIRM) : CONFIRM;
    saying(server, peer, second);
    if (numbered) {
      assertThat(peer.read()).as("not taken yet").containsExactly('A', 0, 0, 0, 0);
    }
    session.link().loop().submit(() -> {}).get();
    assertThat(session.frames).isEmpty();
    session.link().resumeReading();
    assertThat(session.awaitFrame()).isEqualTo(FIRE);
    if (numbered) {
      peer.send(second);
    }

    assertThat(session.awaitFrame()).isEqualTo(CONFIRM);
  }

  @Test
  void whatIsKeptMeanwhileHasABound() throws Exception {
    UdpServer server = serve();
    UdpPeer peer = peer(server).hello(HELLO, false);
    Session session = awaitSession();
    session.awaitFrame();
    session.link().pauseReading();
    session.link().loop().submit(() -> {}).get();
    for (int i = 0; i < 2000; i++) {
      saying(server, peer, FIRE);
    }
    session.link().resumeReading();
    session.awaitFrame();
    session.link().loop().submit(() -> {}).get();

    assertThat(session.frames.size() + 1).isEqualTo((16 << 10) / FIRE.length);
    assertThat(server.count(UdpCounter.PAUSED)).isEqualTo(2000 - (16 << 10) / FIRE.length);
  }

  @Test
  void whoHasNoSessionIsToldInOneByte() throws Exception {
    UdpPeer peer = peer(serve()).send(FIRE);

    assertThat(peer.read()).containsExactly('?');
  }

  // --- the end -----------------------------------------------------------------------------------

  @Test
  void aByteOfZeroSaysGoodbye() throws Exception {
    UdpServer server = serve();
    UdpPeer peer = peer(server).hello(HELLO, true);
    Session session = awaitSession();
    peer.send((byte) 0);

    assertThat(session.awaitEnd().code()).isEqualTo(CloseReason.GOING_AWAY);
    await(() -> server.sessions() == 0);
  }

  @Test
  void whoIsSilentIsAskedAndThenForgotten() throws Exception {
    UdpServer server = serve();
    UdpPeer peer = peer(server).hello(HELLO, false);
    Session session = awaitSession();
    session.awaitFrame();
    skipped.addAndGet(TimeUnit.SECONDS.toNanos(31));
    assertThat(FrameCodec.decode(peer.read(), 0, 5).message()).isInstanceOf(Message.Ping.class);
    peer.send(FrameCodec.encode(new Message.Pong()));
    session.awaitFrame();
    skipped.addAndGet(TimeUnit.SECONDS.toNanos(60));
    assertThat(FrameCodec.decode(peer.read(), 0, 5).message()).isInstanceOf(Message.Ping.class);
    assertThat(session.ends).isEmpty();
    skipped.addAndGet(TimeUnit.SECONDS.toNanos(31));

    assertThat(session.awaitEnd().text()).contains("nothing came for 90 s");
    assertThat(server.count(UdpCounter.SILENT)).isEqualTo(1);
    await(() -> server.sessions() == 0);
  }

  @Test
  void aClosedSessionSendsWhatWasWrittenAndNothingMore() throws Exception {
    UdpServer server = serve();
    UdpPeer peer = peer(server).hello(HELLO, false);
    Session session = awaitSession();
    write(session, CONFIRM);
    session.link().close(new CloseReason(CloseReason.POLICY, "go"));
    write(session, FIRE);

    assertThat(peer.read()).isEqualTo(CONFIRM);
    assertThat(peer.read()).containsExactly(0);
    assertThat(session.awaitEnd().text()).isEqualTo("go");
    assertThat(peer.quiet()).isTrue();
    await(() -> server.sessions() == 0);
  }

  @Test
  void stoppingSaysGoodbyeAndFreesThePort() throws Exception {
    UdpServer server = serve();
    UdpPeer peer = peer(server).hello(HELLO, false);
    Session session = awaitSession();
    server.stopAccepting();
    UdpPeer late = peer(server).send(HELLO);
    server.close();

    assertThat(session.awaitEnd().code()).isEqualTo(CloseReason.GOING_AWAY);
    assertThat(peer.read()).containsExactly(0);
    assertThat(late.quiet()).isTrue();
    new DatagramSocket(server.address()).close();
  }

  @Test
  void aPortThatIsTakenIsSaid() {
    UdpServer server = serve();
    assertThatThrownBy(() ->
            serve(UdpConfig.of("127.0.0.1", server.address().getPort()), ConnectionLimits.DEFAULT))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("the address is in use");
  }

  // --- our own client ----------------------------------------------------------------------------

  private FrameLink connect(int port, Recorder listener) throws Exception {
    CompletableFuture<FrameLink> link =
        LinkClient.connect(
            URI.create("udp://127.0.0.1:" + port), loops, DialOptions.DEFAULT, listener);
    return link.get(20, TimeUnit.SECONDS);
  }

  private static void write(FrameLink link, byte[]... frames) {
    byte[] all = Wire.concat(frames);
    link.loop().execute(() -> link.write(all, 0, all.length));
  }

  @Test
  void ourClientProvesItsAddressByItself() throws Exception {
    UdpServer server = serve();
    Recorder client = new Recorder();
    FrameLink link = connect(server.address().getPort(), client);
    write(link, HELLO);
    Session session = awaitSession();
    session.awaitFrame();
    write(session, CONFIRM);
    assertThat(client.awaitFrame()).isEqualTo(CONFIRM);
    write(link, CONFIRM, FIRE);
    assertThat(session.awaitFrame()).isEqualTo(CONFIRM);
    assertThat(session.awaitFrame()).isEqualTo(FIRE);
    link.close(new CloseReason(CloseReason.NORMAL, "done"));

    assertThat(client.awaitEnd().text()).isEqualTo("done");
    assertThat(session.awaitEnd().code()).isEqualTo(CloseReason.GOING_AWAY);
  }

  @Test
  void ourClientSeesThatNobodyListens() throws Exception {
    // None that the system gives to whoever asks for any: our own socket could have it.
    int port = FreePort.find();
    Recorder client = new Recorder();
    write(connect(port, client), HELLO);

    assertThat(client.awaitEnd().text()).contains("nobody listens on 127.0.0.1:" + port);
  }

  @Test
  void ourClientSeesThatTheRouterWasStartedAgain() throws Exception {
    UdpServer server = serve();
    Recorder client = new Recorder();
    FrameLink link = connect(server.address().getPort(), client);
    write(link, HELLO);
    Session session = awaitSession();
    write(session, CONFIRM);
    client.awaitFrame();
    session
        .link()
        .loop()
        .submit(() ->
            ((UdpLink) session.link()).end(new CloseReason(CloseReason.ABNORMAL, "forgotten")))
        .get();
    write(link, FIRE);

    assertThat(client.awaitEnd().text()).contains("does not know this session any more");
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 15})
  void overABadNetworkEverythingThatMustArriveDoesInOrder(int percent) throws Exception {
    UdpServer server = serve();
    LossyPath path = new LossyPath(server.address(), percent, percent);
    open.add(path);
    Recorder client = new Recorder();
    FrameLink link = connect(path.port(), client);
    write(link, HELLO);
    Session session = awaitSession();
    session.awaitFrame();
    write(session, CONFIRM);
    client.awaitFrame();
    int frames = 300;
    for (int i = 0; i < frames; i++) {
      write(link, set(i, Qos.CONFIRM));
      write(session, set(-i, Qos.COMMIT));
    }
    for (int i = 0; i < frames; i++) {
      assertThat(session.awaitFrame()).isEqualTo(set(i, Qos.CONFIRM));
      assertThat(client.awaitFrame()).isEqualTo(set(-i, Qos.COMMIT));
    }
    assertThat(session.frames).isEmpty();
    assertThat(client.frames).isEmpty();
  }

  @Test
  void settingsHaveTheirRanges() {
    assertThatThrownBy(() -> defaults.withMaxDatagram(65_508)).hasMessageContaining("512 to 65507");
    assertThatThrownBy(() -> defaults.withMaxDatagram(100)).hasMessageContaining("512 to 65507");
    assertThatThrownBy(() -> UdpConfig.of("127.0.0.1", 65_536)).hasMessageContaining("port");
    assertThatThrownBy(() -> defaults.withSilence(Duration.ofSeconds(5), Duration.ofSeconds(5)))
        .hasMessageContaining("gone more than ping");
  }
}
