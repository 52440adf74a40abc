package dev.clasp.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SpreadTest {

  @Test
  void medianOfAnOddNumberIsTheMiddleOne() {
    assertThat(Spread.of(9, 1, 5)).isEqualTo(new Spread(5, 1, 9, 3));
  }

  @Test
  void medianOfAnEvenNumberLiesBetweenTheMiddleTwo() {
    assertThat(Spread.of(4, 1, 2, 10)).isEqualTo(new Spread(3, 1, 10, 4));
  }

  @Test
  void oneValueIsItsOwnSpread() {
    assertThat(Spread.of(7)).isEqualTo(new Spread(7, 7, 7, 1));
  }

  @Test
  void nothingHasNoMedian() {
    assertThatThrownBy(Spread::of).isInstanceOf(IllegalArgumentException.class);
  }
}
