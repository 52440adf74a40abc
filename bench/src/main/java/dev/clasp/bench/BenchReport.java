package dev.clasp.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a plan gave.
 *
 * @param settings of the plan, as text
 * @param results of every run, in the order in which they were made
 * @param notes what the reader has to know about them
 */
public record BenchReport(
    Environment environment,
    Map<String, String> settings,
    List<RunResult> results,
    List<String> notes) {

  public BenchReport {
    settings = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    results = List.copyOf(results);
    notes = List.copyOf(notes);
  }

  private record Key(String scenario, String variant, String side, String figure) {}

  /** Every figure over the runs, in the order of the results. */
  public List<Summary> summaries() {
    Map<Key, List<Figure>> groups = new LinkedHashMap<>();
    for (RunResult result : results) {
      for (Figure figure : result.figures()) {
        groups
            .computeIfAbsent(
                new Key(result.scenario(), result.variant(), result.side(), figure.name()),
                _ -> new ArrayList<>())
            .add(figure);
      }
    }
    List<Summary> summaries = new ArrayList<>();
    groups.forEach((key, figures) ->
        summaries.add(
            new Summary(
                key.scenario,
                key.variant,
                key.side,
                key.figure,
                figures.getFirst().unit(),
                figures.getFirst().better(),
                Spread.of(figures.stream().mapToDouble(Figure::value).toArray()))));
    return summaries;
  }

  /**
   * Every figure that has a good direction, of the target divided by the same figure of each
   * reference in the same run. Figures that are 0 there have no ratio.
   */
  public List<Ratio> ratios() {
    Map<Key, List<Double>> quotients = new LinkedHashMap<>();
    Map<Key, Better> directions = new LinkedHashMap<>();
    for (RunResult target : results) {
      if (target.reference()) {
        continue;
      }
      for (RunResult other : results) {
        if (!other.reference() || !sameRun(target, other)) {
          continue;
        }
        for (Figure figure : target.figures()) {
          Optional<Figure> reference = other.figure(figure.name());
          if (figure.better() != Better.NEITHER
              && reference.isPresent()
              && reference.get().value() != 0) {
            Key key = new Key(target.scenario(), target.variant(), other.side(), figure.name());
            directions.put(key, figure.better());
            quotients
                .computeIfAbsent(key, _ -> new ArrayList<>())
                .add(figure.value() / reference.get().value());
          }
        }
      }
    }
    List<Ratio> ratios = new ArrayList<>();
    quotients.forEach((key, values) ->
        ratios.add(
            new Ratio(
                key.scenario,
                key.variant,
                key.side,
                key.figure,
                directions.getOrDefault(key, Better.NEITHER),
                Spread.of(values.stream().mapToDouble(Double::doubleValue).toArray()))));
    return ratios;
  }

  private static boolean sameRun(RunResult a, RunResult b) {
    return a.run() == b.run()
        && a.scenario().equals(b.scenario())
        && a.variant().equals(b.variant());
  }
}
