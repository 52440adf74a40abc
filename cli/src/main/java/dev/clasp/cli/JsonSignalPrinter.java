package dev.clasp.cli;

import dev.clasp.client.Signal;
import dev.clasp.protocol.Value;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * JSON lines. Each has {@code ts}, {@code type}, {@code address}, {@code value}, {@code revision}
 * and {@code writer}, null where a signal has none; then what only its type has.
 */
final class JsonSignalPrinter implements SignalPrinter {

  @Override
  public String line(Signal signal, long arrivedMicros) {
    return switch (signal) {
      case Signal.Change change -> {
        JsonLine line =
            start(
                change,
                change.timestampMicros().orElse(arrivedMicros),
                change.value(),
                OptionalLong.of(change.revision()),
                change.writer());
        if (change.fromSnapshot()) {
          line.put("snapshot", true);
        }
        yield line.end();
      }
      case Signal.Event event ->
          start(event, event.timestampMicros().orElse(arrivedMicros), event.value()).end();
      case Signal.Stream stream -> {
        JsonLine line =
            start(stream, stream.timestampMicros().orElse(arrivedMicros), stream.value());
        if (stream.values().size() != 1) {
          line.put("samples", Value.of(stream.values()));
        }
        if (stream.rate().isPresent()) {
          line.put("rate", stream.rate());
        }
        yield line.end();
      }
      case Signal.Gesture gesture ->
          start(gesture, gesture.timestampMicros().orElse(arrivedMicros), gesture.value())
              .put("id", Integer.toUnsignedLong(gesture.id()))
              .put("phase", gesture.phase().wireName())
              .end();
      case Signal.TimelinePublished timeline ->
          start(timeline, timeline.timestampMicros().orElse(arrivedMicros), timeline.value()).end();
    };
  }

  private static JsonLine start(Signal signal, long micros, Value value) {
    return start(signal, micros, value, OptionalLong.empty(), Optional.empty());
  }

  private static JsonLine start(
      Signal signal, long micros, Value value, OptionalLong revision, Optional<String> writer) {
    return new JsonLine()
        .put("ts", Times.iso(micros))
        .put("type", signal.type().wireName())
        .put("address", signal.address())
        .put("value", value)
        .put("revision", revision)
        .put("writer", writer);
  }
}
