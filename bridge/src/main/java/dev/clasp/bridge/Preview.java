package dev.clasp.bridge;

import dev.clasp.transform.MappedSignal;
import dev.clasp.transform.MappingStep;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * What a mapping would make of a signal.
 *
 * @param results in order; empty if it would go nowhere
 * @param steps what each rule does with it, in sentences
 * @param rules the same for programs
 * @param note why, if there is something to say; may be empty
 */
public record Preview(
    MappedSignal sample,
    List<MappedSignal> results,
    List<String> steps,
    List<MappingStep> rules,
    String note) {
  public Preview {
    results = List.copyOf(results);
    steps = List.copyOf(steps);
    rules = List.copyOf(rules);
  }

  /** {@code rule 1 (faders): n = 3; scale: 127.5}. */
  static String sentence(MappingStep step) {
    StringBuilder text = new StringBuilder();
    text.append(step.rule() < 0 ? "no rule" : "rule " + (step.rule() + 1));
    if (!step.name().isEmpty()) {
      text.append(" (").append(step.name()).append(')');
    }
    List<String> parts = new ArrayList<>();
    new TreeMap<>(step.captures()).forEach((name, part) -> parts.add(name + " = " + part));
    for (MappingStep.Stage stage : step.stages()) {
      parts.add(
          stage.transform() + ": " + stage.value().map(JsonValues::text).orElse("drops the value"));
    }
    parts.addAll(step.notes());
    step.refusal().ifPresent(parts::add);
    for (MappedSignal signal : step.signals()) {
      parts.add("gives " + signal.address());
    }
    return parts.isEmpty() ? text.toString() : text + ": " + String.join("; ", parts);
  }
}
