package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class DurationTextTest {

  @ParameterizedTest
  @CsvSource({
    "10, PT10S",
    "0.5s, PT0.5S",
    "200ms, PT0.2S",
    "5m, PT5M",
    "2h, PT2H",
    "0, PT0S",
    "1.5m, PT1M30S",
    "0.000000001s, PT0.000000001S",
    "876000h, PT876000H"
  })
  void reads(String text, Duration expected) {
    assertThat(new DurationText().convert(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "s", "-1", "1 s", "1d", "ten", "1e3", ".5", "999999999h", "1\u001bs"})
  void refuses(String text) {
    assertThatExceptionOfType(TypeConversionException.class)
        .isThrownBy(() -> new DurationText().convert(text))
        .withMessageMatching("'[\\x20-\\x7e]*' is (not a duration: .*|too long: .*)");
  }

  @Test
  void writesWithTheUnitThatSuits() {
    assertThat(DurationText.human(Duration.ofSeconds(5))).isEqualTo("5 s");
    assertThat(DurationText.human(Duration.ofMillis(1500))).isEqualTo("1500 ms");
  }
}
