package dev.clasp.client;

import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Values over time. Travels as a map value (wire.md 7.4), because the published clients have no
 * bytes for it: they see the map.
 *
 * @param keyframes in the order of their times
 * @param startMicros router time in Unix microseconds; empty = when it is published
 * @param durationMicros empty = the time of the last keyframe
 */
public record Timeline(
    List<Keyframe> keyframes, boolean loop, OptionalLong startMicros, OptionalLong durationMicros) {

  /**
   * A point of a timeline.
   *
   * @param timeMicros from the start, at least 0
   * @param easing towards the next keyframe
   * @param bezier x1, y1, x2, y2 for {@link Easing#CUBIC_BEZIER}, else empty
   */
  public record Keyframe(long timeMicros, Value value, Easing easing, List<Double> bezier) {
    /**
     * @throws IllegalArgumentException negative time, or not zero or four control points
     */
    public Keyframe {
      bezier = List.copyOf(bezier);
      if (timeMicros < 0) {
        throw new IllegalArgumentException("a keyframe's time must be at least 0");
      }
      if (!bezier.isEmpty() && bezier.size() != 4) {
        throw new IllegalArgumentException("a bezier easing has four control points");
      }
    }
  }

  /**
   * @throws IllegalArgumentException keyframes that are not in the order of their times
   */
  public Timeline {
    keyframes = List.copyOf(keyframes);
    for (int i = 1; i < keyframes.size(); i++) {
      if (keyframes.get(i).timeMicros < keyframes.get(i - 1).timeMicros) {
        throw new IllegalArgumentException(
            "keyframes must be in the order of their times; number " + (i + 1) + " is too early");
      }
    }
  }

  public static Builder builder() {
    return new Builder();
  }

  /** The map for the wire. */
  public Value toValue() {
    List<Value> frames = new ArrayList<>(keyframes.size());
    for (Keyframe keyframe : keyframes) {
      Map<String, Value> frame = new LinkedHashMap<>();
      frame.put("time", Value.of(keyframe.timeMicros));
      frame.put("value", keyframe.value);
      frame.put("easing", Value.of(keyframe.easing.wireName()));
      if (!keyframe.bezier.isEmpty()) {
        frame.put("bezier", Value.of(keyframe.bezier.stream().map(Value::of).toList()));
      }
      frames.add(Value.of(frame));
    }
    Map<String, Value> map = new LinkedHashMap<>();
    map.put("keyframes", Value.of(frames));
    map.put("loop", Value.of(loop));
    startMicros.ifPresent(micros -> map.put("start_time", Value.of(micros)));
    durationMicros.ifPresent(micros -> map.put("duration", Value.of(micros)));
    return Value.of(map);
  }

  /**
   * The timeline in a map value; times may be ints or floats (JavaScript sends floats). Empty when
   * the value is no timeline; unknown easings read as linear.
   */
  public static Optional<Timeline> ofValue(Value value) {
    if (!(value instanceof Value.Map(var entries))
        || !(entries.get("keyframes") instanceof Value.Array(var frames))) {
      return Optional.empty();
    }
    List<Keyframe> keyframes = new ArrayList<>(frames.size());
    for (Value frame : frames) {
      Optional<Keyframe> keyframe = keyframe(frame);
      if (keyframe.isEmpty()) {
        return Optional.empty();
      }
      keyframes.add(keyframe.get());
    }
    keyframes.sort(java.util.Comparator.comparingLong(Keyframe::timeMicros));
    return Optional.of(
        new Timeline(
            keyframes,
            Value.TRUE.equals(entries.get("loop")),
            micros(entries.get("start_time")),
            micros(entries.get("duration"))));
  }

  private static Optional<Keyframe> keyframe(Value frame) {
    if (!(frame instanceof Value.Map(var entries))) {
      return Optional.empty();
    }
    OptionalLong time = micros(entries.get("time"));
    Value value = entries.get("value");
    if (time.isEmpty() || time.getAsLong() < 0 || value == null) {
      return Optional.empty();
    }
    Easing easing =
        entries.get("easing") instanceof Value.Text(String name)
            ? Easing.ofName(name).orElse(Easing.LINEAR)
            : Easing.LINEAR;
    return Optional.of(
        new Keyframe(time.getAsLong(), value, easing, bezier(entries.get("bezier"))));
  }

  private static List<Double> bezier(@Nullable Value value) {
    if (!(value instanceof Value.Array(var points)) || points.size() != 4) {
      return List.of();
    }
    List<Double> numbers = new ArrayList<>(4);
    for (Value point : points) {
      OptionalDouble number = Values.number(point);
      if (number.isEmpty()) {
        return List.of();
      }
      numbers.add(number.getAsDouble());
    }
    return numbers;
  }

  private static OptionalLong micros(@Nullable Value value) {
    return switch (value) {
      case Value.Int(long micros) -> OptionalLong.of(micros);
      case Value.Float(double micros) when Double.isFinite(micros) ->
          OptionalLong.of(Math.round(micros));
      case null -> OptionalLong.empty();
      case Value.Null _,
          Value.Bool _,
          Value.Float _,
          Value.Text _,
          Value.Bytes _,
          Value.Array _,
          Value.Map _ ->
          OptionalLong.empty();
    };
  }

  /** Collects keyframes. Not thread-safe. */
  public static final class Builder {
    private final List<Keyframe> keyframes = new ArrayList<>();
    private boolean loop;
    private OptionalLong start = OptionalLong.empty();
    private OptionalLong duration = OptionalLong.empty();

    private Builder() {}

    /** A keyframe with linear easing. */
    public Builder at(Duration time, Value value) {
      return at(time, value, Easing.LINEAR);
    }

    public Builder at(Duration time, Value value, Easing easing) {
      keyframes.add(new Keyframe(time.toNanos() / 1000, value, easing, List.of()));
      return this;
    }

    /** A keyframe with a curve of its own, as in CSS {@code cubic-bezier}. */
    public Builder bezier(Duration time, Value value, double x1, double y1, double x2, double y2) {
      keyframes.add(
          new Keyframe(time.toNanos() / 1000, value, Easing.CUBIC_BEZIER, List.of(x1, y1, x2, y2)));
      return this;
    }

    public Builder loop(boolean value) {
      loop = value;
      return this;
    }

    /** Router time at which it starts, in Unix microseconds. */
    public Builder start(long micros) {
      start = OptionalLong.of(micros);
      return this;
    }

    public Builder duration(Duration value) {
      duration = OptionalLong.of(value.toNanos() / 1000);
      return this;
    }

    public Timeline build() {
      return new Timeline(keyframes, loop, start, duration);
    }
  }
}
