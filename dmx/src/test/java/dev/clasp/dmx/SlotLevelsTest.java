package dev.clasp.dmx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** bridges.md 5.3. */
class SlotLevelsTest {

  @ParameterizedTest
  @CsvSource({"-1, 0", "0, 0", "127, 127", "255, 255", "256, 255", "9000000000, 255"})
  void integersAreLevelsAndClamped(long number, int level) {
    assertThat(SlotLevels.level(Value.of(number), FloatMode.UNIT)).isEqualTo(level);
    assertThat(SlotLevels.level(Value.of(number), FloatMode.RAW)).isEqualTo(level);
  }

  @ParameterizedTest
  @CsvSource({
    "0.0, 0",
    "0.25, 64",
    "0.5, 128",
    "0.75, 191",
    "1.0, 255",
    "1.5, 1",
    "200.7, 200",
    "300.0, 255",
    "-0.5, 0",
    "NaN, 0",
    "Infinity, 255",
    "-Infinity, 0"
  })
  void unitScalesUpToOneAndTakesTheRestAsItIs(double number, int level) {
    assertThat(SlotLevels.level(Value.of(number), FloatMode.UNIT)).isEqualTo(level);
  }

  @ParameterizedTest
  @CsvSource({
    "0.75, 0",
    "1.0, 1",
    "200.7, 200",
    "-3.0, 0",
    "300.0, 255",
    "NaN, 0",
    "Infinity, 255"
  })
  void rawCutsOffAsPublishedBridgesDo(double number, int level) {
    assertThat(SlotLevels.level(Value.of(number), FloatMode.RAW)).isEqualTo(level);
  }

  @Test
  void switchesAreFullOrDarkAndNothingIsDark() {
    assertThat(SlotLevels.level(Value.TRUE, FloatMode.RAW)).isEqualTo(255);
    assertThat(SlotLevels.level(Value.FALSE, FloatMode.RAW)).isZero();
    assertThat(SlotLevels.level(Value.NULL, FloatMode.RAW)).isZero();
  }

  @Test
  void textsAndMapsAreNoLevels() {
    for (Value value :
        List.of(Value.of("255"), Value.of(new byte[1]), Value.of(List.of()), Value.of(Map.of()))) {
      assertThat(SlotLevels.level(value, FloatMode.UNIT)).isEqualTo(SlotLevels.NONE);
    }
  }

  @ParameterizedTest
  @CsvSource({"0.0, 0", "0.5, 32768", "1.0, 65535", "1000.5, 1000", "70000.0, 65535"})
  void twoSlotsHaveSixteenBits(double number, int level) {
    assertThat(SlotLevels.wide(Value.of(number), FloatMode.UNIT)).isEqualTo(level);
  }

  @Test
  void everyLevelComesBackFromItsShare() {
    for (int level = 0; level <= 255; level++) {
      assertThat(SlotLevels.level(Value.of(SlotLevels.share(level)), FloatMode.UNIT))
          .isEqualTo(level);
    }
    for (int level = 0; level <= 0xFFFF; level++) {
      double share = SlotLevels.share(level >> 8, level & 0xFF);
      assertThat(SlotLevels.wide(Value.of(share), FloatMode.UNIT)).isEqualTo(level);
    }
  }
}
