package dev.clasp.bridgemqtt;

import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The simple templates that devices tell Home Assistant: {@code {{ value_json.a['b'][0] }}}, with
 * {@code | float}, {@code | int}, {@code | round(2)} and what changes nothing behind it.
 *
 * @param json false: the payload itself
 * @param path keys and indices into it
 */
record ValueTemplate(boolean json, List<String> path, List<String> filters) {

  static final ValueTemplate PLAIN = new ValueTemplate(false, List.of(), List.of());

  private static final int MAX_LENGTH = 1000;

  private static final Pattern WHOLE =
      Pattern.compile("\\s*\\{\\{-?\\s*(value_json|value)([^|{}]*)((?:\\|[^|{}]*)*)-?\\}\\}\\s*");

  private static final Pattern STEP =
      Pattern.compile(
          "\\.([A-Za-z_][A-Za-z0-9_]*)|\\[\\s*'([^']*)'\\s*\\]|\\[\\s*\"([^\"]*)\"\\s*\\]|\\[\\s*(\\d{1,6})\\s*\\]");

  private static final Pattern FILTER =
      Pattern.compile(
          "(float|int|round|is_defined|default|string|bool|lower|upper)(?:\\(([^()]*)\\))?");

  /** Reads one; empty if it is beyond these. */
  static Optional<ValueTemplate> parse(String text) {
    if (text.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    Matcher whole = WHOLE.matcher(text);
    if (!whole.matches()) {
      return Optional.empty();
    }
    boolean json = whole.group(1).equals("value_json");
    List<String> path = new ArrayList<>();
    String steps = whole.group(2).strip();
    Matcher step = STEP.matcher(steps);
    int at = 0;
    while (at < steps.length()) {
      if (!step.find(at) || step.start() != at) {
        return Optional.empty();
      }
      for (int group = 1; group <= 4; group++) {
        if (step.group(group) != null) {
          path.add(step.group(group));
        }
      }
      at = step.end();
    }
    if (!json && !path.isEmpty()) {
      return Optional.empty();
    }
    List<String> filters = new ArrayList<>();
    for (String part : whole.group(3).split("\\|", -1)) {
      String filter = part.strip();
      if (!filter.isEmpty()) {
        if (!FILTER.matcher(filter).matches()) {
          return Optional.empty();
        }
        filters.add(filter);
      }
    }
    return Optional.of(new ValueTemplate(json, path, filters));
  }

  /** What it makes of a payload; empty if there is nothing at its path. */
  Optional<Value> value(Value payload) {
    Value at = payload;
    for (String step : path) {
      Value next =
          switch (at) {
            case Value.Map(Map<String, Value> entries) -> entries.getOrDefault(step, Value.NULL);
            case Value.Array(List<Value> values)
                when step.chars().allMatch(c -> c >= '0' && c <= '9')
                    && step.length() <= 6
                    && Integer.parseInt(step) < values.size() ->
                values.get(Integer.parseInt(step));
            default -> Value.NULL;
          };
      if (next.equals(Value.NULL)) {
        return Optional.empty();
      }
      at = next;
    }
    for (String filter : filters) {
      at = filtered(filter, at);
    }
    return Optional.of(at);
  }

  private static Value filtered(String filter, Value value) {
    int bracket = filter.indexOf('(');
    String argument = bracket < 0 ? "" : filter.substring(bracket + 1, filter.length() - 1).strip();
    return switch (bracket < 0 ? filter : filter.substring(0, bracket)) {
      case "float" -> number(value).map(n -> Value.of((double) n)).orElse(value);
      case "int" -> number(value).map(n -> Value.of((long) (double) n)).orElse(value);
      case "round" -> number(value).map(n -> round(n, argument)).orElse(value);
      case "lower" ->
          value instanceof Value.Text(String text)
              ? Value.of(text.toLowerCase(java.util.Locale.ROOT))
              : value;
      case "upper" ->
          value instanceof Value.Text(String text)
              ? Value.of(text.toUpperCase(java.util.Locale.ROOT))
              : value;
      default -> value;
    };
  }

  private static Value round(double number, String argument) {
    int digits = argument.matches("[0-9]") ? argument.charAt(0) - '0' : 0;
    double scale = Math.pow(10, digits);
    double scaled = number * scale;
    return Value.of(Math.abs(scaled) < 1e15 ? Math.rint(scaled) / scale : number);
  }

  private static Optional<Double> number(Value value) {
    return switch (value) {
      case Value.Int(long n) -> Optional.of((double) n);
      case Value.Float(double n) -> Optional.of(n);
      case Value.Text(String text) ->
          PayloadFormat.NUMBER
              .value(text.getBytes(java.nio.charset.StandardCharsets.UTF_8))
              .flatMap(ValueTemplate::number);
      case Value.Null _, Value.Bool _, Value.Bytes _, Value.Array _, Value.Map _ ->
          Optional.empty();
    };
  }
}
