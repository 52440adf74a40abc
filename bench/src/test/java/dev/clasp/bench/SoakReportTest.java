package dev.clasp.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;

class SoakReportTest {

  private static final long MIB = 1 << 20;

  private static SoakReport report(int count, IntToLongFunction heap, IntToLongFunction files) {
    List<SoakSample> samples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      samples.add(
          new SoakSample(
              i * 60,
              OptionalLong.of(heap.applyAsLong(i)),
              OptionalLong.of(100 * MIB),
              OptionalLong.of(files.applyAsLong(i)),
              OptionalLong.of(20),
              OptionalLong.of(10 * MIB),
              OptionalLong.of(20)));
    }
    return new SoakReport(samples, 0, 0, List.of());
  }

  @Test
  void whatKeepsGrowingIsALeak() {
    assertThat(report(60, i -> (20 + i) * MIB, _ -> 50).leaks())
        .singleElement()
        .asString()
        .startsWith("live objects (bytes) grew by");
    assertThat(report(60, _ -> 20 * MIB, i -> 50 + i).leaks())
        .singleElement()
        .asString()
        .startsWith("open files grew by 29");
  }

  @Test
  void aWarmUpIsNoLeak() {
    assertThat(report(60, i -> Math.min(i, 20) * 3 * MIB, i -> 50 + Math.min(i, 25)).leaks())
        .isEmpty();
  }

  @Test
  void upAndDownIsNoLeak() {
    assertThat(report(60, i -> (30 + i % 5) * MIB, i -> 50 + i % 7).leaks()).isEmpty();
  }

  @Test
  void fewSamplesTellNothing() {
    SoakReport report = report(7, i -> (20 + 10L * i) * MIB, _ -> 50);
    assertThat(report.judged()).isFalse();
    assertThat(report.leaks()).isEmpty();
  }

  @Test
  void aProcessThatCannotBeSeenIsNotJudged() {
    List<SoakSample> blind = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      blind.add(
          new SoakSample(
              i,
              OptionalLong.empty(),
              OptionalLong.empty(),
              OptionalLong.empty(),
              OptionalLong.empty(),
              OptionalLong.empty(),
              OptionalLong.empty()));
    }
    assertThat(new SoakReport(blind, 0, 0, List.of()).leaks()).isEmpty();
  }

  @Test
  void theSlopeIsThatOfTheNearestLine() {
    assertThat(SoakReport.slope(new double[] {0, 1, 2, 3}, new double[] {1, 3, 5, 7}))
        .isEqualTo(2.0);
    assertThat(SoakReport.slope(new double[] {4, 4}, new double[] {1, 9})).isZero();
  }
}
