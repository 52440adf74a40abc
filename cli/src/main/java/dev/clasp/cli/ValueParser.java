package dev.clasp.cli;

import dev.clasp.bridge.JsonValues;
import dev.clasp.protocol.Value;
import java.util.HexFormat;
import java.util.Locale;

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

  private ValueParser() {}

  /** JSON, and what is not JSON is a string. */
  static Value parse(String text) {
    return JsonValues.parse(text).orElseGet(() -> Value.of(text));
  }

  /** True if the text was probably meant as JSON but is none: quoting went wrong in the shell. */
  static boolean looksLikeBrokenJson(String text) {
    return (text.startsWith("{") || text.startsWith("[") || text.startsWith("\""))
        && JsonValues.parse(text).isEmpty();
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
          JsonValues.parse(text)
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
}
