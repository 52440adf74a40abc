package dev.clasp.bench;

import java.util.List;
import java.util.Optional;

/**
 * What one run of one case against one side gave.
 *
 * @param scenario key of the scenario
 * @param variant which case of it, {@code 100 subscribers}; may be empty
 * @param side name of what was measured: the target's, or that of a bare Netty server
 * @param reference it is only there for the target to be compared to
 * @param run from 1
 */
public record RunResult(
    String scenario,
    String variant,
    String side,
    boolean reference,
    int run,
    List<Figure> figures) {

  public RunResult {
    figures = List.copyOf(figures);
  }

  /** The figure of this name. */
  public Optional<Figure> figure(String name) {
    return figures.stream().filter(figure -> figure.name().equals(name)).findFirst();
  }
}
