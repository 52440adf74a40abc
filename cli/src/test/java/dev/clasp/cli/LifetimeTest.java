package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LifetimeTest {

  @ParameterizedTest
  @CsvSource({
    "7d, P7D",
    "12h, PT12H",
    "30m, PT30M",
    "90s, PT90S",
    "90, PT90S",
    "P7D, P7D",
    "PT1H30M, PT1H30M",
    "p1dt1h, P1DT1H",
    "3653d, P3653D"
  })
  void reads(String text, Duration expected) {
    assertThat(Lifetime.parse("--expires", text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "d",
        "1d2h",
        "1.5d",
        "-1d",
        "0",
        "PT0S",
        "-P1D",
        "P1Y",
        "P1M",
        "1w",
        "PT0.5S",
        "3654d",
        "999999999999999999d",
        "9999999999999999999",
        "PT9999999999999999999S",
        "1\u001bd"
      })
  void refusesWithASentenceAndStatus1(String text) {
    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(() -> Lifetime.parse("--expires", text))
        .satisfies(e -> {
          assertThat(e.status()).isEqualTo(ExitStatus.FAILURE);
          assertThat(e.getMessage()).contains("--expires").doesNotContain("\u001b");
        });
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 seconds",
    "1, 1 second",
    "59, 59 seconds",
    "60, 1 minute",
    "3599, 59 minutes",
    "7200, 2 hours",
    "86400, 1 day",
    "8640000, 100 days"
  })
  void writesInTheLargestUnit(long seconds, String expected) {
    assertThat(Lifetime.human(seconds)).isEqualTo(expected);
  }
}
