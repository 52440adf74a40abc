package dev.clasp.transform;

import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one rule does with a signal, for a preview.
 *
 * @param rule its place in the list of rules, from 0; -1 for a signal that no rule has taken
 * @param name of the rule; may be empty
 * @param captures what the names in the pattern stand for
 * @param refusal why the rule did not take it; empty if it did
 * @param stages the value after each transform
 * @param notes what else is worth knowing: a value passed unchanged, a rate that holds it back
 * @param signals what comes out
 */
public record MappingStep(
    int rule,
    String name,
    Map<String, String> captures,
    Optional<String> refusal,
    List<Stage> stages,
    List<String> notes,
    List<MappedSignal> signals) {

  public MappingStep {
    captures = Map.copyOf(captures);
    stages = List.copyOf(stages);
    notes = List.copyOf(notes);
    signals = List.copyOf(signals);
  }

  /**
   * A transform and what it made.
   *
   * @param transform its type, for example {@code scale}
   * @param value empty if it dropped the value
   */
  public record Stage(String transform, Optional<Value> value) {}
}
