package dev.clasp.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BenchReportTest {

  @Test
  void summariesHaveTheMedianOfAllRunsInTheOrderOfTheResults() {
    BenchReport report =
        Reports.of(
            Reports.run("hop", "ours", false, 1, Reports.rate(10), Reports.latency(5)),
            Reports.run("hop", "ours", false, 2, Reports.rate(30), Reports.latency(7)),
            Reports.run("hop", "ours", false, 3, Reports.rate(20), Reports.latency(6)));
    assertThat(report.summaries()).extracting(Summary::figure).containsExactly("rate", "latency");
    assertThat(report.summaries())
        .extracting(Summary::spread)
        .containsExactly(new Spread(20, 10, 30, 3), new Spread(6, 5, 7, 3));
  }

  @Test
  void ratiosAreThoseOfTheSameRun() {
    // The machine was twice as fast in the second run: the ratio is the same in both.
    BenchReport report =
        Reports.of(
            Reports.run("hop", "ours", false, 1, Reports.rate(50)),
            Reports.run("hop", "netty", true, 1, Reports.rate(100)),
            Reports.run("hop", "netty", true, 2, Reports.rate(200)),
            Reports.run("hop", "ours", false, 2, Reports.rate(100)));
    assertThat(report.ratios())
        .containsExactly(
            new Ratio("hop", "", "netty", "rate", Better.HIGHER, new Spread(0.5, 0.5, 0.5, 2)));
  }

  @Test
  void everyReferenceHasItsRatio() {
    BenchReport report =
        Reports.of(
            Reports.run("hop", "ours", false, 1, Reports.rate(50)),
            Reports.run("hop", "batch", true, 1, Reports.rate(100)),
            Reports.run("hop", "flush", true, 1, Reports.rate(10)));
    assertThat(report.ratios()).extracting(Ratio::to).containsExactly("batch", "flush");
    assertThat(report.ratios()).extracting(r -> r.spread().median()).containsExactly(0.5, 5.0);
  }

  @Test
  void whatIsZeroOnTheOtherSideHasNoRatio() {
    BenchReport report =
        Reports.of(
            Reports.run("hop", "ours", false, 1, Reports.rate(50), Reports.latency(1)),
            Reports.run("hop", "netty", true, 1, Reports.rate(0), Reports.latency(2)));
    assertThat(report.ratios()).extracting(Ratio::figure).containsExactly("latency");
  }

  @Test
  void figuresWithoutADirectionHaveNoRatio() {
    Figure count = new Figure("sent", Unit.COUNT, Better.NEITHER, 3);
    BenchReport report =
        Reports.of(
            Reports.run("hop", "ours", false, 1, count),
            Reports.run("hop", "netty", true, 1, count));
    assertThat(report.ratios()).isEmpty();
  }

  @Test
  void anEmptyReportHasNothing() {
    BenchReport report =
        new BenchReport(Environment.UNKNOWN, java.util.Map.of(), List.of(), List.of());
    assertThat(report.summaries()).isEmpty();
    assertThat(report.ratios()).isEmpty();
  }
}
