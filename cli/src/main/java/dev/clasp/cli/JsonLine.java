package dev.clasp.cli;

import dev.clasp.protocol.Value;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** One JSON object on one line, safe to print (see {@link Printable}). Not thread-safe. */
final class JsonLine {

  private final StringBuilder out = new StringBuilder(128);

  private JsonLine key(String key) {
    out.append(out.isEmpty() ? "{" : ",").append('"').append(key).append("\":");
    return this;
  }

  JsonLine put(String key, String text) {
    key(key).out.append(ValueText.quote(text));
    return this;
  }

  JsonLine put(String key, Value value) {
    key(key).out.append(ValueText.json(value));
    return this;
  }

  JsonLine put(String key, long number) {
    key(key).out.append(number);
    return this;
  }

  JsonLine put(String key, boolean bool) {
    key(key).out.append(bool);
    return this;
  }

  /** A number with at most {@code digits} decimals. */
  JsonLine put(String key, double number, int digits) {
    double factor = Math.pow(10, digits);
    key(key).out.append(Math.round(number * factor) / factor);
    return this;
  }

  /** {@code null} if empty. Unsigned. */
  JsonLine put(String key, OptionalLong number) {
    key(key).out.append(number.isPresent() ? Long.toUnsignedString(number.getAsLong()) : "null");
    return this;
  }

  /** {@code null} if empty. Unsigned. */
  JsonLine put(String key, OptionalInt number) {
    key(key).out.append(number.isPresent() ? Integer.toUnsignedString(number.getAsInt()) : "null");
    return this;
  }

  /** {@code null} if empty. */
  JsonLine put(String key, Optional<String> text) {
    key(key).out.append(text.map(ValueText::quote).orElse("null"));
    return this;
  }

  JsonLine put(String key, Iterable<String> texts) {
    key(key);
    String separator = "[";
    for (String text : texts) {
      out.append(separator).append(ValueText.quote(text));
      separator = ",";
    }
    out.append(separator.equals("[") ? "[]" : "]");
    return this;
  }

  /** The line. */
  String end() {
    return out.isEmpty() ? "{}" : out.append('}').toString();
  }
}
