package dev.clasp.oscquery;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.clasp.bridge.JsonValues;
import dev.clasp.osc.OscArgument;
import dev.clasp.osc.OscStyle;
import dev.clasp.osc.OscValues;
import dev.clasp.protocol.Message.Range;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Values as the arguments, type tags and JSON of OSCQuery (proposal, "JSON equivalents to OSC data
 * types").
 */
final class ArgumentTypes {

  /** Arrays in arrays show in TYPE, VALUE and RANGE alike. */
  private static final OscStyle STYLE = new OscStyle(false, true);

  private ArgumentTypes() {}

  static List<OscArgument> arguments(Value value) {
    return OscValues.arguments(value, STYLE);
  }

  /** Whole numbers as floats, alone or in an array that has nothing but numbers. */
  static Value floats(Value value) {
    return switch (value) {
      case Value.Int(long number) -> Value.of((double) number);
      case Value.Array(var values) when values.stream().allMatch(ArgumentTypes::isNumeric) ->
          Value.of(values.stream().map(ArgumentTypes::floats).toList());
      case Value.Null _,
          Value.Bool _,
          Value.Float _,
          Value.Text _,
          Value.Bytes _,
          Value.Array _,
          Value.Map _ ->
          value;
    };
  }

  private static boolean isNumeric(Value value) {
    return value instanceof Value.Int
        || value instanceof Value.Float
        || (value instanceof Value.Array(var values)
            && values.stream().allMatch(ArgumentTypes::isNumeric));
  }

  /** Numbers brought into a range; anything else as it is. */
  static Value within(Range range, Value value) {
    return switch (value) {
      case Value.Int(long number) when number < range.min() ->
          Value.of((long) Math.ceil(range.min()));
      case Value.Int(long number) when number > range.max() ->
          Value.of((long) Math.floor(range.max()));
      case Value.Float(double number) when number < range.min() -> Value.of(range.min());
      case Value.Float(double number) when number > range.max() -> Value.of(range.max());
      case Value.Array(var values) ->
          Value.of(values.stream().map(each -> within(range, each)).toList());
      case Value.Null _,
          Value.Bool _,
          Value.Int _,
          Value.Float _,
          Value.Text _,
          Value.Bytes _,
          Value.Map _ ->
          value;
    };
  }

  /** The map of a JSON text. */
  static Optional<Value> map(String text) {
    return JsonValues.parse(text).filter(Value.Map.class::isInstance);
  }

  static String tags(List<OscArgument> arguments) {
    StringBuilder tags = new StringBuilder();
    append(tags, arguments);
    return tags.toString();
  }

  private static void append(StringBuilder tags, List<OscArgument> arguments) {
    for (OscArgument argument : arguments) {
      switch (argument) {
        case OscArgument.Int32 _ -> tags.append('i');
        case OscArgument.Int64 _ -> tags.append('h');
        case OscArgument.Float32 _ -> tags.append('f');
        case OscArgument.Float64 _ -> tags.append('d');
        case OscArgument.Text _ -> tags.append('s');
        case OscArgument.Symbol _ -> tags.append('S');
        case OscArgument.Blob _ -> tags.append('b');
        case OscArgument.Time _ -> tags.append('t');
        case OscArgument.Char _ -> tags.append('c');
        case OscArgument.Rgba _ -> tags.append('r');
        case OscArgument.Midi _ -> tags.append('m');
        case OscArgument.Bool(boolean value) -> tags.append(value ? 'T' : 'F');
        case OscArgument.Nil _ -> tags.append('N');
        case OscArgument.Impulse _ -> tags.append('I');
        case OscArgument.Array(var elements) -> {
          tags.append('[');
          append(tags, elements);
          tags.append(']');
        }
      }
    }
  }

  /**
   * Writes what the table of the proposal says, but for booleans: it has null for both, here they
   * are true and false.
   */
  static void write(JsonGenerator json, List<OscArgument> arguments) throws IOException {
    json.writeStartArray();
    for (OscArgument argument : arguments) {
      switch (argument) {
        case OscArgument.Int32(int number) -> json.writeNumber(number);
        case OscArgument.Int64(long number) -> json.writeNumber(number);
        case OscArgument.Float32(float number) -> {
          if (Float.isFinite(number)) {
            json.writeNumber(number);
          } else {
            json.writeNull();
          }
        }
        case OscArgument.Float64(double number) -> {
          if (Double.isFinite(number)) {
            json.writeNumber(number);
          } else {
            json.writeNull();
          }
        }
        case OscArgument.Text(String text) -> json.writeString(text);
        case OscArgument.Symbol(String text) -> json.writeString(text);
        case OscArgument.Time(var time) -> json.writeNumber(time.bits());
        case OscArgument.Char(int point) -> json.writeString(Character.toString(point));
        case OscArgument.Rgba(int bits) -> json.writeString(String.format("#%08X", bits));
        case OscArgument.Bool(boolean value) -> json.writeBoolean(value);
        case OscArgument.Blob _, OscArgument.Midi _, OscArgument.Nil _, OscArgument.Impulse _ ->
            json.writeNull();
        case OscArgument.Array(var elements) -> write(json, elements);
      }
    }
    json.writeEndArray();
  }

  /** The datatype of an announcement is free text; these words are common. */
  static Optional<Character> tagOfDatatype(String datatype) {
    String word = datatype.strip().toLowerCase(Locale.ROOT);
    return switch (word) {
      case "f", "f32", "f64", "float", "float32", "float64", "double", "number", "real" ->
          Optional.of('f');
      case "i", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "int", "integer", "int32", "int64" ->
          Optional.of('i');
      case "b", "bool", "boolean" -> Optional.of('T');
      case "s", "str", "string", "text" -> Optional.of('s');
      default -> Optional.empty();
    };
  }
}
