package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Content;
import dev.clasp.protocol.Message.Publish;
import dev.clasp.protocol.Message.SetValue;
import dev.clasp.protocol.Message.SubscribeOptions;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** The option window: samples of a stream are gathered and come as one message. */
class WindowTest {

  private static final int ALL = SignalType.ALL_MASK;

  private final ManualTime time = new ManualTime();
  private Router router = new Router(RouterConfig.DEFAULT, time);
  private Lane lane = router.addLane(time.loop());
  private TestPeer sender = client("sender");

  private TestPeer client(String name) {
    TestPeer peer = new TestPeer(time, router, lane).hello(name);
    peer.received();
    return peer;
  }

  private TestPeer subscriber(SubscribeOptions options) {
    return client("subscriber").subscribe(1, "/**", ALL, options);
  }

  private void pass(long millis) {
    time.pass(Duration.ofMillis(millis));
  }

  private void sample(double value) {
    sender.send(TestPeer.publish(SignalType.STREAM, "/s", Value.of(value)));
  }

  private static Publish samples(
      List<Double> values, OptionalLong timestamp, OptionalInt id, OptionalInt rate) {
    return new Publish(
        "/s",
        SignalType.STREAM,
        GesturePhase.START,
        new Content.Samples(values.stream().mapToDouble(Double::doubleValue).toArray()),
        timestamp,
        id,
        rate);
  }

  private static double[] samples(Message message) {
    return ((Content.Samples) ((Publish) message).content()).samples();
  }

  private static Publish batch(long micros, double... values) {
    List<Double> list = new ArrayList<>();
    for (double value : values) {
      list.add(value);
    }
    return samples(list, OptionalLong.of(micros), OptionalInt.empty(), OptionalInt.empty());
  }

  @Test
  void samplesComeTogetherAtTheEndOfTheWindowWithTheTimeOfTheFirst() {
    TestPeer s = subscriber(Options.window(50));
    long first = time.unixMicros();
    sample(1);
    pass(20);
    sample(2);
    pass(20);
    sample(3);
    pass(9);
    assertThat(s.received()).isEmpty();
    pass(1);
    assertThat(s.received()).containsExactly(batch(first, 1, 2, 3));
    pass(1_000);
    assertThat(s.received()).isEmpty();
    sample(4);
    pass(50);
    assertThat(s.received()).containsExactly(batch(time.unixMicros() - 50_000, 4));
  }

  @Test
  void aTimeGivenByTheSenderIsKept() {
    TestPeer s = subscriber(Options.window(50));
    for (int i = 0; i < 3; i++) {
      sender.send(
          new Publish(
              "/s",
              SignalType.STREAM,
              GesturePhase.START,
              Content.of(Value.of((long) i)),
              OptionalLong.of(1_000 + i),
              OptionalInt.empty(),
              OptionalInt.empty()));
    }
    pass(50);
    assertThat(s.received()).containsExactly(batch(1_000, 0, 1, 2));
  }

  @Test
  void batchesOfSamplesAreJoinedAndTheirCommonRateIsKept() {
    TestPeer s = subscriber(Options.window(50));
    OptionalLong none = OptionalLong.empty();
    OptionalInt noId = OptionalInt.empty();
    long first = time.unixMicros();
    sender.send(samples(List.of(1.0, 2.0), none, noId, OptionalInt.of(500)));
    sender.send(samples(List.of(3.0), none, noId, OptionalInt.of(500)));
    pass(50);
    assertThat(s.received())
        .containsExactly(
            samples(List.of(1.0, 2.0, 3.0), OptionalLong.of(first), noId, OptionalInt.of(500)));
    first = time.unixMicros();
    sender.send(samples(List.of(1.0), none, noId, OptionalInt.of(500)));
    sender.send(samples(List.of(2.0), none, noId, OptionalInt.of(600)));
    pass(50);
    assertThat(s.received()).containsExactly(batch(first, 1, 2));
  }

  @Test
  void streamsOfOneAddressWithDifferentIdsAreNotMixed() {
    TestPeer s = subscriber(Options.window(50));
    OptionalLong none = OptionalLong.empty();
    long first = time.unixMicros();
    for (int id = 1; id <= 2; id++) {
      for (int i = 0; i < 2; i++) {
        sender.send(samples(List.of(10.0 * id + i), none, OptionalInt.of(id), OptionalInt.empty()));
      }
    }
    pass(50);
    OptionalLong at = OptionalLong.of(first);
    assertThat(s.received())
        .containsExactly(
            samples(List.of(10.0, 11.0), at, OptionalInt.of(1), OptionalInt.empty()),
            samples(List.of(20.0, 21.0), at, OptionalInt.of(2), OptionalInt.empty()));
  }

  @Test
  void whatIsNotANumberPassesAtOnceAfterWhatWasGathered() {
    TestPeer s = subscriber(Options.window(50));
    long first = time.unixMicros();
    sample(1);
    Message text = TestPeer.publish(SignalType.STREAM, "/s", Value.of("text"));
    sender.send(text);
    sample(2);
    assertThat(s.received()).containsExactly(batch(first, 1), text);
    pass(50);
    assertThat(s.received()).containsExactly(batch(first, 2));
  }

  @Test
  void otherKindsAreNotAffected() {
    TestPeer s = subscriber(Options.window(50));
    sender.set("/p", 1).set("/p", 2);
    sender.send(TestPeer.event("/e", Value.of(1.0)));
    sender.send(TestPeer.publish(SignalType.GESTURE, "/g", Value.of(1.0)));
    sender.send(TestPeer.publish(SignalType.TIMELINE, "/t", Value.of(1.0)));
    assertThat(s.received()).hasSize(5);
  }

  @Test
  void aFullBatchDoesNotWait() {
    TestPeer s = subscriber(Options.window(10_000));
    for (int i = 0; i < 2_500; i++) {
      sample(i);
    }
    List<Message> received = s.received();
    assertThat(received).hasSize(2);
    pass(10_000);
    received = new ArrayList<>(received);
    received.addAll(s.received());
    List<Double> all = new ArrayList<>();
    for (Message message : received) {
      assertThat(samples(message)).hasSizeLessThanOrEqualTo(SampleBatch.MAX_SAMPLES);
      Arrays.stream(samples(message)).forEach(all::add);
    }
    assertThat(all).hasSize(2_500).isSorted();
  }

  @Test
  void aMessageWithMoreSamplesThanABatchHoldsPassesUnchanged() {
    TestPeer s = subscriber(Options.window(50));
    List<Double> many = new ArrayList<>();
    for (int i = 0; i < 8_000; i++) {
      many.add((double) i);
    }
    long first = time.unixMicros();
    sample(-1);
    Publish large = samples(many, OptionalLong.empty(), OptionalInt.empty(), OptionalInt.empty());
    sender.send(large);
    assertThat(s.received()).containsExactly(batch(first, -1), large);
  }

  @Test
  void aMessageWithoutSamplesChangesNothing() {
    TestPeer s = subscriber(Options.window(50));
    Publish none =
        samples(List.of(), OptionalLong.empty(), OptionalInt.empty(), OptionalInt.empty());
    sender.send(none);
    assertThat(s.received()).containsExactly(none);
  }

  @Test
  void aLongWindowIsCutToTenSeconds() {
    TestPeer s = subscriber(Options.window(-1));
    sample(1);
    pass(9_999);
    assertThat(s.received()).isEmpty();
    pass(1);
    assertThat(s.received()).hasSize(1);
  }

  @Test
  void aPlainSubscriptionGetsSamplesAtOnceAndNothingTwice() {
    TestPeer s = subscriber(Options.window(50));
    long first = time.unixMicros();
    sample(1);
    s.subscribe(2, "/s");
    sample(2);
    Message two = TestPeer.publish(SignalType.STREAM, "/s", Value.of(2.0));
    assertThat(s.received()).containsExactly(batch(first, 1), two);
    pass(1_000);
    assertThat(s.received()).isEmpty();
  }

  @Test
  void aRateMakesTheBatchesRarer() {
    TestPeer s = subscriber(Options.windowAndMaxRate(20, 10));
    for (int i = 0; i < 30; i++) {
      sample(i);
      pass(10);
    }
    List<Integer> sizes = s.received().stream().map(m -> samples(m).length).toList();
    // At 20, 120 and 220 ms.
    assertThat(sizes).containsExactly(2, 10, 10);
    pass(100);
    assertThat(s.received()).hasSize(1);
  }

  @Test
  void epsilonThinsWhatIsGathered() {
    TestPeer s = subscriber(Options.windowAndEpsilon(50, 1));
    long first = time.unixMicros();
    for (int i = 0; i < 10; i++) {
      sample(i * 0.25);
    }
    pass(50);
    assertThat(s.received()).containsExactly(batch(first, 0, 1, 2));
  }

  @Test
  void theShorterOfTwoWindowsDecides() {
    TestPeer s = subscriber(Options.window(200)).subscribe(2, "/s", ALL, Options.window(50));
    sample(1);
    pass(50);
    assertThat(s.received()).hasSize(1);
    pass(1_000);
    assertThat(s.received()).isEmpty();
  }

  @Test
  void aRateLimitedSubscriptionBesideAWindowGetsTheNewestWithTheBatch() {
    TestPeer s = subscriber(Options.window(1_000)).subscribe(2, "/s", ALL, Options.maxRate(10));
    sample(1);
    Message one = TestPeer.publish(SignalType.STREAM, "/s", Value.of(1.0));
    assertThat(s.received()).containsExactly(one);
    long second = time.unixMicros();
    sample(2);
    sample(3);
    pass(100);
    assertThat(s.received()).containsExactly(batch(second, 2, 3));
    pass(5_000);
    assertThat(s.received()).isEmpty();
  }

  @Test
  void whatARateLimitedSubscriptionWaitsForIsNotDelayedByWhatOnlyTheWindowWants() {
    TestPeer s =
        subscriber(Options.window(1_000)).subscribe(2, "/s", ALL, Options.maxRateAndEpsilon(10, 9));
    sample(0);
    long second = time.unixMicros();
    sample(20);
    sample(21);
    s.received();
    pass(100);
    assertThat(s.received()).containsExactly(batch(second, 20, 21));
  }

  @Test
  void nothingComesAfterUnsubscribe() {
    TestPeer s = subscriber(Options.window(50));
    sample(1);
    s.send(new Message.Unsubscribe(1));
    pass(1_000);
    assertThat(s.received()).isEmpty();
  }

  @Test
  void aSlowReceiverLosesTheOldestBatchesAndGetsTheLastSample() {
    router = new Router(RouterConfig.builder().queueMessages(10).queueBytes(1 << 20).build(), time);
    lane = router.addLane(time.loop());
    sender = client("sender");
    TestPeer s = subscriber(Options.window(10));
    s.stall();
    sender.set("/first", 1);
    for (int i = 0; i < 1_000; i++) {
      sample(i);
      pass(1);
    }
    s.resume();
    pass(10);
    List<Message> received = s.received();
    assertThat(received).hasSizeLessThan(20);
    assertThat(received).filteredOn(SetValue.class::isInstance).hasSize(1);
    assertThat(samples(received.getLast())).endsWith(999.0);
  }
}
