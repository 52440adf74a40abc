package dev.clasp.transform;

import dev.clasp.protocol.Value;
import dev.clasp.transform.TransformParameter.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A map of a definition, read entry by entry; what nobody asks for is a mistake. Null is absent.
 */
final class Fields {

  private final Map<String, Value> given;
  private final String where;
  private final Set<String> known = new LinkedHashSet<>();

  /** Hears what is asked for; normally nobody does. */
  private final @Nullable Questions questions;

  Fields(Map<String, Value> given, String where) {
    this(given, where, null);
  }

  Fields(Map<String, Value> given, String where, @Nullable Questions questions) {
    this.given = given;
    this.where = where;
    this.questions = questions;
  }

  /** For descriptions: what kind of value it really is, beyond what the questions say. */
  void is(String key, Kind kind) {
    if (questions != null) {
      questions.is(key, kind);
    }
  }

  private void asked(String key, Kind kind, boolean required, Value standard) {
    if (questions != null) {
      questions.ask(key, kind, required, standard);
    }
  }

  private static Value finite(double number) {
    return Double.isFinite(number) ? Value.of(number) : Value.NULL;
  }

  /**
   * Sees that it is a map.
   *
   * @param what for example {@code a rule}
   */
  static Fields of(Value value, String where, String what) {
    if (value instanceof Value.Map(Map<String, Value> entries)) {
      return new Fields(entries, where);
    }
    throw new MappingException(where, what + " is a map, not " + shown(value));
  }

  /** A value for a message, never long. */
  static String shown(Value value) {
    return switch (value) {
      case Value.Null _ -> "null";
      case Value.Bool(boolean x) -> Boolean.toString(x);
      case Value.Int(long x) -> Long.toString(x);
      case Value.Float(double x) -> Numbers.text(x);
      case Value.Text(String x) -> "'" + (x.length() > 60 ? x.substring(0, 60) + "..." : x) + "'";
      case Value.Bytes _ -> "bytes";
      case Value.Array _ -> "a list";
      case Value.Map _ -> "a map";
    };
  }

  String where() {
    return where;
  }

  String at(String key) {
    return where.isEmpty() ? key : where + "." + key;
  }

  MappingException mistake(String key, String message) {
    return new MappingException(at(key), message);
  }

  boolean has(String key) {
    known.add(key);
    return given.containsKey(key) && !given.get(key).equals(Value.NULL);
  }

  /** {@link Value#NULL} if it is not there. */
  Value tree(String key) {
    known.add(key);
    return given.getOrDefault(key, Value.NULL);
  }

  Value required(String key, String what) {
    asked(key, Kind.ANY, true, Value.NULL);
    if (!has(key)) {
      throw mistake(key, "is missing: " + what);
    }
    return tree(key);
  }

  double number(String key) {
    asked(key, Kind.NUMBER, true, Value.NULL);
    return number(key, required(key, "a number"));
  }

  double number(String key, double otherwise) {
    asked(key, Kind.NUMBER, false, finite(otherwise));
    return has(key) ? number(key, tree(key)) : otherwise;
  }

  private double number(String key, Value value) {
    double number = Numbers.of(value);
    if (!Double.isFinite(number)) {
      throw mistake(key, "must be a finite number, not " + shown(value));
    }
    return number;
  }

  double positive(String key, double otherwise) {
    if (questions != null) {
      questions.above(key, 0, finite(otherwise));
    }
    double number = has(key) ? number(key) : otherwise;
    if (!(number > 0)) {
      throw mistake(key, "must be more than 0, not " + Numbers.text(number));
    }
    return number;
  }

  int whole(String key, long least, long most, int otherwise) {
    if (questions != null) {
      questions.whole(key, least, most, Value.of(otherwise));
    }
    if (!has(key)) {
      return otherwise;
    }
    Value value = tree(key);
    double number = Numbers.of(value);
    if (number != Math.rint(number) || !(number >= least && number <= most)) {
      throw mistake(
          key, "must be a whole number from " + least + " to " + most + ", not " + shown(value));
    }
    return (int) number;
  }

  String text(String key, String what) {
    asked(key, Kind.TEXT, true, Value.NULL);
    return text(key).orElseThrow(() -> mistake(key, "is missing: " + what));
  }

  Optional<String> text(String key) {
    asked(key, Kind.TEXT, false, Value.NULL);
    if (!has(key)) {
      return Optional.empty();
    }
    if (tree(key) instanceof Value.Text(String text)) {
      return Optional.of(text);
    }
    throw mistake(key, "must be a text, not " + shown(tree(key)));
  }

  String choice(String key, String otherwise, List<String> choices) {
    if (questions != null) {
      questions.choice(key, otherwise, choices);
    }
    String text = text(key).orElse(otherwise);
    if (!choices.contains(text)) {
      throw mistake(key, "must be one of " + String.join(", ", choices) + ", not '" + text + "'");
    }
    return text;
  }

  boolean flag(String key, boolean otherwise) {
    asked(key, Kind.SWITCH, false, Value.of(otherwise));
    if (!has(key)) {
      return otherwise;
    }
    if (tree(key) instanceof Value.Bool(boolean flag)) {
      return flag;
    }
    throw mistake(key, "must be true or false, not " + shown(tree(key)));
  }

  /** Empty if it is not there. */
  List<Value> list(String key, int most) {
    if (!has(key)) {
      return List.of();
    }
    if (tree(key) instanceof Value.Array(List<Value> values)) {
      if (values.size() > most) {
        throw mistake(key, "has more than " + most + " entries");
      }
      return values;
    }
    throw mistake(key, "must be a list, not " + shown(tree(key)));
  }

  /** A text, or a list of texts. */
  List<String> texts(String key, int most) {
    if (tree(key) instanceof Value.Text(String text)) {
      return List.of(text);
    }
    List<String> texts = new ArrayList<>();
    for (Value value : list(key, most)) {
      if (!(value instanceof Value.Text(String text))) {
        throw mistake(key, "must hold texts, not " + shown(value));
      }
      texts.add(text);
    }
    return texts;
  }

  Map<String, Value> entries(String key, int most) {
    asked(key, Kind.TABLE, false, Value.NULL);
    if (!has(key)) {
      return Map.of();
    }
    if (tree(key) instanceof Value.Map(Map<String, Value> entries)) {
      if (entries.size() > most) {
        throw mistake(key, "has more than " + most + " entries");
      }
      return entries;
    }
    throw mistake(key, "must be a map, not " + shown(tree(key)));
  }

  /** What was given and asked for, in the order of the asking. */
  Map<String, Value> taken() {
    Map<String, Value> taken = new LinkedHashMap<>();
    for (String key : known) {
      if (has(key)) {
        taken.put(key, tree(key));
      }
    }
    return taken;
  }

  /** Refuses keys that nobody has asked for. */
  void done(String what) {
    for (String key : given.keySet()) {
      if (!known.contains(key)) {
        throw mistake(key, "is not known; " + what + " takes " + String.join(", ", known));
      }
    }
  }
}
