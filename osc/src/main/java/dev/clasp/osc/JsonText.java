package dev.clasp.osc;

import dev.clasp.protocol.Value;

/**
 * Values as JSON without spaces, for maps in texts. Bytes become an array of integers, NaN and
 * infinities null (bridges.md 2.6). Only this direction; that is why no library is needed.
 */
final class JsonText {

  private JsonText() {}

  static String of(Value value) {
    StringBuilder out = new StringBuilder();
    append(out, value);
    return out.toString();
  }

  // The depth is bounded by the decoder of the values (wire.md 8).
  private static void append(StringBuilder out, Value value) {
    switch (value) {
      case Value.Null _ -> out.append("null");
      case Value.Bool(boolean bool) -> out.append(bool);
      case Value.Int(long number) -> out.append(number);
      case Value.Float(double number) -> {
        if (Double.isFinite(number)) {
          out.append(number);
        } else {
          out.append("null");
        }
      }
      case Value.Text(String text) -> quoted(out, text);
      case Value.Bytes bytes -> {
        char before = '[';
        for (byte b : bytes.value()) {
          out.append(before).append(b & 0xFF);
          before = ',';
        }
        out.append(before == '[' ? "[]" : "]");
      }
      case Value.Array(var values) -> {
        out.append('[');
        for (int i = 0; i < values.size(); i++) {
          if (i > 0) {
            out.append(',');
          }
          append(out, values.get(i));
        }
        out.append(']');
      }
      case Value.Map(var entries) -> {
        out.append('{');
        boolean more = false;
        for (var entry : entries.entrySet()) {
          if (more) {
            out.append(',');
          }
          more = true;
          quoted(out, entry.getKey());
          out.append(':');
          append(out, entry.getValue());
        }
        out.append('}');
      }
    }
  }

  private static void quoted(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < ' ') {
            out.append("\\u00").append(c < 16 ? '0' : '1').append(Character.forDigit(c & 15, 16));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
