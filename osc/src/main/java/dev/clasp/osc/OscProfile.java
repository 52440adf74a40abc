package dev.clasp.osc;

import dev.clasp.osc.OscArgument.Impulse;
import dev.clasp.osc.OscArgument.Nil;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.util.List;

/** What kind of signal a message is (bridges.md 3.8). */
public enum OscProfile {

  /** Always a parameter, as the reference has it; no arguments are null. */
  COMPATIBLE,

  /**
   * A message without arguments, or whose only one is {@code I} or {@code N}, is an event without a
   * value: a cue, a bang. Everything else is a parameter.
   */
  STANDARD;

  public SignalType type(List<OscArgument> arguments) {
    return this == STANDARD && bang(arguments) ? SignalType.EVENT : SignalType.PARAM;
  }

  public Value value(List<OscArgument> arguments) {
    return this == STANDARD && bang(arguments) ? Value.NULL : OscValues.value(arguments);
  }

  /**
   * Arguments for a signal. A null is {@code N}, but nothing at all if it is an event ({@code
   * STANDARD}), or always ({@code COMPATIBLE}, as the reference sends it).
   */
  public List<OscArgument> arguments(SignalType type, Value value, OscStyle style) {
    return value.equals(Value.NULL) && (this == COMPATIBLE || type != SignalType.PARAM)
        ? List.of()
        : OscValues.arguments(value, style);
  }

  private static boolean bang(List<OscArgument> arguments) {
    return arguments.isEmpty()
        || arguments.size() == 1
            && (arguments.getFirst() instanceof Impulse || arguments.getFirst() instanceof Nil);
  }
}
