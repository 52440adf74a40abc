package dev.clasp.transform;

import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A question about a value and the names in its address (bridges.md 15.2). A number is compared
 * with a number; any other value makes a comparison false. Immutable.
 */
final class Condition {

  private static final int MAX_DEPTH = 16;
  private static final int MAX_PARTS = 64;
  private static final List<String> TYPES =
      List.of("greater_than", "less_than", "equals", "in_range", "expression", "and", "or", "not");

  private interface Test {
    boolean of(Value value, Moment moment);
  }

  private final Value definition;
  private final Test test;

  private Condition(Value definition, Test test) {
    this.definition = definition;
    this.test = test;
  }

  /**
   * Reads a map with {@code type}, an expression as text, or a list of which all must be true.
   *
   * @throws MappingException it is none
   */
  static Condition parse(Value definition, String where, List<String> captures) {
    return parse(definition, where, captures, 0);
  }

  private static Condition parse(Value definition, String where, List<String> captures, int depth) {
    if (depth > MAX_DEPTH) {
      throw new MappingException(where, "conditions are nested more than " + MAX_DEPTH + " deep");
    }
    return switch (definition) {
      case Value.Text(String text) ->
          parse(
              Value.of(Map.of("type", Value.of("expression"), "expr", Value.of(text))),
              where,
              captures,
              depth);
      case Value.Array list ->
          parse(
              TransformParser.map("type", Value.of("and"), "conditions", list),
              where,
              captures,
              depth);
      default -> new Reader(captures, depth).read(Fields.of(definition, where, "a condition"));
    };
  }

  boolean test(Value value, Moment moment) {
    return test.of(value, moment);
  }

  Value definition() {
    return definition;
  }

  private record Reader(List<String> captures, int depth) {

    Condition read(Fields fields) {
      String type = fields.choice("type", "", TYPES);
      Test test =
          switch (type) {
            case "greater_than" -> {
              double bound = fields.number("value");
              yield (value, _) -> Numbers.of(value) > bound;
            }
            case "less_than" -> {
              double bound = fields.number("value");
              yield (value, _) -> Numbers.of(value) < bound;
            }
            case "equals" -> equal(fields);
            case "in_range" -> {
              double min = fields.number("min");
              double max = fields.number("max");
              yield (value, _) -> Numbers.of(value) >= min && Numbers.of(value) <= max;
            }
            case "expression" -> expression(fields);
            case "and" -> {
              List<Condition> parts = parts(fields);
              yield (value, moment) -> {
                for (Condition part : parts) {
                  if (!part.test(value, moment)) {
                    return false;
                  }
                }
                return true;
              };
            }
            case "or" -> {
              List<Condition> parts = parts(fields);
              yield (value, moment) -> {
                for (Condition part : parts) {
                  if (part.test(value, moment)) {
                    return true;
                  }
                }
                return false;
              };
            }
            default -> {
              Condition part =
                  parse(
                      fields.required("condition", "what must not be true"),
                      fields.at("condition"),
                      captures,
                      depth + 1);
              yield (value, moment) -> !part.test(value, moment);
            }
          };
      fields.done("the condition " + type);
      return new Condition(new Value.Map(fields.taken()), test);
    }

    private static Test equal(Fields fields) {
      Value wanted = fields.required("value", "what to compare with");
      if (!Numbers.is(wanted)) {
        return (value, _) -> value.equals(wanted);
      }
      double number = fields.number("value");
      double tolerance = fields.number("tolerance", 0.001);
      return (value, _) -> Math.abs(Numbers.of(value) - number) < tolerance;
    }

    private Test expression(Fields fields) {
      String text = fields.text("expr", "an expression such as value > 0.5");
      boolean strict = TransformParser.strict(fields);
      Expression expression = Expression.parse(text, strict, captures, fields.at("expr"));
      if (expression.usesState()) {
        throw fields.mistake("expr", "a condition does not know t, dt and prev");
      }
      return (value, moment) -> {
        Registers r = moment.registers;
        r.input = value;
        r.captures = moment.captures;
        r.index = moment.index;
        int kind = expression.eval(r);
        if (kind == Registers.BOOL) {
          return r.whole != 0;
        }
        if (moment.explaining()) {
          moment.note(
              "condition: "
                  + (kind == Registers.ERROR
                      ? r.error
                      : "true or false is wanted, not " + Registers.nameOf(kind)));
        }
        return false;
      };
    }

    private List<Condition> parts(Fields fields) {
      List<Value> given = fields.list("conditions", MAX_PARTS);
      List<Condition> parts = new ArrayList<>();
      for (int i = 0; i < given.size(); i++) {
        parts.add(
            parse(given.get(i), fields.at("conditions") + "[" + i + "]", captures, depth + 1));
      }
      return parts;
    }
  }
}
