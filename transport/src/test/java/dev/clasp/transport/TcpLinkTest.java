package dev.clasp.transport;

import static dev.clasp.transport.Wire.bytes;
import static dev.clasp.transport.Wire.concat;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Framing;
import dev.clasp.protocol.Qos;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A TCP connection, without a socket and with a clock that stands still. */
class TcpLinkTest {

  private static final Duration CLOSE_TIME = Duration.ofSeconds(2);

  private final Recorder recorder = new Recorder();

  /** We are the server, the peer is a client. */
  private EmbeddedPeer client() {
    return EmbeddedPeer.ofTcp(true, recorder);
  }

  /** We are the client, the peer is a server. */
  private EmbeddedPeer server() {
    return EmbeddedPeer.ofTcp(false, recorder);
  }

  private static byte[] prefixed(byte... message) {
    return concat(ByteBuffer.allocate(4).putInt(message.length).array(), message);
  }

  private static byte[] claspFrame(int payload) {
    byte[] b = bytes(FrameDescriptor.HEADER_LENGTH + payload);
    FrameDescriptor.writeHeader(b, 0, Qos.FIRE, payload);
    return b;
  }

  private static void write(FrameLink link, byte[] b) {
    link.write(b, 0, b.length);
  }

  // --- reading -----------------------------------------------------------------------------------

  @Test
  void deliversMessagesAndTheEndOfEachRead() {
    try (EmbeddedPeer peer = client()) {
      peer.send(prefixed(bytes(10)), prefixed(bytes(300)));
      assertThat(recorder.taken()).containsExactly(bytes(10), bytes(300));
      assertThat(recorder.reads).hasValue(1);

      peer.send(prefixed(bytes(1)));
      assertThat(recorder.taken()).containsExactly(bytes(1));
      assertThat(recorder.reads).hasValue(2);
      assertThat(peer.received()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 7, 100, 1400, 65_536})
  void deliversWhatArrivesInPieces(int size) {
    byte[] stream = concat(prefixed(bytes(5)), prefixed(bytes(65_536)), prefixed(bytes(200)));
    try (EmbeddedPeer peer = client()) {
      for (int at = 0; at < stream.length; at += size) {
        peer.send(Arrays.copyOfRange(stream, at, Math.min(at + size, stream.length)));
      }

      assertThat(recorder.taken()).containsExactly(bytes(5), bytes(65_536), bytes(200));
    }
  }

  @Test
  void deliversTwoMessagesCutAtEveryPlace() {
    byte[] stream = concat(prefixed(bytes(9)), prefixed(bytes(3)));
    for (int cut = 1; cut < stream.length; cut++) {
      try (EmbeddedPeer peer = client()) {
        peer.send(Arrays.copyOf(stream, cut));
        peer.send(Arrays.copyOfRange(stream, cut, stream.length));

        assertThat(recorder.taken()).as("cut at " + cut).containsExactly(bytes(9), bytes(3));
      }
    }
  }

  /** A message that drips in must not be copied as a whole for every drop. */
  @Test
  void aDrippingPeerCostsLittleMemory() {
    byte[] stream = prefixed(bytes(60_000));
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (EmbeddedPeer peer = client()) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (byte b : stream) {
        peer.send(new byte[] {b});
      }
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;

      assertThat(recorder.taken()).containsExactly(bytes(60_000));
      // Most of it is what the test itself needs for a read. Copying each time takes 1.8 GB.
      assertThat(allocated).isLessThan(200_000_000);
    }
  }

  /** T-03: nothing is kept of a message that is too long. */
  @Test
  void aLengthAboveTheLimitIsTheEndAtOnce() {
    try (EmbeddedPeer peer = client()) {
      peer.send(prefixed(bytes(1)), new byte[] {0, 1, 0, 1});
      assertThat(peer.isOpen()).as("time to read what was sent").isTrue();
      for (int i = 0; i < 100; i++) {
        peer.send(bytes(65_536));
      }
      peer.advance(CLOSE_TIME);

      assertThat(peer.isOpen()).isFalse();
      assertThat(recorder.taken()).containsExactly(bytes(1));
      assertThat(recorder.ends).extracting(CloseReason::code).containsExactly(CloseReason.TOO_BIG);
    }
  }

  @Test
  void aLengthOfZeroIsASignOfLife() {
    try (EmbeddedPeer peer = client()) {
      peer.send(prefixed(), prefixed(bytes(2)));

      assertThat(recorder.taken()).containsExactly(bytes(2));
      assertThat(recorder.signsOfLife).hasValue(1);
    }
  }

  @Test
  void pausesAndResumesReading() {
    try (EmbeddedPeer peer = client()) {
      recorder.link().pauseReading();
      assertThat(peer.channel().config().isAutoRead()).isFalse();
      recorder.link().resumeReading();
      assertThat(peer.channel().config().isAutoRead()).isTrue();
    }
  }

  // --- writing -----------------------------------------------------------------------------------

  @Test
  void aServerSendsWhatTheRouterFramed() {
    try (EmbeddedPeer peer = client()) {
      assertThat(recorder.link().framing()).isEqualTo(Framing.LENGTH_PREFIX);
      byte[] batch = concat(prefixed(claspFrame(3)), prefixed(claspFrame(300)));
      write(recorder.link(), batch);

      assertThat(peer.received()).isEqualTo(batch);
      assertThat(peer.flushes()).isEqualTo(1);
    }
  }

  @Test
  void aClientPutsTheLengthInFrontOfEachFrameOfABatch() {
    try (EmbeddedPeer peer = server()) {
      assertThat(recorder.link().framing()).isEqualTo(Framing.BARE);
      byte[] batch = {9, 9, 9};
      byte[] expected = {};
      for (int i = 0; i < 300; i++) {
        byte[] frame = claspFrame(i % 100 == 0 ? 65_532 : i);
        batch = concat(batch, frame);
        expected = concat(expected, prefixed(frame));
      }
      recorder.link().write(batch, 3, batch.length - 3);

      assertThat(peer.received()).isEqualTo(expected);
      assertThat(peer.flushes()).isEqualTo(1);
    }
  }

  @Test
  void theCallersArrayMayBeUsedAgainAtOnce() {
    try (EmbeddedPeer peer = client()) {
      peer.stopTaking();
      byte[] b = prefixed(claspFrame(50));
      write(recorder.link(), b);
      Arrays.fill(b, (byte) 0);
      peer.takeAgain();

      assertThat(peer.received()).isEqualTo(prefixed(claspFrame(50)));
    }
  }

  @Test
  void anEmptyWriteIsNothing() {
    try (EmbeddedPeer peer = client()) {
      recorder.link().write(new byte[3], 1, 0);
      assertThat(peer.received()).isEmpty();
      assertThat(peer.flushes()).isZero();
    }
  }

  @Test
  void tellsWhenThePeerDoesNotKeepUp() {
    try (EmbeddedPeer peer = client()) {
      FrameLink link = recorder.link();
      peer.stopTaking();
      while (link.writable()) {
        write(link, prefixed(claspFrame(EmbeddedPeer.LOW_WATER)));
      }
      assertThat(link.pendingBytes()).isGreaterThan(EmbeddedPeer.HIGH_WATER);
      assertThat(recorder.writability).containsExactly(false);

      peer.takeAgain();
      assertThat(link.writable()).isTrue();
      assertThat(recorder.writability).containsExactly(false, true);
    }
  }

  // --- closing -----------------------------------------------------------------------------------

  @Test
  void ourCloseComesBehindWhatWasWritten() {
    try (EmbeddedPeer peer = client()) {
      peer.stopTaking();
      write(recorder.link(), prefixed(claspFrame(EmbeddedPeer.HIGH_WATER)));
      recorder.link().close(new CloseReason(1001, "stop"));
      recorder.link().close(new CloseReason(1000, "again"));
      write(recorder.link(), prefixed(claspFrame(4)));
      peer.takeAgain();

      assertThat(peer.received()).isEqualTo(prefixed(claspFrame(EmbeddedPeer.HIGH_WATER)));
      peer.send(prefixed(bytes(3)));
      assertThat(recorder.taken()).as("nothing is delivered any more").isEmpty();

      peer.advance(CLOSE_TIME);
      assertThat(peer.isOpen()).isFalse();
      assertThat(recorder.ends).containsExactly(new CloseReason(1001, "stop"));
    }
  }

  @Test
  void ourCloseDropsAPeerThatDoesNotRead() {
    try (EmbeddedPeer peer = client()) {
      peer.stopTaking();
      write(recorder.link(), prefixed(claspFrame(100)));
      recorder.link().close(new CloseReason(1013, "too slow"));
      peer.advance(CLOSE_TIME.minusMillis(1));
      assertThat(peer.isOpen()).isTrue();
      peer.advance(Duration.ofMillis(1));

      assertThat(peer.isOpen()).isFalse();
      assertThat(recorder.ends).containsExactly(new CloseReason(1013, "too slow"));
    }
  }

  @Test
  void closingReadsAgain() {
    try (EmbeddedPeer peer = client()) {
      recorder.link().pauseReading();
      recorder.link().close(new CloseReason(1001, ""));
      recorder.link().pauseReading();

      assertThat(peer.channel().config().isAutoRead()).isTrue();
    }
  }

  @Test
  void thePeersEndIsReportedOnceAndWithoutAReason() {
    try (EmbeddedPeer peer = client()) {
      peer.send(Arrays.copyOf(prefixed(bytes(9)), 6));
      peer.disconnect();
      recorder.link().close(new CloseReason(1000, "too late"));
      write(recorder.link(), prefixed(claspFrame(3)));

      assertThat(recorder.taken()).isEmpty();
      assertThat(recorder.ends).containsExactly(new CloseReason(CloseReason.NO_CODE, ""));
    }
  }

  @Test
  void aFailureOfTheNetworkIsReportedAsSuch() {
    try (EmbeddedPeer peer = client()) {
      peer.channel().pipeline().fireExceptionCaught(new IOException("Connection reset by peer"));

      assertThat(peer.isOpen()).isFalse();
      assertThat(recorder.ends)
          .containsExactly(new CloseReason(CloseReason.ABNORMAL, "Connection reset by peer"));
    }
  }

  @Test
  void aFailureInAListenerEndsItsConnectionOnly() {
    Recorder failing =
        new Recorder() {
          @Override
          public void frame(byte[] buffer, int offset, int length) {
            throw new StackOverflowError();
          }
        };
    try (ErrorLog log = ErrorLog.open();
        EmbeddedPeer other = client();
        EmbeddedPeer peer = EmbeddedPeer.ofTcp(true, failing)) {
      peer.send(prefixed(bytes(1)), prefixed(bytes(2)));
      peer.advance(CLOSE_TIME);

      assertThat(peer.isOpen()).isFalse();
      assertThat(failing.ends).containsExactly(new CloseReason(1011, "internal error"));
      assertThat(log.lines()).hasSize(1);
      other.send(prefixed(bytes(5)));
      assertThat(recorder.taken()).containsExactly(bytes(5));
    }
  }

  @Test
  void aLinkTellsWhatItIs() {
    try (EmbeddedPeer peer = client()) {
      assertThat(recorder.link().transport()).isEqualTo("tcp");
      assertThat(recorder.link().maxFrame()).isEqualTo(65_536);
      assertThat(recorder.link().loop()).isEqualTo(peer.channel().eventLoop());
    }
  }

  /** Reading and writing small frames makes no garbage of ours. */
  @Test
  void aBusyConnectionAllocatesNothingForItsFrames() {
    FrameListener idle =
        new FrameListener() {
          @Override
          public void frame(byte[] buffer, int offset, int length) {}

          @Override
          public void closed(CloseReason reason) {}
        };
    try (EmbeddedPeer peer = EmbeddedPeer.ofTcp(true, _ -> idle)) {
      LengthPrefixParser parser = new LengthPrefixParser(TcpLink.MAX_MESSAGE);
      byte[] one = prefixed(bytes(31));
      byte[] read = new byte[one.length * 1000];
      for (int at = 0; at < read.length; at += one.length) {
        System.arraycopy(one, 0, read, at, one.length);
      }
      TcpLink link = (TcpLink) peer.channel().pipeline().last();
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      parser.parse(read, 0, read.length, link);
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 100; i++) {
        parser.parse(read, 0, read.length, link);
      }

      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      assertThat(allocated).as("for 100,000 frames").isLessThan(10_000);
    }
  }
}
