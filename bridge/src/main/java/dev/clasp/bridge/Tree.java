package dev.clasp.bridge;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A map in what a user wrote, which knows where it is. Its messages are lasting refusals. */
final class Tree {

  private static final Pattern DURATION = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(us|ms|s|m)");

  private final Map<String, Value> entries;
  private final String where;

  private Tree(Map<String, Value> entries, String where) {
    this.entries = entries;
    this.where = where;
  }

  /** Of a map, or of nothing. */
  static Tree of(Value value, String where) {
    return switch (value) {
      case Value.Map(var entries) -> new Tree(entries, where);
      case Value.Null _ -> new Tree(Map.of(), where);
      default ->
          throw BridgeException.lasting(
              (where.isEmpty() ? "this" : where) + " must be a map, not " + value);
    };
  }

  Map<String, Value> entries() {
    return entries;
  }

  private String path(String name) {
    return where.isEmpty() ? name : name.isEmpty() ? where : where + "." + name;
  }

  void allow(List<String> names) {
    for (String name : entries.keySet()) {
      if (!names.contains(name)) {
        throw BridgeException.lasting(
            path(name) + " does not exist; there are " + String.join(", ", names));
      }
    }
  }

  BridgeException refusal(String name, String why) {
    String path = path(name);
    return BridgeException.lasting(path.isEmpty() ? why : path + ": " + why);
  }

  BridgeException missing(String name) {
    return BridgeException.lasting(path(name) + " is missing");
  }

  /** With the place of this map in front, unless it is there. */
  BridgeException placed(BridgeException e) {
    String message = String.valueOf(e.getMessage());
    return where.isEmpty() || message.startsWith(where)
        ? e
        : BridgeException.lasting(where + ": " + message);
  }

  private BridgeException wanted(String name, String what) {
    return BridgeException.lasting(path(name) + " must be " + what + ", not " + entries.get(name));
  }

  Value value(String name) {
    return entries.getOrDefault(name, Value.NULL);
  }

  Tree child(String name) {
    return of(value(name), path(name));
  }

  Optional<String> text(String name) {
    return switch (value(name)) {
      case Value.Null _ -> Optional.empty();
      case Value.Text(String text) -> Optional.of(text);
      default -> throw wanted(name, "text");
    };
  }

  Optional<Boolean> flag(String name) {
    return switch (value(name)) {
      case Value.Null _ -> Optional.empty();
      case Value.Bool(boolean bool) -> Optional.of(bool);
      default -> throw wanted(name, "true or false");
    };
  }

  OptionalDouble number(String name) {
    return switch (value(name)) {
      case Value.Null _ -> OptionalDouble.empty();
      case Value.Int(long number) -> OptionalDouble.of(number);
      case Value.Float(double number) -> OptionalDouble.of(number);
      default -> throw wanted(name, "a number");
    };
  }

  List<Value> list(String name) {
    return switch (value(name)) {
      case Value.Null _ -> List.of();
      case Value.Array(var values) -> values;
      default -> throw wanted(name, "a list");
    };
  }

  /** In seconds, or text with a unit. */
  Optional<Duration> duration(String name) {
    if (value(name) instanceof Value.Text(String text)) {
      Matcher matcher = DURATION.matcher(text);
      if (!matcher.matches()) {
        throw wanted(name, "a time like 250ms or 5s");
      }
      double unit =
          switch (matcher.group(2)) {
            case "us" -> 1e3;
            case "ms" -> 1e6;
            case "s" -> 1e9;
            default -> 60e9;
          };
      return Optional.of(Duration.ofNanos(Math.round(Double.parseDouble(matcher.group(1)) * unit)));
    }
    OptionalDouble seconds = number(name);
    if (seconds.isEmpty()) {
      return Optional.empty();
    }
    if (!(seconds.getAsDouble() >= 0 && seconds.getAsDouble() <= 1e6)) {
      throw wanted(name, "a time like 250ms or 5s");
    }
    return Optional.of(Duration.ofNanos(Math.round(seconds.getAsDouble() * 1e9)));
  }

  <E extends Enum<E>> Optional<E> choice(String name, E[] all) {
    Optional<String> text = text(name);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    List<String> words = new ArrayList<>();
    for (E each : all) {
      String word = each.name().toLowerCase(Locale.ROOT);
      if (word.equals(text.get())) {
        return Optional.of(each);
      }
      words.add(word);
    }
    throw wanted(name, "one of " + String.join(", ", words));
  }
}
