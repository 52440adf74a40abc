package dev.clasp.dmx;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DmxClockTest {

  private final BlockingQueue<Long> runs = new LinkedBlockingQueue<>();

  private void awaitRun() throws InterruptedException {
    assertThat(runs.poll(20, TimeUnit.SECONDS)).isNotNull();
  }

  @Test
  void itRunsAtOnceAndWhenItIsWoken() throws InterruptedException {
    try (DmxClock clock =
        DmxClock.start(
            "test",
            System::nanoTime,
            nanos -> {
              runs.add(nanos);
              return Long.MAX_VALUE;
            })) {
      awaitRun();
      clock.wake();
      awaitRun();
    }
    runs.clear();
    assertThat(runs).isEmpty();
  }

  @Test
  void itRunsAgainWhenItIsDueAndAfterAFailure() throws InterruptedException {
    try (DmxClock _ =
        DmxClock.start(
            "test",
            System::nanoTime,
            nanos -> {
              runs.add(nanos);
              if (runs.size() == 1) {
                throw new IllegalStateException("for the test");
              }
              return nanos + 1_000_000;
            })) {
      for (int i = 0; i < 3; i++) {
        awaitRun();
      }
    }
  }
}
