package dev.clasp.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bench.Baseline.Regression;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BaselineTest {

  @TempDir private Path folder;

  private static BenchReport report(double rate, double latency) {
    return Reports.of(
        Reports.run("hop", "clasp", false, 1, Reports.rate(rate), Reports.latency(latency)));
  }

  private static List<String> worse(BenchReport before, BenchReport now) {
    return Baseline.of(before.results()).regressions(now, 0.1).stream()
        .map(regression -> regression.now().figure())
        .toList();
  }

  @Test
  void lessOfAGoodThingIsARegression() {
    assertThat(worse(report(100, 10), report(89, 10))).containsExactly("rate");
    assertThat(worse(report(100, 10), report(91, 10))).isEmpty();
    assertThat(worse(report(100, 10), report(200, 10))).isEmpty();
  }

  @Test
  void moreOfABadThingIsARegression() {
    assertThat(worse(report(100, 10), report(100, 11.2))).containsExactly("latency");
    assertThat(worse(report(100, 10), report(100, 10.9))).isEmpty();
    assertThat(worse(report(100, 10), report(100, 1))).isEmpty();
  }

  @Test
  void whatLiesWithinTheSpreadOfTheBaselineIsNoRegression() {
    BenchReport before =
        Reports.of(
            Reports.run("hop", "clasp", false, 1, Reports.rate(70)),
            Reports.run("hop", "clasp", false, 2, Reports.rate(100)),
            Reports.run("hop", "clasp", false, 3, Reports.rate(110)));
    assertThat(worse(before, report(75, 1))).isEmpty();
    assertThat(worse(before, report(69, 1))).containsExactly("rate");
  }

  @Test
  void extremesAndReferencesAreNotCompared() {
    Figure max = new Figure("latency max", Unit.MICROSECONDS, Better.LOWER, 1);
    Figure maxNow = new Figure("latency max", Unit.MICROSECONDS, Better.LOWER, 100);
    BenchReport before =
        Reports.of(
            Reports.run("hop", "clasp", false, 1, max),
            Reports.run("hop", "netty", true, 1, Reports.rate(100)));
    BenchReport now =
        Reports.of(
            Reports.run("hop", "clasp", false, 1, maxNow),
            Reports.run("hop", "netty", true, 1, Reports.rate(1)));
    assertThat(worse(before, now)).isEmpty();
  }

  @Test
  void theTargetMayHaveAnotherNameThanBefore() {
    BenchReport now = Reports.of(Reports.run("hop", "other", false, 1, Reports.rate(1)));
    assertThat(worse(report(100, 1), now)).containsExactly("rate");
  }

  @Test
  void readsWhatJsonWrote() throws Exception {
    Path file = folder.resolve("before.json");
    try (OutputStream out = Files.newOutputStream(file)) {
      ReportFormat.JSON.write(report(100, 10), out);
    }
    List<Regression> regressions = Baseline.read(file).regressions(report(50, 10), 0.1);
    assertThat(regressions).hasSize(1);
    assertThat(regressions.getFirst().amount()).isEqualTo(0.5);
    assertThat(regressions.getFirst()).hasToString("hop: rate was 100 /s and is 50 /s: 50 % worse");
  }

  @Test
  void saysWhatIsWrongWithAFile() throws Exception {
    Path file = folder.resolve("x.json");
    assertThatThrownBy(() -> Baseline.read(file))
        .isInstanceOf(BenchException.class)
        .hasMessageContaining("does not exist");
    Files.writeString(file, "hello");
    assertThatThrownBy(() -> Baseline.read(file))
        .isInstanceOf(BenchException.class)
        .hasMessageContaining("is not JSON");
    Files.writeString(file, "{\"format\": 9}");
    assertThatThrownBy(() -> Baseline.read(file))
        .isInstanceOf(BenchException.class)
        .hasMessageContaining("no report of this version");
    Files.writeString(
        file,
        "{\"format\":1,\"results\":[{\"figures\":[{\"unit\":\"parsec\",\"better\":\"lower\"}]}]}");
    assertThatThrownBy(() -> Baseline.read(file))
        .isInstanceOf(BenchException.class)
        .hasMessageContaining("damaged");
  }
}
