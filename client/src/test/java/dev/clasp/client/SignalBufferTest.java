package dev.clasp.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.SignalBuffer.Outcome;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What waits for a slow consumer. */
class SignalBufferTest {

  private static Signal change(String address, long revision) {
    return new Signal.Change(
        address, Value.of(revision), revision, Optional.empty(), OptionalLong.empty(), false);
  }

  private static Signal sample(long n) {
    return new Signal.Stream("/s", List.of(Value.of(n)), OptionalInt.empty(), OptionalLong.empty());
  }

  private static Signal event(long n) {
    return new Signal.Event("/e", Value.of(n), OptionalLong.empty());
  }

  private static Signal gesture(GesturePhase phase) {
    return new Signal.Gesture("/g", 1, phase, Value.NULL, OptionalLong.empty());
  }

  private static List<Signal> drain(SignalBuffer buffer) {
    List<Signal> all = new ArrayList<>();
    for (Signal signal = buffer.poll(); signal != null; signal = buffer.poll()) {
      all.add(signal);
    }
    return all;
  }

  @Test
  void keepsEverythingWhileThereIsRoom() {
    SignalBuffer buffer = new SignalBuffer(8, false);
    for (int i = 1; i <= 5; i++) {
      assertThat(buffer.offer(change("/a", i))).isEqualTo(Outcome.ADDED);
    }
    assertThat(drain(buffer)).hasSize(5);
  }

  @Test
  void aboveHalfANewValueTakesThePlaceOfTheWaitingOne() {
    SignalBuffer buffer = new SignalBuffer(4, false);
    buffer.offer(event(1));
    buffer.offer(event(2));
    buffer.offer(event(3));
    assertThat(buffer.offer(change("/a", 1))).isEqualTo(Outcome.ADDED);
    assertThat(buffer.offer(change("/a", 2))).isEqualTo(Outcome.CONFLATED);
    assertThat(buffer.offer(change("/b", 1))).isEqualTo(Outcome.ADDED);
    assertThat(buffer.offer(change("/a", 3))).isEqualTo(Outcome.CONFLATED);

    assertThat(drain(buffer))
        .containsExactly(event(1), event(2), event(3), change("/a", 3), change("/b", 1));
  }

  @Test
  void parametersAreNeverDropped() {
    SignalBuffer buffer = new SignalBuffer(2, false);
    for (int i = 0; i < 100; i++) {
      buffer.offer(change("/" + i, 1));
    }
    assertThat(drain(buffer)).hasSize(100);
  }

  @Test
  void whenFullTheOldestSampleMakesRoom() {
    SignalBuffer buffer = new SignalBuffer(3, false);
    buffer.offer(sample(1));
    buffer.offer(event(1));
    buffer.offer(sample(2));
    assertThat(buffer.offer(event(2))).isEqualTo(Outcome.REPLACED);
    assertThat(buffer.offer(sample(3))).isEqualTo(Outcome.REPLACED);
    assertThat(buffer.size()).isEqualTo(3);

    assertThat(drain(buffer)).containsExactly(event(1), event(2), sample(3));
  }

  @Test
  void movesOfGesturesAreDroppedButNotTheirStartAndEnd() {
    SignalBuffer buffer = new SignalBuffer(3, false);
    buffer.offer(gesture(GesturePhase.START));
    for (int i = 0; i < 10; i++) {
      buffer.offer(gesture(GesturePhase.MOVE));
    }
    buffer.offer(gesture(GesturePhase.END));

    assertThat(drain(buffer))
        .containsExactly(
            gesture(GesturePhase.START), gesture(GesturePhase.MOVE), gesture(GesturePhase.END));
  }

  @Test
  void eventsAreDroppedOnlyWhenNothingElseCanBe() {
    SignalBuffer buffer = new SignalBuffer(2, false);
    buffer.offer(event(1));
    buffer.offer(event(2));
    assertThat(buffer.offer(event(3))).isEqualTo(Outcome.DROPPED);
    assertThat(buffer.offer(sample(1))).isEqualTo(Outcome.DROPPED);
    assertThat(drain(buffer)).containsExactly(event(1), event(2));
  }

  @Test
  void latestOnlyConflatesAlways() {
    SignalBuffer buffer = new SignalBuffer(100, true);
    buffer.offer(change("/a", 1));
    buffer.offer(change("/b", 1));
    assertThat(buffer.offer(change("/a", 2))).isEqualTo(Outcome.CONFLATED);
    assertThat(drain(buffer)).containsExactly(change("/a", 2), change("/b", 1));
    assertThat(buffer.offer(change("/a", 3))).isEqualTo(Outcome.ADDED);
  }

  @Test
  void aConsumerThatNeverTakesDoesNotFillTheMemory() {
    SignalBuffer buffer = new SignalBuffer(4, false);
    buffer.offer(event(1));
    for (int i = 0; i < 10_000; i++) {
      buffer.offer(sample(i));
    }
    assertThat(buffer.size()).isEqualTo(4);
    assertThat(drain(buffer))
        .containsExactly(event(1), sample(9_997), sample(9_998), sample(9_999));
  }

  @Test
  void anEndedBufferGivesOutWhatItHas() throws Exception {
    SignalBuffer buffer = new SignalBuffer(4, false);
    buffer.offer(event(1));
    buffer.end();
    assertThat(buffer.offer(event(2))).isEqualTo(Outcome.DROPPED);
    assertThat(buffer.await(Long.MAX_VALUE / 4)).isEqualTo(event(1));
    assertThat(buffer.await(Long.MAX_VALUE / 4)).isNull();
  }

  /** Whatever the mix of offers and polls: revisions rise, the last arrives, bounds hold. */
  @Test
  void theLastValueArrivesAndNothingStepsBack() {
    SplittableRandom random = new SplittableRandom(42);
    for (int round = 0; round < 2_000; round++) {
      int capacity = 2 + random.nextInt(12);
      SignalBuffer buffer = new SignalBuffer(capacity, random.nextInt(4) == 0);
      Map<String, Long> offered = new HashMap<>();
      List<Signal> taken = new ArrayList<>();
      int waiting = 0;
      for (int step = 0; step < 200; step++) {
        if (random.nextInt(5) < 3) {
          String address = "/" + random.nextInt(3);
          Signal signal =
              switch (random.nextInt(4)) {
                case 0 -> sample(step);
                case 1 -> event(step);
                default -> change(address, offered.merge(address, 1L, Long::sum));
              };
          if (buffer.offer(signal) == Outcome.ADDED) {
            waiting++;
          }
        } else {
          Signal signal = buffer.poll();
          if (signal != null) {
            taken.add(signal);
            waiting--;
          }
        }
        assertThat(buffer.size()).isEqualTo(waiting).isLessThanOrEqualTo(capacity + 3);
      }
      taken.addAll(drain(buffer));
      Map<String, Long> last = new HashMap<>();
      for (Signal signal : taken) {
        if (signal instanceof Signal.Change change) {
          Long before = last.put(change.address(), change.revision());
          assertThat(before == null || before < change.revision()).isTrue();
        }
      }
      assertThat(last).isEqualTo(offered);
    }
  }
}
