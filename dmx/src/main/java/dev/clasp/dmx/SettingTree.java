package dev.clasp.dmx;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A map of a setting while it is read; what is wrong is told with its place. */
record SettingTree(Map<String, Value> entries, String where) {

  /** A map with these entries at most. */
  static SettingTree of(Value value, String where, Set<String> allowed) {
    SettingTree tree = new SettingTree(map(value, where), where);
    for (String key : tree.entries.keySet()) {
      if (!allowed.contains(key)) {
        throw refusal(where + " has no " + key + "; it has " + String.join(", ", sorted(allowed)));
      }
    }
    return tree;
  }

  private static List<String> sorted(Set<String> names) {
    return names.stream().sorted().toList();
  }

  /** A map with any entries; nothing is an empty one. */
  static Map<String, Value> map(Value value, String where) {
    return switch (value) {
      case Value.Map(var entries) -> entries;
      case Value.Null _ -> Map.of();
      default -> throw refusal(where + " must be a map");
    };
  }

  /** Nothing is an empty list. */
  static List<Value> list(Value value, String where) {
    return switch (value) {
      case Value.Array(var values) -> values;
      case Value.Null _ -> List.of();
      default -> throw refusal(where + " must be a list");
    };
  }

  static BridgeException refusal(String what) {
    return BridgeException.lasting(what);
  }

  Value value(String key) {
    return entries.getOrDefault(key, Value.NULL);
  }

  /** A name that can be a segment of an address. */
  String name(String key) {
    if (value(key) instanceof Value.Text(String text)
        && !text.isBlank()
        && text.length() <= 64
        && text.chars().noneMatch(c -> "/*{}$?[]#+".indexOf(c) >= 0 || c < ' ')) {
      return text;
    }
    throw refusal(place(key) + " must be a name, without / * { } $ ? [ ] # +");
  }

  Optional<String> text(String key) {
    return switch (value(key)) {
      case Value.Text(String text) -> Optional.of(text);
      case Value.Null _ -> Optional.empty();
      default -> throw refusal(place(key) + " must be a text");
    };
  }

  Optional<Integer> whole(String key, int least, int most) {
    return switch (value(key)) {
      case Value.Null _ -> Optional.empty();
      case Value.Int(long number) when number >= least && number <= most ->
          Optional.of((int) number);
      default ->
          throw refusal(place(key) + " must be a whole number from " + least + " to " + most);
    };
  }

  int needed(String key, int least, int most) {
    return whole(key, least, most)
        .orElseThrow(
            () -> refusal(place(key) + " is missing: a number from " + least + " to " + most));
  }

  double number(String key, double otherwise) {
    double number =
        switch (value(key)) {
          case Value.Null _ -> otherwise;
          case Value.Int(long whole) -> whole;
          case Value.Float(double real) -> real;
          default -> Double.NaN;
        };
    if (!Double.isFinite(number)) {
      throw refusal(place(key) + " must be a number");
    }
    return number;
  }

  boolean flag(String key, boolean otherwise) {
    return switch (value(key)) {
      case Value.Null _ -> otherwise;
      case Value.Bool(boolean on) -> on;
      default -> throw refusal(place(key) + " must be true or false");
    };
  }

  String place(String key) {
    return where + "." + key;
  }
}
