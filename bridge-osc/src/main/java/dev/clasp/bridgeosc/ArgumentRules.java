package dev.clasp.bridgeosc;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.osc.OscException;
import dev.clasp.osc.OscPattern;
import dev.clasp.osc.OscValues;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What certain messages need: type tags, and ranges of numbers. Immutable; the first match counts.
 */
final class ArgumentRules {

  private record Typed(OscPattern pattern, String tags) {}

  private record Ranged(OscPattern pattern, double least, double most) {}

  private final List<Typed> typed;
  private final List<Ranged> ranged;

  private ArgumentRules(List<Typed> typed, List<Ranged> ranged) {
    this.typed = List.copyOf(typed);
    this.ranged = List.copyOf(ranged);
  }

  /** Maps from patterns to tags, and to lists of least and most. */
  static ArgumentRules parse(Value types, Value ranges) {
    List<Typed> typed = new ArrayList<>();
    entries("types", types)
        .forEach((pattern, value) -> typed.add(new Typed(pattern("types", pattern), tags(value))));
    List<Ranged> ranged = new ArrayList<>();
    entries("ranges", ranges)
        .forEach((pattern, value) -> ranged.add(range(pattern("ranges", pattern), value)));
    return new ArgumentRules(typed, ranged);
  }

  private static Map<String, Value> entries(String setting, Value value) {
    return switch (value) {
      case Value.Null _ -> Map.of();
      case Value.Map(var entries) -> entries;
      default ->
          throw BridgeException.lasting(setting + " must be a map from OSC patterns, not " + value);
    };
  }

  private static OscPattern pattern(String setting, String text) {
    try {
      return OscPattern.compile(text);
    } catch (OscException e) {
      throw BridgeException.lasting(setting + ": " + e.getMessage());
    }
  }

  private static String tags(Value value) {
    if (!(value instanceof Value.Text(String tags))
        || tags.chars().anyMatch(tag -> OscValues.TAGS.indexOf(tag) < 0)) {
      throw BridgeException.lasting("types: tags are of " + OscValues.TAGS + ", not " + value);
    }
    return tags;
  }

  private static Ranged range(OscPattern pattern, Value value) {
    if (value instanceof Value.Array(var ends) && ends.size() == 2) {
      double least = number(ends.getFirst());
      double most = number(ends.getLast());
      if (least <= most) {
        return new Ranged(pattern, least, most);
      }
    }
    throw BridgeException.lasting("ranges: " + pattern + " needs [least, most], not " + value);
  }

  private static double number(Value value) {
    return switch (value) {
      case Value.Int(long number) -> number;
      case Value.Float(double number) -> number;
      default -> Double.NaN;
    };
  }

  /** The tags that a message to this address must have. */
  Optional<String> tags(String oscAddress) {
    for (Typed rule : typed) {
      if (rule.pattern().matches(oscAddress)) {
        return Optional.of(rule.tags());
      }
    }
    return Optional.empty();
  }

  /** Brings the numbers of a value into the range of its address. */
  Value clamp(String oscAddress, Value value) {
    for (Ranged rule : ranged) {
      if (rule.pattern().matches(oscAddress)) {
        return clamp(rule, value);
      }
    }
    return value;
  }

  private static Value clamp(Ranged rule, Value value) {
    return switch (value) {
      case Value.Int(long number) when number < rule.least() ->
          Value.of((long) Math.ceil(rule.least()));
      case Value.Int(long number) when number > rule.most() ->
          Value.of((long) Math.floor(rule.most()));
      case Value.Float(double number) ->
          Value.of(Double.isNaN(number) ? number : Math.clamp(number, rule.least(), rule.most()));
      case Value.Array(var values) ->
          Value.of(values.stream().map(each -> clamp(rule, each)).toList());
      default -> value;
    };
  }
}
