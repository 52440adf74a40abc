package dev.clasp.client;

import static dev.clasp.client.Outcomes.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.CubicBezier;
import dev.clasp.protocol.Easing;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Content;
import dev.clasp.protocol.Message.Publish;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Timeline;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Streams, gestures, timelines, bundles and announcements, with what builds them. */
class WritersTest {

  private final Rig rig = Rig.connected();
  private final ClaspClient client = rig.client();

  private List<Publish> published() {
    return rig.sent().stream().map(Publish.class::cast).toList();
  }

  private static double[] samples(Publish publish) {
    Content.Samples samples = (Content.Samples) publish.content();
    double[] all = new double[samples.count()];
    for (int i = 0; i < all.length; i++) {
      all[i] = samples.sample(i);
    }
    return all;
  }

  // --- streams -----------------------------------------------------------------------------------

  @Test
  void samplesGoTogetherWhenTheirTimeIsOver() {
    StreamWriter writer = client.stream("/meter", StreamOptions.DEFAULT.withRate(100));
    long start = client.time();
    writer.write(0.1);
    rig.reactor.pass(Duration.ofMillis(4));
    writer.write(0.2);
    assertThat(rig.sent()).isEmpty();
    rig.reactor.pass(Duration.ofMillis(6));

    List<Publish> published = published();
    assertThat(published).hasSize(1);
    assertThat(samples(published.getFirst())).containsExactly(0.1, 0.2);
    assertThat(published.getFirst().rate()).hasValue(100);
    assertThat(published.getFirst().timestampMicros()).hasValue(start);
    rig.reactor.pass(Duration.ofSeconds(1));
    assertThat(rig.sent()).isEmpty();
    assertThat(rig.reactor.timers()).isZero();
  }

  @Test
  void aFullBlockGoesAtOnceAndTheNextHasItsOwnTime() {
    StreamWriter writer = client.stream("/meter", StreamOptions.DEFAULT.withMaxSamples(3));
    writer.write(new double[] {1, 2});
    rig.reactor.pass(Duration.ofMillis(6));
    writer.write(new double[] {3, 4});
    assertThat(published()).hasSize(1).allSatisfy(p -> assertThat(samples(p)).hasSize(3));
    // The timer of the first block comes too early for the second.
    rig.reactor.pass(Duration.ofMillis(4));
    assertThat(rig.sent()).isEmpty();
    rig.reactor.pass(Duration.ofMillis(6));
    assertThat(samples(published().getFirst())).containsExactly(4);
  }

  @Test
  void flushingAndClosingSendWhatIsCollected() {
    StreamWriter writer = client.stream("/meter", StreamOptions.DEFAULT);
    writer.write(1);
    var flushed = writer.flush();
    assertThat(published()).hasSize(1);
    assertThat(flushed).isCompleted();
    assertThat(writer.flush()).isCompleted();
    writer.write(2);
    writer.close();
    writer.close();
    assertThat(published()).hasSize(1);
    assertThatThrownBy(() -> writer.write(3))
        .isInstanceOfSatisfying(
            ClaspException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CLOSED));
  }

  @Test
  void withoutDelayEachCallIsAMessage() {
    StreamWriter writer =
        client.stream("/meter", StreamOptions.DEFAULT.withMaxDelay(Duration.ZERO));
    writer.write(1);
    writer.write(new double[] {2, 3});
    assertThat(published()).hasSize(2);
  }

  @Test
  void whatCannotBeSentIsCounted() {
    StreamWriter writer = client.stream("/meter", StreamOptions.DEFAULT);
    rig.link().breaks("cable");
    writer.write(new double[] {1, 2, 3});
    var flushed = writer.flush();
    rig.reactor.run();
    assertThat(failure(flushed).kind()).isEqualTo(Kind.CLOSED);
    assertThat(writer.lost()).isEqualTo(3);
  }

  @Test
  void aBlockFitsItsFrame() {
    StreamWriter writer =
        client.stream(
            "/" + "x".repeat(900), StreamOptions.DEFAULT.withMaxSamples(8_000).withRate(1));
    writer.write(new double[8_000]);
    writer.close();
    assertThat(published().stream().mapToInt(p -> samples(p).length).sum()).isEqualTo(8_000);
    assertThat(writer.lost()).isZero();
  }

  @Test
  void streamOptionsHaveTheirRanges() {
    assertThatThrownBy(() -> StreamOptions.DEFAULT.withMaxSamples(0))
        .hasMessage("maxSamples must be 1 to 8000, not 0");
    assertThatThrownBy(() -> StreamOptions.DEFAULT.withRate(-1)).hasMessageContaining("not -1");
    assertThatThrownBy(() -> StreamOptions.DEFAULT.withMaxDelay(Duration.ofHours(1)))
        .hasMessageContaining("nothing to a minute");
  }

  // --- gestures ----------------------------------------------------------------------------------

  @Test
  void aGestureHasItsOwnIdAndMovesAtItsPace() {
    GestureWriter first = client.gesture("/pad").start(0.0);
    GestureWriter second = client.gesture("/pad").start(0.0);
    assertThat(first.id()).isNotEqualTo(second.id());
    assertThat(published()).extracting(Publish::phase).containsOnly(GesturePhase.START);

    first.move(1.0);
    assertThat(published()).hasSize(1);
    var waits = first.move(2.0);
    var newest = first.move(3.0);
    assertThat(rig.sent()).isEmpty();
    assertThat(waits).isNotDone();
    rig.reactor.pass(Duration.ofMillis(16));
    List<Publish> moves = published();
    assertThat(moves).hasSize(1);
    assertThat(moves.getFirst().content()).isEqualTo(Content.of(Value.of(3.0)));
    assertThat(moves.getFirst().id()).hasValue(first.id());
    assertThat(waits).isCompleted();
    assertThat(newest).isCompleted();
  }

  @Test
  void theLastMoveComesInFrontOfTheEnd() {
    GestureWriter finger = client.gesture("/pad").id(7).start(Map.of("x", 0));
    finger.move(Map.of("x", 1));
    finger.move(Map.of("x", 2));
    finger.end();
    List<Publish> steps = published();
    assertThat(steps)
        .extracting(Publish::phase)
        .containsExactly(
            GesturePhase.START, GesturePhase.MOVE, GesturePhase.MOVE, GesturePhase.END);
    assertThat(steps.getLast().content()).isEqualTo(Content.of(Values.of(Map.of("x", 2))));
    assertThat(steps).allSatisfy(step -> assertThat(step.id()).hasValue(7));
    assertThat(finger.isOpen()).isFalse();
    assertThat(failure(finger.move(3))).hasMessage("the gesture at /pad has ended");
    finger.close();
    rig.reactor.pass(Duration.ofSeconds(1));
    assertThat(rig.sent()).isEmpty();
  }

  @Test
  void closingEndsAndCancellingCancels() {
    client.gesture("/pad").start(1).close();
    GestureWriter cancelled = client.gesture("/pad").start(1);
    cancelled.cancel();
    cancelled.close();
    assertThat(published())
        .extracting(Publish::phase)
        .containsExactly(
            GesturePhase.START, GesturePhase.END, GesturePhase.START, GesturePhase.CANCEL);
  }

  @Test
  void everyMoveIsSentIfThatIsWanted() {
    GestureWriter finger = client.gesture("/pad").interval(Duration.ZERO).start(0);
    finger.move(1);
    finger.move(2);
    assertThat(published()).hasSize(3);
  }

  @Test
  void aPointThatCannotBeSentIsRefusedAndTheGestureGoesOn() {
    String tooLong = "x".repeat(70_000);
    assertThatThrownBy(() -> client.gesture("/pad").start(tooLong))
        .isInstanceOf(ClaspException.class);
    GestureWriter finger = client.gesture("/pad").start(0);
    finger.move(1);
    assertThatThrownBy(() -> finger.move(tooLong)).isInstanceOf(ClaspException.class);
    assertThatThrownBy(() -> finger.end(tooLong)).isInstanceOf(ClaspException.class);
    rig.sent();

    // Closing ends it all the same.
    var _ = client.closeAsync();
    List<Publish> published = published();
    assertThat(published).hasSize(1);
    assertThat(published.getFirst().phase()).isEqualTo(GesturePhase.END);
    assertThat(published.getFirst().content()).isEqualTo(Content.of(Value.of(1)));
  }

  @Test
  void aMoveThatWaitsHearsOfTheEndOfTheClient() {
    Rig once = new Rig();
    once.reconnect = false;
    once.connect();
    GestureWriter finger = once.client().gesture("/pad").start(0);
    finger.move(1);
    var waiting = finger.move(2);
    assertThat(waiting).isNotDone();
    once.link().breaks("cable");
    once.reactor.pass(Duration.ofMillis(20));
    assertThat(failure(waiting).kind()).isEqualTo(Kind.CLOSED);
  }

  @Test
  void aGestureEndsWithItsConnection() {
    GestureWriter finger = client.gesture("/pad").start(0);
    finger.move(1);
    var waiting = finger.move(2);
    rig.sent();
    rig.link().breaks("cable");
    rig.reactor.pass(Duration.ofSeconds(1));
    rig.welcome();

    assertThat(finger.isOpen()).isFalse();
    assertThat(failure(waiting).kind()).isEqualTo(Kind.CLOSED);
    assertThat(failure(finger.move(2))).hasMessageContaining("has ended with its connection");
    finger.close();
    assertThat(rig.sent()).isEmpty();
  }

  // --- timelines ---------------------------------------------------------------------------------

  private static final Timeline FADE =
      new TimelineBuilder()
          .at(Duration.ZERO, 0.0, Easing.EASE_IN)
          .at(Duration.ofSeconds(2), 0.5, new CubicBezier(0.1, 0.2, 0.3, 0.4))
          .at(Duration.ofSeconds(10), 1.0)
          .build();

  private Map<String, Value> sentMap() {
    List<Publish> published = published();
    assertThat(published).hasSize(1);
    assertThat(published.getFirst().signal()).isEqualTo(SignalType.TIMELINE);
    return ((Value.Map) ((Content.Single) published.getFirst().content()).value()).entries();
  }

  @Test
  void aTimelineIsBuilt() {
    assertThat(FADE.keyframes())
        .extracting(Timeline.Keyframe::easing)
        .containsExactly(Easing.EASE_IN, Easing.CUBIC_BEZIER, Easing.LINEAR);
    assertThat(FADE.lengthMicros()).isEqualTo(10_000_000);
    Timeline looped =
        new TimelineBuilder()
            .at(Duration.ZERO, 1)
            .loop()
            .length(Duration.ofSeconds(3))
            .startAt(5)
            .build();
    assertThat(looped.loop()).isTrue();
    assertThat(looped.durationMicros()).hasValue(3_000_000);
    assertThat(looped.startMicros()).hasValue(5);
    assertThatThrownBy(() -> new TimelineBuilder().build())
        .isInstanceOfSatisfying(
            ClaspException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID));
    assertThatThrownBy(() -> new TimelineBuilder().at(Duration.ofSeconds(-1), 1))
        .isInstanceOf(ClaspException.class);
  }

  @Test
  void aTimelineIsPlayedPausedResumedAndStopped() {
    long start = client.time();
    PlayedTimeline playing = client.play("/fade", FADE, 30);
    List<Publish> first = published();
    assertThat(first.getFirst().rate()).hasValue(30);
    Map<String, Value> map =
        ((Value.Map) ((Content.Single) first.getFirst().content()).value()).entries();
    assertThat(map).containsEntry("play", Value.TRUE).containsEntry("start_time", Value.of(start));
    assertThat(playing.started()).isCompleted();

    rig.reactor.pass(Duration.ofSeconds(4));
    assertThat(playing.position()).isEqualTo(Duration.ofSeconds(4));
    playing.pause();
    assertThat(sentMap()).containsEntry("play", Value.FALSE);
    rig.reactor.pass(Duration.ofSeconds(100));
    assertThat(playing.isPaused()).isTrue();
    assertThat(playing.position()).isEqualTo(Duration.ofSeconds(4));
    assertThat(playing.isFinished()).isFalse();
    playing.pause();
    assertThat(rig.sent()).isEmpty();

    playing.resume();
    assertThat(sentMap())
        .containsEntry("play", Value.TRUE)
        .containsEntry("start_time", Value.of(client.time() - 4_000_000));
    playing.seek(Duration.ofSeconds(9));
    assertThat(sentMap()).containsEntry("start_time", Value.of(client.time() - 9_000_000));
    rig.reactor.pass(Duration.ofSeconds(2));
    assertThat(playing.isFinished()).isTrue();
    assertThat(playing.position()).isEqualTo(Duration.ofSeconds(10));

    playing.stop();
    assertThat(sentMap()).isEqualTo(Map.of("keyframes", Value.of(List.of())));
    assertThat(failure(playing.resume()).kind()).isEqualTo(Kind.CLOSED);
    assertThat(playing.stop()).isCompleted();
    assertThatThrownBy(() -> playing.seek(Duration.ofSeconds(-1)))
        .hasMessageContaining("it begins at 0");
    assertThatThrownBy(() -> client.play("/fade", FADE, 0)).isInstanceOf(ClaspException.class);
  }

  // --- bundles, announcements, the end -----------------------------------------------------------

  @Test
  void scheduledBundlesAreCalledOff() {
    var off = client.callOff(1_234);
    assertThat(rig.sent())
        .containsExactly(new Message.Bundle(List.of(), java.util.OptionalLong.of(1_234)));
    rig.link().says(Rig.bundleAck(0));
    assertThat(off).isCompleted();
  }

  @Test
  void recordsGoIntoBundlesAndEvents() {
    record Cue(int number) {}

    client.bundle(new BundleBuilder().set("/cue", new Cue(3)).emit("/go", new Cue(4)));
    client.set("/cue", new Cue(5));
    client.emit("/go", new Cue(6));
    List<Message> sent = rig.sent();
    assertThat(((Message.Bundle) sent.getFirst()).messages()).hasSize(2);
    assertThat(((Message.SetValue) sent.get(1)).value())
        .isEqualTo(Value.of(Map.of("number", Value.of(5))));
    assertThat(((Publish) sent.get(2)).content())
        .isEqualTo(Content.of(Value.of(Map.of("number", Value.of(6)))));
  }

  @Test
  void aDefinitionIsBuilt() {
    SignalDefinition definition =
        DefinitionBuilder.param("/a")
            .datatype("f64")
            .access("rw")
            .conflict(DefinitionBuilder.Conflict.MIN)
            .conflict(DefinitionBuilder.Conflict.MAX)
            .ttl(Duration.ofSeconds(35))
            .ephemeral()
            .unit("dB")
            .range(-60, 0)
            .initial(-10)
            .description("level")
            .build();
    assertThat(definition.access()).hasValue("rw,conflict=max,ttl=35,ephemeral");
    assertThat(definition.meta().orElseThrow().range()).hasValue(new Message.Range(-60, 0));
    assertThat(DefinitionBuilder.event("/b").build())
        .isEqualTo(
            new SignalDefinition(
                "/b", SignalType.EVENT, Optional.empty(), Optional.empty(), Optional.empty()));
    assertThatThrownBy(() -> DefinitionBuilder.param("/a").range(1, 0))
        .hasMessageContaining("no number in it");
    assertThatThrownBy(() -> DefinitionBuilder.param("/a").ttl(Duration.ofMillis(5)))
        .hasMessageContaining("at least 1 s");
  }

  @Test
  void flushingIsBehindEverything() {
    client.set("/a", Value.of(1), SetOptions.FIRE);
    var flushed = client.flush();
    assertThat(rig.sent()).hasSize(2);
    assertThat(flushed).isNotDone();
    rig.link().says(new Message.Pong());
    assertThat(flushed).isCompleted();
  }

  @Test
  void closingTheClientSendsWhatIsKeptBack() {
    StreamWriter meter = client.stream("/meter", StreamOptions.DEFAULT);
    meter.write(0.5);
    GestureWriter finger = client.gesture("/pad").start(1);
    finger.move(2);
    finger.move(3);
    var closed = client.closeAsync();
    List<Message> sent = rig.sent();
    assertThat(sent.stream().filter(Publish.class::isInstance).map(m -> ((Publish) m).signal()))
        .containsExactlyInAnyOrder(
            SignalType.STREAM,
            SignalType.GESTURE,
            SignalType.GESTURE,
            SignalType.GESTURE,
            SignalType.GESTURE);
    assertThat(finger.isOpen()).isFalse();
    rig.link().says(new Message.Pong());
    assertThat(closed).isCompleted();
    assertThatThrownBy(() -> meter.write(1)).isInstanceOf(ClaspException.class);
  }
}
