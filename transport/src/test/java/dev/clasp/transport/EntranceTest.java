package dev.clasp.transport;

import static dev.clasp.transport.Wire.bytes;
import static dev.clasp.transport.Wire.concat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.CloseReason;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Where connections come in: what they are, and whether they may. Without sockets. */
class EntranceTest {

  private static final String UPGRADE =
      "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

  private static final ConnectionLimits LIMITS =
      ConnectionLimits.DEFAULT
          .withMaxPerAddress(5)
          .withMaxUnauthenticatedPerAddress(3)
          .withRatePerAddress(0, 1);

  private final Recorder recorder = new Recorder();
  private final EventLoops loops = EventLoops.create("unused", 1);
  private final List<EmbeddedPeer> peers = new ArrayList<>();

  private final LinkServer.Builder builder =
      LinkServer.builder()
          .loops(loops)
          .acceptor(recorder)
          .pingInterval(Duration.ZERO)
          .limits(LIMITS)
          .proxies(TrustedProxies.of(List.of("10.0.0.0/8")));

  @AfterEach
  void stop() {
    peers.forEach(EmbeddedPeer::close);
    loops.close();
  }

  private EmbeddedPeer connect(LinkServer server, String address) {
    EmbeddedPeer peer = EmbeddedPeer.ofServer(server, address);
    peers.add(peer);
    return peer;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] prefixed(byte... message) {
    return concat(ByteBuffer.allocate(4).putInt(message.length).array(), message);
  }

  private String remote() {
    InetSocketAddress remote = (InetSocketAddress) recorder.link().remote();
    return remote.getAddress().getHostAddress() + " " + remote.getPort();
  }

  // --- what they are -----------------------------------------------------------------------------

  @Test
  void aLengthMakesATcpLink() {
    LinkServer server = builder.build();
    EmbeddedPeer peer = connect(server, "192.0.2.1");
    peer.send(prefixed(bytes(5)), prefixed(bytes(6)));

    assertThat(recorder.link().transport()).isEqualTo("tcp");
    assertThat(recorder.taken()).containsExactly(bytes(5), bytes(6));
    assertThat(recorder.reads).hasValue(1);
    assertThat(remote()).isEqualTo("192.0.2.1 40000");
    assertThat(server.connections()).isEqualTo(1);
    assertThat(server.lobby().count(ConnectionCounter.TCP)).isEqualTo(1);
  }

  @Test
  void theLongestMessageIsALimitLikeOthers() {
    LinkServer server = builder.limits(LIMITS.withMaxMessage(100)).build();
    EmbeddedPeer peer = connect(server, "192.0.2.1");
    peer.send(prefixed(bytes(100)));
    assertThat(recorder.taken()).containsExactly(bytes(100));

    peer.send(prefixed(bytes(101)));

    assertThat(recorder.taken()).isEmpty();
    peer.advance(Duration.ofSeconds(2));
    assertThat(recorder.ends).extracting(CloseReason::code).containsExactly(CloseReason.TOO_BIG);
    assertThat(peer.isOpen()).isFalse();
  }

  @Test
  void aLongBodyIsRefused() {
    LinkServer server = builder.limits(LIMITS.withMaxBody(10)).build();
    EmbeddedPeer peer = connect(server, "192.0.2.1");
    peer.send(ascii("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n"));

    assertThat(new String(peer.received(), StandardCharsets.ISO_8859_1)).startsWith("HTTP/1.1 413");
  }

  @Test
  void everythingIsUnderstoodByteForByteToo() {
    byte[] tcp = concat(prefixed(bytes(5)), prefixed(bytes(6)));
    byte[] webSocket =
        concat(ascii(UPGRADE + "\r\n"), Wire.masked(Wire.FIN | Wire.BINARY, bytes(7)));
    for (byte[] stream : List.of(tcp, concat(ProxyHeaderTest.of("203.0.113.9", 7), webSocket))) {
      EmbeddedPeer peer = connect(builder.build(), "10.0.0.1");
      for (byte b : stream) {
        peer.send(new byte[] {b});
      }
    }
    assertThat(recorder.taken()).containsExactly(bytes(5), bytes(6), bytes(7));
  }

  @Test
  void tlsMqttAndBareFramesAreRefusedWithAReasonInTheLog() {
    LinkServer server = builder.build();
    try (ErrorLog log = ErrorLog.open()) {
      connect(server, "192.0.2.1").send(new byte[] {0x16, 3, 1, 2, 0, 1});
      connect(server, "192.0.2.2").send(ascii("\u0010\u000c\0\u0004MQTT"));
      connect(server, "192.0.2.3").send(new byte[] {0x53, 1, 0, 1, 1});
      connect(server, "192.0.2.3").send(new byte[] {(byte) 0x80});

      assertThat(log.lines())
          .hasSize(3)
          .anyMatch(line -> line.contains("192.0.2.1") && line.contains("refused TLS"))
          .anyMatch(line -> line.contains("192.0.2.2") && line.contains("refused MQTT"))
          .anyMatch(line -> line.contains("192.0.2.3") && line.contains("without lengths"));
    }
    assertThat(peers.getFirst().received()).as("an alert").startsWith(0x15, 3, 1);
    assertThat(peers.subList(1, 4)).noneMatch(EmbeddedPeer::isOpen);
    peers.getFirst().advance(Duration.ofSeconds(1));
    assertThat(peers).noneMatch(EmbeddedPeer::isOpen);
    assertThat(server.lobby().count(ConnectionCounter.REFUSED_TLS)).isEqualTo(1);
    assertThat(server.lobby().count(ConnectionCounter.REFUSED_MQTT)).isEqualTo(1);
    assertThat(server.lobby().count(ConnectionCounter.REFUSED_UNKNOWN)).isEqualTo(2);
    assertThat(server.lobby().open()).isZero();
  }

  @Test
  void aProtocolMayBeSwitchedOff() {
    LinkServer noTcp = builder.protocols(Set.of(LinkServer.Protocol.WEBSOCKET)).build();
    EmbeddedPeer tcp = connect(noTcp, "192.0.2.1");
    tcp.send(prefixed(bytes(5)));
    assertThat(tcp.isOpen()).isFalse();
    assertThat(noTcp.lobby().count(ConnectionCounter.REFUSED_DISABLED)).isEqualTo(1);

    LinkServer noWebSocket = builder.protocols(Set.of(LinkServer.Protocol.TCP)).build();
    EmbeddedPeer webSocket = connect(noWebSocket, "192.0.2.1");
    webSocket.send(UPGRADE + "\r\n");
    assertThat(webSocket.receivedText()).startsWith("HTTP/1.1 403 ");
    EmbeddedPeer page = connect(noWebSocket, "192.0.2.1");
    page.send("GET /health HTTP/1.1\r\n\r\n");
    assertThat(page.receivedText()).startsWith("HTTP/1.1 200 ");
    assertThat(recorder.taken()).isEmpty();
  }

  // --- time --------------------------------------------------------------------------------------

  @Test
  void whoDoesNotDecideInTimeIsClosedAndCounted() {
    LinkServer server = builder.build();
    EmbeddedPeer silent = connect(server, "192.0.2.1");
    EmbeddedPeer half = connect(server, "192.0.2.2");
    half.send("GET / HT");
    EmbeddedPeer proxy = connect(server, "10.0.0.1");
    proxy.send(Arrays.copyOf(ProxyHeaderTest.of("203.0.113.9", 7), 20));
    for (EmbeddedPeer peer : peers) {
      peer.advance(Duration.ofMillis(4999));
      assertThat(peer.isOpen()).isTrue();
      peer.advance(Duration.ofMillis(1));
    }

    assertThat(List.of(silent, half, proxy)).noneMatch(EmbeddedPeer::isOpen);
    assertThat(server.lobby().count(ConnectionCounter.TIMED_OUT)).isEqualTo(3);
    assertThat(server.lobby().open()).isZero();
    assertThat(server.lobby().unauthenticated()).isZero();
  }

  /** Whoever listens to a link sets its deadlines. */
  @Test
  void aLinkIsNotClosedByTheDeadlineOfTheEntrance() {
    EmbeddedPeer peer = connect(builder.build(), "192.0.2.1");
    peer.send(prefixed(bytes(5)));
    peer.advance(Duration.ofMinutes(5));

    assertThat(peer.isOpen()).isTrue();
  }

  // --- limits ------------------------------------------------------------------------------------

  @Test
  void tooManyFromOneAddressAreToldSoInHttp() {
    LinkServer server = builder.build();
    for (int i = 0; i < 3; i++) {
      connect(server, "192.0.2.1").send(prefixed(bytes(5)));
    }
    EmbeddedPeer http;
    EmbeddedPeer tcp;
    try (ErrorLog log = ErrorLog.open()) {
      http = connect(server, "192.0.2.1");
      http.send(UPGRADE + "\r\n");
      tcp = connect(server, "192.0.2.1");
      tcp.send(prefixed(bytes(5)));
      assertThat(log.lines())
          .as("one line for both")
          .singleElement()
          .asString()
          .contains("192.0.2.1", "too many connections from this address that have not said HELLO");
    }
    assertThat(http.receivedText())
        .startsWith("HTTP/1.1 503 ")
        .contains("Retry-After: 5\r\n")
        .endsWith("too many connections from this address that have not said HELLO\n");
    assertThat(tcp.isOpen()).isFalse();
    assertThat(recorder.taken()).hasSize(3);
    http.advance(Duration.ofSeconds(1));
    assertThat(http.isOpen()).isFalse();
    assertThat(server.lobby().count(ConnectionCounter.REFUSED_UNAUTHENTICATED)).isEqualTo(2);
    assertThat(server.lobby().count(ConnectionCounter.ACCEPTED)).isEqualTo(3);

    recorder.link().established();
    EmbeddedPeer next = connect(server, "192.0.2.1");
    next.send(prefixed(bytes(6)));
    assertThat(next.isOpen()).isTrue();
  }

  @Test
  void whoIsRefusedAndSilentIsClosedSoon() {
    LinkServer server = builder.build();
    for (int i = 0; i < 4; i++) {
      connect(server, "192.0.2.1");
    }
    assertThat(peers.getLast().isOpen()).isTrue();
    peers.getLast().advance(Duration.ofSeconds(1));
    assertThat(peers.getLast().isOpen()).isFalse();
  }

  /** Politeness has its limit too. */
  @Test
  void manyWhoAreRefusedAreClosedAtOnce() {
    LinkServer server = builder.build();
    for (int i = 0; i < 3 + 128; i++) {
      connect(server, "192.0.2.1");
    }
    assertThat(peers).allMatch(EmbeddedPeer::isOpen);
    assertThat(connect(server, "192.0.2.1").isOpen()).isFalse();

    peers.get(50).disconnect();
    assertThat(connect(server, "192.0.2.1").isOpen()).isTrue();
  }

  @Test
  void aLinkThatWasNotLetInHasToMakeRoomAndIsToldSo() {
    LinkServer server = builder.limits(LIMITS.withMaxUnauthenticated(2)).build();
    connect(server, "192.0.2.1").send(prefixed(bytes(5)));
    connect(server, "192.0.2.2").send(prefixed(bytes(5)));
    recorder.link().established();
    connect(server, "192.0.2.3");
    assertThat(peers).allMatch(EmbeddedPeer::isOpen);

    connect(server, "192.0.2.4");
    assertThat(peers.getFirst().isOpen()).as("time to read the end").isTrue();
    peers.getFirst().advance(Duration.ofSeconds(2));

    assertThat(peers.getFirst().isOpen()).isFalse();
    assertThat(peers.subList(1, 4)).allMatch(EmbeddedPeer::isOpen);
    assertThat(recorder.ends).extracting(CloseReason::code).containsExactly(CloseReason.TRY_LATER);
    assertThat(server.lobby().count(ConnectionCounter.DISPLACED)).isEqualTo(1);
  }

  // --- proxies -----------------------------------------------------------------------------------

  @Test
  void aTrustedProxySpeaksForItsClientInAHeader() {
    LinkServer server = builder.build();
    EmbeddedPeer peer = connect(server, "10.0.0.1");
    peer.send(UPGRADE + "X-Forwarded-For: 6.6.6.6, 203.0.113.9\r\n\r\n");

    assertThat(peer.receivedText()).startsWith("HTTP/1.1 101 ");
    assertThat(remote()).isEqualTo("203.0.113.9 0");
  }

  @Test
  void nobodyElseIsBelieved() {
    EmbeddedPeer peer = connect(builder.build(), "192.0.2.1");
    peer.send(UPGRADE + "X-Forwarded-For: 203.0.113.9\r\nForwarded: for=203.0.113.9\r\n\r\n");

    assertThat(remote()).isEqualTo("192.0.2.1 40000");
  }

  @Test
  void contradictionsOfAProxyAreRefused() {
    LinkServer server = builder.build();
    EmbeddedPeer peer = connect(server, "10.0.0.1");
    peer.send(UPGRADE + "X-Forwarded-For: 203.0.113.9\r\nForwarded: for=6.6.6.6\r\n\r\n");

    assertThat(peer.receivedText()).startsWith("HTTP/1.1 400 ");
    assertThat(server.lobby().count(ConnectionCounter.REFUSED_PROXY)).isEqualTo(1);
  }

  /** However many clients are behind it, the proxy itself is not limited by its address. */
  @Test
  void theClientsBehindAProxyAreLimitedEachByItsOwnAddress() {
    LinkServer server = builder.build();
    for (int client = 1; client <= 10; client++) {
      for (int i = 0; i < 3; i++) {
        EmbeddedPeer peer = connect(server, "10.0.0.1");
        peer.send(UPGRADE + "X-Forwarded-For: 203.0.113." + client + "\r\n\r\n");
        assertThat(peer.receivedText()).startsWith("HTTP/1.1 101 ");
      }
    }
    EmbeddedPeer tooMany = connect(server, "10.0.0.1");
    tooMany.send(UPGRADE + "X-Forwarded-For: 203.0.113.1\r\n\r\n");

    assertThat(tooMany.receivedText().toLowerCase(java.util.Locale.ROOT))
        .startsWith("http/1.1 503 ")
        .contains("retry-after: 5\r\n");
  }

  @Test
  void aTrustedProxySpeaksForItsClientInFrontOfAnything() {
    LinkServer server = builder.build();
    connect(server, "10.0.0.1").send(ProxyHeaderTest.of("203.0.113.9", 4711), prefixed(bytes(5)));
    assertThat(remote()).isEqualTo("203.0.113.9 4711");
    assertThat(recorder.taken()).containsExactly(bytes(5));

    connect(server, "10.0.0.1").send(ProxyHeaderTest.of("2001:db8::9", 1), ascii(UPGRADE + "\r\n"));
    assertThat(remote()).isEqualTo("2001:db8:0:0:0:0:0:9 1");
  }

  @Test
  void theClientOfAProxyIsLimitedInFrontOfAnythingToo() {
    LinkServer server = builder.build();
    for (int i = 0; i < 3; i++) {
      connect(server, "10.0.0.1").send(ProxyHeaderTest.of("203.0.113.9", i), prefixed(bytes(5)));
    }
    EmbeddedPeer tcp = connect(server, "10.0.0.1");
    tcp.send(ProxyHeaderTest.of("203.0.113.9", 4), prefixed(bytes(5)));
    assertThat(tcp.isOpen()).isFalse();
    EmbeddedPeer http = connect(server, "10.0.0.1");
    http.send(ProxyHeaderTest.of("203.0.113.9", 5), ascii("GET / HTTP/1.1\r\n\r\n"));
    assertThat(http.receivedText()).startsWith("HTTP/1.1 503 ");
  }

  @Test
  void aProxyHeaderOfAnybodyElseIsTheEnd() {
    LinkServer server = builder.build();
    EmbeddedPeer stranger = connect(server, "192.0.2.1");
    stranger.send(ProxyHeaderTest.of("203.0.113.9", 4711), prefixed(bytes(5)));
    EmbeddedPeer twice = connect(server, "10.0.0.1");
    twice.send(ProxyHeaderTest.of("203.0.113.9", 1), ProxyHeaderTest.of("203.0.113.8", 1));
    EmbeddedPeer broken = connect(server, "10.0.0.1");
    broken.send(ProxyHeaderTest.header(7, 0x11, new byte[12]));

    assertThat(List.of(stranger, twice, broken)).noneMatch(EmbeddedPeer::isOpen);
    assertThat(server.lobby().count(ConnectionCounter.REFUSED_PROXY)).isEqualTo(3);
    assertThat(recorder.taken()).isEmpty();
  }
}
