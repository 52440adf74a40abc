package dev.clasp.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpenScheduleTest {

  @Test
  void messagesAreDueEvenlyFromTheStart() {
    OpenSchedule schedule = new OpenSchedule(5_000_000, 1000, 0);
    assertThat(schedule.due(4_999_999)).isZero();
    assertThat(schedule.due(5_000_000)).isEqualTo(1);
    assertThat(schedule.due(5_999_999)).isEqualTo(1);
    assertThat(schedule.due(6_000_000)).isEqualTo(2);
    assertThat(schedule.intended(0)).isEqualTo(5_000_000);
    assertThat(schedule.intended(7)).isEqualTo(12_000_000);
  }

  @Test
  void aPauseLeavesTheIntendedTimesAsTheyWere() {
    OpenSchedule schedule = new OpenSchedule(0, 1000, 0);
    // Nobody asked for a second: a thousand are due, each at its own time.
    assertThat(schedule.due(1_000_000_000L)).isEqualTo(1001);
    assertThat(schedule.intended(500)).isEqualTo(500_000_000L);
  }

  @Test
  void aLaterScheduleGoesOnCounting() {
    OpenSchedule schedule = new OpenSchedule(1_000, 1_000_000, 40);
    assertThat(schedule.due(0)).isEqualTo(40);
    assertThat(schedule.due(1_000)).isEqualTo(41);
    assertThat(schedule.intended(42)).isEqualTo(3_000);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 3, 7_777, 1_234_567})
  void aMessageIsDueExactlyFromItsIntendedTimeOn(double rate) {
    OpenSchedule schedule = new OpenSchedule(12_345, rate, 0);
    for (long number = 0; number < 1000; number++) {
      long intended = schedule.intended(number);
      assertThat(schedule.due(intended)).as("number %d", number).isGreaterThan(number);
      assertThat(schedule.due(intended - 2)).as("number %d", number).isLessThanOrEqualTo(number);
    }
  }
}
