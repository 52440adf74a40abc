package dev.clasp.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Reports for tests. */
final class Reports {

  private Reports() {}

  static BenchReport of(RunResult... results) {
    return new BenchReport(
        Environment.UNKNOWN, Map.of("runs", "2"), List.of(results), List.of("a \"note\", quoted"));
  }

  static RunResult run(
      String scenario, String side, boolean reference, int run, Figure... figures) {
    return new RunResult(scenario, "", side, reference, run, List.of(figures));
  }

  static Figure rate(double value) {
    return new Figure("rate", Unit.PER_SECOND, Better.HIGHER, value);
  }

  static Figure latency(double value) {
    return new Figure("latency", Unit.MICROSECONDS, Better.LOWER, value);
  }

  static String write(BenchReport report, ReportFormat format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    format.write(report, out);
    return out.toString(StandardCharsets.UTF_8);
  }
}
