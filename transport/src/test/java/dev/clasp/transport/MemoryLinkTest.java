package dev.clasp.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.protocol.CloseReason;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two ends in one process, on one loop or on two. */
@Timeout(60)
class MemoryLinkTest {

  private static final CloseReason BYE = new CloseReason(CloseReason.NORMAL, "bye");

  private final EventLoops nearLoops = EventLoops.create("near", 1);
  private final EventLoops farLoops = EventLoops.create("far", 1);
  private final Recorder near = new Recorder();
  private final Recorder far = new Recorder();

  @AfterEach
  void stop() {
    nearLoops.close();
    farLoops.close();
  }

  private FrameLink connect(boolean oneLoop) throws Exception {
    return MemoryLink.connect(
            "test", nearLoops.next(), near, (oneLoop ? nearLoops : farLoops).next(), far)
        .get(Recorder.LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  private static void onLoop(FrameLink link, Runnable task) throws Exception {
    CompletableFuture.runAsync(task, link.loop()).get(Recorder.LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  private static void write(FrameLink link, byte[] frame) throws Exception {
    onLoop(link, () -> link.write(frame, 0, frame.length));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void carriesInOrderInBothDirections(boolean oneLoop) throws Exception {
    FrameLink link = connect(oneLoop);
    for (int i = 0; i < 1000; i++) {
      byte[] frame = ByteBuffer.allocate(4).putInt(i).array();
      link.loop().execute(() -> link.write(frame, 0, 4));
      far.link().loop().execute(() -> far.link().write(frame, 0, 4));
    }
    for (int i = 0; i < 1000; i++) {
      assertThat(ByteBuffer.wrap(far.awaitFrame()).getInt()).isEqualTo(i);
      assertThat(ByteBuffer.wrap(near.awaitFrame()).getInt()).isEqualTo(i);
    }
    assertThat(link.transport()).isEqualTo("local");
    assertThat(far.link().remote()).hasToString("local:test");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theWriterMayUseItsBytesAgain(boolean oneLoop) throws Exception {
    FrameLink link = connect(oneLoop);
    byte[] frame = {1, 2, 3};
    onLoop(
        link,
        () -> {
          link.write(frame, 1, 2);
          frame[1] = 9;
        });
    assertThat(far.awaitFrame()).containsExactly(2, 3);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aSlowReaderMakesTheOtherUnwritableUntilItHasTakenMost(boolean oneLoop) throws Exception {
    FrameLink link = connect(oneLoop);
    far.link().pauseReading();
    byte[] frame = new byte[64 << 10];
    for (int i = 0; i < 5; i++) {
      write(link, frame);
    }
    assertThat(link.writable()).isFalse();
    assertThat(link.pendingBytes()).isEqualTo(5 * frame.length);
    assertThat(near.writability).containsExactly(false);
    assertThat(far.frames).isEmpty();

    far.link().resumeReading();
    for (int i = 0; i < 5; i++) {
      assertThat(far.awaitFrame()).hasSameSizeAs(frame);
    }
    // Behind what tells it.
    onLoop(far.link(), () -> {});
    onLoop(link, () -> {});
    assertThat(link.writable()).isTrue();
    assertThat(near.writability).containsExactly(false, true);
    assertThat(link.pendingBytes()).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatWasWrittenArrivesBeforeTheEnd(boolean oneLoop) throws Exception {
    FrameLink link = connect(oneLoop);
    onLoop(
        link,
        () -> {
          link.write(new byte[] {7}, 0, 1);
          link.close(BYE);
          link.write(new byte[] {8}, 0, 1);
        });
    assertThat(far.awaitEnd()).isEqualTo(BYE);
    assertThat(near.awaitEnd()).isEqualTo(BYE);
    assertThat(far.awaitFrame()).containsExactly(7);
    assertThat(far.frames).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void bothMayCloseAtOnceAndEachEndsOnce(boolean oneLoop) throws Exception {
    for (int i = 0; i < 200; i++) {
      Recorder here = new Recorder();
      Recorder there = new Recorder();
      FrameLink link =
          MemoryLink.connect(
                  "test", nearLoops.next(), here, (oneLoop ? nearLoops : farLoops).next(), there)
              .get(Recorder.LIMIT_SECONDS, TimeUnit.SECONDS);
      Thread other = Thread.ofVirtual().start(() -> there.link().close(BYE));
      link.close(BYE);
      link.close(BYE);
      other.join();
      here.awaitEnd();
      there.awaitEnd();
      onLoop(link, () -> {});
      onLoop(there.link(), () -> {});
      onLoop(link, () -> {});
      assertThat(here.ends).hasSize(1);
      assertThat(there.ends).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aReaderThatNeverReadsDoesNotKeepTheConnectionOpen(boolean oneLoop) throws Exception {
    FrameLink link = connect(oneLoop);
    far.link().pauseReading();
    write(link, new byte[] {1});
    link.close(BYE);
    assertThat(near.awaitEnd()).isEqualTo(BYE);
    assertThat(far.awaitEnd()).isEqualTo(BYE);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anAcceptorThatFailsEndsTheConnectionForBoth(boolean oneLoop) throws Exception {
    FrameLink link =
        MemoryLink.connect(
                "test",
                nearLoops.next(),
                near,
                (oneLoop ? nearLoops : farLoops).next(),
                _ -> {
                  throw new IllegalStateException("a test wants it so");
                })
            .get(Recorder.LIMIT_SECONDS, TimeUnit.SECONDS);
    assertThat(near.awaitEnd().code()).isEqualTo(CloseReason.INTERNAL_ERROR);
    assertThat(link.pendingBytes()).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true})
  void withoutALoopThereIsNoConnection(boolean closed) {
    farLoops.next().execute(() -> {});
    farLoops.close();
    assertThatThrownBy(() -> connect(!closed))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(TransportException.class);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true})
  void aLoopThatStopsEndsTheConnectionWithTheNextWrite(boolean closed) throws Exception {
    FrameLink link = connect(!closed);
    farLoops.close();
    write(link, new byte[] {1});
    assertThat(near.awaitEnd().code()).isEqualTo(CloseReason.ABNORMAL);
  }
}
