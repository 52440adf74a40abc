package dev.clasp.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class GcProbeTest {

  private static final String HEADING =
      "  S0     S1     E      O      M     CCS    YGC     YGCT     FGC    FGCT     CGC    CGCT       GCT";

  @Test
  void readsTheTotalWhereverItStands() {
    assertThat(
            GcProbe.seconds(
                List.of(
                    HEADING,
                    "     - 100.00  12.50   3.10  98.01  92.12      4     0.021     0     0.000     2"
                        + "     0.004     0.025")))
        .hasValue(0.025);
    assertThat(GcProbe.seconds(List.of("GCT S0", "1,5 0"))).hasValue(1.5);
  }

  @Test
  void somethingElseIsNoAnswer() {
    assertThat(GcProbe.seconds(List.of())).isEmpty();
    assertThat(GcProbe.seconds(List.of("17 not found"))).isEmpty();
    assertThat(GcProbe.seconds(List.of("GCT", "-"))).isEmpty();
    assertThat(GcProbe.seconds(List.of("S0 S1", "1 2"))).isEmpty();
  }

  @Test
  void asksAProcess() {
    assertThat(GcProbe.seconds(ProcessHandle.current().pid())).isPresent();
  }
}
