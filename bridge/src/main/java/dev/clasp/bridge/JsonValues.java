package dev.clasp.bridge;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.PrettyPrinter;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Values as JSON text, as every bridge reads and writes them (bridges.md 2.6). Thread-safe. */
public final class JsonValues {

  /** Deeper ones cannot be sent (wire.md 8). */
  private static final int MAX_DEPTH = 64;

  private static final BigInteger MIN_LONG = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MAX_LONG = BigInteger.valueOf(Long.MAX_VALUE);

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(1000)
                  .build())
          .build();

  private JsonValues() {}

  /**
   * The value of a JSON text: integers of 64 bits stay integers, all other numbers become floats.
   *
   * @return empty if the whole text is not one JSON value of at most 64 levels
   */
  public static Optional<Value> parse(String text) {
    try (JsonParser parser = FACTORY.createParser(text)) {
      if (parser.nextToken() == null) {
        return Optional.empty();
      }
      Value value = value(parser);
      return parser.nextToken() == null ? Optional.of(value) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
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
      case START_ARRAY -> {
        List<Value> values = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          values.add(value(parser));
        }
        yield Value.of(values);
      }
      case START_OBJECT -> {
        Map<String, Value> entries = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String key = parser.currentName();
          parser.nextToken();
          entries.put(key, value(parser));
        }
        yield Value.of(entries);
      }
      case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT ->
          throw new IOException("not a value: " + token);
    };
  }

  private static Value integer(BigInteger number) {
    return number.compareTo(MIN_LONG) >= 0 && number.compareTo(MAX_LONG) <= 0
        ? Value.of(number.longValue())
        : Value.of(number.doubleValue());
  }

  /**
   * A value as JSON without spaces. JSON has neither bytes nor NaN and infinities: bytes become an
   * array of integers from 0 to 255, the others {@code null}.
   */
  public static String text(Value value) {
    return text(value, null);
  }

  /** The same, in a form for people. */
  static String text(Value value, @Nullable PrettyPrinter printer) {
    StringWriter out = new StringWriter();
    try (JsonGenerator generator = FACTORY.createGenerator(out)) {
      generator.setPrettyPrinter(printer);
      write(generator, value);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return out.toString();
  }

  // The depth is bounded by the decoder of the values (wire.md 8).
  private static void write(JsonGenerator json, Value value) throws IOException {
    switch (value) {
      case Value.Null _ -> json.writeNull();
      case Value.Bool(boolean bool) -> json.writeBoolean(bool);
      case Value.Int(long number) -> json.writeNumber(number);
      case Value.Float(double number) -> {
        if (Double.isFinite(number)) {
          json.writeNumber(number);
        } else {
          json.writeNull();
        }
      }
      case Value.Text(String text) -> json.writeString(text);
      case Value.Bytes bytes -> {
        json.writeStartArray();
        for (byte b : bytes.value()) {
          json.writeNumber(b & 0xFF);
        }
        json.writeEndArray();
      }
      case Value.Array(var values) -> {
        json.writeStartArray();
        for (Value each : values) {
          write(json, each);
        }
        json.writeEndArray();
      }
      case Value.Map(var entries) -> {
        json.writeStartObject();
        for (Map.Entry<String, Value> entry : entries.entrySet()) {
          json.writeFieldName(entry.getKey());
          write(json, entry.getValue());
        }
        json.writeEndObject();
      }
    }
  }
}
