package dev.clasp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

class LoopWatchTest {

  private static final long SECOND = 1_000_000_000L;

  private final Queue<Runnable> first = new ArrayDeque<>();
  private final Queue<Runnable> second = new ArrayDeque<>();
  private long now = -5 * SECOND;
  private final LoopWatch watch =
      new LoopWatch(List.<Executor>of(first::add, second::add), () -> now);

  private static void turn(Queue<Runnable> loop) {
    for (Runnable task = loop.poll(); task != null; task = loop.poll()) {
      task.run();
    }
  }

  @Test
  void loopsThatTurnAreHealthy() {
    for (int i = 0; i < 10; i++) {
      assertThat(watch.turning()).isTrue();
      turn(first);
      turn(second);
      now += 10 * SECOND;
    }
  }

  @Test
  void oneStuckLoopIsEnough() {
    assertThat(watch.turning()).isTrue();
    turn(first);
    now += 2 * SECOND - 1;
    assertThat(watch.turning()).isTrue();
    turn(first);
    now += 1;
    assertThat(watch.turning()).isFalse();

    turn(second);
    assertThat(watch.turning()).isTrue();
  }

  @Test
  void aStuckLoopGetsOneTaskOnly() {
    for (int i = 0; i < 100; i++) {
      watch.turning();
      now += SECOND;
    }
    assertThat(first).hasSize(1);
  }

  @Test
  void aLoopThatAnswersAtOnceIsHealthy() {
    LoopWatch direct = new LoopWatch(List.<Executor>of(Runnable::run), () -> now);
    for (int i = 0; i < 3; i++) {
      assertThat(direct.turning()).isTrue();
      now += 5 * SECOND;
    }
  }

  @Test
  void aStuckLoopIsReportedOnceEachTime() {
    watch.look();
    now += 3 * SECOND;
    for (int i = 0; i < 10; i++) {
      watch.look();
      now += SECOND;
    }
    assertThat(watch.stalls()).isEqualTo(2);
    assertThat(watch.status()).allMatch(LoopWatch.Status::stuck);

    turn(first);
    turn(second);
    assertThat(watch.status()).noneMatch(LoopWatch.Status::stuck);
    assertThat(watch.delays().sample().counts()).endsWith(2);
    watch.look();
    turn(second);
    now += 3 * SECOND;
    watch.look();
    assertThat(watch.stalls()).isEqualTo(3);
  }

  @Test
  void delaysAreKept() {
    watch.look();
    now += 3_000_000;
    turn(first);
    turn(second);
    assertThat(watch.delays().sample().counts()).startsWith(0, 0, 2, 0);
    assertThat(watch.status().getFirst().delayNanos()).isEqualTo(3_000_000);
  }
}
