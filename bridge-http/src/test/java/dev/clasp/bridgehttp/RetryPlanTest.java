package dev.clasp.bridgehttp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What servers say about when to come back. */
class RetryPlanTest {

  private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");

  @ParameterizedTest
  @CsvSource({
    "120, 120",
    "' 3 ', 3",
    "0, 0",
    "'Fri, 01 May 2026 12:00:30 GMT', 30",
    "'Fri, 01 May 2026 11:00:00 GMT', 0",
    "999999999, 600"
  })
  void secondsAndDatesAreUnderstoodAndBounded(String header, long seconds) {
    assertThat(RetryPlan.retryAfter(Optional.of(header), NOW))
        .isEqualTo(OptionalLong.of(seconds * 1_000_000_000));
  }

  @ParameterizedTest
  @CsvSource({"soon", "-1", "1.5", "''", "99999999999"})
  void nonsenseIsNot(String header) {
    assertThat(RetryPlan.retryAfter(Optional.of(header), NOW)).isEmpty();
  }

  @Test
  void whatMayWorkLaterIsTriedAgainAndTheRestIsNot() {
    for (int status : new int[] {408, 425, 429, 500, 502, 503, 504}) {
      assertThat(RetryPlan.passing(status)).as("%d", status).isTrue();
    }
    for (int status : new int[] {200, 204, 304, 400, 401, 403, 404, 410, 413, 422, 501, 505}) {
      assertThat(RetryPlan.passing(status)).as("%d", status).isFalse();
    }
  }
}
