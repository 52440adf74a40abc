package dev.clasp.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DatagramPacket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** What the socket's handler does, without a socket: every datagram in and out is seen. */
class UdpSocketFuzzTest {

  private static final byte[] HELLO =
      FrameCodec.encode(
          new Message.Hello(1, Set.of(), "device", Optional.empty(), Optional.empty()));

  private static final InetSocketAddress PEER = new InetSocketAddress("127.0.0.1", 5000);
  private static final InetSocketAddress OURS = new InetSocketAddress("127.0.0.1", 7330);

  /** Never started. */
  private static final EventLoops LOOPS = EventLoops.create("udp-socket-test", 1);

  private final Recorder recorder = new Recorder();
  private final UdpServer server =
      new UdpServer(
          UdpConfig.of("127.0.0.1", 0),
          new Lobby(ConnectionLimits.DEFAULT, TrustedProxies.NONE, recorder),
          LOOPS,
          () -> 0);
  private final EmbeddedChannel socket = new EmbeddedChannel(server.handler());

  @AfterEach
  void stop() {
    socket.close();
  }

  /** Bytes of all answers. */
  private int say(byte... bytes) {
    socket.writeInbound(new DatagramPacket(Unpooled.wrappedBuffer(bytes), OURS, PEER));
    socket.checkException();
    int answered = 0;
    for (DatagramPacket out = socket.readOutbound(); out != null; out = socket.readOutbound()) {
      answered += out.content().readableBytes();
      assertThat(out.recipient()).isEqualTo(PEER);
      out.release();
    }
    return answered;
  }

  static Stream<byte[]> seeds() {
    byte[] numbered = Wire.concat(new byte[] {'R', 0, 0, 0, 0}, HELLO);
    return Stream.of(
        Wire.concat(new byte[] {0, (byte) HELLO.length}, HELLO, new byte[] {5}, HELLO),
        Wire.concat(new byte[] {1, (byte) numbered.length}, numbered),
        new byte[] {1, 5, 'A', 0, 0, 0, 9, 1, 0, 1, '?', 13, 0x53, 0x21, 0, 1, 1, 2, 3, 4},
        new byte[] {0, 5, 0x53, 1, 0, 1, 1});
  }

  /**
   * The first byte says whether there is a session; then come datagrams behind their lengths. None
   * of it fails, and who has no session never gets more than he sent.
   */
  @MethodSource("seeds")
  @FuzzTest
  void anythingMayCome(byte[] bytes) {
    if (bytes.length > 0) {
      // While fuzzing, one instance gets all inputs: a session must not outlive its own.
      UdpSocketFuzzTest fresh = new UdpSocketFuzzTest();
      fresh.take(bytes);
      fresh.stop();
    }
  }

  private void take(byte[] bytes) {
    boolean session = (bytes[0] & 1) == 1;
    if (session) {
      open();
    }
    for (int at = 1; at < bytes.length; ) {
      int length = Math.min(bytes[at] & 0xFF, bytes.length - at - 1);
      byte[] datagram = java.util.Arrays.copyOfRange(bytes, at + 1, at + 1 + length);
      int answered = say(datagram);
      if (!session) {
        assertThat(answered).isLessThanOrEqualTo(length);
        assertThat(server.sessions()).isZero();
      }
      at += 1 + length;
    }
  }

  private void open() {
    socket.writeInbound(new DatagramPacket(Unpooled.wrappedBuffer(HELLO), OURS, PEER));
    DatagramPacket challenge = socket.readOutbound();
    byte[] b = new byte[challenge.content().readableBytes()];
    challenge.content().readBytes(b);
    challenge.release();
    say(UdpFrames.opening(UdpFrames.stamped(HELLO, UdpFrames.stamp(b, 0))));
    assertThat(server.sessions()).isEqualTo(1);
  }

  /** T-25: it does not spin, and comes back. */
  @Test
  void aSocketThatFailsRestsLongerEachTime() {
    try (ErrorLog log = ErrorLog.open()) {
      socket.freezeTime();
      for (long millis : new long[] {50, 100, 200, 400, 800, 1000, 1000}) {
        socket.pipeline().fireExceptionCaught(new IOException("No buffer space available"));
        assertThat(socket.config().isAutoRead()).isFalse();
        pass(millis - 1);
        assertThat(socket.config().isAutoRead()).isFalse();
        pass(1);
        assertThat(socket.config().isAutoRead()).isTrue();
      }
      say(HELLO);
      socket.pipeline().fireExceptionCaught(new IOException("No buffer space available"));
      pass(50);
      assertThat(socket.config().isAutoRead()).as("forgiven").isTrue();
      assertThat(server.count(UdpCounter.ERRORS)).isEqualTo(8);
      assertThat(log.lines()).as("once, and once more after it had worked").hasSize(2);
    }
  }

  private void pass(long millis) {
    socket.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
    socket.runScheduledPendingTasks();
  }

  @Test
  void theEndOfTheSocketIsTheEndOfItsSessions() throws Exception {
    open();
    socket.close();

    assertThat(recorder.awaitEnd().text()).contains("socket was closed");
    assertThat(server.sessions()).isZero();
  }
}
