package dev.clasp.adapterosc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.osc.OscCodec;
import dev.clasp.osc.OscException;
import dev.clasp.osc.OscFrames;
import dev.clasp.osc.OscFraming;
import dev.clasp.osc.OscMessage;
import dev.clasp.osc.OscTimeTag;
import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.router.ParameterStatus;
import dev.clasp.router.SessionStatus;
import dev.clasp.security.Authenticator;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.Companion;
import dev.clasp.server.NetworkConfig;
import dev.clasp.server.ServerConfig;
import dev.clasp.server.ServerException;
import dev.clasp.testkit.FakeAuthenticator;
import dev.clasp.testkit.FreePort;
import dev.clasp.transport.ConnectionLimits;
import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The adapter in a real server, with real sockets on the loopback interface. */
@Timeout(120)
class OscAdapterTest {

  private static final InetAddress LOCAL = InetAddress.getLoopbackAddress();
  private static final OscAdapterConfig ANY = OscAdapterConfig.DEFAULT.withUdpPort(0);
  private static final ServerConfig SERVER = ServerConfig.DEFAULT.withPort(0).withLoops(2);

  /** A server with an adapter. */
  private static final class Stage implements AutoCloseable {
    final ClaspServer server;
    final OscAdapter adapter;

    Stage(OscAdapterConfig config) {
      this(config, SERVER);
    }

    Stage(OscAdapterConfig config, Authenticator authenticator) {
      this(config, SERVER.withAuthenticator(authenticator));
    }

    Stage(OscAdapterConfig config, ServerConfig settings) {
      AtomicReference<@Nullable Companion> made = new AtomicReference<>();
      Companion.Factory factory =
          s -> {
            Companion companion = OscAdapter.factory(config).create(s);
            made.set(companion);
            return companion;
          };
      server = ClaspServer.start(settings.withCompanions(List.of(factory)));
      adapter = (OscAdapter) Objects.requireNonNull(made.get());
    }

    InetSocketAddress udp() {
      return new InetSocketAddress(LOCAL, adapter.udpAddress().orElseThrow().getPort());
    }

    OscSocket program() throws IOException {
      return new OscSocket("127.0.0.1", udp());
    }

    long count(String counter) {
      return adapter.counters().getOrDefault(counter, -1L);
    }

    /** Identifiers of those that there are now. */
    List<String> sessions() {
      return server.router().sessionStatus().stream().map(SessionStatus::id).toList();
    }

    /** Values as {@code address=value}. */
    List<String> values() {
      return server.router().parameters(AddressPattern.parse("/**"), 100_000).stream()
          .map(Stage::text)
          .toList();
    }

    private static String text(ParameterStatus status) {
      return status.address() + "=" + NativeClient.text(status.value());
    }

    @Override
    public void close() {
      server.close();
    }
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(end);
      Thread.sleep(5);
    }
  }

  // --- programs ----------------------------------------------------------------------------------

  @Test
  void twoProgramsHearEachOther() throws Exception {
    try (Stage stage = new Stage(ANY);
        OscSocket fader = stage.program();
        OscSocket display = stage.program()) {
      display.send("/clasp/subscribe", "/**").send("/clasp/ping");
      assertThat(display.next()).isEqualTo("/clasp/pong ,");
      fader.send("/1/fader1", 0.75f);
      assertThat(display.next()).isEqualTo("/1/fader1 ,f 0.75");
      assertThat(stage.values()).containsExactly("/osc/1/fader1=0.75");
      assertThat(stage.adapter.sessions()).isEqualTo(2);
      assertThat(stage.server.router().sessionStatus())
          .allMatch(session -> session.transport().equals("osc-udp"))
          .anyMatch(session -> session.name().equals("osc:127.0.0.1:" + fader.port()));
    }
  }

  @Test
  void withAutoSubscribeEverybodyGetsEverything() throws Exception {
    try (Stage stage = new Stage(ANY.withAutoSubscribe(true));
        OscSocket fader = stage.program();
        OscSocket display = stage.program()) {
      display.send("/hello", 1).send("/clasp/ping");
      display.until("/clasp/pong");
      fader.send("/a", 1);
      assertThat(display.next()).isEqualTo("/a ,i 1");
      assertThat(fader.until("/hello")).isEqualTo("/hello ,i 1");
    }
  }

  @Test
  void aBundleOverTheNetworkWithATime() throws Exception {
    try (Stage stage = new Stage(ANY);
        OscSocket cue = stage.program();
        OscSocket display = stage.program()) {
      display.send("/clasp/subscribe", "/**").send("/clasp/ping");
      display.until("/clasp/pong");
      long soon = stage.server.router().clock().unixMicros() + 300_000;
      cue.send(
          Bench.bundle(
              OscTimeTag.ofUnixMicros(soon), Bench.message("/a", 1), Bench.message("/b", 2)));
      assertThat(display.next()).isEqualTo("/a ,i 1");
      assertThat(stage.server.router().clock().unixMicros()).isGreaterThanOrEqualTo(soon);
      assertThat(display.next()).isEqualTo("/b ,i 2");
    }
  }

  @Test
  void aHundredThousandMessagesAndTheLastOfEachIsThere() throws Exception {
    try (Stage stage = new Stage(ANY);
        OscSocket fader = stage.program()) {
      int rounds = 1000;
      for (int round = 1; round <= rounds; round++) {
        for (int i = 0; i < 100; i++) {
          fader.send("/ch/" + i, round);
        }
        // As a program does that can wait for a meter: no more on the way than sockets hold.
        fader.send("/clasp/ping", round);
        assertThat(fader.until("/clasp/pong")).isEqualTo("/clasp/pong ,i " + round);
      }
      assertThat(stage.values()).hasSize(100).allMatch(value -> value.endsWith("=" + rounds));
      assertThat(stage.count("messages")).isEqualTo(rounds * 101L);
      assertThat(stage.count("dropped")).isZero();
    }
  }

  // --- sessions ----------------------------------------------------------------------------------

  @Test
  void whoSaysNothingForTooLongIsForgottenAndTold() throws Exception {
    try (Stage stage = new Stage(ANY.withTimeout(Duration.ofSeconds(1)));
        OscSocket program = stage.program()) {
      program.send("/clasp/subscribe", "/**");
      assertThat(program.next()).isEqualTo("/clasp/bye ,s nothing came for 1 s");
      await(() -> stage.adapter.sessions() == 0);
      assertThat(stage.count("sessions_timed_out")).isOne();
      await(() -> stage.server.router().sessionStatus().isEmpty());
      program.send("/a", 1).send("/clasp/ping");
      assertThat(program.until("/clasp/pong")).isNotNull();
    }
  }

  @Test
  void thereIsRoomForSoManyOfOneHostAndSoManyInAll() throws Exception {
    try (Stage stage = new Stage(ANY.withMaxSessionsPerHost(2).withMaxSessions(3));
        OscSocket one = stage.program();
        OscSocket two = stage.program();
        OscSocket three = stage.program();
        OscSocket elsewhere = new OscSocket("127.0.0.2", stage.udp());
        OscSocket another = new OscSocket("127.0.0.3", stage.udp())) {
      one.send("/clasp/ping").until("/clasp/pong");
      two.send("/clasp/ping").until("/clasp/pong");
      assertThat(three.send("/clasp/ping").next())
          .isEqualTo(
              "/clasp/error ,iss 501 there are 2 OSC sessions of this address, and no room for"
                  + " more /clasp/ping");
      elsewhere.send("/clasp/ping").until("/clasp/pong");
      assertThat(another.send("/clasp/ping").next()).contains("there are 3 OSC sessions");
      one.send("/clasp/bye");
      await(() -> stage.adapter.sessions() == 2);
      another.send("/clasp/ping");
      assertThat(another.until("/clasp/pong")).isNotNull();
      assertThat(stage.count("refused_full")).isGreaterThanOrEqualTo(2);
    }
  }

  @Test
  void theLimitsOfConnectionsCountProgramsToo() throws Exception {
    ConnectionLimits one = ConnectionLimits.DEFAULT.withLimitLoopback(true).withMaxPerAddress(1);
    try (Stage stage = new Stage(ANY, SERVER.withNetwork(NetworkConfig.DEFAULT.withLimits(one)));
        OscSocket first = stage.program();
        OscSocket second = stage.program()) {
      first.send("/clasp/ping").until("/clasp/pong");
      second.send("/clasp/ping");
      await(() -> stage.count("refused_full") == 1);
      first.send("/clasp/bye");
      await(() -> stage.adapter.sessions() == 0);
      second.send("/clasp/ping").until("/clasp/pong");
    }
  }

  @Test
  void whatIsNoOscBeginsNoSession() throws Exception {
    try (Stage stage = new Stage(ANY.withMaxPacket(2048));
        OscSocket program = stage.program()) {
      for (String rubbish :
          List.of("", "x", "hello world\0", "#bundle", "/a\0\0,i\0\0", "\0\0\0\0")) {
        program.sendRaw(rubbish.getBytes(StandardCharsets.ISO_8859_1));
      }
      program.sendRaw(new byte[3000]);
      await(() -> stage.count("received") == 7);
      // The last one: it is counted as received first.
      await(() -> stage.count("oversize") == 1);
      assertThat(stage.adapter.sessions()).isZero();
      assertThat(stage.count("undecodable")).isPositive();
      program.send("/clasp/ping").until("/clasp/pong");
      program.sendRaw(new byte[] {1, 2, 3});
      assertThat(program.next()).startsWith("/clasp/error ,iss 400 ");
    }
  }

  @Test
  void withAReplyPortAllThatAHostSendsIsOneSession() throws Exception {
    int port = FreePort.find();
    try (Stage stage = new Stage(ANY.withReplyPort(port));
        OscSocket ear = new OscSocket("127.0.0.1", port, stage.udp())) {
      try (OscSocket first = stage.program()) {
        first.send("/clasp/subscribe", "/**").send("/clasp/ping");
      }
      assertThat(ear.next()).isEqualTo("/clasp/pong ,");
      try (OscSocket second = stage.program()) {
        second.send("/a", 1).send("/clasp/ping");
      }
      assertThat(ear.next()).isEqualTo("/clasp/pong ,");
      assertThat(stage.adapter.sessions()).isOne();
      try (OscSocket elsewhere = new OscSocket("127.0.0.2", stage.udp())) {
        elsewhere.send("/a", 2);
        assertThat(ear.next()).isEqualTo("/a ,i 2");
      }
    }
  }

  @Test
  void aProgramThatWasStartedAgainTakesItsPortBack() throws Exception {
    try (Stage stage = new Stage(ANY);
        OscSocket ear = stage.program();
        OscSocket first = stage.program();
        OscSocket second = stage.program();
        OscSocket fader = stage.program()) {
      for (OscSocket life : List.of(first, second)) {
        life.send("/clasp/reply-port", ear.port()).send("/clasp/subscribe", "/**");
        life.send("/clasp/ping");
        ear.until("/clasp/pong");
      }
      fader.send("/a", 1).send("/a", 2).send("/clasp/ping");
      fader.until("/clasp/pong");
      assertThat(ear.until("/a")).isEqualTo("/a ,i 1");
      assertThat(ear.until("/a")).isEqualTo("/a ,i 2");
      assertThat(stage.adapter.sessions()).isEqualTo(2);
    }
  }

  @Test
  void peersOfTheConfigurationHearWithoutAsking() throws Exception {
    int port = FreePort.find();
    OscAdapterConfig config =
        ANY.withPeers(
            List.of(
                OscPeer.parse("127.0.0.1:" + port + ",out,/mixer/**,wide"),
                OscPeer.of("127.0.0.1", 9)));
    try (Stage stage = new Stage(config);
        OscSocket fader = stage.program()) {
      await(() -> stage.adapter.sessions() == 2);
      fader.send("/mixer/1", 1).send("/other", 1).send("/clasp/ping").until("/clasp/pong");
      try (OscSocket peer = new OscSocket("127.0.0.1", port, stage.udp())) {
        fader.send("/other", 2).send("/mixer/1", 2);
        assertThat(peer.until("/mixer/1 ,h 2")).isNotNull();
        // It is out only: nothing is taken from it.
        peer.send("/other", 3);
        await(() -> stage.count("refused_source") == 1);
      }
      // The router ends it, and it is there again.
      List<String> before = stage.sessions();
      var _ = stage.server.router().expel(_ -> true, ErrorCode.UNAUTHORIZED, "out");
      await(() -> stage.sessions().stream().noneMatch(before::contains));
      try (OscSocket peer = new OscSocket("127.0.0.1", port, stage.udp());
          OscSocket other = stage.program()) {
        await(() -> stage.server.router().subscriptionCount() == 2);
        other.send("/mixer/1", 5);
        assertThat(peer.until("/mixer/1 ,h 5")).isNotNull();
      }
    }
  }

  // --- tokens ------------------------------------------------------------------------------------

  @Test
  void whereTokensAreWantedNothingGoesWithoutOne() throws Exception {
    FakeAuthenticator tokens = new FakeAuthenticator().admit("right", "write:/osc/**");
    try (Stage stage = new Stage(ANY, tokens);
        OscSocket program = stage.program();
        OscSocket other = new OscSocket("127.0.0.2", stage.udp())) {
      program.send("/a", 1);
      assertThat(program.next())
          .isEqualTo("/clasp/error ,iss 300 send your token first: /clasp/auth ,s TOKEN /a");
      assertThat(stage.adapter.sessions()).isZero();
      other.send("/clasp/auth", "wrong");
      assertThat(other.next()).isEqualTo("/clasp/error ,iss 300 Invalid token ");
      await(() -> stage.adapter.sessions() == 0);
      program.send("/clasp/auth", "right").send("/a", 2).send("/clasp/get", "/a");
      assertThat(program.until("/a")).isEqualTo("/a ,i 2");
      assertThat(stage.count("refused_token")).isOne();
    }
  }

  @Test
  void strangersAreToldOnceASecond() throws Exception {
    FakeAuthenticator tokens = new FakeAuthenticator();
    try (Stage stage = new Stage(ANY, tokens);
        OscSocket program = stage.program()) {
      for (int i = 0; i < 50; i++) {
        program.send("/a", i);
      }
      await(() -> stage.count("refused_token") == 50);
      assertThat(stage.count("errors_sent")).isLessThan(10);
    }
  }

  @Test
  void addressesMayStandForTokens() throws Exception {
    FakeAuthenticator tokens = new FakeAuthenticator().admit("hall", "write:/osc/**");
    OscAdapterConfig config =
        ANY.withAllowed(
            List.of(OscAllowance.parse("127.0.0.2=hall"), OscAllowance.parse("127.0.0.4/31")));
    try (Stage stage = new Stage(config, tokens);
        OscSocket allowed = new OscSocket("127.0.0.2", stage.udp());
        OscSocket asked = new OscSocket("127.0.0.5", stage.udp());
        OscSocket stranger = new OscSocket("127.0.0.1", stage.udp())) {
      allowed.send("/a", 1).send("/clasp/get", "/a");
      assertThat(allowed.next()).isEqualTo("/a ,i 1");
      asked.send("/a", 1);
      assertThat(asked.next()).startsWith("/clasp/error ,iss 300 ");
      stranger.send("/clasp/auth", "hall").send("/a", 3);
      await(() -> stage.count("refused_source") == 2);
      assertThat(stage.values()).containsExactly("/osc/a=1");
    }
  }

  @Test
  void theRateOfAHostHolds() throws Exception {
    try (Stage stage = new Stage(ANY.withMaxMessagesPerSecond(5));
        OscSocket program = stage.program()) {
      for (int i = 1; i <= 1000; i++) {
        program.send("/a", i);
        int sent = i;
        if (i % 100 == 0) {
          // No more on the way than sockets hold.
          await(() -> stage.count("received") == sent);
        }
      }
      await(() -> stage.count("refused_rate") > 500);
      assertThat(program.until("/clasp/error")).startsWith("/clasp/error ,iss 429 ");
    }
  }

  // --- connections -------------------------------------------------------------------------------

  /** A program that speaks OSC over TCP. */
  private static final class Connection implements AutoCloseable, OscFrames {
    private final Socket socket;
    private final OscFraming.Kind kind;
    private final OscFraming framing;
    private final ArrayDeque<String> got = new ArrayDeque<>();

    Connection(Stage stage, OscFraming.Kind kind) throws IOException {
      this.socket = new Socket(LOCAL, stage.adapter.tcpAddress().orElseThrow().getPort());
      this.kind = kind;
      this.framing = kind.decoder(OscCodec.MAX_DATAGRAM);
      socket.setSoTimeout(30_000);
    }

    Connection send(String address, Object... arguments) throws IOException {
      byte[] packet = OscCodec.encode(Bench.message(address, arguments));
      socket.getOutputStream().write(kind.frame(packet, 0, packet.length));
      return this;
    }

    String next() throws Exception {
      InputStream in = socket.getInputStream();
      byte[] some = new byte[4096];
      while (got.isEmpty()) {
        int count = in.read(some);
        if (count < 0) {
          return "end";
        }
        framing.feed(some, 0, count, this);
      }
      return got.remove();
    }

    @Override
    public void packet(byte[] buffer, int offset, int length) {
      try {
        if (OscCodec.decode(buffer, offset, length) instanceof OscMessage message) {
          got.add(MemoryOutlet.text(message));
        }
      } catch (OscException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void damaged(String why) {
      throw new AssertionError(why);
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void connectionsInEitherFraming(OscFraming.Kind kind) throws Exception {
    try (Stage stage = new Stage(ANY.withTcpPort(0));
        Connection console = new Connection(stage, kind);
        OscSocket pad = stage.program()) {
      console.send("/clasp/subscribe", "/**").send("/clasp/ping");
      assertThat(console.next()).isEqualTo("/clasp/pong ,");
      pad.send("/a", 1);
      assertThat(console.next()).isEqualTo("/a ,i 1");
      pad.send("/clasp/subscribe", "/**").send("/clasp/ping");
      // The answer comes behind the values.
      assertThat(pad.next()).isEqualTo("/a ,i 1");
      assertThat(pad.next()).isEqualTo("/clasp/pong ,");
      console.send("/b", 2);
      assertThat(pad.next()).isEqualTo("/b ,i 2");
      console.send("/clasp/reply-port", 9000);
      assertThat(console.next()).startsWith("/clasp/error ,iss 400 ");
      console.send("/clasp/bye");
      assertThat(console.next()).isEqualTo("end");
      await(() -> stage.adapter.sessions() == 1);
    }
  }

  @Test
  void aConnectionThatSpeaksSomethingElseIsClosed() throws Exception {
    try (Stage stage = new Stage(ANY.withTcpPort(0));
        Socket web = new Socket(LOCAL, stage.adapter.tcpAddress().orElseThrow().getPort())) {
      web.setSoTimeout(30_000);
      web.getOutputStream().write(new byte[] {0, 127, 127, 127, 1});
      assertThat(web.getInputStream().read()).isEqualTo(-1);
      await(() -> stage.adapter.sessions() == 0);
      assertThat(stage.count("undecodable")).isOne();
    }
  }

  @Test
  void aListenerOverTcpNeedSayNothing() throws Exception {
    OscAdapterConfig config =
        ANY.withTcpPort(0).withFraming(OscFraming.Kind.SLIP).withAutoSubscribe(true);
    try (Stage stage = new Stage(config);
        Connection ear = new Connection(stage, OscFraming.Kind.SLIP);
        OscSocket fader = stage.program()) {
      await(() -> stage.adapter.sessions() == 1);
      assertThat(ear.next()).isEqualTo("/clasp/pong ,");
      fader.send("/a", 1);
      assertThat(ear.next()).isEqualTo("/a ,i 1");
    }
  }

  // --- networks ----------------------------------------------------------------------------------

  @Test
  void aPortThatIsTakenStopsTheServerWithASentence() throws Exception {
    try (DatagramSocket taken = new DatagramSocket(0, LOCAL)) {
      assertThatThrownBy(() -> new Stage(ANY.withUdpPort(taken.getLocalPort())))
          .isInstanceOf(ServerException.class)
          .hasMessageStartingWith(
              "cannot listen for OSC datagrams on 127.0.0.1:" + taken.getLocalPort())
          .hasMessageContaining("the port is in use");
    }
  }

  @Test
  void anOpenServerDoesNotOpenOscToTheNetworkUnasked() {
    assertThatThrownBy(() -> new Stage(ANY.withHost("0.0.0.0")))
        .isInstanceOf(ServerException.class)
        .hasMessageContaining("refusing to listen for OSC on 0.0.0.0");
  }

  @Test
  void datagramsOfAGroupAreTaken() throws Exception {
    OscAdapterConfig config =
        ANY.withHost("0.0.0.0")
            .withAllowed(List.of(OscAllowance.parse("127.0.0.0/8")))
            .withGroups(List.of(MulticastGroup.parse("239.255.73.30@lo")));
    try (Stage stage = new Stage(config);
        DatagramSocket sender = new DatagramSocket(0, LOCAL)) {
      sender.setOption(
          StandardSocketOptions.IP_MULTICAST_IF, NetworkInterface.getByInetAddress(LOCAL));
      byte[] packet = OscCodec.encode(Bench.message("/group", 1));
      InetSocketAddress group =
          new InetSocketAddress(
              "239.255.73.30", stage.adapter.udpAddress().orElseThrow().getPort());
      await(() -> {
        try {
          // The group is joined a moment after the start.
          sender.send(new DatagramPacket(packet, packet.length, group));
        } catch (IOException e) {
          throw new AssertionError(e);
        }
        return stage.values().contains("/osc/group=1");
      });
    }
  }

  @Test
  void whoIsThereIsToldThatTheServerStops() throws Exception {
    try (Stage stage = new Stage(ANY);
        OscSocket program = stage.program()) {
      program.send("/clasp/ping").until("/clasp/pong");
      stage.server.close();
      assertThat(program.next()).isEqualTo("/clasp/bye ,s server is stopping");
    }
  }
}
