package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AgendaTest {

  private final ManualTime time = new ManualTime();
  private final Agenda agenda = new Agenda(time.loop(), time, _ -> {});
  private final List<String> ran = new ArrayList<>();

  private void at(long millis, String what) {
    agenda.at(time.nanos() + millis * 1_000_000, () -> ran.add(what));
  }

  @Test
  void runsInTheOrderOfTimeAndWithinATimeInTheOrderOfArrival() {
    at(20, "c");
    at(10, "a");
    at(10, "b");
    at(30, "d");
    time.pass(Duration.ofMillis(9));
    assertThat(ran).isEmpty();
    time.pass(Duration.ofMillis(1));
    assertThat(ran).containsExactly("a", "b");
    time.pass(Duration.ofMillis(20));
    assertThat(ran).containsExactly("a", "b", "c", "d");
    assertThat(agenda.size()).isZero();
  }

  @Test
  void aCancelledEntryDoesNotRunAndAFailingOneDoesNotStopTheOthers() {
    agenda.after(
        5,
        () -> {
          throw new IllegalStateException("expected in this test");
        });
    agenda.after(5, () -> ran.add("cancelled")).cancel();
    agenda.after(5, () -> ran.add("runs"));
    time.pass(Duration.ofMillis(1));
    assertThat(ran).containsExactly("runs");
  }

  @Test
  void whatIsDueAlreadyRunsInTheNextTurn() {
    at(-5, "late");
    assertThat(ran).isEmpty();
    time.runAll();
    assertThat(ran).containsExactly("late");
  }

  @Test
  void aTaskMayAddMore() {
    agenda.after(
        1_000_000,
        () -> {
          ran.add("first");
          at(0, "at once");
          at(1, "later");
        });
    time.pass(Duration.ofMillis(1));
    assertThat(ran).containsExactly("first", "at once");
    time.pass(Duration.ofMillis(1));
    assertThat(ran).containsExactly("first", "at once", "later");
  }

  @Test
  void everythingRunsAtItsTimeWhateverTheOrderOfAdding() {
    SplittableRandom random = new SplittableRandom(3);
    List<Long> late = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      long due = time.nanos() + random.nextLong(100_000_000);
      agenda.at(
          due,
          () -> {
            if (time.nanos() != due) {
              late.add(time.nanos() - due);
            }
            ran.add("");
          });
    }
    time.pass(Duration.ofMillis(100));
    assertThat(ran).hasSize(2_000);
    assertThat(late).isEmpty();
  }

  @Test
  void whatIsCalledOffLongBeforeItsTimeDoesNotPileUp() {
    agenda.after(1_000, () -> ran.add("runs"));
    Agenda.Entry last = agenda.after(3_600_000_000_000L, () -> ran.add("last"));
    for (int i = 0; i < 10_000; i++) {
      Agenda.Entry entry = agenda.after(3_600_000_000_000L, () -> ran.add("never"));
      entry.cancel();
      entry.cancel();
      assertThat(agenda.size()).isLessThan(200);
    }
    time.pass(Duration.ofHours(2));
    assertThat(ran).containsExactly("runs", "last");
    last.cancel();
    assertThat(agenda.size()).isZero();
  }

  @Test
  void oneMicrosecondOfUnixTimeIsOneMomentWheneverItWasAskedFor() {
    long due = time.unixMicros() + 100;
    for (int i = 0; i < 50; i++) {
      int order = i;
      agenda.atUnix(
          due,
          () -> {
            assertThat(time.unixMicros()).isEqualTo(due);
            ran.add(String.valueOf(order));
          });
      time.pass(Duration.ofNanos(1_999 - i));
    }
    assertThat(ran).isEmpty();
    time.pass(Duration.ofNanos(5_000));
    assertThat(ran).hasSize(50).first().isEqualTo("0");
    assertThat(ran).isSortedAccordingTo((a, b) -> Integer.parseInt(a) - Integer.parseInt(b));
  }
}
