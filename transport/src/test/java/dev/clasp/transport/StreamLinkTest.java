package dev.clasp.transport;

import static dev.clasp.transport.BareStreams.frame;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Framing;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StreamLinkTest {

  private static final SocketAddress DEVICE = InetSocketAddress.createUnresolved("device", 0);
  private static final byte[] FRAME = frame((byte) 0x41);
  private static final StreamLink.Medium MEDIUM =
      new StreamLink.Medium(
          "fake", FrameDescriptor.MAX_FRAME, 100, TimeUnit.MILLISECONDS.toNanos(500));

  private final EventLoops loops = EventLoops.create("stream-link-test", 1);
  private final Recorder recorder = new Recorder();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  @AfterEach
  void stop() {
    loops.close();
  }

  private StreamLink open(FakePipe pipe) throws Exception {
    return open(pipe, recorder);
  }

  private StreamLink open(FakePipe pipe, LinkAcceptor acceptor) throws Exception {
    StreamLink link =
        new StreamLink(loops.next(), MEDIUM, DEVICE, new BareCoding(MEDIUM.maxFrame()), pipe);
    link.whenEnded(() -> ended.complete(null));
    onLoop(link, () -> link.open(acceptor));
    return link;
  }

  private static void onLoop(FrameLink link, Runnable task) throws Exception {
    link.loop().submit(task).get(Recorder.LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  private void write(StreamLink link, byte[] bytes) throws Exception {
    onLoop(link, () -> link.write(bytes, 0, bytes.length));
  }

  // --- reading -----------------------------------------------------------------------------------

  @Test
  void whatTheDeviceSendsIsDelivered() throws Exception {
    StreamLink link = open(FakePipe.quick());
    byte[] read = Wire.concat(FRAME, FRAME);
    link.received(read, 0, 7);
    link.received(read, 7, read.length - 7);

    assertThat(recorder.awaitFrame()).isEqualTo(FRAME);
    assertThat(recorder.awaitFrame()).isEqualTo(FRAME);
    assertThat(link.framing()).isEqualTo(Framing.BARE);
    assertThat(link.transport()).isEqualTo("fake");
    assertThat(link.remote()).isEqualTo(DEVICE);
    assertThat(link.maxFrame()).isEqualTo(FrameDescriptor.MAX_FRAME);
  }

  @Test
  void theReaderWaitsWhileTheListenerWantsNothing() throws Exception {
    StreamLink link = open(FakePipe.quick());
    link.pauseReading();
    Thread reader = Thread.ofPlatform().start(() -> link.received(FRAME, 0, FRAME.length));
    awaitWaiting(reader);
    assertThat(recorder.frames).isEmpty();

    link.resumeReading();

    assertThat(recorder.awaitFrame()).isEqualTo(FRAME);
    reader.join();
  }

  @Test
  void theReaderWaitsWhileTheLoopIsBusy() throws Exception {
    StreamLink link = open(FakePipe.quick());
    CountDownLatch busy = new CountDownLatch(1);
    link.loop().execute(() -> awaitUninterruptibly(busy));
    byte[] much = new byte[4096];
    Thread reader =
        Thread.ofPlatform()
            .start(() -> {
              for (int i = 0; i < 64; i++) {
                link.received(much, 0, much.length);
              }
            });
    awaitWaiting(reader);

    busy.countDown();
    reader.join();
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void awaitWaiting(Thread thread) {
    while (thread.getState() != Thread.State.WAITING) {
      LockSupport.parkNanos(1_000_000);
      assertThat(thread.isAlive()).isTrue();
    }
  }

  @Test
  void closingLetsAReaderGoThatWaits() throws Exception {
    StreamLink link = open(FakePipe.quick());
    link.pauseReading();
    Thread reader = Thread.ofPlatform().start(() -> link.received(FRAME, 0, FRAME.length));
    awaitWaiting(reader);

    link.close(new CloseReason(CloseReason.NORMAL, ""));

    reader.join();
    recorder.awaitEnd();
    assertThat(recorder.frames).isEmpty();
  }

  /** The loop's time stands still but for what the test lets pass. */
  private final class Still {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final StreamLink link;

    Still(StreamLink.Medium medium) {
      channel.freezeTime();
      link =
          new StreamLink(
              channel.eventLoop(),
              medium,
              DEVICE,
              new BareCoding(medium.maxFrame()),
              FakePipe.quick());
      link.open(recorder);
    }

    void receive(byte... bytes) {
      link.received(bytes, 0, bytes.length);
      channel.runPendingTasks();
    }

    void pass(long millis) {
      channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
      channel.runScheduledPendingTasks();
    }
  }

  private static byte[] damaged() {
    byte[] frame = FRAME.clone();
    frame[2] = 0x70;
    return frame;
  }

  @Test
  void afterAQuietTimeTheNextFrameIsLookedForBehindADamagedLength() {
    Still still = new Still(MEDIUM);
    still.receive(damaged());
    still.receive(FRAME);
    still.pass(499);
    assertThat(recorder.frames).isEmpty();

    still.pass(1);

    assertThat(recorder.taken()).containsExactly(FRAME);
    assertThat(still.link.resynchronisations()).isPositive();
  }

  @Test
  void aSlowFrameIsNoStall() {
    Still still = new Still(MEDIUM);
    byte[] slow = frame((byte) 0x53, (byte) 0x53, (byte) 0x53);
    for (byte b : slow) {
      still.receive(b);
      still.pass(499);
    }

    assertThat(recorder.taken()).containsExactly(slow);
  }

  @Test
  void aDamagedLengthDoesNotSwallowWhatNeverPauses() {
    Still still =
        new Still(
            new StreamLink.Medium(
                "fake", FrameDescriptor.MAX_FRAME, 100, TimeUnit.MILLISECONDS.toNanos(500), 1000));
    still.receive(damaged());
    // 28,677 bytes of a microsecond each, twice.
    for (int millis = 0; millis < 500 + 57; millis += 50) {
      still.receive(FRAME);
      still.pass(50);
    }

    assertThat(recorder.taken()).hasSizeGreaterThan(10).allMatch(f -> Arrays.equals(f, FRAME));
  }

  @Test
  void whoIsHeldUpHasNotStalled() {
    Still still = new Still(MEDIUM);
    still.receive(Arrays.copyOf(FRAME, 4));
    still.link.pauseReading();
    still.pass(2000);
    still.link.resumeReading();
    still.receive(FRAME[4]);

    assertThat(recorder.taken()).containsExactly(FRAME);
  }

  // --- writing -----------------------------------------------------------------------------------

  /** T-08: in the reference, a device that only listens never gets anything. */
  @Test
  void aWriteDoesNotWaitForTheReader() throws Exception {
    FakePipe pipe = FakePipe.quick();
    StreamLink link = open(pipe);
    write(link, FRAME);

    assertThat(pipe.awaitWrite()).isEqualTo(FRAME);
  }

  @Test
  void writesKeepTheirOrder() throws Exception {
    FakePipe pipe = FakePipe.quick();
    StreamLink link = open(pipe);
    for (int i = 0; i < 500; i++) {
      write(link, frame((byte) i, (byte) (i >> 8)));
    }
    for (int i = 0; i < 500; i++) {
      assertThat(pipe.awaitWrite()).isEqualTo(frame((byte) i, (byte) (i >> 8)));
    }
  }

  @Test
  void aSlowDeviceIsNotWritableUntilHalfIsGone() throws Exception {
    FakePipe pipe = FakePipe.slow();
    StreamLink link = open(pipe);
    List<Boolean> now = new ArrayList<>();
    onLoop(
        link,
        () -> {
          for (int i = 0; i < 25; i++) {
            link.write(FRAME, 0, FRAME.length);
            now.add(link.writable());
          }
          assertThat(link.pendingBytes()).isEqualTo(25L * FRAME.length);
        });
    assertThat(now).startsWith(true).endsWith(false);
    assertThat(now.indexOf(false)).isEqualTo(20);
    assertThat(recorder.writability).containsExactly(false);

    pipe.take(15);
    while (recorder.writability.size() < 2) {
      LockSupport.parkNanos(1_000_000);
    }

    assertThat(recorder.writability).containsExactly(false, true);
    onLoop(link, () -> assertThat(link.writable()).isTrue());
    pipe.take(10);
  }

  /** The writer may be quicker than the one who looks whether it is slow. */
  @Test
  void aQuickDeviceIsNeverTakenForAFullOne() throws Exception {
    StreamLink link = open(FakePipe.quick());
    byte[] batch = new byte[150];
    for (int i = 0; i < 20_000; i++) {
      link.loop().execute(() -> link.write(batch, 0, batch.length));
    }
    onLoop(link, () -> {});
    while (link.pendingBytes() > 0) {
      LockSupport.parkNanos(1_000_000);
    }
    // What the writer told the loop last is in front of this.
    while (!link.writable()) {
      onLoop(link, () -> {});
    }

    onLoop(link, () -> assertThat(link.writable()).isTrue());
  }

  // --- the end -----------------------------------------------------------------------------------

  @Test
  void closingWritesWhatWasWrittenAndEndsOnce() throws Exception {
    FakePipe pipe = FakePipe.slow();
    StreamLink link = open(pipe);
    write(link, FRAME);
    CloseReason why = new CloseReason(CloseReason.POLICY, "go");
    link.close(why);
    link.close(new CloseReason(CloseReason.NORMAL, "again"));
    write(link, frame((byte) 99));
    pipe.take(10);

    assertThat(recorder.awaitEnd()).isEqualTo(why);
    ended.get(Recorder.LIMIT_SECONDS, TimeUnit.SECONDS);
    assertThat(pipe.written).containsExactly(FRAME);
    assertThat(pipe.closes).hasPositiveValue();
    assertThat(recorder.ends).hasSize(1);
  }

  @Test
  void nothingIsDeliveredAfterClosing() throws Exception {
    StreamLink link = open(FakePipe.quick());
    link.close(new CloseReason(CloseReason.NORMAL, ""));
    link.received(FRAME, 0, FRAME.length);
    recorder.awaitEnd();
    onLoop(link, () -> {});

    assertThat(recorder.frames).isEmpty();
  }

  /** T-29: whatever the device does, the connection ends. */
  @Test
  void aDeviceThatTakesNothingEndsAllTheSame() throws Exception {
    FakePipe pipe = FakePipe.stuck();
    StreamLink link = open(pipe);
    write(link, FRAME);
    CloseReason why = new CloseReason(CloseReason.GOING_AWAY, "server is stopping");
    link.close(why);

    assertThat(recorder.awaitEnd()).isEqualTo(why);
    assertThat(pipe.closes).hasPositiveValue();
    pipe.take(1);
  }

  @Test
  void aBrokenDeviceIsTheEnd() throws Exception {
    FakePipe pipe = FakePipe.slow();
    StreamLink link = open(pipe);
    write(link, FRAME);
    pipe.breakDown();

    assertThat(recorder.awaitEnd())
        .isEqualTo(new CloseReason(CloseReason.ABNORMAL, "the device is gone"));
    write(link, FRAME);
    assertThat(pipe.written).isEmpty();
  }

  @Test
  void theReaderSaysThatTheDeviceIsGone() throws Exception {
    StreamLink link = open(FakePipe.quick());
    CloseReason gone = new CloseReason(CloseReason.ABNORMAL, "unplugged");
    link.ended(gone);

    assertThat(recorder.awaitEnd()).isEqualTo(gone);
    link.received(FRAME, 0, FRAME.length);
    assertThat(recorder.frames).isEmpty();
  }

  @Test
  void anAcceptorThatFailsEndsTheLink() throws Exception {
    try (ErrorLog log = ErrorLog.open()) {
      open(
          FakePipe.quick(),
          _ -> {
            throw new IllegalStateException("on purpose");
          });
      ended.get(Recorder.LIMIT_SECONDS, TimeUnit.SECONDS);
      assertThat(log.lines()).hasSize(1);
    }
  }

  @Test
  void aListenerThatFailsEndsItsLink() throws Exception {
    try (ErrorLog log = ErrorLog.open()) {
      Recorder failing =
          new Recorder() {
            @Override
            public void frame(byte[] buffer, int offset, int length) {
              throw new IllegalStateException("on purpose");
            }
          };
      StreamLink link = open(FakePipe.quick(), failing);
      link.received(FRAME, 0, FRAME.length);

      assertThat(failing.awaitEnd().code()).isEqualTo(CloseReason.INTERNAL_ERROR);
      assertThat(log.lines()).hasSize(1);
    }
  }

  @Test
  void beingLetInIsToldOnce() throws Exception {
    StreamLink link =
        new StreamLink(
            loops.next(), MEDIUM, DEVICE, new BareCoding(MEDIUM.maxFrame()), FakePipe.quick());
    List<String> told = new ArrayList<>();
    link.whenEstablished(() -> told.add("in"));
    onLoop(
        link,
        () -> {
          link.open(recorder);
          link.established();
          link.established();
        });

    assertThat(told).containsExactly("in");
  }
}
