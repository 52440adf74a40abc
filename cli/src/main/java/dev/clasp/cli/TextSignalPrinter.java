package dev.clasp.cli;

import dev.clasp.client.Signal;
import dev.clasp.protocol.Value;
import java.util.OptionalLong;

/** {@code TIME TYPE ADDRESS VALUE rev=N}, separated by one space: for pipes and files. */
final class TextSignalPrinter implements SignalPrinter {

  @Override
  public String line(Signal signal, long arrivedMicros) {
    return Times.iso(micros(signal).orElse(arrivedMicros))
        + " "
        + signal.type().wireName()
        + " "
        + Printable.escape(signal.address())
        + " "
        + detail(signal)
        + ValueText.human(value(signal))
        + (signal instanceof Signal.Change change
            ? " rev=" + Long.toUnsignedString(change.revision())
            : "");
  }

  /** What a gesture shows in front of its value. */
  static String detail(Signal signal) {
    return signal instanceof Signal.Gesture gesture
        ? gesture.phase().wireName() + "#" + Integer.toUnsignedString(gesture.id()) + " "
        : "";
  }

  static OptionalLong micros(Signal signal) {
    return switch (signal) {
      case Signal.Change change -> change.timestampMicros();
      case Signal.Event event -> event.timestampMicros();
      case Signal.Stream stream -> stream.timestampMicros();
      case Signal.Gesture gesture -> gesture.timestampMicros();
      case Signal.TimelinePublished timeline -> timeline.timestampMicros();
    };
  }

  /** The value to show; several samples of a stream are an array. */
  static Value value(Signal signal) {
    return switch (signal) {
      case Signal.Change change -> change.value();
      case Signal.Event event -> event.value();
      case Signal.Stream stream ->
          stream.values().size() == 1 ? stream.value() : Value.of(stream.values());
      case Signal.Gesture gesture -> gesture.value();
      case Signal.TimelinePublished timeline -> timeline.value();
    };
  }
}
