package dev.clasp.client;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.CubicBezier;
import dev.clasp.protocol.Easing;
import dev.clasp.protocol.Timeline;
import dev.clasp.protocol.Timeline.Keyframe;
import dev.clasp.protocol.TimelineException;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Collects the keyframes of a {@link Timeline}. Not thread-safe.
 *
 * {@snippet :
 * Timeline fade =
 *     new TimelineBuilder()
 *         .at(Duration.ZERO, 0.0, Easing.EASE_IN_OUT)
 *         .at(Duration.ofSeconds(3), 1.0)
 *         .build();
 * PlayedTimeline playing = client.play("/lights/1/brightness", fade);
 * }
 */
public final class TimelineBuilder {

  private final List<Keyframe> keyframes = new ArrayList<>();
  private boolean loop;
  private OptionalLong start = OptionalLong.empty();
  private OptionalLong duration = OptionalLong.empty();

  /** Begins an empty one. */
  public TimelineBuilder() {}

  /** Adds a keyframe, with a straight way to the next. */
  public TimelineBuilder at(Duration time, Object value) {
    return at(time, value, Easing.LINEAR);
  }

  /**
   * Adds a keyframe.
   *
   * @param time since the start of the timeline, not before that of the last one added
   * @param value anything that {@link Values#of} takes
   * @param easing the way to the next keyframe
   * @throws ClaspException of kind INVALID
   */
  public TimelineBuilder at(Duration time, Object value, Easing easing) {
    return add(time, Values.of(value), easing, Optional.empty());
  }

  /**
   * Adds a keyframe.
   *
   * @param curve the way to the next keyframe
   * @throws ClaspException of kind INVALID
   */
  public TimelineBuilder at(Duration time, Object value, CubicBezier curve) {
    return add(time, Values.of(value), Easing.CUBIC_BEZIER, Optional.of(curve));
  }

  private TimelineBuilder add(
      Duration time, Value value, Easing easing, Optional<CubicBezier> curve) {
    try {
      keyframes.add(new Keyframe(micros(time), value, easing, curve));
      return this;
    } catch (TimelineException e) {
      throw ClaspException.of(Kind.INVALID, String.valueOf(e.getMessage()), e);
    }
  }

  /** Starts again when its length has passed. */
  public TimelineBuilder loop() {
    loop = true;
    return this;
  }

  /** Its length, if it is not the time of the last keyframe. */
  public TimelineBuilder length(Duration value) {
    duration = OptionalLong.of(micros(value));
    return this;
  }

  /**
   * When it begins. Default: when it arrives.
   *
   * @param micros router time in Unix microseconds, as of {@link ClaspClient#time}
   */
  public TimelineBuilder startAt(long micros) {
    start = OptionalLong.of(micros);
    return this;
  }

  /**
   * Makes the timeline.
   *
   * @throws ClaspException of kind INVALID: no keyframes or too many, out of order, a time out of
   *     range
   */
  public Timeline build() {
    try {
      return new Timeline(keyframes, loop, start, duration);
    } catch (TimelineException e) {
      throw ClaspException.of(Kind.INVALID, String.valueOf(e.getMessage()), e);
    }
  }

  /** Rounded down; what is out of range is refused by the timeline. */
  static long micros(Duration time) {
    try {
      return Math.floorDiv(time.toNanos(), 1000);
    } catch (ArithmeticException e) {
      return time.isNegative() ? -1 : Long.MAX_VALUE;
    }
  }
}
