package dev.clasp.transport;

import static dev.clasp.transport.QuicStage.write;
import static dev.clasp.transport.Wire.bytes;
import static dev.clasp.transport.Wire.concat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Framing;
import dev.clasp.protocol.Qos;
import dev.clasp.testkit.Eventually;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicStreamChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** QUIC from end to end: our client, our server, real sockets. */
@Timeout(60)
class QuicLinkTest {

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

  /** A frame of so many bytes. */
  static byte[] frame(int length) {
    if (length <= 4 + FrameDescriptor.MAX_PAYLOAD) {
      byte[] b = bytes(length);
      FrameDescriptor.writeHeader(b, 0, Qos.FIRE, length - 4);
      return b;
    }
    byte[] b = bytes(length);
    FrameDescriptor.writeHeader(b, 0, Qos.FIRE, length - 12);
    b[1] |= FrameDescriptor.FLAG_TIMESTAMP;
    return b;
  }

  /** Sends every frame back. */
  static class Echo implements FrameListener {
    final FrameLink link;

    Echo(FrameLink link) {
      this.link = link;
    }

    @Override
    public void frame(byte[] buffer, int offset, int length) {
      link.write(buffer, offset, length);
    }

    @Override
    public void closed(CloseReason reason) {}
  }

  @Test
  void carriesFramesOfEverySizeBothWays() throws Exception {
    QuicServer server = stage.start(Echo::new);
    FrameLink link = stage.connect(server, here);
    for (int length : new int[] {4, 5, 100, 1199, 1200, 1201, 9000, 65_535, 65_539, 65_547}) {
      write(link, frame(length));
      assertThat(here.awaitFrame()).as(length + " bytes").isEqualTo(frame(length));
    }
    assertThat(server.connections()).isEqualTo(1);
    assertThat(link.transport()).isEqualTo("quic");
    assertThat(link.framing()).isEqualTo(Framing.BARE);
    assertThat(link.maxFrame()).isEqualTo(FrameDescriptor.MAX_FRAME);
  }

  /** T-07: whatever is underway, frames stay whole and in order. */
  @Test
  void keepsManyFramesInOrder() throws Exception {
    QuicServer server = stage.start(Echo::new);
    FrameLink link = stage.connect(server, here);
    byte[] batch = {};
    for (int i = 0; i < 200; i++) {
      batch = concat(batch, frame(4 + i * 37));
    }
    write(link, batch);
    for (int i = 0; i < 200; i++) {
      assertThat(here.awaitFrame()).as("number " + i).isEqualTo(frame(4 + i * 37));
    }
  }

  @Test
  void ourCloseComesBehindWhatWasWrittenAndWithItsReason() throws Exception {
    QuicServer server = stage.start(there);
    FrameLink link = stage.connect(server, here);
    byte[] many = {};
    for (int i = 0; i < 30; i++) {
      many = concat(many, frame(20_000));
    }
    byte[] all = many;
    link.loop()
        .execute(() -> {
          link.write(all, 0, all.length);
          link.close(new CloseReason(CloseReason.POLICY, "who are you?"));
          link.write(all, 0, 20_000);
        });

    assertThat(there.awaitEnd()).isEqualTo(new CloseReason(CloseReason.POLICY, "who are you?"));
    assertThat(there.taken()).hasSize(30).allMatch(f -> Arrays.equals(f, frame(20_000)));
    assertThat(here.awaitEnd()).isEqualTo(new CloseReason(CloseReason.POLICY, "who are you?"));
  }

  /** Transports.md 4.4. */
  @ParameterizedTest
  @CsvSource({
    "1000, 0, 1000",
    "1002, 1, 1002",
    "1009, 1, 1002",
    "1008, 2, 1008",
    "1013, 3, 1013",
    "1001, 4, 1001",
    "1011, 4, 1001"
  })
  void theServersReasonArrivesAsACode(int reason, int code, int understood) throws Exception {
    QuicServer server = stage.start(there);
    RawQuicPeer peer = stage.keep(RawQuicPeer.connect(stage.loops, server.address(), "clasp/2"));
    QuicStreamChannel stream = peer.stream();
    RawQuicPeer.send(stream, frame(10));
    assertThat(there.awaitFrame()).isEqualTo(frame(10));
    FrameLink link = stage.connect(server, here);
    write(link, frame(11));
    assertThat(there.awaitFrame()).isEqualTo(frame(11));

    there.first().close(new CloseReason(reason, "höre"));
    there.link().close(new CloseReason(reason, "höre"));
    peer.finished.get(Recorder.LIMIT_SECONDS, TimeUnit.SECONDS);
    stream.shutdownOutput();

    QuicConnectionCloseEvent close = peer.awaitClose();
    assertThat(close.isApplicationClose()).isTrue();
    assertThat(close.error()).isEqualTo(code);
    assertThat(new String(close.reason(), UTF_8)).isEqualTo("höre");
    assertThat(here.awaitEnd()).isEqualTo(new CloseReason(understood, "höre"));
  }

  /** The peer never ends its half: two seconds, and the code comes all the same. */
  @Test
  void aPeerThatDoesNotAgreeIsClosedInTwoSeconds() throws Exception {
    QuicServer server = stage.start(there);
    RawQuicPeer peer = stage.keep(RawQuicPeer.connect(stage.loops, server.address(), "clasp/2"));
    RawQuicPeer.send(peer.stream(), frame(10));
    there.awaitFrame();
    long begin = System.nanoTime();
    there.link().close(new CloseReason(1001, "stop"));

    assertThat(peer.awaitClose().error()).isEqualTo(4);
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(1900));
    assertThat(there.awaitEnd()).isEqualTo(new CloseReason(1001, "stop"));
  }

  @Test
  void aPeerThatEndsItsStreamIsAnsweredAndReportedWithoutAReason() throws Exception {
    QuicServer server = stage.start(there);
    RawQuicPeer peer = stage.keep(RawQuicPeer.connect(stage.loops, server.address(), "clasp/2"));
    QuicStreamChannel stream = peer.stream();
    RawQuicPeer.send(stream, frame(10));
    stream.shutdownOutput();

    assertThat(there.awaitFrame()).isEqualTo(frame(10));
    peer.finished.get(Recorder.LIMIT_SECONDS, TimeUnit.SECONDS);
    assertThat(there.awaitEnd()).isEqualTo(new CloseReason(CloseReason.NO_CODE, ""));
    assertThat(peer.awaitClose().error()).isZero();
  }

  @Test
  void garbageIsTheEndWithCodeOne() throws Exception {
    QuicServer server = stage.start(there);
    RawQuicPeer peer = stage.keep(RawQuicPeer.connect(stage.loops, server.address(), "clasp/2"));
    RawQuicPeer.send(peer.stream(), concat(frame(10), "GET / HTTP/1.1".getBytes(UTF_8)));

    assertThat(there.awaitFrame()).isEqualTo(frame(10));
    QuicConnectionCloseEvent close = peer.awaitClose();
    assertThat(close.isApplicationClose()).isTrue();
    assertThat(close.error()).isEqualTo(1);
    assertThat(new String(close.reason(), UTF_8))
        .isEqualTo("a frame must begin with 0x53, not 0x47");
    assertThat(there.awaitEnd().code()).isEqualTo(CloseReason.PROTOCOL_ERROR);
  }

  @Test
  void aClientRefusesGarbageToo() throws Exception {
    QuicServer server =
        stage.start(link -> {
          link.write(new byte[] {1, 2, 3, 4}, 0, 4);
          return there.accept(link);
        });
    FrameLink link = stage.connect(server, here);
    write(link, frame(4));

    assertThat(here.awaitEnd().code()).isEqualTo(CloseReason.PROTOCOL_ERROR);
    assertThat(there.awaitEnd().code()).isEqualTo(CloseReason.PROTOCOL_ERROR);
  }

  /** T-04: chunks are not frames. */
  @Test
  void framesMayComeInPieces() throws Exception {
    QuicServer server = stage.start(there);
    RawQuicPeer peer = stage.keep(RawQuicPeer.connect(stage.loops, server.address(), "clasp/2"));
    QuicStreamChannel stream = peer.stream();
    byte[] all = concat(frame(30), frame(70));
    for (byte b : all) {
      RawQuicPeer.send(stream, b);
    }

    assertThat(there.awaitFrame()).isEqualTo(frame(30));
    assertThat(there.awaitFrame()).isEqualTo(frame(70));
  }

  /** Sends as much as the link takes, until it is told to stop. Of its loop. */
  private static final class Flood implements FrameListener {
    private final FrameLink link;
    private boolean on = true;
    private int sent;

    Flood(FrameLink link) {
      this.link = link;
    }

    @Override
    public void frame(byte[] buffer, int offset, int length) {
      more();
    }

    @Override
    public void writabilityChanged(boolean writable) {
      if (writable) {
        more();
      }
    }

    private void more() {
      byte[] b = QuicLinkTest.frame(60_000);
      while (on && link.writable()) {
        sent++;
        link.write(b, 0, b.length);
      }
    }

    @Override
    public void closed(CloseReason reason) {}
  }

  /** T-07: what a slow reader does not take is bounded, and nobody else waits for it. */
  @Test
  void aSlowReaderIsBoundedAndDelaysNobody() throws Exception {
    CompletableFuture<Flood> flooding = new CompletableFuture<>();
    QuicServer server =
        stage.start(link -> {
          Flood flood = new Flood(link);
          // The second is the quick one.
          return flooding.complete(flood) ? flood : new Echo(link);
        });
    FrameLink slow = stage.connect(server, here);
    slow.pauseReading();
    write(slow, frame(10));
    Flood flood = flooding.get(Recorder.LIMIT_SECONDS, TimeUnit.SECONDS);
    Recorder other = new Recorder();
    FrameLink quick = stage.connect(server, other);
    for (int i = 0; i < 300; i++) {
      write(quick, frame(20));
      assertThat(other.awaitFrame()).isEqualTo(frame(20));
    }

    CompletableFuture<Integer> sent = new CompletableFuture<>();
    flood
        .link
        .loop()
        .execute(() -> {
          flood.on = false;
          sent.complete(flood.sent);
        });
    int count = sent.get(Recorder.LIMIT_SECONDS, TimeUnit.SECONDS);
    // What waits here, the window of the client, and what is on its way.
    assertThat(count * 60_000L).isBetween(256L << 10, 4L << 20);
    assertThat(here.frames.size()).isLessThanOrEqualTo(1);

    slow.resumeReading();
    for (int i = 0; i < count; i++) {
      assertThat(here.awaitFrame()).hasSize(60_000);
    }
  }

  /** A peer is gone without a word: the end comes with the idle time-out. */
  @Test
  void aPeerThatVanishesIsNoticed() throws Exception {
    QuicServer server =
        stage.start(
            there,
            UnaryOperator.identity(),
            config -> config.withKeepAlive(Duration.ofMillis(500)).withIdle(Duration.ofSeconds(4)));
    RawQuicPeer peer = stage.keep(RawQuicPeer.connect(stage.loops, server.address(), "clasp/2"));
    RawQuicPeer.send(peer.stream(), frame(10));
    there.awaitFrame();
    peer.vanish();

    assertThat(there.awaitEnd())
        .isEqualTo(new CloseReason(CloseReason.ABNORMAL, "the peer was silent for too long"));
    Eventually.is("it is forgotten", () -> server.all() == 0);
  }

  /** Nobody says anything, and the connection lives for longer than its idle time. */
  @Test
  void aQuietConnectionIsKeptAlive() throws Exception {
    QuicServer server =
        stage.start(
            there,
            UnaryOperator.identity(),
            config ->
                config.withKeepAlive(Duration.ofMillis(400)).withIdle(Duration.ofSeconds(10)));
    FrameLink link = stage.connect(server, here);
    write(link, frame(10));
    there.awaitFrame();
    // Real time passes: the library's clock is its own.
    CompletableFuture<Void> later = new CompletableFuture<>();
    link.loop().schedule(() -> later.complete(null), 13, TimeUnit.SECONDS);
    later.get(Recorder.LIMIT_SECONDS, TimeUnit.SECONDS);

    write(link, frame(11));
    assertThat(there.awaitFrame()).isEqualTo(frame(11));
    assertThat(there.ends).isEmpty();
  }

  @Test
  void aFailureInAListenerEndsItsConnectionOnly() throws Exception {
    Recorder failing =
        new Recorder() {
          @Override
          public void frame(byte[] buffer, int offset, int length) {
            if (length == 13) {
              throw new StackOverflowError();
            }
            super.frame(buffer, offset, length);
          }
        };
    QuicServer server = stage.start(failing);
    Recorder other = new Recorder();
    FrameLink good = stage.connect(server, other);
    FrameLink bad = stage.connect(server, here);
    try (ErrorLog log = ErrorLog.open()) {
      write(bad, frame(13));
      assertThat(here.awaitEnd()).isEqualTo(new CloseReason(1001, "internal error"));
      assertThat(log.lines()).hasSize(1);
    }
    write(good, frame(20));
    assertThat(failing.awaitFrame()).isEqualTo(frame(20));
  }

  @Test
  void aPeerThatResetsItsStreamIsGone() throws Exception {
    QuicServer server = stage.start(there);
    RawQuicPeer peer = stage.keep(RawQuicPeer.connect(stage.loops, server.address(), "clasp/2"));
    QuicStreamChannel stream = peer.stream();
    RawQuicPeer.send(stream, frame(10));
    there.awaitFrame();
    stream.shutdownOutput(7);

    assertThat(there.awaitEnd().code()).isEqualTo(CloseReason.ABNORMAL);
    assertThat(peer.awaitClose().isApplicationClose()).isTrue();
  }

  @Test
  void aPeerThatReadsNoMoreIsGoneWithTheNextFrame() throws Exception {
    QuicServer server = stage.start(Echo::new);
    RawQuicPeer peer = stage.keep(RawQuicPeer.connect(stage.loops, server.address(), "clasp/2"));
    QuicStreamChannel stream = peer.stream();
    RawQuicPeer.send(stream, frame(10));
    assertThat(peer.received.poll(Recorder.LIMIT_SECONDS, TimeUnit.SECONDS)).isEqualTo(frame(10));
    stream.shutdownInput(7);
    RawQuicPeer.send(stream, frame(11));

    assertThat(peer.awaitClose().isApplicationClose()).isTrue();
  }
}
