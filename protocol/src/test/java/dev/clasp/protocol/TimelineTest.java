package dev.clasp.protocol;

import static dev.clasp.protocol.Shorthand.array;
import static dev.clasp.protocol.Shorthand.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.clasp.protocol.Timeline.Keyframe;
import dev.clasp.protocol.Timeline.Sample;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimelineTest {

  private static final Optional<CubicBezier> NO_CURVE = Optional.empty();

  private static Keyframe key(long micros, Value value) {
    return new Keyframe(micros, value, Easing.LINEAR);
  }

  private static Keyframe key(long micros, double value) {
    return key(micros, Value.of(value));
  }

  private static Timeline once(Keyframe... keyframes) {
    return Timeline.of(List.of(keyframes));
  }

  private static Timeline looped(Keyframe... keyframes) {
    return new Timeline(List.of(keyframes), true, OptionalLong.empty(), OptionalLong.empty());
  }

  private static Timeline eased(Easing easing, Optional<CubicBezier> curve) {
    return once(new Keyframe(0, Value.of(0.0), easing, curve), key(1_000, 100));
  }

  private static Sample playing(double value) {
    return new Sample(Value.of(value), false);
  }

  private static Sample finished(double value) {
    return new Sample(Value.of(value), true);
  }

  private static double number(Sample sample) {
    return ((Value.Float) sample.value()).value();
  }

  // --- playing -----------------------------------------------------------------------------------

  /** The check values of wire.md 7.4: 0 to 100 over 1,000 µs, at 100, 250, 500 and 750 µs. */
  @ParameterizedTest
  @CsvSource({
    "linear, 10, 25, 50, 75",
    "ease-in, 1, 6.25, 25, 56.25",
    "ease-out, 19, 43.75, 75, 93.75",
    "ease-in-out, 2, 12.5, 50, 87.5",
    "step, 0, 0, 0, 0",
    "cubic-bezier, 10, 25, 50, 75",
  })
  void easesLikeTheReference(String name, double at100, double at250, double at500, double at750) {
    Timeline timeline = eased(Easing.ofName(name).orElseThrow(), NO_CURVE);

    assertThat(number(timeline.at(100))).isCloseTo(at100, within(1e-12));
    assertThat(number(timeline.at(250))).isCloseTo(at250, within(1e-12));
    assertThat(number(timeline.at(500))).isCloseTo(at500, within(1e-12));
    assertThat(number(timeline.at(750))).isCloseTo(at750, within(1e-12));
  }

  @ParameterizedTest
  @CsvSource({
    "0.42, 0, 0.58, 1, 1.972245354831, 12.916193104732, 50, 87.083806895268",
    "0.25, 0.1, 0.25, 1, 9.479630571604, 40.851059135540, 80.240338758486, 96.045897834897",
  })
  void curvesLikeTheReference(
      double x1,
      double y1,
      double x2,
      double y2,
      double at100,
      double at250,
      double at500,
      double at750) {
    Timeline timeline = eased(Easing.CUBIC_BEZIER, Optional.of(new CubicBezier(x1, y1, x2, y2)));

    assertThat(number(timeline.at(100))).isCloseTo(at100, within(1e-9));
    assertThat(number(timeline.at(250))).isCloseTo(at250, within(1e-9));
    assertThat(number(timeline.at(500))).isCloseTo(at500, within(1e-9));
    assertThat(number(timeline.at(750))).isCloseTo(at750, within(1e-9));
  }

  @ParameterizedTest
  @EnumSource
  void everyEasingGoesFromStartToEnd(Easing easing) {
    Optional<CubicBezier> curve = Optional.of(new CubicBezier(0.7, -0.4, 0.3, 1.6));

    assertThat(easing.at(0, curve)).isZero();
    assertThat(easing.at(1, curve)).isEqualTo(1);
    assertThat(easing.at(0.3, NO_CURVE)).isBetween(0.0, 1.0);
  }

  @Test
  void aCurveMayGoBeyondItsEnds() {
    Timeline timeline = eased(Easing.CUBIC_BEZIER, Optional.of(new CubicBezier(0.3, -2, 0.7, 3)));

    assertThat(number(timeline.at(200))).isNegative();
    assertThat(number(timeline.at(800))).isGreaterThan(100);
  }

  @Test
  void curvesThatAreNoFunctionsStillGiveNumbers() {
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 2_000; i++) {
      CubicBezier curve =
          new CubicBezier(
              random.nextDouble(-1_000, 1_000),
              random.nextDouble(-1_000, 1_000),
              random.nextDouble(-1_000, 1_000),
              random.nextDouble(-1_000, 1_000));
      for (double t = 0; t <= 1; t += 0.125) {
        assertThat(curve.at(t)).isFinite().isBetween(-3_000.0, 3_000.0);
      }
    }
  }

  @Test
  void theEasingOfTheLeftKeyframeCounts() {
    Timeline timeline =
        once(
            new Keyframe(0, Value.of(0.0), Easing.STEP),
            new Keyframe(100, Value.of(1.0), Easing.EASE_IN),
            new Keyframe(200, Value.of(2.0), Easing.STEP));

    assertThat(timeline.at(99)).isEqualTo(playing(0));
    assertThat(timeline.at(100)).isEqualTo(playing(1));
    assertThat(timeline.at(150)).isEqualTo(playing(1.25));
    assertThat(timeline.at(200)).isEqualTo(finished(2));
  }

  @Test
  void holdsTheFirstValueUntilItsTimeAndTheLastFromItsEnd() {
    Timeline timeline = once(key(100, 1), key(200, 2));

    assertThat(timeline.at(0)).isEqualTo(playing(1));
    assertThat(timeline.at(-5)).as("before the start").isEqualTo(playing(1));
    assertThat(timeline.at(100)).isEqualTo(playing(1));
    assertThat(timeline.at(199)).isEqualTo(playing(1.99));
    assertThat(timeline.at(200)).isEqualTo(finished(2));
    assertThat(timeline.at(Long.MAX_VALUE)).isEqualTo(finished(2));
  }

  @Test
  void aLoopStartsAgain() {
    Timeline timeline = looped(key(0, 0), key(100, 10));

    assertThat(timeline.at(50)).isEqualTo(playing(5));
    assertThat(timeline.at(100)).isEqualTo(playing(0));
    assertThat(timeline.at(1_000_000_050)).isEqualTo(playing(5));
    assertThat(timeline.at(Long.MAX_VALUE).finished()).isFalse();
  }

  @Test
  void theDurationMayBeLongerOrShorterThanTheKeyframes() {
    List<Keyframe> keyframes = List.of(key(0, 0), key(100, 10));
    Timeline longer = new Timeline(keyframes, true, OptionalLong.empty(), OptionalLong.of(150));
    Timeline shorter = new Timeline(keyframes, false, OptionalLong.empty(), OptionalLong.of(50));

    assertThat(longer.at(120)).isEqualTo(playing(10));
    assertThat(longer.at(160)).isEqualTo(playing(1));
    assertThat(shorter.at(49)).isEqualTo(playing(4.9));
    assertThat(shorter.at(50)).as("as the reference has it").isEqualTo(finished(10));
    assertThat(shorter.lengthMicros()).isEqualTo(50);
    assertThat(once(key(7, 1)).lengthMicros()).isEqualTo(7);
  }

  @Test
  void withoutLengthTheFirstValueIsAllThereIs() {
    assertThat(once(key(0, 1), key(0, 2)).at(0)).isEqualTo(finished(1));
    assertThat(looped(key(0, 1), key(0, 2)).at(77)).isEqualTo(finished(1));
    assertThat(
            new Timeline(
                    List.of(key(0, 1), key(100, 2)), true, OptionalLong.empty(), OptionalLong.of(0))
                .at(50))
        .isEqualTo(finished(1));
  }

  @Test
  void twoKeyframesOfOneTimeAreAJump() {
    Timeline timeline = once(key(0, 0), key(100, 10), key(100, 50), key(200, 60));

    assertThat(timeline.at(99)).isEqualTo(playing(9.9));
    assertThat(timeline.at(100)).isEqualTo(playing(50));
    assertThat(timeline.at(150)).isEqualTo(playing(55));
  }

  @Test
  void bisectionFindsWhatASearchFinds() {
    SplittableRandom random = new SplittableRandom(1);
    for (int run = 0; run < 200; run++) {
      List<Keyframe> keyframes = new ArrayList<>();
      long time = 0;
      for (int i = random.nextInt(1, 20); i > 0; i--) {
        time += random.nextInt(4);
        keyframes.add(new Keyframe(time, Value.of(keyframes.size()), Easing.STEP));
      }
      Timeline timeline = Timeline.of(keyframes);
      for (long position = 0; position < timeline.lengthMicros(); position++) {
        long p = position;
        Value expected =
            keyframes.stream()
                .filter(k -> k.micros() <= p)
                .reduce((_, last) -> last)
                .orElse(keyframes.getFirst())
                .value();
        assertThat(timeline.at(position)).isEqualTo(new Sample(expected, false));
      }
    }
  }

  @Test
  void thePositionIsTheTimeSinceTheStartAndNeverNegative() {
    assertThat(Timeline.position(1_000, 1_500)).isEqualTo(500);
    assertThat(Timeline.position(1_000, 1_000)).isZero();
    assertThat(Timeline.position(1_000, 400)).as("a start in the future").isZero();
    assertThat(Timeline.position(Long.MAX_VALUE, 0)).isZero();
    assertThat(Timeline.position(-10, Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
  }

  // --- interpolation -----------------------------------------------------------------------------

  private static Value between(Value a, Value b, double part) {
    return Interpolation.between(a, b, part);
  }

  @Test
  void intsMoveInWholeStepsTowardsZero() {
    assertThat(between(Value.of(0), Value.of(10), 0.19)).isEqualTo(Value.of(1));
    assertThat(between(Value.of(10), Value.of(0), 0.19)).isEqualTo(Value.of(9));
    assertThat(between(Value.of(-5), Value.of(5), 0.55)).isEqualTo(Value.of(0));
    assertThat(between(Value.of(3), Value.of(4), 0.99)).isEqualTo(Value.of(3));
  }

  /** The reference subtracts in 64 bits, and the difference wraps around. */
  @Test
  void theLongestWayOfIntsDoesNotOverflow() {
    Value min = Value.of(Long.MIN_VALUE);
    Value max = Value.of(Long.MAX_VALUE);

    assertThat(between(min, max, 0)).isEqualTo(min);
    assertThat(between(min, max, 1)).isEqualTo(max);
    long half = ((Value.Int) between(min, max, 0.5)).value();
    assertThat(half).isBetween(-2_000L, 2_000L);
    long most = ((Value.Int) between(min, max, 0.9)).value();
    assertThat((double) most).isCloseTo(0.8 * 0x1p63, within(1e4));
    assertThat(between(max, min, 1)).isEqualTo(min);
    assertThat(between(Value.of(5), max, 1.5)).as("beyond the end").isEqualTo(max);
    assertThat(between(Value.of(-5), min, 1.5)).isEqualTo(min);
    assertThat(between(min, max, 2)).isEqualTo(max);
    assertThat(between(min, max, -1)).isEqualTo(min);
  }

  @Test
  void intsBetweenIntsAreMonotonous() {
    SplittableRandom random = new SplittableRandom(2);
    for (int i = 0; i < 1_000; i++) {
      long a = random.nextLong() >> random.nextInt(64);
      long b = random.nextLong() >> random.nextInt(64);
      long last = a;
      for (double part = 0; part <= 1; part += 1.0 / 64) {
        long value = ((Value.Int) between(Value.of(a), Value.of(b), part)).value();
        assertThat(value).isBetween(Math.min(a, b), Math.max(a, b));
        if (a < b) {
          assertThat(value).isGreaterThanOrEqualTo(last);
        } else {
          assertThat(value).isLessThanOrEqualTo(last);
        }
        last = value;
      }
    }
  }

  @Test
  void theLongestWayOfFloatsDoesNotOverflow() {
    Value low = Value.of(-Double.MAX_VALUE);
    Value high = Value.of(Double.MAX_VALUE);

    assertThat(between(low, high, 0.5)).isEqualTo(Value.of(0.0));
    assertThat(between(low, high, 0)).isEqualTo(low);
    assertThat(between(low, high, 1)).isEqualTo(high);
    assertThat(between(Value.of(1.0), Value.of(Double.POSITIVE_INFINITY), 0))
        .isEqualTo(Value.of(1.0));
  }

  @Test
  void arraysOfOneLengthMoveMemberByMember() {
    Value from = array(Value.of(0.0), Value.of(10), array(Value.of(1.0)), Value.of("a"));
    Value to = array(Value.of(1.0), Value.of(20), array(Value.of(2.0)), Value.of("b"));

    assertThat(between(from, to, 0.25))
        .isEqualTo(array(Value.of(0.25), Value.of(12), array(Value.of(1.25)), Value.of("a")));
  }

  @Test
  void whateverElseChangesAtHalfTheWay() {
    for (List<Value> pair :
        List.of(
            List.of(Value.of(0), Value.of(1.0)),
            List.of(Value.of(1.0), Value.of(0)),
            List.of(Value.FALSE, Value.TRUE),
            List.of(Value.of("a"), Value.of("b")),
            List.of(Value.NULL, Value.of(1.0)),
            List.of(map("x", Value.of(0.0)), map("x", Value.of(1.0))),
            List.<Value>of(array(Value.of(0.0)), array(Value.of(1.0), Value.of(1.0))))) {
      assertThat(between(pair.get(0), pair.get(1), 0.499)).isEqualTo(pair.get(0));
      assertThat(between(pair.get(0), pair.get(1), 0.5)).isEqualTo(pair.get(1));
    }
  }

  // --- as a value --------------------------------------------------------------------------------

  @Test
  void isCarriedByAMap() {
    Timeline timeline =
        new Timeline(
            List.of(
                new Keyframe(
                    0,
                    Value.of(0.0),
                    Easing.CUBIC_BEZIER,
                    Optional.of(new CubicBezier(0.42, 0, 0.58, 1))),
                new Keyframe(1_000_000, array(Value.of(1), Value.NULL), Easing.EASE_IN_OUT)),
            true,
            OptionalLong.of(1_704_067_200_000_000L),
            OptionalLong.of(2_000_000));

    Value value = timeline.toValue();

    assertThat(value.toString())
        .isEqualTo(
            "Map[entries={keyframes=Array[values=["
                + "Map[entries={time=Int[value=0], value=Float[value=0.0],"
                + " easing=Text[value=cubic-bezier], bezier=Array[values=[Float[value=0.42],"
                + " Float[value=0.0], Float[value=0.58], Float[value=1.0]]]}],"
                + " Map[entries={time=Int[value=1000000], value=Array[values=[Int[value=1],"
                + " Null[]]], easing=Text[value=ease-in-out]}]]], loop=Bool[value=true],"
                + " start_time=Int[value=1704067200000000], duration=Int[value=2000000]}]");
    assertThat(Timeline.ofValue(value)).isEqualTo(timeline);
  }

  @Test
  void survivesTheWire() {
    SplittableRandom random = new SplittableRandom(9);
    RandomMessages messages = new RandomMessages(9);
    for (int run = 0; run < 300; run++) {
      List<Keyframe> keyframes = new ArrayList<>();
      long time = 0;
      for (int i = random.nextInt(1, 8); i > 0; i--) {
        time += random.nextLong(1_000_000_000_000L);
        keyframes.add(
            new Keyframe(
                time,
                messages.value(3),
                Easing.values()[random.nextInt(6)],
                random.nextBoolean()
                    ? Optional.of(new CubicBezier(random.nextDouble(), -3, 1, 999.5))
                    : Optional.empty()));
      }
      Timeline timeline =
          new Timeline(
              keyframes,
              random.nextBoolean(),
              random.nextBoolean()
                  ? OptionalLong.of(random.nextLong(Timeline.MAX_MICROS + 1))
                  : OptionalLong.empty(),
              random.nextBoolean()
                  ? OptionalLong.of(random.nextLong(Timeline.MAX_MICROS + 1))
                  : OptionalLong.empty());
      byte[] payload =
          MessageCodec.encode(
              Shorthand.publish("/t", SignalType.TIMELINE, Message.Content.of(timeline.toValue())));

      Message.Publish publish = (Message.Publish) MessageCodec.decode(payload, 0, payload.length);

      Message.Content.Single content = (Message.Content.Single) publish.content();
      assertThat(Timeline.ofValue(content.value())).isEqualTo(timeline);
    }
  }

  @Test
  void takesWhatJavaScriptSends() {
    Map<String, Value> map = new LinkedHashMap<>();
    map.put(
        "keyframes",
        array(
            entries("time", Value.of(0.0), "value", Value.of(0.0), "easing", Value.NULL),
            entries("value", Value.of(1.0), "time", Value.of(500_000.7), "bezier", Value.NULL)));
    map.put("loop", Value.NULL);
    map.put("start_time", Value.of(1.7040672e15));
    map.put("duration", Value.of(1e6));
    map.put("madeBy", Value.of("a browser"));

    assertThat(Timeline.ofValue(Value.of(map)))
        .isEqualTo(
            new Timeline(
                List.of(key(0, 0), key(500_000, 1)),
                false,
                OptionalLong.of(1_704_067_200_000_000L),
                OptionalLong.of(1_000_000)));
  }

  @Test
  void controlPointsMayBeInts() {
    Value curve = array(Value.of(0), Value.of(0.5), Value.of(1), Value.of(-1));
    Value keyframe = entries("time", Value.of(3), "value", Value.TRUE, "bezier", curve);

    assertThat(Timeline.ofValue(map("keyframes", array(keyframe))).keyframes().getFirst())
        .isEqualTo(
            new Keyframe(
                3, Value.TRUE, Easing.LINEAR, Optional.of(new CubicBezier(0, 0.5, 1, -1))));
  }

  private static Value entries(String k1, Value v1, String k2, Value v2, String k3, Value v3) {
    Map<String, Value> map = new LinkedHashMap<>();
    map.put(k1, v1);
    map.put(k2, v2);
    map.put(k3, v3);
    return Value.of(map);
  }

  private static void assertRefused(Value value, String... words) {
    assertThatExceptionOfType(TimelineException.class)
        .isThrownBy(() -> Timeline.ofValue(value))
        .satisfies(e -> assertThat(e.getMessage()).contains(words));
  }

  private static Value withKeyframe(String key, Value value) {
    Map<String, Value> keyframe = new LinkedHashMap<>();
    keyframe.put("time", Value.of(0));
    keyframe.put("value", Value.of(1));
    keyframe.put("easing", Value.of("linear"));
    keyframe.put(key, value);
    return map("keyframes", array(Value.of(keyframe)));
  }

  private static Value withEntry(String key, Value value) {
    Map<String, Value> map = new LinkedHashMap<>(((Value.Map) once(key(0, 1)).toValue()).entries());
    map.put(key, value);
    return Value.of(map);
  }

  @Test
  void saysWhatIsWrongWithAValue() {
    assertRefused(Value.of(1), "must be a map");
    assertRefused(Value.of(Map.of()), "keyframes");
    assertRefused(map("keyframes", Value.of("x")), "keyframes");
    assertRefused(map("keyframes", array()), "at least one");
    assertRefused(map("keyframes", array(Value.of(1))), "keyframe 0", "map");
    assertRefused(map("keyframes", array(map("time", Value.of(1)))), "keyframe 0", "value");
    assertRefused(map("keyframes", array(map("value", Value.of(1)))), "keyframe 0", "time");
    assertRefused(withKeyframe("time", Value.of("soon")), "keyframe 0", "time", "microseconds");
    assertRefused(withKeyframe("time", Value.of(-1)), "keyframe 0", "0 to");
    assertRefused(withKeyframe("easing", Value.of("ease")), "keyframe 0", "ease-in-out");
    assertRefused(withKeyframe("easing", Value.of(1)), "keyframe 0", "ease-in-out");
    assertRefused(withKeyframe("bezier", Value.of(1)), "keyframe 0", "four numbers");
    assertRefused(withKeyframe("bezier", array(Value.of(1))), "keyframe 0", "four numbers");
    assertRefused(
        withKeyframe("bezier", array(Value.of(1), Value.of(1), Value.of(1), Value.of("1"))),
        "four numbers");
    assertRefused(
        withKeyframe("bezier", array(Value.of(0), Value.of(1e9), Value.of(1), Value.of(1))),
        "-1000 and 1000");
    assertRefused(withEntry("loop", Value.of(1)), "loop", "true or false");
    assertRefused(withEntry("start_time", Value.of("now")), "start_time");
    assertRefused(withEntry("duration", Value.of(-1)), "duration", "0 to");
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1, Double.NaN, Double.POSITIVE_INFINITY, 1e300, -0.5e300, 0x1p53 + 2})
  void timesOutOfRangeAreRefused(double time) {
    assertRefused(withKeyframe("time", Value.of(time)), "0 to 9007199254740992");
    assertRefused(withEntry("start_time", Value.of(time)), "0 to 9007199254740992");
    assertRefused(withEntry("duration", Value.of(time)), "0 to 9007199254740992");
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, 1_000.5, -1e300})
  void controlPointsOutOfRangeAreRefused(double coordinate) {
    assertThatExceptionOfType(TimelineException.class)
        .isThrownBy(() -> new CubicBezier(0, coordinate, 1, 1))
        .withMessageContaining("1000");
  }

  @Test
  void keyframesOutOfOrderAreRefused() {
    assertThatExceptionOfType(TimelineException.class)
        .isThrownBy(() -> once(key(0, 1), key(900, 1), key(500, 1)))
        .withMessageContaining("keyframe 2")
        .withMessageContaining("900");
  }

  @Test
  void tooManyKeyframesAreRefused() {
    List<Keyframe> most = Collections.nCopies(Timeline.MAX_KEYFRAMES, key(0, 1));
    List<Keyframe> more = Collections.nCopies(Timeline.MAX_KEYFRAMES + 1, key(0, 1));

    assertThat(Timeline.of(most).keyframes()).hasSize(4_096);
    assertThatExceptionOfType(TimelineException.class)
        .isThrownBy(() -> Timeline.of(more))
        .withMessageContaining("4096")
        .withMessageContaining("4097");
    assertRefused(
        map("keyframes", Value.of(Collections.nCopies(4_097, Value.of(1)))), "4096", "4097");
  }

  @Test
  void valuesThatCouldNotBeSentAreRefused() {
    Value deepest = Value.of(1);
    for (int i = 0; i < 61; i++) {
      deepest = array(deepest);
    }
    Value tooDeep = array(deepest);
    Message message =
        Shorthand.publish(
            "/t", SignalType.TIMELINE, Message.Content.of(once(key(0, deepest)).toValue()));

    assertThat(MessageCodec.encode(message)).isNotEmpty();
    assertThatExceptionOfType(TimelineException.class)
        .isThrownBy(() -> key(0, tooDeep))
        .withMessageContaining("61");
    assertThatExceptionOfType(TimelineException.class).isThrownBy(() -> key(0, map("k", tooDeep)));
  }

  @Test
  void namesOfEasingsAreThoseOfTheWire() {
    for (String name :
        List.of("linear", "ease-in", "ease-out", "ease-in-out", "step", "cubic-bezier")) {
      assertThat(Easing.ofName(name)).map(Easing::wireName).hasValue(name);
    }
    assertThat(Easing.values()).hasSize(6);
    assertThat(Easing.ofName("LINEAR")).isEmpty();
  }
}
