package dev.clasp.transport;

import static dev.clasp.transport.Wire.BINARY;
import static dev.clasp.transport.Wire.CLOSE;
import static dev.clasp.transport.Wire.CONTINUATION;
import static dev.clasp.transport.Wire.FIN;
import static dev.clasp.transport.Wire.PING;
import static dev.clasp.transport.Wire.PONG;
import static dev.clasp.transport.Wire.TEXT;
import static dev.clasp.transport.Wire.bytes;
import static dev.clasp.transport.Wire.concat;
import static dev.clasp.transport.Wire.masked;
import static dev.clasp.transport.Wire.plain;
import static dev.clasp.transport.Wire.reason;
import static dev.clasp.transport.Wire.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Framing;
import dev.clasp.protocol.Qos;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A connection after the upgrade, without a socket and with a clock that stands still. */
class WebSocketLinkTest {

  private static final Duration CLOSE_TIME = Duration.ofSeconds(2);

  private final Recorder recorder = new Recorder();

  private EmbeddedPeer client() {
    return EmbeddedPeer.ofLink(true, recorder);
  }

  /** We are the client, the peer is a server. */
  private EmbeddedPeer server() {
    return EmbeddedPeer.ofLink(false, recorder);
  }

  /** A CLASP frame of this payload length. */
  private static byte[] claspFrame(int payload) {
    byte[] b = bytes(FrameDescriptor.HEADER_LENGTH + payload);
    FrameDescriptor.writeHeader(b, 0, Qos.FIRE, payload);
    return b;
  }

  private static byte[] framed(byte[] frame) {
    int prefix = Framing.WEBSOCKET.prefixLength(frame.length);
    byte[] b = new byte[prefix + frame.length];
    Framing.WEBSOCKET.writePrefix(b, 0, frame.length);
    System.arraycopy(frame, 0, b, prefix, frame.length);
    return b;
  }

  private static void write(FrameLink link, byte[] b) {
    link.write(b, 0, b.length);
  }

  // --- reading -----------------------------------------------------------------------------------

  @Test
  void deliversMessagesAndTheEndOfEachRead() {
    try (EmbeddedPeer peer = client()) {
      peer.send(masked(FIN | BINARY, bytes(10)), masked(FIN | BINARY, bytes(300)));
      assertThat(recorder.taken()).containsExactly(bytes(10), bytes(300));
      assertThat(recorder.reads).hasValue(1);

      peer.send(masked(FIN | BINARY, bytes(1)));
      assertThat(recorder.taken()).containsExactly(bytes(1));
      assertThat(recorder.reads).hasValue(2);
      assertThat(peer.received()).isEmpty();
    }
  }

  @Test
  void deliversFragmentsAsOneMessage() {
    try (EmbeddedPeer peer = client()) {
      peer.send(masked(BINARY, bytes(10)));
      peer.send(masked(FIN | PING), masked(FIN | CONTINUATION, bytes(20)));

      assertThat(recorder.taken()).containsExactly(concat(bytes(10), bytes(20)));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 6, 7, 100, 1400, 65_536})
  void deliversWhatArrivesInPieces(int size) {
    byte[] stream =
        concat(
            masked(FIN | BINARY, bytes(5)),
            masked(FIN | BINARY, bytes(65_547)),
            masked(FIN | BINARY, bytes(200)));
    try (EmbeddedPeer peer = client()) {
      for (int at = 0; at < stream.length; at += size) {
        peer.send(Arrays.copyOfRange(stream, at, Math.min(at + size, stream.length)));
      }

      assertThat(recorder.taken()).containsExactly(bytes(5), bytes(65_547), bytes(200));
      assertThat(recorder.reads).hasValue((stream.length + size - 1) / size);
    }
  }

  /** A read that is larger than the array that reads go through. */
  @Test
  void deliversALargeRead() {
    byte[] stream = {};
    for (int i = 0; i < 5; i++) {
      stream = concat(stream, masked(FIN | BINARY, bytes(65_000)));
    }
    try (EmbeddedPeer peer = client()) {
      peer.send(Arrays.copyOf(stream, 20));
      peer.send(Arrays.copyOfRange(stream, 20, stream.length));

      assertThat(recorder.taken()).hasSize(5).allMatch(b -> Arrays.equals(b, bytes(65_000)));
    }
  }

  /** A message that drips in must not be copied as a whole for every drop. */
  @Test
  void aDrippingPeerCostsLittleMemory() {
    byte[] stream = masked(FIN | BINARY, bytes(60_000));
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (EmbeddedPeer peer = client()) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (byte b : stream) {
        peer.send(new byte[] {b});
      }
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;

      assertThat(recorder.taken()).containsExactly(bytes(60_000));
      // Most of it is what the test itself needs for a read. Copying each time took 1.8 GB.
      assertThat(allocated).isLessThan(200_000_000);
    }
  }

  @Test
  void ignoresTextButTakesItAsASignOfLife() {
    try (EmbeddedPeer peer = client()) {
      peer.send(masked(FIN | TEXT, utf8("hello")), masked(FIN | BINARY, bytes(3)));

      assertThat(recorder.taken()).containsExactly(bytes(3));
      assertThat(recorder.signsOfLife).hasValue(1);
      assertThat(peer.received()).isEmpty();
      assertThat(peer.isOpen()).isTrue();
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

  // --- pings -------------------------------------------------------------------------------------

  @Test
  void answersEveryPingWithItsBytesInOneFlush() {
    try (EmbeddedPeer peer = client()) {
      peer.send(masked(FIN | PING, bytes(125)), masked(FIN | PING));

      assertThat(peer.receivedFrames())
          .containsExactly(SentFrame.of(FIN | PONG, bytes(125)), SentFrame.of(FIN | PONG));
      assertThat(peer.flushes()).isEqualTo(1);
      assertThat(recorder.signsOfLife).hasValue(2);
    }
  }

  @Test
  void aClientMasksItsPong() {
    try (EmbeddedPeer peer = server()) {
      peer.send(plain(FIN | PING, bytes(9)));

      SentFrame pong = peer.receivedFrames().getFirst();
      assertThat(pong.masked()).isTrue();
      assertThat(pong.unmasked()).isEqualTo(SentFrame.of(FIN | PONG, bytes(9)));
    }
  }

  @Test
  void aPongIsASignOfLife() {
    try (EmbeddedPeer peer = client()) {
      peer.send(masked(FIN | PONG, utf8("unasked")));

      assertThat(recorder.signsOfLife).hasValue(1);
      assertThat(peer.received()).isEmpty();
    }
  }

  /** Pings of a peer that does not read must not pile up in our memory as pongs. */
  @Test
  void aFloodOfPingsIsAnsweredOnceThePeerReads() {
    try (EmbeddedPeer peer = client()) {
      peer.stopTaking();
      for (int i = 0; i < 10_000; i++) {
        peer.send(masked(FIN | PING, (byte) (i >> 8), (byte) i));
      }
      assertThat(recorder.link().pendingBytes()).isLessThan(EmbeddedPeer.HIGH_WATER + 1000);

      peer.takeAgain();
      List<SentFrame> pongs = peer.receivedFrames();
      assertThat(pongs).hasSizeLessThan(2000);
      assertThat(pongs.getLast())
          .isEqualTo(SentFrame.of(FIN | PONG, (byte) (9999 >> 8), (byte) 9999));
    }
  }

  // --- violations --------------------------------------------------------------------------------

  private void violates(byte[] stream, int code) {
    Recorder own = new Recorder();
    try (EmbeddedPeer peer = EmbeddedPeer.ofLink(true, own)) {
      peer.send(masked(FIN | BINARY, bytes(1)), stream, masked(FIN | BINARY, bytes(2)));
      peer.send(masked(FIN | BINARY, bytes(3)));

      assertThat(own.taken()).containsExactly(bytes(1));
      List<SentFrame> sent = peer.receivedFrames();
      assertThat(sent).hasSize(1);
      assertThat(sent.getFirst().opcode()).isEqualTo(CLOSE);
      assertThat(sent.getFirst().closeCode()).isEqualTo(code);
      assertThat(peer.isOpen()).as("time to read the reason").isTrue();
      peer.advance(CLOSE_TIME);
      assertThat(peer.isOpen()).isFalse();
      assertThat(own.ends).extracting(CloseReason::code).containsExactly(code);
    }
  }

  @Test
  void violationsEndTheConnectionWithTheirCode() {
    violates(plain(FIN | BINARY, bytes(4)), 1002);
    violates(masked(FIN | 0x40 | BINARY, bytes(4)), 1002);
    violates(masked(FIN | 11), 1002);
    violates(masked(FIN | CLOSE, reason(1005, "")), 1002);
    violates(masked(FIN | CLOSE, concat(reason(1000, ""), new byte[] {(byte) 0xFF})), 1007);
    violates(Wire.header(FIN | BINARY, true, Wire.KEY, 64, 70_001), 1009);
    violates(Wire.header(FIN | BINARY, true, Wire.KEY, 64, Long.MAX_VALUE), 1009);
  }

  // --- closing -----------------------------------------------------------------------------------

  @Test
  void thePeersCloseIsAnsweredWithItsCodeAndDropped() {
    try (EmbeddedPeer peer = client()) {
      peer.send(masked(FIN | CLOSE, reason(4001, "done")), masked(FIN | BINARY, bytes(3)));

      assertThat(peer.receivedFrames()).containsExactly(SentFrame.close(4001, "done"));
      assertThat(peer.isOpen()).isFalse();
      assertThat(recorder.ends).containsExactly(new CloseReason(4001, "done"));
      assertThat(recorder.taken()).isEmpty();
    }
  }

  @Test
  void thePeersCloseWithoutACodeIsAnsweredWithoutOne() {
    try (EmbeddedPeer peer = client()) {
      peer.send(masked(FIN | CLOSE));

      assertThat(peer.receivedFrames()).containsExactly(SentFrame.of(FIN | CLOSE));
      assertThat(recorder.ends).extracting(CloseReason::code).containsExactly(1005);
    }
  }

  @Test
  void aPeerThatClosesButDoesNotReadIsDropped() {
    try (EmbeddedPeer peer = client()) {
      peer.stopTaking();
      write(recorder.link(), framed(claspFrame(100)));
      peer.send(masked(FIN | CLOSE, reason(1000, "")));
      assertThat(peer.isOpen()).isTrue();

      peer.advance(CLOSE_TIME);

      assertThat(peer.isOpen()).isFalse();
      assertThat(recorder.ends).containsExactly(new CloseReason(1000, ""));
    }
  }

  @Test
  void aClientWaitsForTheServerToDropTheConnection() {
    try (EmbeddedPeer peer = server()) {
      peer.send(plain(FIN | CLOSE, reason(1001, "stop")));

      SentFrame answer = peer.receivedFrames().getFirst();
      assertThat(answer.masked()).isTrue();
      assertThat(answer.unmasked()).isEqualTo(SentFrame.close(1001, "stop"));
      assertThat(peer.isOpen()).isTrue();
      peer.advance(CLOSE_TIME);
      assertThat(peer.isOpen()).isFalse();
      assertThat(recorder.ends).containsExactly(new CloseReason(1001, "stop"));
    }
  }

  @Test
  void ourCloseWaitsForThePeersAnswer() {
    try (EmbeddedPeer peer = client()) {
      write(recorder.link(), framed(claspFrame(3)));
      recorder.link().close(new CloseReason(1008, "no HELLO"));
      recorder.link().close(new CloseReason(1000, "again"));
      write(recorder.link(), framed(claspFrame(4)));

      assertThat(peer.receivedFrames())
          .containsExactly(
              SentFrame.of(FIN | BINARY, claspFrame(3)), SentFrame.close(1008, "no HELLO"));
      peer.send(masked(FIN | BINARY, bytes(3)), masked(FIN | PING), masked(FIN | PONG));
      assertThat(recorder.taken()).isEmpty();
      assertThat(recorder.signsOfLife).hasValue(0);
      assertThat(recorder.reads).hasValue(0);
      assertThat(peer.received()).isEmpty();
      assertThat(peer.isOpen()).isTrue();
      assertThat(recorder.ends).isEmpty();

      peer.send(masked(FIN | CLOSE, reason(1008, "no HELLO")));
      assertThat(peer.isOpen()).isFalse();
      assertThat(recorder.ends).containsExactly(new CloseReason(1008, "no HELLO"));
    }
  }

  @Test
  void ourCloseDoesNotWaitForEver() {
    try (EmbeddedPeer peer = client()) {
      recorder.link().close(new CloseReason(1001, ""));
      peer.advance(CLOSE_TIME.minusMillis(1));
      assertThat(peer.isOpen()).isTrue();
      peer.advance(Duration.ofMillis(1));
      assertThat(peer.isOpen()).isFalse();
    }
  }

  @Test
  void ourCloseDropsAPeerThatDoesNotRead() {
    try (EmbeddedPeer peer = client()) {
      peer.stopTaking();
      recorder.link().close(new CloseReason(1013, "too slow"));
      peer.advance(CLOSE_TIME);

      assertThat(peer.isOpen()).isFalse();
      assertThat(recorder.ends).containsExactly(new CloseReason(1013, "too slow"));
    }
  }

  /** Else the peer's answer would not be seen. */
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
  void bothMayCloseAtOnce() {
    try (EmbeddedPeer peer = client()) {
      recorder.link().close(new CloseReason(1001, "ours"));
      peer.send(masked(FIN | CLOSE, reason(1000, "theirs")));

      assertThat(peer.receivedFrames()).containsExactly(SentFrame.close(1001, "ours"));
      assertThat(peer.isOpen()).isFalse();
      assertThat(recorder.ends).containsExactly(new CloseReason(1001, "ours"));
    }
  }

  @Test
  void aLongReasonIsCutBetweenCharacters() {
    try (EmbeddedPeer peer = client()) {
      recorder.link().close(new CloseReason(1008, "x" + "ü".repeat(100)));

      assertThat(peer.receivedFrames())
          .containsExactly(SentFrame.close(1008, "x" + "ü".repeat(61)));
    }
  }

  @Test
  void observedCodesAreNotSent() {
    for (int code : new int[] {CloseReason.NO_CODE, CloseReason.ABNORMAL}) {
      try (EmbeddedPeer peer = client()) {
        recorder.link().close(new CloseReason(code, "what we saw"));
        assertThat(peer.receivedFrames()).containsExactly(SentFrame.of(FIN | CLOSE));
      }
    }
  }

  @Test
  void aLostConnectionIsReportedOnce() {
    try (EmbeddedPeer peer = client()) {
      peer.disconnect();
      recorder.link().close(new CloseReason(1000, "too late"));
      write(recorder.link(), framed(claspFrame(3)));

      assertThat(recorder.ends)
          .containsExactly(new CloseReason(CloseReason.ABNORMAL, "connection lost"));
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

  // --- failures of our own -----------------------------------------------------------------------

  private static final class Failing extends Recorder {
    private final String where;

    Failing(String where) {
      this.where = where;
    }

    private void fail(String place) {
      if (place.equals(where)) {
        throw new IllegalStateException("bug in " + place);
      }
    }

    @Override
    public FrameListener accept(FrameLink accepted) {
      fail("accept");
      return super.accept(accepted);
    }

    @Override
    public void frame(byte[] buffer, int offset, int length) {
      super.frame(buffer, offset, length);
      fail("frame");
    }

    @Override
    public void readComplete() {
      super.readComplete();
      fail("readComplete");
    }

    @Override
    public void alive() {
      fail("alive");
    }

    @Override
    public void writabilityChanged(boolean writable) {
      fail("writabilityChanged");
    }

    @Override
    public void closed(CloseReason reason) {
      super.closed(reason);
      fail("closed");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"accept", "frame", "readComplete", "alive", "writabilityChanged", "closed"})
  void aFailureInAListenerEndsItsConnectionOnly(String where) {
    Failing failing = new Failing(where);
    try (ErrorLog log = ErrorLog.open();
        EmbeddedPeer other = client();
        EmbeddedPeer peer = EmbeddedPeer.ofLink(true, failing)) {
      peer.send(masked(FIN | BINARY, bytes(1)), masked(FIN | BINARY, bytes(2)));
      peer.send(masked(FIN | PONG));
      if (where.equals("writabilityChanged")) {
        peer.stopTaking();
        write(failing.link(), framed(claspFrame(EmbeddedPeer.HIGH_WATER)));
        peer.takeAgain();
      }
      if (where.equals("closed")) {
        peer.disconnect();
      } else {
        SentFrame last = peer.receivedFrames().getLast();
        assertThat(last).isEqualTo(SentFrame.close(1011, "internal error"));
        assertThat(peer.isOpen()).isTrue();
        peer.advance(CLOSE_TIME);
      }

      assertThat(peer.isOpen()).isFalse();
      assertThat(failing.ends).hasSize(where.equals("accept") ? 0 : 1);
      if (where.equals("frame")) {
        assertThat(failing.taken()).as("nothing more is delivered").containsExactly(bytes(1));
      }
      assertThat(log.lines())
          .singleElement()
          .asString()
          .contains("ERROR", "unexpected failure, closing the connection");
      other.send(masked(FIN | BINARY, bytes(5)));
      assertThat(recorder.taken()).containsExactly(bytes(5));
    }
  }

  /** The answer to our 1011 is found although the failure came in the middle of a read. */
  @Test
  void afterAFailureThePeersCloseIsUnderstood() {
    Failing failing = new Failing("frame");
    try (ErrorLog log = ErrorLog.open();
        EmbeddedPeer peer = EmbeddedPeer.ofLink(true, failing)) {
      byte[] answer = masked(FIN | CLOSE, reason(1011, "internal error"));
      peer.send(masked(FIN | BINARY, bytes(1)), Arrays.copyOf(answer, 3));
      peer.send(Arrays.copyOfRange(answer, 3, answer.length));

      assertThat(peer.isOpen()).isFalse();
      assertThat(log.lines()).hasSize(1);
    }
  }

  @Test
  void anErrorSuchAsAStackOverflowIsContainedToo() {
    Recorder deep =
        new Recorder() {
          @Override
          public void frame(byte[] buffer, int offset, int length) {
            throw new StackOverflowError();
          }
        };
    try (ErrorLog log = ErrorLog.open();
        EmbeddedPeer peer = EmbeddedPeer.ofLink(true, deep)) {
      peer.send(masked(FIN | BINARY, bytes(1)));

      assertThat(peer.receivedFrames()).containsExactly(SentFrame.close(1011, "internal error"));
      assertThat(log.lines()).hasSize(1);
    }
  }

  // --- liveness ----------------------------------------------------------------------------------

  private static final Duration INTERVAL = Duration.ofSeconds(30);

  @Test
  void aSilentPeerIsDroppedAfterTwoMissedProbes() {
    try (EmbeddedPeer peer = EmbeddedPeer.ofLink(true, recorder, INTERVAL)) {
      assertThat(peer.received()).isEmpty();
      for (int i = 0; i < 2; i++) {
        peer.advance(INTERVAL);
        assertThat(peer.receivedFrames()).containsExactly(SentFrame.of(FIN | PING));
      }
      peer.advance(INTERVAL.minusMillis(1));
      assertThat(peer.isOpen()).isTrue();
      peer.advance(Duration.ofMillis(1));

      assertThat(peer.isOpen()).isFalse();
      assertThat(peer.received()).isEmpty();
      assertThat(recorder.ends)
          .containsExactly(new CloseReason(CloseReason.ABNORMAL, "peer does not answer"));
    }
  }

  @Test
  void whateverThePeerSendsKeepsItAlive() {
    List<byte[]> signs =
        List.of(
            masked(FIN | PONG),
            masked(FIN | PING),
            masked(FIN | BINARY, bytes(3)),
            masked(FIN | TEXT, bytes(3)),
            Arrays.copyOf(masked(FIN | BINARY, bytes(9)), 1));
    for (byte[] sign : signs) {
      try (EmbeddedPeer peer = EmbeddedPeer.ofLink(true, new Recorder(), INTERVAL)) {
        for (int i = 0; i < 5; i++) {
          peer.advance(INTERVAL);
          peer.advance(INTERVAL);
          peer.send(sign);
          assertThat(peer.isOpen()).isTrue();
        }
        peer.advance(INTERVAL.multipliedBy(1));
        peer.advance(INTERVAL.multipliedBy(1));
        assertThat(peer.isOpen()).isTrue();
        peer.advance(INTERVAL.multipliedBy(1));
        assertThat(peer.isOpen()).isFalse();
      }
    }
  }

  @Test
  void aPeerThatIsNotReadIsNotSuspected() {
    try (EmbeddedPeer peer = EmbeddedPeer.ofLink(true, recorder, INTERVAL)) {
      recorder.link().pauseReading();
      for (int i = 0; i < 10; i++) {
        peer.advance(INTERVAL);
      }
      assertThat(peer.isOpen()).isTrue();

      recorder.link().resumeReading();
      for (int i = 0; i < 2; i++) {
        peer.advance(INTERVAL);
      }
      assertThat(peer.isOpen()).isFalse();
    }
  }

  @Test
  void probesDoNotPileUpBeforeAPeerThatDoesNotRead() {
    try (EmbeddedPeer peer = EmbeddedPeer.ofLink(true, recorder, INTERVAL)) {
      peer.stopTaking();
      write(recorder.link(), framed(claspFrame(EmbeddedPeer.HIGH_WATER)));
      long pending = recorder.link().pendingBytes();
      for (int i = 0; i < 100; i++) {
        peer.advance(INTERVAL);
        peer.send(masked(FIN | PONG));
      }

      assertThat(recorder.link().pendingBytes()).isEqualTo(pending);
    }
  }

  @Test
  void aClientProbesToo() {
    try (EmbeddedPeer peer = EmbeddedPeer.ofLink(false, recorder, INTERVAL)) {
      peer.advance(INTERVAL);

      SentFrame ping = peer.receivedFrames().getFirst();
      assertThat(ping.masked()).isTrue();
      assertThat(ping.opcode()).isEqualTo(PING);
    }
  }

  @Test
  void withoutAnIntervalThereAreNoProbes() {
    try (EmbeddedPeer peer = client()) {
      peer.advance(Duration.ofDays(1));

      assertThat(peer.received()).isEmpty();
      assertThat(peer.isOpen()).isTrue();
    }
  }

  @Test
  void probingEndsWithTheConnection() {
    try (EmbeddedPeer peer = EmbeddedPeer.ofLink(true, recorder, INTERVAL)) {
      peer.disconnect();
      peer.advance(INTERVAL.multipliedBy(5));

      assertThat(recorder.ends).hasSize(1);
      assertThat(peer.received()).isEmpty();
    }
  }

  // --- writing -----------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(ints = {0, 121, 122, 65_531, 65_532, 65_535})
  void aServerSendsWhatTheRouterFramed(int payload) {
    try (EmbeddedPeer peer = client()) {
      assertThat(recorder.link().framing()).isEqualTo(Framing.WEBSOCKET);
      write(recorder.link(), framed(claspFrame(payload)));

      assertThat(peer.receivedFrames())
          .containsExactly(SentFrame.of(FIN | BINARY, claspFrame(payload)));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 121, 122, 65_531, 65_532, 65_535})
  void aClientFramesAndMasks(int payload) {
    try (EmbeddedPeer peer = server()) {
      assertThat(recorder.link().framing()).isEqualTo(Framing.BARE);
      byte[] frame = claspFrame(payload);
      write(recorder.link(), frame);

      List<SentFrame> sent = peer.receivedFrames();
      assertThat(sent).hasSize(1);
      assertThat(sent.getFirst().masked()).isTrue();
      assertThat(sent.getFirst().unmasked()).isEqualTo(SentFrame.of(FIN | BINARY, frame));
      assertThat(frame).as("the caller's array").isEqualTo(claspFrame(payload));
    }
  }

  @Test
  void aClientSendsEachFrameOfABatchAsAMessage() {
    try (EmbeddedPeer peer = server()) {
      byte[] batch = {9, 9, 9};
      int count = 5000;
      for (int i = 0; i < count; i++) {
        batch = i % 500 == 0 ? concat(batch, claspFrame(i / 10)) : concat(batch, claspFrame(0));
      }
      recorder.link().write(batch, 3, batch.length - 3);

      List<SentFrame> sent = peer.receivedFrames();
      assertThat(sent).hasSize(count);
      assertThat(peer.flushes()).isEqualTo(1);
      Set<Integer> keys = new HashSet<>();
      for (int i = 0; i < count; i++) {
        keys.add(sent.get(i).key());
        byte[] expected = i % 500 == 0 ? claspFrame(i / 10) : claspFrame(0);
        assertThat(sent.get(i).payload()).isEqualTo(expected);
      }
      assertThat(keys).as("keys differ").hasSizeGreaterThan(count - 10);
    }
  }

  @Test
  void theCallersArrayMayBeUsedAgainAtOnce() {
    try (EmbeddedPeer peer = client()) {
      peer.stopTaking();
      byte[] b = framed(claspFrame(50));
      write(recorder.link(), b);
      Arrays.fill(b, (byte) 0);
      peer.takeAgain();

      assertThat(peer.receivedFrames()).containsExactly(SentFrame.of(FIN | BINARY, claspFrame(50)));
    }
  }

  @Test
  void oneWriteIsOneFlush() {
    try (EmbeddedPeer peer = client()) {
      byte[] batch = concat(framed(claspFrame(3)), framed(claspFrame(4)), framed(claspFrame(5)));
      write(recorder.link(), batch);

      assertThat(peer.receivedFrames()).hasSize(3);
      assertThat(peer.flushes()).isEqualTo(1);
    }
  }

  @Test
  void anEmptyWriteIsNothing() {
    try (EmbeddedPeer peer = client()) {
      recorder.link().write(new byte[3], 1, 0);
      assertThat(peer.received()).isEmpty();
    }
  }

  @Test
  void tellsWhenThePeerDoesNotKeepUp() {
    try (EmbeddedPeer peer = client()) {
      FrameLink link = recorder.link();
      peer.stopTaking();
      byte[] b = framed(claspFrame(EmbeddedPeer.LOW_WATER));
      int written = 0;
      while (link.writable()) {
        write(link, b);
        written += b.length;
      }
      assertThat(written).isBetween(EmbeddedPeer.HIGH_WATER, EmbeddedPeer.HIGH_WATER + b.length);
      assertThat(link.pendingBytes()).isGreaterThanOrEqualTo(written);
      assertThat(recorder.writability).containsExactly(false);

      peer.takeAgain();
      assertThat(link.writable()).isTrue();
      assertThat(link.pendingBytes()).isZero();
      assertThat(recorder.writability).containsExactly(false, true);
    }
  }

  @Test
  void closingStillFlushesWhatWasWritten() {
    try (EmbeddedPeer peer = client()) {
      peer.stopTaking();
      write(recorder.link(), framed(claspFrame(EmbeddedPeer.HIGH_WATER)));
      recorder.link().close(new CloseReason(1001, "stop"));
      peer.takeAgain();

      assertThat(peer.receivedFrames())
          .containsExactly(
              SentFrame.of(FIN | BINARY, claspFrame(EmbeddedPeer.HIGH_WATER)),
              SentFrame.close(1001, "stop"));
    }
  }

  // --- acceptors ---------------------------------------------------------------------------------

  @Test
  void whoAcceptsMayWriteAndCloseAtOnce() {
    Recorder eager =
        new Recorder() {
          @Override
          public FrameListener accept(FrameLink accepted) {
            write(accepted, framed(claspFrame(3)));
            accepted.close(new CloseReason(1013, "full"));
            return super.accept(accepted);
          }
        };
    try (EmbeddedPeer peer = EmbeddedPeer.ofLink(true, eager)) {
      assertThat(peer.receivedFrames())
          .containsExactly(
              SentFrame.of(FIN | BINARY, claspFrame(3)), SentFrame.close(1013, "full"));
      peer.advance(CLOSE_TIME);
      assertThat(eager.ends).containsExactly(new CloseReason(1013, "full"));
    }
  }

  @Test
  void aLinkTellsWhatItIs() {
    try (EmbeddedPeer peer = client()) {
      assertThat(recorder.link().transport()).isEqualTo("websocket");
      assertThat(recorder.link().remote()).isEqualTo(peer.channel().remoteAddress());
      assertThat(recorder.link().loop()).isEqualTo(peer.channel().eventLoop());
    }
  }
}
