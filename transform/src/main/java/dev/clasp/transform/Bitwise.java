package dev.clasp.transform;

import dev.clasp.protocol.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** On the 64 bits of a whole number; shift counts and bit numbers modulo 64. */
final class Bitwise extends NumberTransform {

  static final List<String> OPERATIONS =
      List.of(
          "and",
          "or",
          "xor",
          "not",
          "shift_left",
          "shift_right",
          "get_bit",
          "set_bit",
          "clear_bit");

  private interface Operation {
    long of(long bits);
  }

  private final Operation operation;

  Bitwise(Value definition, String name, long operand, @Nullable Value inverse) {
    super(definition, inverse);
    this.operation =
        switch (name) {
          case "and" -> bits -> bits & operand;
          case "or" -> bits -> bits | operand;
          case "xor" -> bits -> bits ^ operand;
          case "not" -> bits -> ~bits;
          case "shift_left" -> bits -> bits << operand;
          case "shift_right" -> bits -> bits >> operand;
          case "get_bit" -> bits -> bits >> operand & 1;
          case "set_bit" -> bits -> bits | 1L << operand;
          default -> bits -> bits & ~(1L << operand);
        };
  }

  @Override
  Value number(Value value, double x, TransformState state, Moment moment) {
    return Value.of(operation.of(value instanceof Value.Int(long bits) ? bits : (long) x));
  }
}
