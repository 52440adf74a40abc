package dev.clasp.transport;

import static dev.clasp.transport.Wire.BINARY;
import static dev.clasp.transport.Wire.CLOSE;
import static dev.clasp.transport.Wire.FIN;
import static dev.clasp.transport.Wire.PING;
import static dev.clasp.transport.Wire.PONG;
import static dev.clasp.transport.Wire.bytes;
import static dev.clasp.transport.Wire.masked;
import static dev.clasp.transport.Wire.plain;
import static dev.clasp.transport.Wire.reason;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Framing;
import dev.clasp.protocol.Qos;
import dev.clasp.testkit.RawPeer;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The server on real sockets. */
@Timeout(120)
class WebSocketServerTest {

  private final EventLoops loops = EventLoops.create("test", 2);
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
    loops.close();
  }

  private <T extends AutoCloseable> T keep(T closeable) {
    open.add(closeable);
    return closeable;
  }

  /** A server with long deadlines: what a test waits for is not a matter of time. */
  private LinkServer.Builder patient() {
    return LinkServer.builder()
        .loops(loops)
        .limits(ConnectionLimits.DEFAULT.withHandshake(Duration.ofMinutes(10)))
        .acceptor(Echo::new);
  }

  private LinkServer start(LinkServer.Builder builder) {
    LinkServer server = keep(builder.build());
    server.start();
    return server;
  }

  private RawPeer connect(LinkServer server) throws Exception {
    return keep(RawPeer.connect(server.address()));
  }

  private RawPeer upgraded(LinkServer server) throws Exception {
    return keep(RawPeer.upgraded(server.address()));
  }

  /** Sends every message back. */
  private static class Echo implements FrameListener {
    final FrameLink link;

    Echo(FrameLink link) {
      this.link = link;
    }

    @Override
    public void frame(byte[] buffer, int offset, int length) {
      byte[] framed = framed(buffer, offset, length);
      link.write(framed, 0, framed.length);
    }

    @Override
    public void closed(CloseReason reason) {}
  }

  private static byte[] framed(byte[] b, int offset, int length) {
    int prefix = Framing.WEBSOCKET.prefixLength(length);
    byte[] framed = new byte[prefix + length];
    Framing.WEBSOCKET.writePrefix(framed, 0, length);
    System.arraycopy(b, offset, framed, prefix, length);
    return framed;
  }

  private static void roundTrip(RawPeer peer, int length) throws Exception {
    peer.send(masked(FIN | BINARY, bytes(length)));
    assertThat(SentFrame.read(peer)).isEqualTo(SentFrame.of(FIN | BINARY, bytes(length)));
  }

  // --- traffic -----------------------------------------------------------------------------------

  @Test
  void carriesMessagesBothWays() throws Exception {
    LinkServer server = start(patient());
    RawPeer peer = upgraded(server);
    for (int length : new int[] {0, 1, 125, 126, 1000, 65_535, 65_536, FrameDescriptor.MAX_FRAME}) {
      roundTrip(peer, length);
    }
    peer.send(masked(FIN | PING, bytes(3)));
    assertThat(SentFrame.read(peer)).isEqualTo(SentFrame.of(FIN | PONG, bytes(3)));
    peer.send(masked(FIN | CLOSE, reason(1000, "bye")));
    assertThat(peer.readToEnd()).isEqualTo(plain(FIN | CLOSE, reason(1000, "bye")));
  }

  @Test
  void refusesAMessageAboveTheLimitAndTheReasonArrives() throws Exception {
    LinkServer server = start(patient());
    RawPeer peer = upgraded(server);

    // More than fits into the buffers of the sockets: the peer is still sending when it is refused.
    byte[] large = masked(FIN | BINARY, bytes(200_000));
    peer.send(large);

    SentFrame close = SentFrame.read(peer);
    assertThat(close.closeCode()).isEqualTo(1009);
    assertThat(new String(close.payload(), 2, close.payload().length - 2, StandardCharsets.UTF_8))
        .isEqualTo("message above 65547 bytes: send smaller frames");
    peer.send(masked(FIN | CLOSE, reason(1009, "")));
    peer.socket().shutdownOutput();
    assertThat(peer.readToEnd()).isEmpty();
  }

  @Test
  void aFailureInOneConnectionDoesNotHurtAnother() throws Exception {
    LinkServer server =
        start(
            patient()
                .acceptor(link ->
                    new Echo(link) {
                      @Override
                      public void frame(byte[] buffer, int offset, int length) {
                        if (length == 13) {
                          throw new IllegalStateException("bug");
                        }
                        super.frame(buffer, offset, length);
                      }
                    }));
    List<RawPeer> others = List.of(upgraded(server), upgraded(server), upgraded(server));
    try (ErrorLog log = ErrorLog.open()) {
      RawPeer peer = upgraded(server);
      peer.send(masked(FIN | BINARY, bytes(13)));
      assertThat(SentFrame.read(peer)).isEqualTo(SentFrame.close(1011, "internal error"));
      assertThat(log.lines()).hasSize(1);
    }
    for (RawPeer other : others) {
      roundTrip(other, 20);
    }
  }

  /** Written while the peer does not read: nothing is lost, and the writer is told. */
  @Test
  void tellsTheWriterWhenThePeerDoesNotKeepUp() throws Exception {
    Recorder recorder = new Recorder();
    LinkServer server = start(patient().acceptor(recorder).waterMarks(1 << 16, 1 << 18));
    RawPeer peer = keep(RawPeer.connect(server.address()));
    peer.socket().setReceiveBufferSize(1 << 16);
    peer.send(RawPeer.UPGRADE);
    peer.readHead();
    peer.send(masked(FIN | BINARY));
    recorder.awaitFrame();
    FrameLink link = recorder.link();

    // The system's buffers first, then ours.
    CompletableFuture<Integer> written = new CompletableFuture<>();
    byte[] message = bytes(50_000);
    byte[] framed = framed(message, 0, message.length);
    link.loop()
        .execute(() -> {
          int count = 0;
          while (link.writable()) {
            link.write(framed, 0, framed.length);
            count++;
          }
          written.complete(count);
        });
    int count = written.get(20, TimeUnit.SECONDS);
    for (int i = 0; i < count; i++) {
      assertThat(SentFrame.read(peer)).isEqualTo(SentFrame.of(FIN | BINARY, message));
    }

    CompletableFuture<Boolean> writable = new CompletableFuture<>();
    link.loop().execute(() -> writable.complete(link.writable()));
    assertThat(writable.get(20, TimeUnit.SECONDS)).isTrue();
    assertThat(recorder.writability).containsExactly(false, true);
  }

  @Test
  void aPausedConnectionIsReadAgainLater() throws Exception {
    CopyOnWriteArrayList<Integer> lengths = new CopyOnWriteArrayList<>();
    CountDownLatch paused = new CountDownLatch(1);
    CountDownLatch all = new CountDownLatch(100);
    CompletableFuture<FrameLink> accepted = new CompletableFuture<>();
    LinkServer server =
        start(
            patient()
                .acceptor(link -> {
                  accepted.complete(link);
                  return new Echo(link) {
                    @Override
                    public void frame(byte[] buffer, int offset, int length) {
                      lengths.add(length);
                      if (lengths.size() == 1) {
                        link.pauseReading();
                        paused.countDown();
                      }
                      all.countDown();
                    }
                  };
                }));
    RawPeer peer = upgraded(server);
    peer.send(masked(FIN | BINARY, bytes(1000)));
    assertThat(paused.await(20, TimeUnit.SECONDS)).isTrue();
    for (int i = 1; i < 100; i++) {
      peer.send(masked(FIN | BINARY, bytes(1000 + i)));
    }
    FrameLink link = accepted.get(20, TimeUnit.SECONDS);
    // Two turns of the loop: it had the chance to read, and did not.
    for (int i = 0; i < 2; i++) {
      link.loop().submit(() -> {}).sync();
    }
    assertThat(lengths).containsExactly(1000);

    link.resumeReading();
    assertThat(all.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(lengths).hasSize(100).isSorted();
  }

  @Test
  void anyThreadMayClose() throws Exception {
    Recorder recorder = new Recorder();
    LinkServer server = start(patient().acceptor(recorder));
    RawPeer peer = upgraded(server);
    peer.send(masked(FIN | BINARY));
    recorder.awaitFrame();
    recorder.link().close(new CloseReason(1008, "out"));

    assertThat(SentFrame.read(peer)).isEqualTo(SentFrame.close(1008, "out"));
    peer.send(masked(FIN | CLOSE, reason(1008, "out")));
    assertThat(peer.readToEnd()).isEmpty();
    assertThat(recorder.awaitEnd()).isEqualTo(new CloseReason(1008, "out"));
  }

  @Test
  void aVanishedPeerIsReported() throws Exception {
    Recorder recorder = new Recorder();
    LinkServer server = start(patient().acceptor(recorder));
    RawPeer peer = upgraded(server);
    peer.send(masked(FIN | BINARY));
    recorder.awaitFrame();
    // Zero linger: a reset instead of an orderly end.
    peer.socket().setSoLinger(true, 0);
    peer.close();

    assertThat(recorder.awaitEnd().code()).isEqualTo(CloseReason.ABNORMAL);
    recorder.link().close(new CloseReason(1000, ""));
    assertThat(recorder.ends).hasSize(1);
  }

  // --- connections that want nothing -------------------------------------------------------------

  /** RT-04, SEC-01, T-01: the reference stops accepting here. */
  @Test
  void aThousandIdleConnectionsDelayNobody() throws Exception {
    LinkServer server = start(patient());
    for (int i = 0; i < 1000; i++) {
      RawPeer idle = connect(server);
      if (i % 2 == 0) {
        idle.send("GET / HTTP/1.1\r\nUpgr");
      }
    }

    RawPeer peer = upgraded(server);
    for (int i = 0; i < 10; i++) {
      roundTrip(peer, 100);
    }
    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void idleConnectionsDoNotKeepOthersOutWhenThereIsNoPlace() throws Exception {
    // One loop, so that connections enter in the order in which they were made.
    EventLoops one = keep(EventLoops.create("one", 1));
    LinkServer server =
        start(
            patient()
                .loops(one)
                .limits(
                    ConnectionLimits.DEFAULT
                        .withMaxUnauthenticated(10)
                        .withHandshake(Duration.ofMinutes(10))));
    RawPeer first = connect(server);
    for (int i = 0; i < 30; i++) {
      connect(server);
    }

    roundTrip(upgraded(server), 100);
    assertThat(first.readToEnd()).as("the oldest was closed").isEmpty();
  }

  @Test
  void idleAndHalfRequestsAreClosedAtTheDeadline() throws Exception {
    LinkServer server =
        start(patient().limits(ConnectionLimits.DEFAULT.withHandshake(Duration.ofMillis(100))));
    assertThat(connect(server).readToEnd()).isEmpty();
    RawPeer half = connect(server);
    try {
      assertThat(half.send("GET / HTTP/1.1\r\nHost").readToEnd()).isEmpty();
    } catch (SocketException e) {
      // The deadline came before the bytes: the answer to those is a reset.
      assertThat(e).hasMessageMatching("(?i).*(reset|broken pipe|aborted).*");
    }
  }

  @Test
  void aTlsHelloIsNoRequest() throws Exception {
    LinkServer server = start(patient());
    RawPeer peer = connect(server);
    byte[] hello = bytes(517);
    System.arraycopy(new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xFC, 3, 3}, 0, hello, 0, 11);
    peer.send(hello);

    assertThat(peer.readToEnd())
        .as("the alert handshake_failure")
        .containsExactly(0x15, 3, 1, 0, 2, 2, 40);
    assertThat(server.lobby().count(ConnectionCounter.REFUSED_TLS)).isEqualTo(1);
  }

  /** The answer arrives although the peer is still sending when the connection is given up. */
  @Test
  void aLargeHeadIsRefusedWithAnAnswer() throws Exception {
    LinkServer server = start(patient());
    RawPeer peer = connect(server);
    peer.send("GET / HTTP/1.1\r\nCookie: " + "x".repeat(100_000));

    String answer = new String(peer.readToEnd(), StandardCharsets.ISO_8859_1);
    assertThat(answer).startsWith("HTTP/1.1 431 ").endsWith("request head too large\n");
  }

  @Test
  void manyUpgradeAtOnce() throws Exception {
    LinkServer server = start(patient());
    List<RawPeer> peers = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      peers.add(connect(server));
    }
    for (RawPeer peer : peers) {
      peer.send(RawPeer.UPGRADE);
    }
    for (RawPeer peer : peers) {
      assertThat(peer.readHead()).startsWith("HTTP/1.1 101 ");
    }
    for (RawPeer peer : peers) {
      roundTrip(peer, 10);
    }
    assertThat(server.connections()).isEqualTo(200);
  }

  // --- start and stop ----------------------------------------------------------------------------

  @Test
  void saysThatThePortIsTaken() throws Exception {
    LinkServer server = start(patient());
    int port = server.address().getPort();
    LinkServer second = patient().port(port).build();

    assertThatThrownBy(second::start)
        .isInstanceOf(TransportException.class)
        .hasMessage(
            "cannot listen on 127.0.0.1:"
                + port
                + ": the address is in use. Is another router running? Choose another port, or stop"
                + " the other program")
        .extracting(e -> ((TransportException) e).kind())
        .isEqualTo(TransportException.Kind.BIND);
    second.close();
    roundTrip(upgraded(server), 5);
  }

  @Test
  void saysThatTheAddressIsNotOurs() {
    // TEST-NET-1 of RFC 5737: nobody's.
    LinkServer server = patient().host("192.0.2.1").build();

    assertThatThrownBy(server::start)
        .isInstanceOf(TransportException.class)
        .hasMessage("cannot listen on 192.0.2.1:0: this machine does not have that address");
  }

  @Test
  void saysThatTheHostIsUnknown() {
    // Too long for a name: nobody has to be asked, on machines without a name server too.
    String host = "x".repeat(64) + ".invalid";
    LinkServer server = patient().host(host).port(7330).build();

    assertThatThrownBy(server::start)
        .isInstanceOf(TransportException.class)
        .hasMessage("cannot listen on " + host + ":7330: unknown host");
  }

  @Test
  void startsOnce() {
    LinkServer server = start(patient());
    assertThatThrownBy(server::start).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void needsWhatItCannotInvent() {
    assertThatThrownBy(() -> LinkServer.builder().acceptor(Echo::new).build())
        .hasMessage("loops are missing");
    assertThatThrownBy(() -> LinkServer.builder().loops(loops).build())
        .hasMessage("acceptor is missing");
    assertThatThrownBy(() -> ConnectionLimits.DEFAULT.withMaxUnauthenticated(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> patient().build().address()).hasMessage("not started");
  }

  @Test
  void stoppingTellsEverybody() throws Exception {
    Recorder recorder = new Recorder();
    LinkServer server = start(patient().acceptor(recorder));
    InetSocketAddress address = server.address();
    RawPeer webSocket = upgraded(server);
    RawPeer silent = upgraded(server);
    RawPeer waiting = connect(server);
    RawPeer page = connect(server).send("GET /health HTTP/1.1\r\n\r\n");
    assertThat(page.readAnswer()).startsWith("HTTP/1.1 200 ");

    CompletableFuture<Void> stopped = CompletableFuture.runAsync(server::close);

    assertThat(SentFrame.read(webSocket)).isEqualTo(SentFrame.close(1001, "server is stopping"));
    webSocket.send(masked(FIN | CLOSE, reason(1001, "")));
    assertThat(webSocket.readToEnd()).isEmpty();
    assertThat(SentFrame.read(silent)).isEqualTo(SentFrame.close(1001, "server is stopping"));
    assertThat(silent.readToEnd()).as("dropped although it did not answer").isEmpty();
    assertThat(waiting.readToEnd()).isEmpty();
    assertThat(page.readToEnd()).isEmpty();
    stopped.get(20, TimeUnit.SECONDS);
    assertThat(server.connections()).isZero();
    assertThat(recorder.ends)
        .containsExactly(
            new CloseReason(1001, "server is stopping"),
            new CloseReason(1001, "server is stopping"));
    assertThatThrownBy(() -> RawPeer.connect(address)).isInstanceOf(ConnectException.class);
    server.close();
    new ServerSocket(address.getPort(), 1, address.getAddress()).close();
  }

  @Test
  void stopsAcceptingWithoutEndingAnybody() throws Exception {
    LinkServer server = start(patient());
    InetSocketAddress address = server.address();
    RawPeer peer = upgraded(server);
    RawPeer late = connect(server).send("GET /health HTTP/1.1\r\n\r\n");
    late.readAnswer();
    server.stopAccepting();

    assertThatThrownBy(() -> RawPeer.connect(address)).isInstanceOf(ConnectException.class);
    roundTrip(peer, 10);
    late.send(RawPeer.UPGRADE).readHead();
    roundTrip(late, 10);
    assertThat(server.address()).isEqualTo(address);
  }

  @Test
  void anEventLoopMayCloseTheServer() throws Exception {
    LinkServer server = start(patient());
    List<RawPeer> peers = List.of(upgraded(server), upgraded(server), upgraded(server));
    loops.next().submit(server::close).get(20, TimeUnit.SECONDS);
    loops.next().submit(server::close).get(20, TimeUnit.SECONDS);

    for (RawPeer peer : peers) {
      assertThat(SentFrame.read(peer).closeCode()).isEqualTo(1001);
    }
  }

  @Test
  void spreadsConnectionsOverTheLoops() throws Exception {
    Set<Object> used = new HashSet<>();
    CountDownLatch accepted = new CountDownLatch(4);
    LinkServer server =
        start(
            patient()
                .acceptor(link -> {
                  synchronized (used) {
                    used.add(link.loop());
                  }
                  accepted.countDown();
                  return new Echo(link);
                }));
    for (int i = 0; i < 4; i++) {
      upgraded(server);
    }
    assertThat(accepted.await(20, TimeUnit.SECONDS)).isTrue();
    synchronized (used) {
      assertThat(used).hasSize(2);
    }
  }

  /** So that the figure in the documentation is right. */
  @Test
  void theLargestFrameFitsTheDefaultLimit() throws Exception {
    byte[] frame = bytes(FrameDescriptor.HEADER_LENGTH + FrameDescriptor.MAX_PAYLOAD);
    FrameDescriptor.writeHeader(frame, 0, Qos.FIRE, FrameDescriptor.MAX_PAYLOAD);
    LinkServer server = start(patient());
    RawPeer peer = upgraded(server);
    peer.send(masked(FIN | BINARY, frame));

    assertThat(SentFrame.read(peer)).isEqualTo(SentFrame.of(FIN | BINARY, frame));
  }
}
