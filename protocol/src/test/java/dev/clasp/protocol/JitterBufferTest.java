package dev.clasp.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class JitterBufferTest {

  private final JitterBuffer<String> buffer = new JitterBuffer<>(3, 1_000);

  @Test
  void releasesInTheOrderOfTimesWhateverTheOrderOfArrival() {
    buffer.push(30, "c", 0);
    buffer.push(10, "a", 0);
    buffer.push(20, "b", 0);

    assertThat(buffer.drain(100)).containsExactly("a", "b", "c");
    assertThat(buffer.size()).isZero();
  }

  @Test
  void holdsBackWhatIsNotDue() {
    buffer.push(10, "a", 0);
    buffer.push(20, "b", 0);

    assertThat(buffer.pop(9)).isEmpty();
    assertThat(buffer.pop(10)).hasValue("a");
    assertThat(buffer.pop(10)).isEmpty();
    assertThat(buffer.drain(20)).containsExactly("b");
  }

  @Test
  void aLaterArrivalOfTheSameTimeGoesInFront() {
    buffer.push(10, "first", 0);
    buffer.push(20, "behind", 0);
    buffer.push(10, "second", 0);

    assertThat(buffer.drain(20)).containsExactly("second", "first", "behind");
  }

  @Test
  void whenFullTheOldestGoes() {
    buffer.push(10, "a", 0);
    buffer.push(20, "b", 0);
    buffer.push(30, "c", 0);

    assertThat(buffer.push(10, "not newer than the oldest", 0)).isFalse();
    assertThat(buffer.push(25, "d", 0)).isTrue();
    assertThat(buffer.drain(100)).containsExactly("b", "d", "c");
  }

  @Test
  void whatIsOlderThanTheWindowIsDropped() {
    buffer.push(10, "a", 10);
    buffer.push(20, "b", 20);
    buffer.push(1_011, "c", 1_011);

    assertThat(buffer.drain(2_000)).containsExactly("b", "c");
  }

  @Test
  void depthIsTheTimeFromFirstToLast() {
    assertThat(buffer.depthMicros()).isZero();
    buffer.push(10, "a", 0);
    assertThat(buffer.depthMicros()).isZero();
    buffer.push(250, "b", 0);
    assertThat(buffer.depthMicros()).isEqualTo(240);
  }

  @Test
  void sizesOutOfRangeAreRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new JitterBuffer<String>(0, 10));
    assertThatIllegalArgumentException().isThrownBy(() -> new JitterBuffer<String>(1, -1));
  }
}
