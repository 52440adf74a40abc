package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.Easing;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Content;
import dev.clasp.protocol.Message.Publish;
import dev.clasp.protocol.Message.SetValue;
import dev.clasp.protocol.Message.Snapshot;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Timeline;
import dev.clasp.protocol.Timeline.Keyframe;
import dev.clasp.protocol.Value;
import dev.clasp.protocol.ValueLayout;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Timelines: kept, shown to those who come later, and played (D13). */
class TimelinesTest {

  private static final int TIMELINES = SignalType.TIMELINE.maskBit();
  private static final int PARAMS = SignalType.PARAM.maskBit();

  private TestRouter t = new TestRouter();

  private void configure(UnaryOperator<RouterConfig.Builder> settings) {
    t = new TestRouter(settings);
  }

  // --- what is published -------------------------------------------------------------------------

  /** From 0 to 100 in one second. */
  private static Timeline ramp() {
    return Timeline.of(
        List.of(
            new Keyframe(0, Value.of(0.0), Easing.LINEAR),
            new Keyframe(1_000_000, Value.of(100.0), Easing.LINEAR)));
  }

  private static Timeline loop(Timeline timeline) {
    return new Timeline(
        timeline.keyframes(), true, timeline.startMicros(), timeline.durationMicros());
  }

  private static Timeline startingAt(Timeline timeline, long micros) {
    return new Timeline(
        timeline.keyframes(), timeline.loop(), OptionalLong.of(micros), timeline.durationMicros());
  }

  private static Value map(Timeline timeline, String key, Value value) {
    if (timeline.toValue() instanceof Value.Map(Map<String, Value> entries)) {
      Map<String, Value> more = new LinkedHashMap<>(entries);
      more.put(key, value);
      return Value.of(more);
    }
    throw new AssertionError("not a map");
  }

  private static Value playing(Timeline timeline) {
    return map(timeline, "play", Value.TRUE);
  }

  private static Message publish(String address, Value value) {
    return publish(address, value, OptionalLong.empty(), OptionalInt.empty());
  }

  private static Message publish(
      String address, Value value, OptionalLong timestamp, OptionalInt rate) {
    return new Publish(
        address,
        SignalType.TIMELINE,
        GesturePhase.START,
        Content.of(value),
        timestamp,
        OptionalInt.empty(),
        rate);
  }

  private static Message play(String address, Timeline timeline, int rate) {
    return publish(address, playing(timeline), OptionalLong.empty(), OptionalInt.of(rate));
  }

  private static final Value STOP = Value.of(Map.of("keyframes", Value.of(List.of())));

  /** Values of the SETs that arrived. */
  private static List<Double> values(TestPeer peer) {
    List<Double> values = new ArrayList<>();
    for (Message message : peer.received()) {
      if (message instanceof SetValue set && set.value() instanceof Value.Float(double v)) {
        values.add(v);
      } else {
        throw new AssertionError("not a sample: " + message);
      }
    }
    return values;
  }

  // --- kept --------------------------------------------------------------------------------------

  @Test
  void aTimelineIsForwardedAsItIsAndNotPlayedUnlessAsked() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    Message timeline = publish("/fade", ramp().toValue());
    t.client("desk").send(timeline);
    assertThat(viewer.received()).containsExactly(timeline);
    t.passMillis(2000);
    assertThat(viewer.received()).isEmpty();
    assertThat(t.router.parameterCount()).isZero();
  }

  @Test
  void aLaterSubscriberGetsItAfterItsSnapshotWithTheTimeAtWhichItWasPublished() {
    TestPeer desk = t.client("desk");
    desk.set("/fade", 5);
    long published = t.time.unixMicros();
    desk.send(publish("/fade", ramp().toValue()));
    Message dated =
        publish("/dated", ramp().toValue(), OptionalLong.of(12_345), OptionalInt.of(30));
    desk.send(dated);
    t.passMillis(500);
    TestPeer late = t.farClient("late");
    List<Message> got = late.subscribe(1, "/**").received();
    assertThat(got.getFirst()).isInstanceOf(Snapshot.class);
    assertThat(got.subList(1, got.size()))
        .containsExactly(
            publish("/fade", ramp().toValue(), OptionalLong.of(published), OptionalInt.empty()),
            dated);
    assertThat(late.subscribe(2, "/dated", TIMELINES).received()).containsExactly(dated);
    assertThat(late.subscribe(3, "/dated", PARAMS).received()).isEmpty();
    assertThat(late.subscribe(4, "/elsewhere/**").received()).isEmpty();
  }

  @Test
  void itsPublisherDoesNotGetItBack() {
    TestPeer desk = t.client("desk").send(publish("/fade", ramp().toValue()));
    assertThat(desk.subscribe(1, "/**").received()).isEmpty();
  }

  @Test
  void aStalledSubscriberGetsTheTimelinesWhenItReadsAgain() {
    TestPeer desk = t.client("desk");
    for (int i = 0; i < 5; i++) {
      desk.send(publish("/fade/" + i, ramp().toValue()));
    }
    TestPeer late = t.client("late");
    late.stall();
    late.send(new Message.Ping());
    late.subscribe(1, "/**");
    late.received();
    late.resume();
    assertThat(late.received()).hasSize(5);
  }

  @Test
  void onlyTheNewestOfAnAddressIsKept() {
    TestPeer desk = t.client("desk").send(publish("/fade", ramp().toValue()));
    Message newer =
        publish("/fade", loop(ramp()).toValue(), OptionalLong.of(7), OptionalInt.empty());
    desk.send(newer);
    assertThat(t.client("late").subscribe(1, "/**").received()).containsExactly(newer);
    assertThat(t.router.timelines().size()).isEqualTo(1);
  }

  @Test
  void aTimelineWithoutKeyframesIsForwardedAndEndsWhatIsKept() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    TestPeer desk = t.client("desk").send(publish("/fade", ramp().toValue()));
    viewer.received();
    desk.send(publish("/fade", STOP));
    assertThat(viewer.received()).containsExactly(publish("/fade", STOP));
    assertThat(t.client("late").subscribe(1, "/**").received()).isEmpty();
    assertThat(t.router.timelines().size()).isZero();
  }

  @Test
  void contentThatIsNoKeyframeMapIsForwardedAndChangesNothing() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    TestPeer desk = t.client("desk").send(publish("/fade", ramp().toValue()));
    viewer.received();
    List<Message> others =
        List.of(
            publish("/fade", Value.NULL),
            publish("/fade", Value.of(5.0)),
            publish("/fade", Value.of(Map.of("mine", Value.of("own")))),
            new Publish(
                "/fade",
                SignalType.TIMELINE,
                GesturePhase.START,
                Content.NONE,
                OptionalLong.of(5),
                OptionalInt.empty(),
                OptionalInt.empty()));
    others.forEach(desk::send);
    assertThat(viewer.received()).containsExactlyElementsOf(others);
    assertThat(t.router.timelines().size()).isEqualTo(1);
  }

  @Test
  void beyondTheLimitTheOldestThatDoesNotPlayGoes() {
    configure(c -> c.maxTimelines(3));
    TestPeer desk = t.client("desk");
    desk.send(play("/1", loop(ramp()), 1));
    desk.send(publish("/2", ramp().toValue())).send(publish("/3", ramp().toValue()));
    desk.send(publish("/4", ramp().toValue()));
    desk.send(TestRouter.bundle(publish("/5", ramp().toValue()), publish("/6", ramp().toValue())));
    List<String> kept =
        t.client("late").subscribe(1, "/**", TIMELINES).received().stream()
            .filter(m -> m instanceof Publish)
            .map(m -> ((Publish) m).address())
            .toList();
    assertThat(kept).containsExactly("/1", "/5", "/6");
  }

  @Test
  void oneSessionHasItsShareOnly() {
    TestPeer desk = t.client("desk");
    for (int i = 0; i < Timelines.MAX_PER_SESSION; i++) {
      desk.send(publish("/t/" + i, ramp().toValue()));
    }
    assertThat(desk.received()).isEmpty();
    desk.send(publish("/one/more", ramp().toValue()));
    assertThat(TestRouter.onlyError(desk.received()).code()).isEqualTo(429);
    desk.send(publish("/t/5", ramp().toValue()));
    assertThat(desk.received()).as("its own may be replaced").isEmpty();
    desk.send(publish("/t/5", STOP)).send(publish("/one/more", ramp().toValue()));
    assertThat(desk.received()).isEmpty();
    // Another session takes one over.
    t.client("other").send(publish("/t/6", ramp().toValue()));
    desk.send(publish("/yet/one", ramp().toValue()));
    assertThat(desk.received()).isEmpty();
  }

  private static Value keyframes(Value keyframes) {
    return Value.of(Map.of("keyframes", keyframes));
  }

  static Stream<Arguments> malformed() {
    Value good = Value.of(Map.of("time", Value.of(0L), "value", Value.of(1.0)));
    return Stream.of(
        Arguments.of(keyframes(Value.of(5L)), "a timeline needs an array of \"keyframes\""),
        Arguments.of(keyframes(Value.of(List.of(Value.of(5L)))), "keyframe 0: it must be a map"),
        Arguments.of(
            keyframes(Value.of(List.of(good, Value.of(Map.of("time", Value.of(5L)))))),
            "keyframe 1: value is missing"),
        Arguments.of(
            keyframes(Value.of(List.of(good, Value.of(Map.of("value", Value.of(5L)))))),
            "keyframe 1: time is missing"));
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void aMalformedKeyframeMapIsRefusedAndNobodySeesIt(Value map, String why) {
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    TestPeer desk = t.client("desk");
    Message bad = publish("/fade", map);
    desk.send(bad);
    Message.Error error = TestRouter.onlyError(desk.received());
    assertThat(error.code()).isEqualTo(400);
    assertThat(error.message()).startsWith("BadTimeline: ").contains(why);
    assertThat(error.address()).contains("/fade");
    desk.send(TestRouter.bundle(TestPeer.setOf("/x", Value.TRUE), bad));
    error = TestRouter.onlyError(desk.received());
    assertThat(error.message()).contains(why);
    assertThat(error.address()).contains("/fade");
    assertThat(viewer.received()).isEmpty();
    assertThat(t.router.parameterCount()).isZero();
  }

  @Test
  void playMustBeABoolean() {
    TestPeer desk = t.client("desk");
    desk.send(publish("/fade", map(ramp(), "play", Value.of("yes"))));
    assertThat(TestRouter.onlyError(desk.received()).message())
        .isEqualTo("BadTimeline: play must be true or false");
  }

  // --- played ------------------------------------------------------------------------------------

  @Test
  void itIsPlayedAsSetsAtTheRateOfThePublish() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/fade", PARAMS);
    TestPeer desk = t.client("desk");
    desk.send(play("/fade", ramp(), 4));
    assertThat(values(viewer)).containsExactly(0.0);
    t.passMillis(249);
    assertThat(values(viewer)).isEmpty();
    t.passMillis(1);
    assertThat(values(viewer)).containsExactly(25.0);
    t.passMillis(750);
    assertThat(values(viewer)).containsExactly(50.0, 75.0, 100.0);
    t.passMillis(5000);
    assertThat(viewer.received()).isEmpty();
    assertThat(t.router.timelines().playing()).isZero();
    assertThat(t.router.timelines().size()).as("still kept").isEqualTo(1);
  }

  @Test
  void theSamplesAreOrdinaryWritesOfThePublisher() {
    TestPeer desk = t.client("desk").set("/fade", 50);
    desk.received();
    desk.send(play("/fade", ramp(), 4));
    desk.send(new Message.Get("/fade"));
    assertThat(desk.received())
        .singleElement()
        .isInstanceOfSatisfying(
            Snapshot.class,
            s -> {
              Message.Parameter p = s.parameters().getFirst();
              assertThat(p.value()).isEqualTo(Value.of(0.0));
              assertThat(p.revision()).isEqualTo(2);
              assertThat(p.writer()).contains(desk.session());
              assertThat(p.timestampMicros()).hasValue(t.time.unixMicros());
            });
  }

  @Test
  void theDefaultRateIsThatOfTheRouter() {
    configure(c -> c.timelineRate(10));
    TestPeer viewer = t.client("viewer").subscribe(1, "/fade", PARAMS);
    t.client("desk").send(publish("/fade", playing(ramp())));
    t.passMillis(1000);
    assertThat(values(viewer)).hasSize(11).startsWith(0.0, 10.0).endsWith(90.0, 100.0);
  }

  @ParameterizedTest
  @CsvSource({"0, 2", "1, 2", "1000, 1001", "5000, 1001", "-1, 1001"})
  void theRateIsBetweenOneAndAThousand(int rate, int samples) {
    TestPeer viewer = t.client("viewer").subscribe(1, "/fade", PARAMS);
    t.client("desk").send(play("/fade", ramp(), rate));
    t.passMillis(1000);
    assertThat(values(viewer)).hasSize(samples);
  }

  @Test
  void theLastValueComesAtTheVeryEndAlsoBetweenTwoSamples() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/fade", PARAMS);
    t.client("desk").send(play("/fade", ramp(), 3));
    t.passMillis(999);
    assertThat(viewer.received()).hasSize(3);
    t.passMillis(1);
    assertThat(values(viewer)).containsExactly(100.0);
    Timeline odd =
        Timeline.of(
            List.of(
                new Keyframe(0, Value.of(1.0), Easing.LINEAR),
                new Keyframe(500_001, Value.of(2.0), Easing.LINEAR)));
    t.client("desk").send(play("/fade", odd, 1));
    assertThat(values(viewer)).containsExactly(1.0);
    t.time.pass(Duration.ofNanos(500_000_999));
    assertThat(viewer.received()).isEmpty();
    t.time.pass(Duration.ofNanos(1));
    assertThat(values(viewer)).containsExactly(2.0);
  }

  @Test
  void onlyChangedValuesAreWritten() {
    Timeline steps =
        Timeline.of(
            List.of(
                new Keyframe(0, Value.of(1.0), Easing.STEP),
                new Keyframe(500_000, Value.of(2.0), Easing.STEP),
                new Keyframe(1_000_000, Value.of(2.0), Easing.STEP)));
    TestPeer viewer = t.client("viewer").subscribe(1, "/fade", PARAMS);
    t.client("desk").send(play("/fade", steps, 100));
    t.passMillis(2000);
    assertThat(values(viewer)).containsExactly(1.0, 2.0);
  }

  @Test
  void itStartsAtItsStartTime() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/fade", PARAMS);
    long start = t.time.unixMicros() + 3_000_000;
    t.client("desk").send(play("/fade", startingAt(ramp(), start), 2));
    t.passMillis(2999);
    assertThat(viewer.received()).isEmpty();
    t.passMillis(1);
    assertThat(values(viewer)).containsExactly(0.0);
    t.passMillis(1000);
    assertThat(values(viewer)).containsExactly(50.0, 100.0);
  }

  @Test
  void theTimestampOfThePublishIsTheStartUnlessTheMapNamesOne() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/**", PARAMS);
    long now = t.time.unixMicros();
    TestPeer desk = t.client("desk");
    desk.send(publish("/fade", playing(ramp()), OptionalLong.of(now - 600_000), OptionalInt.of(1)));
    assertThat(values(viewer).getFirst()).isBetween(59.99, 60.01);
    desk.send(
        publish(
            "/other",
            playing(startingAt(ramp(), now - 100_000)),
            OptionalLong.of(now - 600_000),
            OptionalInt.of(1)));
    assertThat(values(viewer).getFirst()).isBetween(9.99, 10.01);
  }

  @Test
  void aTimelineThatIsOverGivesItsLastValueOnce() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/fade", PARAMS);
    t.client("desk").send(play("/fade", startingAt(ramp(), 5), 60));
    t.passMillis(5000);
    assertThat(values(viewer)).containsExactly(100.0);
  }

  @Test
  void aStartTooFarAheadIsRefused() {
    TestPeer desk = t.client("desk");
    long day = 24L * 3600 * 1_000_000;
    desk.send(play("/fade", startingAt(ramp(), t.time.unixMicros() + day), 60));
    assertThat(desk.received()).isEmpty();
    desk.send(play("/fade", startingAt(ramp(), t.time.unixMicros() + day + 1), 60));
    assertThat(TestRouter.onlyError(desk.received()).message()).startsWith("TimelineStart: ");
    desk.send(publish("/fade", playing(ramp()), OptionalLong.of(-1), OptionalInt.empty()));
    assertThat(TestRouter.onlyError(desk.received()).code()).isEqualTo(400);
  }

  @Test
  void aLoopGoesOnAndDoesNotDrift() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/fade", PARAMS);
    t.client("desk").send(play("/fade", loop(ramp()), 4));
    viewer.received();
    t.passMillis(999);
    viewer.received();
    t.passMillis(100_001);
    List<Double> values = values(viewer);
    assertThat(values).hasSize(401);
    assertThat(values.subList(0, 5)).containsExactly(0.0, 25.0, 50.0, 75.0, 0.0);
    assertThat(values.subList(397, 401)).containsExactly(25.0, 50.0, 75.0, 0.0);
  }

  @Test
  void aTimerThatComesLateSkipsWhatIsOver() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/fade", PARAMS);
    t.client("desk").send(play("/fade", ramp(), 10));
    viewer.received();
    t.time.stall(Duration.ofMillis(450));
    assertThat(values(viewer)).containsExactly(45.0);
    t.passMillis(49);
    assertThat(viewer.received()).isEmpty();
    t.passMillis(1);
    assertThat(values(viewer)).containsExactly(50.0);
  }

  @Test
  void aReplacementEndsWhatPlays() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/fade", PARAMS);
    t.client("desk").send(play("/fade", ramp(), 10));
    t.passMillis(500);
    assertThat(values(viewer)).endsWith(50.0);
    Timeline back =
        Timeline.of(
            List.of(
                new Keyframe(0, Value.of(-1.0), Easing.STEP),
                new Keyframe(1_000_000, Value.of(-2.0), Easing.STEP)));
    // By another client, on another event loop.
    t.farClient("other").send(play("/fade", back, 10));
    t.passMillis(5000);
    assertThat(values(viewer)).containsExactly(-1.0, -2.0);
  }

  @Test
  void withoutKeyframesOrWithoutPlayItStopsWhereItIs() {
    for (Value stop : List.of(STOP, map(ramp(), "play", Value.FALSE), ramp().toValue())) {
      configure(c -> c);
      TestPeer viewer = t.client("viewer").subscribe(1, "/fade", PARAMS);
      t.client("desk").send(play("/fade", ramp(), 10));
      t.passMillis(500);
      assertThat(values(viewer)).endsWith(50.0);
      t.farClient("other").send(publish("/fade", stop));
      t.passMillis(5000);
      assertThat(viewer.received()).isEmpty();
      assertThat(t.router.timelines().playing()).isZero();
    }
  }

  @Test
  void itGoesOnWhenItsPublisherLeaves() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/fade", PARAMS);
    TestPeer desk = t.client("desk").send(play("/fade", ramp(), 4));
    String session = desk.session();
    desk.disconnect();
    t.passMillis(1000);
    assertThat(values(viewer)).containsExactly(0.0, 25.0, 50.0, 75.0, 100.0);
    assertThat(t.router.parameters(dev.clasp.protocol.AddressPattern.parse("/fade"), 1))
        .singleElement()
        .satisfies(p -> assertThat(p.writer()).isEqualTo(session));
  }

  @Test
  void aLockOfAnotherIsRespectedAndToldOnce() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/fade", PARAMS);
    TestPeer desk = t.client("desk").send(play("/fade", ramp(), 10));
    t.passMillis(200);
    assertThat(values(viewer)).containsExactly(0.0, 10.0, 20.0);
    TestPeer operator = t.client("operator");
    operator.send(
        new SetValue("/fade", Value.of(7.0), OptionalLong.empty(), true, false, Optional.empty()));
    t.passMillis(400);
    assertThat(values(viewer)).containsExactly(7.0);
    Message.Error error = TestRouter.onlyError(desk.received());
    assertThat(error.code()).isEqualTo(401);
    assertThat(error.address()).contains("/fade");
    operator.send(
        new SetValue("/fade", Value.of(8.0), OptionalLong.empty(), false, true, Optional.empty()));
    t.passMillis(1000);
    assertThat(values(viewer)).containsExactly(8.0, 70.0, 80.0, 90.0, 100.0);
    assertThat(desk.received()).isEmpty();
    assertThat(t.count(Counter.TIMELINE_SAMPLES_REFUSED)).isEqualTo(4);
  }

  @Test
  void thePublisherMayPlayWhatItHasLocked() {
    TestPeer desk = t.client("desk");
    desk.send(
        new SetValue("/fade", Value.of(7.0), OptionalLong.empty(), true, false, Optional.empty()));
    desk.received();
    TestPeer viewer = t.client("viewer").subscribe(1, "/fade", PARAMS);
    viewer.received();
    desk.send(play("/fade", ramp(), 1));
    t.passMillis(1000);
    assertThat(values(viewer)).containsExactly(0.0, 100.0);
    assertThat(desk.received()).isEmpty();
  }

  @Test
  void aTimelineInABundleGoesTheSameWay() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    TestPeer desk = t.client("desk");
    Message timeline = play("/fade", ramp(), 1);
    desk.send(TestRouter.bundle(TestPeer.setOf("/x", Value.of(1.0)), timeline));
    t.passMillis(1000);
    List<Message> got = viewer.received();
    assertThat(got).hasSize(4);
    assertThat(got.get(1)).isEqualTo(timeline);
    assertThat(got.get(3)).isInstanceOf(SetValue.class);
    t.passMillis(1000);
    assertThat(t.router.timelines().size()).isEqualTo(1);
  }

  @Test
  void noMoreArePlayedThanAllowed() {
    configure(c -> c.maxTimelines(2).timelineRate(60));
    TestPeer desk = t.client("desk");
    desk.send(play("/1", loop(ramp()), 20));
    desk.send(TestRouter.bundle(play("/2", loop(ramp()), 20), play("/3", loop(ramp()), 20)));
    assertThat(TestRouter.onlyError(desk.received()).code()).isEqualTo(429);
    assertThat(t.router.timelines().playing()).isEqualTo(1);
    desk.send(play("/2", loop(ramp()), 101));
    assertThat(TestRouter.onlyError(desk.received()).message()).contains("samples");
    desk.send(play("/2", loop(ramp()), 100));
    assertThat(desk.received()).isEmpty();
    desk.send(play("/3", loop(ramp()), 1));
    assertThat(TestRouter.onlyError(desk.received()).code()).isEqualTo(429);
    desk.send(play("/2", loop(ramp()), 50));
    assertThat(desk.received()).as("replacing is always possible").isEmpty();
    desk.send(publish("/1", STOP)).send(play("/3", loop(ramp()), 70));
    assertThat(desk.received()).isEmpty();
  }

  @Test
  void aValueThatGrowsBeyondAFrameIsToldAndDoesNoHarm() throws IOException {
    // Eight bits each as they come, 64 bits each when they are computed.
    TestPeer desk = t.client("desk").sendRaw(narrowNumbers(8000));
    t.passMillis(3000);
    assertThat(TestRouter.errorCodes(desk.received())).containsExactly(400);
    assertThat(t.router.timelines().playing()).isZero();
  }

  /** A timeline of two keyframes with arrays of so many numbers of one byte, played at 1 Hz. */
  private static byte[] narrowNumbers(int count) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeByte(0x20);
    out.writeByte(SignalType.TIMELINE.code() << 5);
    out.writeUTF("/fade");
    out.writeByte(1);
    out.writeByte(ValueLayout.MAP);
    out.writeShort(2);
    out.writeUTF("play");
    out.writeByte(ValueLayout.BOOL);
    out.writeByte(1);
    out.writeUTF("keyframes");
    out.writeByte(ValueLayout.ARRAY);
    out.writeShort(2);
    for (int keyframe = 0; keyframe < 2; keyframe++) {
      out.writeByte(ValueLayout.MAP);
      out.writeShort(2);
      out.writeUTF("time");
      out.writeByte(ValueLayout.I64);
      out.writeLong(keyframe * 1_000_000L);
      out.writeUTF("value");
      out.writeByte(ValueLayout.ARRAY);
      out.writeShort(count);
      for (int i = 0; i < count; i++) {
        out.writeByte(ValueLayout.I8);
        out.writeByte(i + keyframe);
      }
    }
    byte[] payload = bytes.toByteArray();
    byte[] frame = new byte[FrameDescriptor.HEADER_LENGTH + payload.length];
    FrameDescriptor.writeHeader(frame, 0, Qos.CONFIRM, payload.length);
    System.arraycopy(payload, 0, frame, FrameDescriptor.HEADER_LENGTH, payload.length);
    return frame;
  }

  @Test
  void anAddressStaysInternedWhileItsTimelineIsKept() {
    configure(c -> c.maxIdleAddresses(256));
    TestPeer desk = t.client("desk").send(publish("/fade", ramp().toValue()));
    TestPeer other = t.client("other");
    for (int i = 0; i < 20_000; i++) {
      other.sendWithinTurn(TestPeer.event("/other/" + i, Value.NULL));
    }
    t.time.runAll();
    desk.send(publish("/fade", STOP));
    assertThat(t.router.timelines().size()).isZero();
  }
}
