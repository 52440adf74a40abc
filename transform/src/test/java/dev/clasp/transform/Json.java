package dev.clasp.transform;

import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON for tests, where names need no quotes and texts may have single ones. */
final class Json {

  private static final int MAX_DEPTH = 64;

  private final String text;
  private int at;
  private int depth;

  private Json(String text) {
    this.text = text;
  }

  /** Throws IllegalStateException for what is not JSON. */
  static Value of(String text) {
    Json json = new Json(text);
    Value value = json.value();
    json.blanks();
    if (json.at < text.length()) {
      throw new IllegalStateException("not JSON from " + json.at + ": " + text);
    }
    return value;
  }

  private void blanks() {
    while (at < text.length() && text.charAt(at) <= ' ') {
      at++;
    }
  }

  private boolean skip(char c) {
    blanks();
    if (at < text.length() && text.charAt(at) == c) {
      at++;
      return true;
    }
    return false;
  }

  private void expect(char c) {
    if (!skip(c)) {
      throw new IllegalStateException(c + " missing at " + at + ": " + text);
    }
  }

  private Value value() {
    blanks();
    if (++depth > MAX_DEPTH) {
      throw new IllegalStateException("too deep");
    }
    try {
      if (skip('{')) {
        Map<String, Value> entries = new LinkedHashMap<>();
        while (!skip('}')) {
          String key = word();
          expect(':');
          entries.put(key, value());
          if (!skip(',')) {
            expect('}');
            break;
          }
        }
        return new Value.Map(entries);
      }
      if (skip('[')) {
        List<Value> values = new ArrayList<>();
        while (!skip(']')) {
          values.add(value());
          if (!skip(',')) {
            expect(']');
            break;
          }
        }
        return new Value.Array(values);
      }
      return scalar();
    } finally {
      depth--;
    }
  }

  private Value scalar() {
    boolean quoted = at < text.length() && "'\"".indexOf(text.charAt(at)) >= 0;
    String word = word();
    if (quoted) {
      return Value.of(word);
    }
    return switch (word) {
      case "true" -> Value.TRUE;
      case "false" -> Value.FALSE;
      case "null" -> Value.NULL;
      default -> {
        if (word.matches("-?\\d{1,18}")) {
          yield Value.of(Long.parseLong(word));
        }
        double number = Numbers.parse(word);
        yield Double.isNaN(number) ? Value.of(word) : Value.of(number);
      }
    };
  }

  private String word() {
    blanks();
    if (at < text.length() && "'\"".indexOf(text.charAt(at)) >= 0) {
      char quote = text.charAt(at++);
      int end = text.indexOf(quote, at);
      if (end < 0) {
        throw new IllegalStateException("text without end: " + text);
      }
      String word = text.substring(at, end);
      at = end + 1;
      return word;
    }
    int from = at;
    while (at < text.length() && ":,{}[] \n".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    return text.substring(from, at);
  }
}
