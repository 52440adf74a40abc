package dev.clasp.ble;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {

  private static final long SECOND = 1_000_000_000L;

  @Test
  void aTenthOfASecondGoesOutAtOnce() {
    Pace pace = new Pace(1000);

    assertThat(pace.delayNanos(5, 50)).isZero();
    assertThat(pace.delayNanos(5, 50)).isZero();
    assertThat(pace.delayNanos(5, 1)).isZero();
    assertThat(pace.delayNanos(5, 1)).isEqualTo(1_000_000);
  }

  @Test
  void thenTheRateHolds() {
    Pace pace = new Pace(1000);
    long now = -SECOND;
    long start = now;
    for (int i = 0; i < 100; i++) {
      now += pace.delayNanos(now, 20);
    }

    // 2000 bytes in 2 s, less what may go out at once, and the last 20.
    assertThat(now - start).isEqualTo(2 * SECOND - SECOND / 10 - SECOND / 50);
  }

  @Test
  void aPauseIsNotSavedUp() {
    Pace pace = new Pace(1000);
    pace.delayNanos(0, 1000);

    assertThat(pace.delayNanos(60 * SECOND, 100)).isZero();
    assertThat(pace.delayNanos(60 * SECOND, 100)).isZero();
    assertThat(pace.delayNanos(60 * SECOND, 100)).isEqualTo(SECOND / 10);
  }
}
