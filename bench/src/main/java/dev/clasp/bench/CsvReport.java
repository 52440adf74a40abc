package dev.clasp.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A report as CSV (RFC 4180): a line for each figure of each run. Machine and settings come first,
 * as lines of the scenarios {@code environment} and {@code settings}.
 */
final class CsvReport {

  private CsvReport() {}

  static void write(BenchReport report, OutputStream out) throws IOException {
    StringBuilder csv = new StringBuilder();
    line(csv, "scenario", "variant", "side", "run", "figure", "unit", "better", "value");
    report
        .environment()
        .toMap()
        .forEach((key, value) -> line(csv, "environment", "", "", "", key, "", "", value));
    report
        .settings()
        .forEach((key, value) -> line(csv, "settings", "", "", "", key, "", "", value));
    for (RunResult result : report.results()) {
      for (Figure figure : result.figures()) {
        line(
            csv,
            result.scenario(),
            result.variant(),
            result.side(),
            Integer.toString(result.run()),
            figure.name(),
            figure.unit().symbol(),
            figure.better().name().toLowerCase(Locale.ROOT),
            Double.toString(figure.value()));
      }
    }
    out.write(csv.toString().getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  private static void line(StringBuilder csv, String... fields) {
    csv.append(Arrays.stream(fields).map(CsvReport::quoted).collect(Collectors.joining(",")))
        .append("\r\n");
  }

  private static String quoted(String field) {
    return field.chars().anyMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n')
        ? '"' + field.replace("\"", "\"\"") + '"'
        : field;
  }
}
