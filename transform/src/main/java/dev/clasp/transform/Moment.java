package dev.clasp.transform;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The circumstances of one value on its way. Used again for the next one. */
final class Moment {

  final Registers registers = new Registers();
  long nanos;

  /** Which element of an array it is. */
  int index;

  /** By slot of the rule; null where the address has none. */
  @Nullable String[] captures = {};

  /** How much the states have grown, see {@link TransformState#cells}. */
  long cells;

  private @Nullable List<String> notes;
  private @Nullable List<MappingStep.Stage> stages;

  /** From now on, what happens is written down. */
  void explain() {
    notes = new ArrayList<>();
    stages = new ArrayList<>();
  }

  boolean explaining() {
    return notes != null;
  }

  void note(String what) {
    if (notes != null) {
      notes.add(what);
    }
  }

  void stage(MappingStep.Stage stage) {
    if (stages != null) {
      stages.add(stage);
    }
  }

  List<String> notes() {
    return notes == null ? List.of() : notes;
  }

  List<MappingStep.Stage> stages() {
    return stages == null ? List.of() : stages;
  }
}
