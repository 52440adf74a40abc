package dev.clasp.transform;

import dev.clasp.protocol.Value;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Something that can be set on a transform, for who makes a form of it. Immutable.
 *
 * @param standard what holds if nothing is given; {@link Value#NULL} for nothing
 * @param least smallest number that is taken
 * @param above a number that is too small already
 * @param most largest number that is taken
 * @param choices of {@link Kind#CHOICE}
 * @param help one sentence
 */
public record TransformParameter(
    String name,
    Kind kind,
    boolean required,
    Value standard,
    OptionalDouble least,
    OptionalDouble above,
    OptionalDouble most,
    List<String> choices,
    String help) {

  /** What values a parameter takes. */
  public enum Kind {
    NUMBER,
    /** A number without a fraction. */
    WHOLE,
    /** True or false. */
    SWITCH,
    TEXT,
    CHOICE,
    /** A map from texts to anything. */
    TABLE,
    /** A text in the language of docs/mapping.md. */
    EXPRESSION,
    /** A text, RFC 9535. */
    JSON_PATH,
    /** The name of a curve, or a map. */
    CURVE,
    /** An expression, a list of conditions, or a map. */
    CONDITION,
    /** Another transform. */
    TRANSFORM,
    /** A list of transforms. */
    TRANSFORMS,
    /** Numbers of elements or names of members, one or a list. */
    KEYS,
    ANY
  }

  public TransformParameter {
    choices = List.copyOf(choices);
  }

  /** Nothing holds if it is not given. */
  TransformParameter optional() {
    return new TransformParameter(name, kind, false, Value.NULL, least, above, most, choices, help);
  }

  TransformParameter withHelp(String sentence) {
    return new TransformParameter(
        name, kind, required, standard, least, above, most, choices, sentence);
  }
}
