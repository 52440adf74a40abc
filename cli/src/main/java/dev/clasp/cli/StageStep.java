package dev.clasp.cli;

import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Value;

/** Something that the demo stage wants sent. */
sealed interface StageStep {

  String address();

  /** A value to remember. */
  record Param(String address, Value value) implements StageStep {}

  record Event(String address, Value value) implements StageStep {}

  record Sample(String address, double level) implements StageStep {}

  record Touch(String address, int id, GesturePhase phase, Value value) implements StageStep {}
}
