package dev.clasp.midi;

import java.util.OptionalInt;

/** What control changes mean together. Channels are 0 to 15. */
public sealed interface ControllerEvent {

  int channel();

  /** An ordinary controller. */
  record Single(int channel, int controller, int value) implements ControllerEvent {}

  /**
   * A controller of 14 bits.
   *
   * @param controller 0 to 31, the one with the upper bits
   * @param value 0 to 16383
   */
  record Fine(int channel, int controller, int value) implements ControllerEvent {}

  /**
   * A parameter.
   *
   * @param number 0 to 16382
   * @param value 0 to 16383
   */
  record Parameter(int channel, ParameterKind kind, int number, int value)
      implements ControllerEvent {}

  /**
   * A parameter goes up or down.
   *
   * @param steps 1 or -1
   * @param value what it is then, if it was known
   */
  record Step(int channel, ParameterKind kind, int number, int steps, OptionalInt value)
      implements ControllerEvent {}

  /**
   * A program with the bank that was chosen before.
   *
   * @param bank 0 to 16383; empty if none was
   */
  record Program(int channel, OptionalInt bank, int program) implements ControllerEvent {}
}
