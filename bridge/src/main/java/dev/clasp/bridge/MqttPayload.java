package dev.clasp.bridge;

import dev.clasp.protocol.Value;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Payloads as values and back, as the client of a broker and the adapter in the router have them
 * (bridges.md 8.3).
 */
public final class MqttPayload {

  private MqttPayload() {}

  /**
   * JSON becomes what it says, other numbers a float, other text a string, and what is not UTF-8
   * bytes. An empty payload is an empty string.
   */
  public static Value value(byte[] payload) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload)).toString();
    } catch (CharacterCodingException e) {
      return Value.of(payload);
    }
    Optional<Value> json = JsonValues.parse(text);
    if (json.isPresent()) {
      return json.get();
    }
    OptionalDouble number = number(text);
    return number.isPresent() ? Value.of(number.getAsDouble()) : Value.of(text);
  }

  /** Numbers that JSON does not have: {@code +5}, {@code .5}, {@code inf}, {@code NaN}. */
  private static OptionalDouble number(String text) {
    switch (text.toLowerCase(Locale.ROOT)) {
      case "nan", "+nan", "-nan" -> {
        return OptionalDouble.of(Double.NaN);
      }
      case "inf", "+inf", "infinity", "+infinity" -> {
        return OptionalDouble.of(Double.POSITIVE_INFINITY);
      }
      case "-inf", "-infinity" -> {
        return OptionalDouble.of(Double.NEGATIVE_INFINITY);
      }
      default -> {
        // Java would also take blanks around it, hexadecimal floats and a letter behind it.
        return text.length() <= 1000
                && text.matches("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?")
            ? OptionalDouble.of(Double.parseDouble(text))
            : OptionalDouble.empty();
      }
    }
  }

  /** Strings and bytes as they are; numbers without exponent and without {@code .0}; else JSON. */
  public static byte[] bytes(Value value) {
    return switch (value) {
      case Value.Bytes bytes -> bytes.value();
      case Value.Text(String text) -> text.getBytes(StandardCharsets.UTF_8);
      case Value.Float(double number) -> plain(number).getBytes(StandardCharsets.UTF_8);
      case Value.Null _, Value.Bool _, Value.Int _, Value.Array _, Value.Map _ ->
          JsonValues.text(value).getBytes(StandardCharsets.UTF_8);
    };
  }

  private static String plain(double number) {
    if (Double.isNaN(number)) {
      return "NaN";
    }
    if (Double.isInfinite(number)) {
      return number > 0 ? "inf" : "-inf";
    }
    if (number == 0) {
      return 1 / number > 0 ? "0" : "-0";
    }
    // The shortest digits that give the same number again.
    return new BigDecimal(Double.toString(number)).stripTrailingZeros().toPlainString();
  }
}
