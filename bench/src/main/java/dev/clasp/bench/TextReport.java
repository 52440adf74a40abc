package dev.clasp.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** A report as tables: a block for each case, a line for each figure, a column for each side. */
final class TextReport {

  private TextReport() {}

  static void write(BenchReport report, OutputStream out) throws IOException {
    StringBuilder text = new StringBuilder();
    report.environment().toMap().forEach((key, value) -> fact(text, key, value));
    report.settings().forEach((key, value) -> fact(text, key, value));
    report.notes().forEach(note -> fact(text, "note", note));
    List<Summary> summaries = report.summaries();
    List<Ratio> ratios = report.ratios();
    summaries.stream()
        .map(s -> List.of(s.scenario(), s.variant()))
        .distinct()
        .forEach(key ->
            block(
                text,
                String.join(" ", key).strip(),
                summaries.stream()
                    .filter(s -> key.equals(List.of(s.scenario(), s.variant())))
                    .toList(),
                ratios.stream()
                    .filter(r -> key.equals(List.of(r.scenario(), r.variant())))
                    .toList()));
    out.write(text.toString().getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  private static void fact(StringBuilder text, String key, String value) {
    text.append(String.format("%-10s %s%n", key, value));
  }

  private static void block(
      StringBuilder text, String title, List<Summary> summaries, List<Ratio> ratios) {
    List<String> columns = new ArrayList<>();
    columns.add(title);
    summaries.stream().map(Summary::side).distinct().forEach(columns::add);
    ratios.stream().map(Ratio::to).distinct().forEach(to -> columns.add("÷ " + to));
    Map<String, Map<String, String>> rows = new LinkedHashMap<>();
    for (Summary s : summaries) {
      row(rows, s.figure()).put(s.side(), cell(s.unit(), s.spread()));
    }
    for (Ratio r : ratios) {
      row(rows, r.figure()).put("÷ " + r.to(), cell(r.spread()));
    }
    List<List<String>> table = new ArrayList<>();
    table.add(columns);
    rows.forEach((figure, cells) -> {
      List<String> line = new ArrayList<>();
      line.add("  " + figure);
      columns.stream().skip(1).map(column -> cells.getOrDefault(column, "")).forEach(line::add);
      table.add(line);
    });
    text.append('\n');
    print(text, table);
  }

  private static Map<String, String> row(Map<String, Map<String, String>> rows, String figure) {
    return rows.computeIfAbsent(figure, _ -> new LinkedHashMap<>());
  }

  private static void print(StringBuilder text, List<List<String>> table) {
    int columns = table.getFirst().size();
    for (List<String> line : table) {
      StringBuilder out = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        int column = i;
        int width = table.stream().mapToInt(l -> l.get(column).length()).max().orElse(0);
        String cell = line.get(i);
        String space = " ".repeat(width - cell.length());
        out.append(i == 0 ? cell + space : "  " + space + cell);
      }
      text.append(out.toString().stripTrailing()).append('\n');
    }
  }

  /** {@code 1.23 M/s (1.20-1.30)}; one run has no spread. */
  static String cell(Unit unit, Spread spread) {
    Scale scale = Scale.of(unit, spread.median());
    return cell(spread, scale);
  }

  private static String cell(Spread ratio) {
    return cell(ratio, new Scale(1, ""));
  }

  private static String cell(Spread spread, Scale scale) {
    int decimals = scale.decimals(spread);
    String median = scale.number(spread.median(), decimals) + scale.suffix();
    return spread.count() == 1
        ? median
        : median
            + " ("
            + scale.number(spread.min(), decimals)
            + "-"
            + scale.number(spread.max(), decimals)
            + ")";
  }

  /** Divisor and suffix that make a number readable. */
  private record Scale(double divisor, String suffix) {

    static Scale of(Unit unit, double value) {
      double size = Math.abs(value);
      return switch (unit) {
        case PER_SECOND ->
            size >= 1e6
                ? new Scale(1e6, " M/s")
                : size >= 1e4 ? new Scale(1e3, " k/s") : new Scale(1, " /s");
        case BYTES ->
            size >= 1 << 20
                ? new Scale(1 << 20, " MiB")
                : size >= 10 << 10 ? new Scale(1 << 10, " KiB") : new Scale(1, " B");
        case MICROSECONDS -> size >= 1e4 ? new Scale(1e3, " ms") : new Scale(1, " us");
        case NANOSECONDS -> size >= 1e4 ? new Scale(1e3, " us") : new Scale(1, " ns");
        case SECONDS, PERCENT -> new Scale(1, " " + unit.symbol());
        case COUNT -> new Scale(1, "");
      };
    }

    /** Three significant digits of the median, at least those in front of the point. */
    int decimals(Spread spread) {
      if (divisor == 1
          && isWhole(spread.median())
          && isWhole(spread.min())
          && isWhole(spread.max())) {
        return 0;
      }
      double size = Math.abs(spread.median() / divisor);
      return size >= 100 ? 0 : size >= 10 ? 1 : 2;
    }

    private static boolean isWhole(double value) {
      return value == Math.rint(value);
    }

    String number(double value, int decimals) {
      return Objects.requireNonNull(
          String.format(Locale.ROOT, "%." + decimals + "f", value / divisor));
    }
  }
}
