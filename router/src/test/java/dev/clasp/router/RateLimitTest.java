package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RateLimitTest {

  private static final long SECOND = 1_000_000_000L;

  private final RateLimit limit = new RateLimit(10, 20, 0);

  private int admittedAt(long nanos, int wanted) {
    int admitted = 0;
    for (int i = 0; i < wanted; i++) {
      admitted += limit.admit(1, nanos) ? 1 : 0;
    }
    return admitted;
  }

  @Test
  void theBurstAtOnceThenTheRate() {
    assertThat(admittedAt(0, 100)).isEqualTo(20);
    assertThat(admittedAt(SECOND / 2, 100)).isEqualTo(5);
    assertThat(admittedAt(SECOND, 100)).isEqualTo(5);
  }

  @Test
  void aLongPauseSavesNoMoreThanTheBurst() {
    assertThat(admittedAt(3600 * SECOND, 100)).isEqualTo(20);
  }

  @Test
  void moreThanTheBurstAtOnceIsAdmittedOnceAndPaidLater() {
    assertThat(limit.admit(50, 0)).isTrue();
    assertThat(limit.admit(1, 3 * SECOND)).as("a debt of 30 takes three seconds").isFalse();
    assertThat(limit.admit(1, 3 * SECOND + SECOND / 5)).isTrue();
  }

  @Test
  void anExcessIsToldOnceASecondWithItsNumber() {
    admittedAt(0, 23);
    assertThat(limit.refusedToTell(0)).isEqualTo(3);
    admittedAt(SECOND / 2, 10);
    assertThat(limit.refusedToTell(SECOND / 2)).isZero();
    admittedAt(SECOND, 10);
    assertThat(limit.refusedToTell(SECOND)).as("5 of the half second and 5 of this").isEqualTo(10);
  }

  @Test
  void anExcessLastsUntilAPauseOfASecond() {
    for (int i = 0; i <= 20; i++) {
      admittedAt(i * SECOND / 2, 30);
    }
    assertThat(limit.excessNanos()).isEqualTo(10 * SECOND);
    admittedAt(12 * SECOND, 30);
    assertThat(limit.excessNanos()).isZero();
  }

  @Test
  void lessThanOneASecondAdmitsOneAtOnce() {
    RateLimit slow = new RateLimit(0.5, 0.5, 0);
    assertThat(slow.admit(1, 0)).isTrue();
    assertThat(slow.admit(1, SECOND)).isFalse();
    assertThat(slow.admit(1, 2 * SECOND)).isTrue();
  }

  @Test
  void theMonotonicClockMayPassItsEnd() {
    RateLimit late = new RateLimit(10, 20, Long.MAX_VALUE - SECOND);
    assertThat(late.admit(20, Long.MAX_VALUE - SECOND)).isTrue();
    assertThat(late.admit(10, Long.MIN_VALUE)).isTrue();
  }
}
