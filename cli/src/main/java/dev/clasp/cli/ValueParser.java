package dev.clasp.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads a value that a person typed. */
final class ValueParser {

  /** Kinds that a person can force. */
  enum Kind {
    STRING,
    INT,
    FLOAT,
    BOOL,
    JSON,
    BYTES
  }

  /** Deeper ones cannot be sent (wire.md 8). */
  private static final int MAX_DEPTH = 64;

  private static final BigInteger MIN_LONG = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MAX_LONG = BigInteger.valueOf(Long.MAX_VALUE);

  private ValueParser() {}

  /** JSON, and what is not JSON is a string. */
  static Value parse(String text) {
    return parseJson(text).orElseGet(() -> Value.of(text));
  }

  /** True if the text was probably meant as JSON but is none: quoting went wrong in the shell. */
  static boolean looksLikeBrokenJson(String text) {
    return (text.startsWith("{") || text.startsWith("[") || text.startsWith("\""))
        && parseJson(text).isEmpty();
  }

  /**
   * A value of a kind.
   *
   * @throws IllegalArgumentException the text is no such value; the message says why
   */
  static Value parse(String text, Kind kind) {
    return switch (kind) {
      case STRING -> Value.of(text);
      case INT -> Value.of(integer(text));
      case FLOAT -> Value.of(floatingPoint(text));
      case BOOL -> Value.of(bool(text));
      case JSON ->
          parseJson(text)
              .orElseThrow(() -> new IllegalArgumentException(quoted(text) + " is not JSON"));
      case BYTES -> Value.of(bytes(text));
    };
  }

  private static long integer(String text) {
    try {
      return Long.decode(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(quoted(text) + " is not an integer of 64 bits", e);
    }
  }

  private static double floatingPoint(String text) {
    switch (text.toLowerCase(Locale.ROOT)) {
      case "nan" -> {
        return Double.NaN;
      }
      case "inf", "+inf", "infinity", "+infinity" -> {
        return Double.POSITIVE_INFINITY;
      }
      case "-inf", "-infinity" -> {
        return Double.NEGATIVE_INFINITY;
      }
      default -> {
        try {
          return Double.parseDouble(text);
        } catch (NumberFormatException e) {
          throw new IllegalArgumentException(quoted(text) + " is not a number", e);
        }
      }
    }
  }

  private static boolean bool(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true", "on", "yes", "1" -> true;
      case "false", "off", "no", "0" -> false;
      default ->
          throw new IllegalArgumentException(
              quoted(text) + " is not a bool: true or false, on or off, yes or no, 1 or 0");
    };
  }

  private static byte[] bytes(String text) {
    String digits = text.startsWith("0x") ? text.substring(2) : text;
    try {
      return HexFormat.of().parseHex(digits);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          quoted(text) + " is not hexadecimal: two digits for each byte, such as 00ff7f", e);
    }
  }

  private static String quoted(String text) {
    return "'" + Printable.escape(text) + "'";
  }

  // --- JSON --------------------------------------------------------------------------------------

  private static Optional<Value> parseJson(String text) {
    try (JsonParser parser = Json.FACTORY.createParser(text)) {
      if (parser.nextToken() == null) {
        return Optional.empty();
      }
      Value value = value(parser);
      return parser.nextToken() == null ? Optional.of(value) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Apart, so that commands without a value do not load it. */
  private static final class Json {
    static final JsonFactory FACTORY =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(1000)
                    .build())
            .build();
  }

  private static Value value(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    return switch (token) {
      case VALUE_NULL -> Value.NULL;
      case VALUE_TRUE -> Value.TRUE;
      case VALUE_FALSE -> Value.FALSE;
      case VALUE_STRING -> Value.of(parser.getText());
      case VALUE_NUMBER_INT -> integer(parser.getBigIntegerValue());
      case VALUE_NUMBER_FLOAT -> Value.of(parser.getDoubleValue());
      case START_ARRAY -> array(parser);
      case START_OBJECT -> map(parser);
      case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT ->
          throw new IOException("not a value: " + token);
    };
  }

  /** An integer beyond 64 bits goes as the nearest float. */
  private static Value integer(BigInteger number) {
    return number.compareTo(MIN_LONG) >= 0 && number.compareTo(MAX_LONG) <= 0
        ? Value.of(number.longValue())
        : Value.of(number.doubleValue());
  }

  private static Value array(JsonParser parser) throws IOException {
    List<Value> values = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      values.add(value(parser));
    }
    return Value.of(values);
  }

  private static Value map(JsonParser parser) throws IOException {
    Map<String, Value> entries = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      parser.nextToken();
      entries.put(key, value(parser));
    }
    return Value.of(entries);
  }
}
