package dev.clasp.transport;

import static dev.clasp.transport.QuicLinkTest.frame;
import static dev.clasp.transport.QuicStage.failure;
import static dev.clasp.transport.QuicStage.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.testkit.FreePort;
import io.netty.channel.Channel;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a client meets on its way, and says about it. */
@Timeout(60)
class QuicClientTest {

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

  private static DialOptions options() {
    return DialOptions.DEFAULT.withTls(QuicStage.trusting());
  }

  @Test
  void nobodyListensIsSaidAtOnce() throws Exception {
    // None that the system gives to whoever asks for any: our own socket could have it.
    int port = FreePort.find();
    TransportException failure = failure(stage.dial("quic://127.0.0.1:" + port, options(), here));

    assertThat(failure.kind()).isEqualTo(TransportException.Kind.UNREACHABLE);
    assertThat(failure)
        .hasMessage(
            "nobody listens on 127.0.0.1:"
                + port
                + "/udp: is the router running, and does it listen for QUIC? Start it with: clasp"
                + " server --quic");
  }

  @Test
  void somebodyWhoSaysNothingIsGivenUp() throws Exception {
    try (DatagramSocket mute = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
      TransportException failure =
          failure(
              stage.dial(
                  "quic://127.0.0.1:" + mute.getLocalPort(),
                  options().withTimeout(Duration.ofMillis(700)),
                  here));

      assertThat(failure.kind()).isEqualTo(TransportException.Kind.TIMEOUT);
      assertThat(failure).hasMessageStartingWith("no answer from 127.0.0.1:");
    }
  }

  @Test
  void anUnknownHostIsSaid() throws Exception {
    // Too long for a name: nobody has to be asked, on machines without a name server too.
    String host = "x".repeat(64) + ".invalid";
    TransportException failure = failure(stage.dial("quic://" + host, options(), here));

    assertThat(failure.kind()).isEqualTo(TransportException.Kind.UNREACHABLE);
    assertThat(failure)
        .hasMessage("unknown host " + host + ": check the URL quic://" + host + ":7331");
  }

  @Test
  void aServerOfSomethingElseIsRecognised() throws Exception {
    Channel foreign = RawQuicPeer.foreignServer(stage.loops, QuicStage.SERVER, "h3");
    stage.keep(() -> foreign.close().sync());
    int port = ((InetSocketAddress) foreign.localAddress()).getPort();
    TransportException failure = failure(stage.dial("quic://localhost:" + port, options(), here));

    assertThat(failure.kind()).isEqualTo(TransportException.Kind.HANDSHAKE);
    assertThat(failure)
        .hasMessageContaining("does not speak CLASP over QUIC")
        .hasMessageEndingWith("Is this another service?");
  }

  @Test
  void anAttemptCanBeGivenUp() throws Exception {
    try (DatagramSocket mute = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
      CompletableFuture<FrameLink> dial =
          stage.dial("quic://127.0.0.1:" + mute.getLocalPort(), options(), here);
      byte[] b = new byte[2000];
      mute.setSoTimeout((int) TimeUnit.SECONDS.toMillis(Recorder.LIMIT_SECONDS));
      mute.receive(new java.net.DatagramPacket(b, b.length));
      dial.cancel(true);

      assertThat(dial).isCancelled();
    }
  }

  @Test
  void aLinkThatNobodyWantsAnyMoreIsClosed() throws Exception {
    QuicServer server = stage.start(there);
    CompletableFuture<FrameLink> dial =
        stage.dial(
            server,
            link -> {
              write(link, frame(10));
              return here.accept(link);
            });
    dial.get(Recorder.LIMIT_SECONDS, TimeUnit.SECONDS)
        .close(new dev.clasp.protocol.CloseReason(1000, "done"));

    assertThat(there.awaitEnd()).isEqualTo(new dev.clasp.protocol.CloseReason(1000, "done"));
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Recorder.LIMIT_SECONDS);
    while (server.all() > 0) {
      assertThat(System.nanoTime()).isLessThan(end);
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  void closedLoopsAreSaid() throws Exception {
    EventLoops closed = EventLoops.create("closed", 1);
    closed.close();

    assertThat(
            failure(LinkClient.connect(URI.create("quic://127.0.0.1:1"), closed, options(), here)))
        .hasMessageContaining("the event loops were closed");
  }

  // --- the way -----------------------------------------------------------------------------------

  /** Transports.md 14: the address of the client changes in the middle, as behind a NAT. */
  @Test
  void aSessionSurvivesAChangeOfTheClientsAddress() throws Exception {
    QuicServer server = stage.start(QuicLinkTest.Echo::new);
    UdpRelay relay = stage.keep(UdpRelay.to(server.address()));
    FrameLink link =
        stage
            .dial("quic://localhost:" + relay.port(), options(), here)
            .get(Recorder.LIMIT_SECONDS, TimeUnit.SECONDS);
    for (int move = 0; move < 15; move++) {
      for (int i = 0; i < 5; i++) {
        write(link, frame(1000 + i));
        assertThat(here.awaitFrame()).as("after " + move + " moves").isEqualTo(frame(1000 + i));
      }
      relay.move();
    }
    write(link, frame(60_000));
    assertThat(here.awaitFrame()).isEqualTo(frame(60_000));
    assertThat(server.connections()).isEqualTo(1);
    assertThat(server.lobby().count(ConnectionCounter.ACCEPTED)).isEqualTo(1);
  }

  /** Datagrams are lost, doubled and swapped; frames are not. */
  @Test
  void aBadLineHarmsNoFrame() throws Exception {
    QuicServer server = stage.start(QuicLinkTest.Echo::new);
    UdpRelay relay = stage.keep(UdpRelay.to(server.address()));
    relay.harm(15);
    FrameLink link =
        stage
            .dial(
                "quic://localhost:" + relay.port(),
                options().withTimeout(Duration.ofSeconds(20)),
                here)
            .get(Recorder.LIMIT_SECONDS, TimeUnit.SECONDS);
    for (int i = 0; i < 60; i++) {
      write(link, frame(100 + i * 211));
    }
    for (int i = 0; i < 60; i++) {
      assertThat(here.awaitFrame()).as("number " + i).isEqualTo(frame(100 + i * 211));
    }
    assertThat(relay.harmed.get()).isGreaterThan(10);
  }
}
