package dev.clasp.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportFormatTest {

  private final BenchReport report =
      Reports.of(
          Reports.run("hop", "clasp", false, 1, Reports.rate(1_234_567), Reports.latency(85.25)),
          Reports.run("hop", "netty-batch", true, 1, Reports.rate(2_469_134)),
          Reports.run("hop", "netty-batch", true, 2, Reports.rate(2_469_134)),
          Reports.run("hop", "clasp", false, 2, Reports.rate(1_000_000), Reports.latency(90)));

  @Test
  void textHasALineForEachFigureAndAColumnForEachSide() throws Exception {
    List<String> lines = Reports.write(report, ReportFormat.TEXT).lines().toList();
    assertThat(lines).anyMatch(line -> line.startsWith("cpu ") && line.contains("unknown"));
    assertThat(lines).anyMatch(line -> line.startsWith("note ") && line.contains("a \"note\""));
    assertThat(lines)
        .anyMatch(line -> line.matches("hop +clasp +netty-batch +÷ netty-batch"))
        .anyMatch(line ->
            line.matches(
                " +rate +1\\.12 M/s \\(1\\.00-1\\.23\\) +2\\.47 M/s \\(2\\.47-2\\.47\\)"
                    + " +0\\.45 \\(0\\.41-0\\.50\\)"))
        .anyMatch(line -> line.matches(" +latency +87\\.6 us \\(85\\.3-90\\.0\\)"));
  }

  @Test
  void columnsLineUp() throws Exception {
    List<String> table =
        Reports.write(report, ReportFormat.TEXT)
            .lines()
            .dropWhile(line -> !line.startsWith("hop"))
            .toList();
    int end = table.get(0).indexOf("clasp") + "clasp".length();
    assertThat(table.get(1).charAt(end - 1)).isEqualTo(')');
    assertThat(table.get(2)).hasSize(end);
  }

  @Test
  void jsonHasEverythingAndComesBack() throws Exception {
    String text = Reports.write(report, ReportFormat.JSON);
    JsonNode json = new ObjectMapper().readTree(text);
    assertThat(json.path("format").asInt()).isEqualTo(1);
    assertThat(json.path("environment").path("cpu").asText()).isEqualTo("unknown");
    assertThat(json.path("settings").path("runs").asText()).isEqualTo("2");
    assertThat(json.path("notes").path(0).asText()).isEqualTo("a \"note\", quoted");
    assertThat(json.path("summary").path(0).path("median").asDouble()).isEqualTo(1_117_283.5);
    assertThat(json.path("ratios").path(0).path("to").asText()).isEqualTo("netty-batch");
    assertThat(
            JsonReport.readResults(
                new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), "x"))
        .isEqualTo(report.results());
  }

  @Test
  void csvHasALineForEachFigureOfEachRun() throws Exception {
    String csv = Reports.write(report, ReportFormat.CSV);
    List<String> lines = Arrays.asList(csv.split("\r\n"));
    assertThat(lines)
        .startsWith("scenario,variant,side,run,figure,unit,better,value")
        .contains(
            "environment,,,,cpu,,,unknown",
            "settings,,,,runs,,,2",
            "hop,,clasp,1,rate,1/s,higher,1234567.0",
            "hop,,clasp,2,latency,us,lower,90.0",
            "hop,,netty-batch,2,rate,1/s,higher,2469134.0");
  }

  @Test
  void csvQuotesWhatHasCommasAndQuotes() throws Exception {
    BenchReport odd =
        Reports.of(new RunResult("fanout", "a, \"b\"", "x", false, 1, List.of(Reports.latency(1))));
    assertThat(Reports.write(odd, ReportFormat.CSV))
        .contains("\r\nfanout,\"a, \"\"b\"\"\",x,1,latency,us,lower,1.0\r\n");
  }

  @Test
  void numbersAreReadable() {
    assertThat(TextReport.cell(Unit.PER_SECOND, Spread.of(950))).isEqualTo("950 /s");
    assertThat(TextReport.cell(Unit.PER_SECOND, Spread.of(45_678))).isEqualTo("45.7 k/s");
    assertThat(TextReport.cell(Unit.PER_SECOND, Spread.of(24_000_000))).isEqualTo("24.0 M/s");
    assertThat(TextReport.cell(Unit.MICROSECONDS, Spread.of(12.345))).isEqualTo("12.3 us");
    assertThat(TextReport.cell(Unit.MICROSECONDS, Spread.of(123_456))).isEqualTo("123 ms");
    assertThat(TextReport.cell(Unit.BYTES, Spread.of(4871))).isEqualTo("4871 B");
    assertThat(TextReport.cell(Unit.BYTES, Spread.of(3 << 20))).isEqualTo("3.00 MiB");
    assertThat(TextReport.cell(Unit.PERCENT, Spread.of(0))).isEqualTo("0 %");
    assertThat(TextReport.cell(Unit.COUNT, Spread.of(984))).isEqualTo("984");
    assertThat(TextReport.cell(Unit.MICROSECONDS, Spread.of(-250))).isEqualTo("-250 us");
  }
}
