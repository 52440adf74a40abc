package dev.clasp.transform;

import dev.clasp.protocol.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Another kind of value with the same meaning; what has none stays. Arrays element by element. */
final class MapType extends Transform {

  private final String to;

  MapType(Value definition, String to, @Nullable Value inverse) {
    super(definition, inverse);
    this.to = to;
  }

  @Override
  Value run(Value value, TransformState state, Moment moment) {
    if (value instanceof Value.Array(List<Value> values)) {
      return new Value.Array(values.stream().map(each -> run(each, state, moment)).toList());
    }
    Value result =
        switch (to) {
          case "int" -> toInt(value);
          case "float" -> toFloat(value);
          case "bool" -> Numbers.is(value) ? Value.of(Numbers.of(value) != 0) : null;
          default -> toText(value);
        };
    if (result == null) {
      if (moment.explaining()) {
        moment.note("map_type: " + Fields.shown(value) + " is no " + to + ", unchanged");
      }
      return value;
    }
    return result;
  }

  private static @Nullable Value toInt(Value value) {
    return switch (value) {
      case Value.Int whole -> whole;
      case Value.Float(double x) -> Value.of((long) x);
      case Value.Text(String text) -> {
        try {
          yield Value.of(Long.parseLong(text));
        } catch (NumberFormatException e) {
          yield null;
        }
      }
      case Value.Bool whole -> whole;
      case Value.Null _, Value.Bytes _, Value.Array _, Value.Map _ -> null;
    };
  }

  private static @Nullable Value toFloat(Value value) {
    if (value instanceof Value.Text(String text)) {
      double number = Numbers.parse(text);
      return Double.isNaN(number) ? null : Value.of(number);
    }
    return Numbers.is(value) ? Value.of(Numbers.of(value)) : null;
  }

  private static @Nullable Value toText(Value value) {
    return switch (value) {
      case Value.Int(long x) -> Value.of(Long.toString(x));
      case Value.Float(double x) -> Value.of(Numbers.text(x));
      case Value.Bool(boolean x) -> Value.of(Boolean.toString(x));
      case Value.Text text -> text;
      case Value.Null _, Value.Bytes _, Value.Array _, Value.Map _ -> null;
    };
  }
}
