package dev.clasp.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tasks one at a time. */
class TaskLineTest {

  private final ArrayDeque<Runnable> executor = new ArrayDeque<>();
  private final Turn turn = new Turn();
  private final TaskLine line = new TaskLine(executor::add, turn);
  private final List<Integer> done = new ArrayList<>();

  private void runAll() {
    while (!executor.isEmpty()) {
      executor.remove().run();
    }
  }

  @Test
  void whatIsStagedIsHandedOverAtTheEndOfTheTurn() {
    line.stage(() -> done.add(1));
    line.stage(() -> done.add(2));
    assertThat(executor).isEmpty();
    turn.end();
    assertThat(executor).hasSize(1);
    runAll();

    assertThat(done).containsExactly(1, 2);
    turn.end();
    assertThat(executor).isEmpty();
  }

  @Test
  void onlyOneRunIsAskedFor() {
    for (int i = 0; i < 10; i++) {
      int n = i;
      line.add(() -> done.add(n));
    }
    assertThat(executor).hasSize(1);
    runAll();
    assertThat(done).hasSize(10).isSorted();

    line.add(() -> done.add(10));
    assertThat(executor).hasSize(1);
  }

  @Test
  void aLongLineGivesTheThreadBackNowAndThen() {
    for (int i = 0; i < 1000; i++) {
      int n = i;
      line.add(() -> done.add(n));
    }
    executor.remove().run();
    assertThat(done).hasSize(256);
    assertThat(executor).hasSize(1);
    runAll();
    assertThat(done).hasSize(1000).isSorted();
  }

  @Test
  void aTaskThatThrowsDoesNotEndTheLine() {
    line.add(() -> {
      throw new IllegalStateException("mine");
    });
    line.add(() -> done.add(1));
    runAll();
    assertThat(done).containsExactly(1);
  }

  @Test
  void aTaskMayAddTasks() {
    line.add(() -> line.add(() -> done.add(1)));
    runAll();
    assertThat(done).containsExactly(1);
  }

  @Test
  void aStuckLineIsRelievedByAnotherThread() {
    line.add(() -> {
      // Waits for the one behind it: nobody else would run that.
      line.add(() -> done.add(1));
      line.relieveIfStuck();
      assertThat(executor).as("not stuck yet").isEmpty();
      line.relieveIfStuck();
      assertThat(executor).hasSize(1);
      executor.remove().run();
      done.add(2);
    });
    runAll();

    assertThat(done).containsExactly(1, 2);
    assertThat(line.isWaiting()).isFalse();
    line.add(() -> done.add(3));
    assertThat(executor).hasSize(1);
  }

  @Test
  void whatIsNotRunIsTold() {
    List<String> told = new ArrayList<>();
    TaskLine refused =
        new TaskLine(
            task -> {
              throw new java.util.concurrent.RejectedExecutionException("full");
            },
            turn);
    TaskLine.Task owned =
        new TaskLine.Task() {
          @Override
          public void run() {
            told.add("run");
          }

          @Override
          public void refused() {
            told.add("refused");
          }
        };
    refused.stage(owned);
    refused.stage(owned);
    turn.end();
    assertThat(told).containsExactly("refused", "refused");
    refused.add(owned);
    assertThat(told).hasSize(3).doesNotContain("run");
  }

  @Test
  void anExecutorThatRefusesMayAcceptLater() {
    boolean[] refuses = {true};
    TaskLine moody =
        new TaskLine(
            task -> {
              if (refuses[0]) {
                throw new java.util.concurrent.RejectedExecutionException("full");
              }
              executor.add(task);
            },
            turn);
    moody.add(() -> done.add(1));
    assertThat(moody.isWaiting()).isFalse();
    refuses[0] = false;
    moody.add(() -> done.add(2));
    runAll();
    assertThat(done).containsExactly(2);
  }
}
