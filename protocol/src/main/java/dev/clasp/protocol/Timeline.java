package dev.clasp.protocol;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A movement in time: values at given times and how to get from one to the next (wire.md 7.4).
 *
 * <p>It travels as a map value in a PUBLISH of signal type timeline, whose timestamp is the start
 * time: {@link #toValue} and {@link #ofValue}. Every peer can forward that; the binary protocol has
 * no form of its own for it.
 *
 * <p>Playing is a function: {@link #at} gives the value for a position, {@link #position} the
 * position for a time. Who plays keeps the start time; to resume after a pause, move it forward by
 * the length of the pause.
 *
 * <p>Immutable and thread-safe.
 *
 * @param keyframes 1 to {@value #MAX_KEYFRAMES}, in order of time; of two at the same time, the
 *     later one counts from then on
 * @param loop starts again when its length has passed
 * @param startMicros when it begins, on the router's clock; empty if somebody else says so, such as
 *     the PUBLISH
 * @param durationMicros its length, if it is not the time of the last keyframe; may be shorter or
 *     longer than that
 */
public record Timeline(
    List<Keyframe> keyframes, boolean loop, OptionalLong startMicros, OptionalLong durationMicros) {

  /** More than one frame can carry. */
  public static final int MAX_KEYFRAMES = 4_096;

  /** Largest time, 285 years: beyond, JavaScript's numbers skip microseconds. */
  public static final long MAX_MICROS = 1L << 53;

  /** Arrays and maps in a keyframe's value: the timeline puts three around it. */
  private static final int MAX_DEPTH = CodecLimits.DEFAULT.valueDepth() - 3;

  /**
   * A value at a time.
   *
   * @param micros since the start of the timeline, 0 to {@link #MAX_MICROS}
   * @param easing towards the next keyframe
   * @param curve for {@link Easing#CUBIC_BEZIER}
   */
  public record Keyframe(long micros, Value value, Easing easing, Optional<CubicBezier> curve) {

    /**
     * @throws TimelineException the time is out of range, or the value is nested too deeply to be
     *     sent
     */
    public Keyframe {
      checkTime("the time of a keyframe", micros);
      if (isDeeper(value, MAX_DEPTH)) {
        throw new TimelineException(
            "the value of a keyframe has more than "
                + MAX_DEPTH
                + " arrays and maps in each other");
      }
    }

    /** A keyframe without curve. */
    public Keyframe(long micros, Value value, Easing easing) {
      this(micros, value, easing, Optional.empty());
    }
  }

  /**
   * What is to be seen at a position.
   *
   * @param finished true if nothing will change any more
   */
  public record Sample(Value value, boolean finished) {}

  /**
   * @throws TimelineException no keyframes or too many, keyframes out of order, a time out of range
   */
  public Timeline {
    keyframes = List.copyOf(keyframes);
    if (keyframes.isEmpty()) {
      throw new TimelineException("a timeline needs at least one keyframe");
    }
    if (keyframes.size() > MAX_KEYFRAMES) {
      throw new TimelineException(
          "a timeline has at most " + MAX_KEYFRAMES + " keyframes, not " + keyframes.size());
    }
    for (int i = 1; i < keyframes.size(); i++) {
      if (keyframes.get(i).micros() < keyframes.get(i - 1).micros()) {
        throw new TimelineException(
            String.format(
                "keyframe %d comes at %d µs, before keyframe %d at %d µs; sort them by time",
                i, keyframes.get(i).micros(), i - 1, keyframes.get(i - 1).micros()));
      }
    }
    startMicros.ifPresent(micros -> checkTime("start_time", micros));
    durationMicros.ifPresent(micros -> checkTime("duration", micros));
  }

  /** A timeline that is played once, up to its last keyframe. */
  public static Timeline of(List<Keyframe> keyframes) {
    return new Timeline(keyframes, false, OptionalLong.empty(), OptionalLong.empty());
  }

  // --- playing -----------------------------------------------------------------------------------

  /** Length in microseconds: the duration, or the time of the last keyframe. */
  public long lengthMicros() {
    return durationMicros.orElse(keyframes.getLast().micros());
  }

  /** Position at a time, for a start that may lie in the future: 0 until then. */
  public static long position(long startMicros, long nowMicros) {
    if (nowMicros <= startMicros) {
      return 0;
    }
    long position = nowMicros - startMicros;
    return position < 0 ? Long.MAX_VALUE : position;
  }

  /**
   * What is to be seen at a position, as the reference's player has it: in front of the first
   * keyframe its value, from the end on that of the last keyframe. A timeline without length shows
   * its first value and is finished, also in a loop.
   *
   * @param positionMicros since the start; negative ones count as 0
   */
  public Sample at(long positionMicros) {
    long position = Math.max(0, positionMicros);
    long length = lengthMicros();
    if (length == 0) {
      return new Sample(keyframes.getFirst().value(), true);
    }
    if (!loop && position >= length) {
      return new Sample(keyframes.getLast().value(), true);
    }
    return new Sample(value(loop ? position % length : position), false);
  }

  private Value value(long position) {
    int right = firstAfter(position);
    if (right == 0) {
      return keyframes.getFirst().value();
    }
    Keyframe from = keyframes.get(right - 1);
    if (right == keyframes.size()) {
      return from.value();
    }
    Keyframe to = keyframes.get(right);
    double t = (double) (position - from.micros()) / (to.micros() - from.micros());
    return Interpolation.between(from.value(), to.value(), from.easing().at(t, from.curve()));
  }

  /** Index of the first keyframe behind a position, by bisection; their number if there is none. */
  private int firstAfter(long position) {
    int low = 0;
    int high = keyframes.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (keyframes.get(middle).micros() > position) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  // --- as a value --------------------------------------------------------------------------------

  /** The map that carries it. */
  public Value toValue() {
    Map<String, Value> map = new LinkedHashMap<>();
    List<Value> list = new ArrayList<>(keyframes.size());
    for (Keyframe keyframe : keyframes) {
      Map<String, Value> entry = new LinkedHashMap<>();
      entry.put("time", Value.of(keyframe.micros()));
      entry.put("value", keyframe.value());
      entry.put("easing", Value.of(keyframe.easing().wireName()));
      keyframe
          .curve()
          .ifPresent(c ->
              entry.put(
                  "bezier",
                  Value.of(
                      List.of(
                          Value.of(c.x1()),
                          Value.of(c.y1()),
                          Value.of(c.x2()),
                          Value.of(c.y2())))));
      list.add(Value.of(entry));
    }
    map.put("keyframes", Value.of(list));
    map.put("loop", Value.of(loop));
    startMicros.ifPresent(micros -> map.put("start_time", Value.of(micros)));
    durationMicros.ifPresent(micros -> map.put("duration", Value.of(micros)));
    return Value.of(map);
  }

  /**
   * Reads the map. Times may be ints or floats (JavaScript sends floats; fractions are cut off), a
   * missing easing is linear, null counts as absent, and unknown entries are ignored.
   *
   * @throws TimelineException the value is not a timeline, or not one within the limits
   */
  public static Timeline ofValue(Value value) {
    Map<String, Value> map = map("a timeline", value);
    if (!(map.get("keyframes") instanceof Value.Array(List<Value> list))) {
      throw new TimelineException("a timeline needs an array of \"keyframes\"");
    }
    if (list.size() > MAX_KEYFRAMES) {
      throw new TimelineException(
          "a timeline has at most " + MAX_KEYFRAMES + " keyframes, not " + list.size());
    }
    List<Keyframe> keyframes = new ArrayList<>(list.size());
    for (int i = 0; i < list.size(); i++) {
      try {
        keyframes.add(keyframe(map("it", list.get(i))));
      } catch (TimelineException e) {
        throw new TimelineException("keyframe " + i + ": " + e.getMessage());
      }
    }
    return new Timeline(
        keyframes,
        present(map, "loop").map(Timeline::flag).orElse(false),
        optionalTime(map, "start_time"),
        optionalTime(map, "duration"));
  }

  private static Keyframe keyframe(Map<String, Value> map) {
    Value value = map.get("value");
    if (value == null) {
      throw new TimelineException("value is missing");
    }
    return new Keyframe(
        optionalTime(map, "time").orElseThrow(() -> new TimelineException("time is missing")),
        value,
        present(map, "easing").map(Timeline::easing).orElse(Easing.LINEAR),
        present(map, "bezier").map(Timeline::curve));
  }

  private static boolean flag(Value value) {
    if (value instanceof Value.Bool(boolean flag)) {
      return flag;
    }
    throw new TimelineException("loop must be true or false");
  }

  private static Easing easing(Value value) {
    if (value instanceof Value.Text(String name)) {
      Optional<Easing> easing = Easing.ofName(name);
      if (easing.isPresent()) {
        return easing.get();
      }
    }
    throw new TimelineException(
        "easing must be linear, ease-in, ease-out, ease-in-out, step or cubic-bezier");
  }

  private static CubicBezier curve(Value value) {
    if (value instanceof Value.Array(List<Value> points) && points.size() == 4) {
      return new CubicBezier(
          number(points.get(0)),
          number(points.get(1)),
          number(points.get(2)),
          number(points.get(3)));
    }
    throw notACurve();
  }

  private static double number(Value value) {
    return switch (value) {
      case Value.Float(double d) -> d;
      case Value.Int(long n) -> n;
      case Value.Null _, Value.Bool _, Value.Text _, Value.Bytes _, Value.Array _, Value.Map _ ->
          throw notACurve();
    };
  }

  private static TimelineException notACurve() {
    return new TimelineException("bezier must be an array of four numbers: x1, y1, x2, y2");
  }

  private static OptionalLong optionalTime(Map<String, Value> map, String name) {
    Optional<Value> value = present(map, name);
    if (value.isEmpty()) {
      return OptionalLong.empty();
    }
    long micros =
        switch (value.get()) {
          case Value.Int(long n) -> n;
          // Out of range and NaN become something that the range check refuses.
          case Value.Float(double d) -> d >= 0 ? (long) d : -1;
          case Value.Null _,
              Value.Bool _,
              Value.Text _,
              Value.Bytes _,
              Value.Array _,
              Value.Map _ ->
              throw new TimelineException(name + " must be a number of microseconds");
        };
    checkTime(name, micros);
    return OptionalLong.of(micros);
  }

  private static Optional<Value> present(Map<String, Value> map, String name) {
    return Optional.ofNullable(map.get(name)).filter(value -> !(value instanceof Value.Null));
  }

  private static Map<String, Value> map(String what, Value value) {
    if (value instanceof Value.Map(Map<String, Value> map)) {
      return map;
    }
    throw new TimelineException(what + " must be a map");
  }

  private static void checkTime(String what, long micros) {
    if (micros < 0 || micros > MAX_MICROS) {
      throw new TimelineException(
          what + " must be 0 to " + MAX_MICROS + " µs" + (micros < 0 ? "" : ", not " + micros));
    }
  }

  private static boolean isDeeper(Value value, int limit) {
    return switch (value) {
      case Value.Array(List<Value> values) ->
          limit == 0 || values.stream().anyMatch(v -> isDeeper(v, limit - 1));
      case Value.Map(Map<String, Value> entries) ->
          limit == 0 || entries.values().stream().anyMatch(v -> isDeeper(v, limit - 1));
      case Value.Null _, Value.Bool _, Value.Int _, Value.Float _, Value.Text _, Value.Bytes _ ->
          false;
    };
  }
}
