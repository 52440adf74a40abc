package dev.clasp.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** An earlier report, to see what became worse. */
public final class Baseline {

  private final List<Summary> summaries;

  private Baseline(List<Summary> summaries) {
    this.summaries = summaries;
  }

  /**
   * Reads a report that was written as {@link ReportFormat#JSON}.
   *
   * @throws BenchException the file is missing or is something else
   */
  public static Baseline read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return of(JsonReport.readResults(in, file.toString()));
    } catch (NoSuchFileException e) {
      throw new BenchException("the baseline " + file + " does not exist", e);
    } catch (IOException e) {
      throw new BenchException("cannot read the baseline " + file + ": " + e.getMessage(), e);
    }
  }

  static Baseline of(List<RunResult> results) {
    return new Baseline(targetOnly(results));
  }

  private static List<Summary> targetOnly(List<RunResult> results) {
    return new BenchReport(
            Environment.UNKNOWN,
            Map.of(),
            results.stream().filter(result -> !result.reference()).toList(),
            List.of())
        .summaries();
  }

  /** A figure that became worse. */
  public record Regression(Summary before, Summary now) {

    /** By how much: 0.2 is 20 %. */
    public double amount() {
      return Math.abs(now.spread().median() / before.spread().median() - 1);
    }

    /** One line for the user. */
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%s: %s was %s and is %s: %.0f %% worse",
          (now.scenario() + " " + now.variant()).strip(),
          now.figure(),
          TextReport.cell(before.unit(), before.spread()),
          TextReport.cell(now.unit(), now.spread()),
          100 * amount());
    }
  }

  /**
   * The figures of the target that became worse than before by more than a fraction, and by more
   * than the runs of the baseline differ among themselves. Of latencies, maximum and 99.9th
   * percentile are left out: a single hiccup of the machine makes them.
   *
   * @param maxRegress 0.1 is 10 %
   */
  public List<Regression> regressions(BenchReport report, double maxRegress) {
    List<Regression> regressions = new ArrayList<>();
    for (Summary now : targetOnly(report.results())) {
      for (Summary before : summaries) {
        if (sameFigure(before, now)
            && !now.figure().endsWith(" max")
            && !now.figure().endsWith(" p99.9")
            && isWorse(before.spread(), now, maxRegress)) {
          regressions.add(new Regression(before, now));
        }
      }
    }
    return regressions;
  }

  private static boolean sameFigure(Summary a, Summary b) {
    return a.scenario().equals(b.scenario())
        && a.variant().equals(b.variant())
        && a.figure().equals(b.figure());
  }

  private static boolean isWorse(Spread before, Summary now, double maxRegress) {
    double median = now.spread().median();
    return switch (now.better()) {
      case HIGHER -> median < before.median() * (1 - maxRegress) && median < before.min();
      case LOWER -> median > before.median() * (1 + maxRegress) && median > before.max();
      case NEITHER -> false;
    };
  }
}
