package dev.clasp.web;

import dev.clasp.bridge.JsonValues;
import dev.clasp.client.Parameter;
import dev.clasp.client.Signal;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Values and signals as JSON, for programs of the web (bridges.md 2.6). Bytes are arrays of
 * integers as bridges always wrote them, or {@code {"$bytes": "<base64>"}} for those who ask for
 * it; both can be read. A signal is an object with {@code type} and {@code address}; how it becomes
 * text, CBOR or MessagePack is another matter.
 */
public final class SignalJson {

  private static final String BYTES = "$bytes";

  private SignalJson() {}

  /**
   * The value of a JSON text; {@code {"$bytes": ...}} becomes bytes.
   *
   * @return empty if the whole text is not one JSON value of at most 64 levels
   */
  public static Optional<Value> parse(String text) {
    return JsonValues.parse(text).map(SignalJson::withBytes);
  }

  private static Value withBytes(Value value) {
    return switch (value) {
      case Value.Map(Map<String, Value> entries) -> {
        if (entries.size() == 1 && entries.get(BYTES) instanceof Value.Text(String base64)) {
          try {
            yield Value.of(Base64.getDecoder().decode(base64));
          } catch (IllegalArgumentException e) {
            yield value;
          }
        }
        Map<String, Value> changed = new LinkedHashMap<>();
        entries.forEach((name, each) -> changed.put(name, withBytes(each)));
        yield Value.of(changed);
      }
      case Value.Array(List<Value> values) ->
          Value.of(values.stream().map(SignalJson::withBytes).toList());
      case Value.Null _, Value.Bool _, Value.Int _, Value.Float _, Value.Text _, Value.Bytes _ ->
          value;
    };
  }

  /**
   * A value as JSON without spaces.
   *
   * @param lossless bytes become {@code {"$bytes": "<base64>"}}, not an array of integers
   */
  public static String text(Value value, boolean lossless) {
    return JsonValues.text(lossless ? withoutBytes(value) : value);
  }

  private static Value withoutBytes(Value value) {
    return switch (value) {
      case Value.Bytes bytes ->
          Value.of(Map.of(BYTES, Value.of(Base64.getEncoder().encodeToString(bytes.value()))));
      case Value.Map(Map<String, Value> entries) -> {
        Map<String, Value> changed = new LinkedHashMap<>();
        entries.forEach((name, each) -> changed.put(name, withoutBytes(each)));
        yield Value.of(changed);
      }
      case Value.Array(List<Value> values) -> {
        List<Value> changed = new ArrayList<>(values.size());
        values.forEach(each -> changed.add(withoutBytes(each)));
        yield Value.of(changed);
      }
      case Value.Null _, Value.Bool _, Value.Int _, Value.Float _, Value.Text _ -> value;
    };
  }

  /**
   * A signal as a map: {@code type} is {@code param}, {@code event}, {@code stream}, {@code
   * gesture} or {@code timeline}.
   *
   * @param snapshot a parameter that is told because the listener is new
   */
  public static Value signal(Signal signal, boolean snapshot) {
    Map<String, Value> map = new LinkedHashMap<>();
    map.put("type", Value.of(signal.type().name().toLowerCase(Locale.ROOT)));
    map.put("address", Value.of(signal.address()));
    switch (signal) {
      case Signal.Change change -> {
        map.put("value", change.value());
        map.put("revision", Value.of(change.revision()));
        time(map, change.timestampMicros());
        if (snapshot) {
          map.put("snapshot", Value.TRUE);
        }
      }
      case Signal.Event event -> {
        map.put("value", event.value());
        time(map, event.timestampMicros());
      }
      case Signal.Stream stream -> {
        if (stream.values().size() == 1) {
          map.put("value", stream.value());
        } else {
          map.put("values", Value.of(stream.values()));
        }
        stream.rate().ifPresent(rate -> map.put("rate", Value.of(rate)));
        time(map, stream.timestampMicros());
      }
      case Signal.Gesture gesture -> {
        map.put("value", gesture.value());
        map.put("id", Value.of(Integer.toUnsignedLong(gesture.id())));
        map.put("phase", Value.of(gesture.phase().name().toLowerCase(Locale.ROOT)));
        time(map, gesture.timestampMicros());
      }
      case Signal.TimelinePublished timeline -> {
        map.put("value", timeline.value());
        time(map, timeline.timestampMicros());
      }
    }
    return Value.of(map);
  }

  /**
   * A parameter as it is read: {@code address}, {@code value}, {@code revision}, {@code timestamp}.
   */
  public static Value parameter(Parameter parameter) {
    Map<String, Value> map = new LinkedHashMap<>();
    map.put("address", Value.of(parameter.address()));
    map.put("value", parameter.value());
    map.put("revision", Value.of(parameter.revision()));
    time(map, parameter.timestampMicros());
    return Value.of(map);
  }

  private static void time(Map<String, Value> map, OptionalLong micros) {
    micros.ifPresent(time -> map.put("timestamp", Value.of(time)));
  }
}
