package dev.clasp.cli;

import dev.clasp.protocol.Value;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;

/** Values as text: one line, safe to print whatever they contain (see {@link Printable}). */
final class ValueText {

  private final StringBuilder out = new StringBuilder();
  private final boolean json;

  private ValueText(boolean json) {
    this.json = json;
  }

  /**
   * JSON without spaces. What JSON does not have is {@code "NaN"}, {@code "Infinity"}, {@code
   * "-Infinity"}, and for bytes <code>{"$bytes":"base64"}</code>.
   */
  static String json(Value value) {
    ValueText text = new ValueText(true);
    text.append(value);
    return text.out.toString();
  }

  /** For people: like JSON with spaces; floats always have a point; bytes in hexadecimal. */
  static String human(Value value) {
    ValueText text = new ValueText(false);
    text.append(value);
    return text.out.toString();
  }

  /** A JSON string with its quotation marks. */
  static String quote(String string) {
    ValueText text = new ValueText(true);
    text.appendQuoted(string);
    return text.out.toString();
  }

  // The depth is bounded by the decoder of the values (wire.md 8).
  private void append(Value value) {
    switch (value) {
      case Value.Null _ -> out.append("null");
      case Value.Bool(boolean bool) -> out.append(bool);
      case Value.Int(long number) -> out.append(number);
      case Value.Float(double number) -> append(number);
      case Value.Text(String text) -> appendQuoted(text);
      case Value.Bytes bytes -> append(bytes);
      case Value.Array(var values) -> {
        String separator = "[";
        for (Value each : values) {
          out.append(separator);
          append(each);
          separator = json ? "," : ", ";
        }
        out.append(values.isEmpty() ? "[]" : "]");
      }
      case Value.Map(var entries) -> {
        String separator = "{";
        for (Map.Entry<String, Value> entry : entries.entrySet()) {
          out.append(separator);
          appendQuoted(entry.getKey());
          out.append(json ? ":" : ": ");
          append(entry.getValue());
          separator = json ? "," : ", ";
        }
        out.append(entries.isEmpty() ? "{}" : "}");
      }
    }
  }

  private void append(double number) {
    if (json && !Double.isFinite(number)) {
      out.append('"').append(number).append('"');
    } else {
      out.append(number);
    }
  }

  private void append(Value.Bytes bytes) {
    if (json) {
      out.append("{\"$bytes\":\"")
          .append(Base64.getEncoder().encodeToString(bytes.value()))
          .append("\"}");
    } else {
      out.append("0x").append(HexFormat.of().formatHex(bytes.value()));
    }
  }

  private void appendQuoted(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == '"') {
        out.append("\\\"");
      } else {
        Printable.appendEscaped(out, text, i);
      }
    }
    out.append('"');
  }
}
