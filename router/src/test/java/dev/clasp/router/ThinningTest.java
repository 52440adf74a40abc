package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Content;
import dev.clasp.protocol.Message.Publish;
import dev.clasp.protocol.Message.SetValue;
import dev.clasp.protocol.Message.Snapshot;
import dev.clasp.protocol.Message.SubscribeOptions;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The options maxRate and epsilon: what is delivered when, and that no last value gets lost. */
class ThinningTest {

  private static final int ALL = SignalType.ALL_MASK;

  private final ManualTime time = new ManualTime();

  /** Without what else holds gestures back or has a time of its own. */
  private Router router =
      new Router(
          RouterConfig.builder()
              .gestureIntervalNanos(0)
              .cancelGestures(false)
              .parameterTtlNanos(0)
              .build(),
          time);

  private Lane lane = router.addLane(time.loop());
  private TestPeer writer = client("writer");

  private void configure(RouterConfig config) {
    router = new Router(config, time);
    lane = router.addLane(time.loop());
    writer = client("writer");
  }

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

  /** What arrived, in short: {@code value@milliseconds}, with the time since the last call. */
  private static List<Object> values(TestPeer peer) {
    return peer.received().stream().map(ThinningTest::value).toList();
  }

  private static Object value(Message message) {
    return switch (message) {
      case SetValue set -> plain(set.value());
      case Publish(_, _, _, Content.Single(Value v), _, _, _) -> plain(v);
      case Snapshot snapshot -> snapshot.parameters().stream().map(p -> plain(p.value())).toList();
      default -> message;
    };
  }

  private static Object plain(Value value) {
    return switch (value) {
      case Value.Float(double v) -> v;
      case Value.Int(long v) -> v;
      case Value.Text(String v) -> v;
      case Value.Bool(boolean v) -> v;
      default -> value;
    };
  }

  private void set(String address, Value value) {
    writer.send(TestPeer.setOf(address, value));
  }

  private void stream(String address, double value) {
    writer.send(TestPeer.publish(SignalType.STREAM, address, Value.of(value)));
  }

  private static Message gesture(GesturePhase phase, int id, double value) {
    return new Publish(
        "/touch",
        SignalType.GESTURE,
        phase,
        Content.of(Value.of(value)),
        OptionalLong.empty(),
        OptionalInt.of(id),
        OptionalInt.empty());
  }

  @Nested
  class MaxRate {

    @Test
    void theFirstValueComesAtOnceAndTheNewestAtTheEndOfTheInterval() {
      TestPeer s = subscriber(Options.maxRate(10));
      writer.set("/x", 1);
      assertThat(values(s)).containsExactly(1.0);
      writer.set("/x", 2).set("/x", 3);
      pass(99);
      assertThat(values(s)).isEmpty();
      pass(1);
      assertThat(values(s)).containsExactly(3.0);
      pass(10_000);
      assertThat(values(s)).isEmpty();
    }

    @Test
    void theTrailingValueKeepsItsRevision() {
      TestPeer s = subscriber(Options.maxRate(10));
      writer.set("/x", 1).set("/x", 2).set("/x", 3);
      pass(100);
      assertThat(s.received())
          .extracting(m -> ((SetValue) m).revision().orElseThrow())
          .containsExactly(1L, 3L);
    }

    @Test
    void theTrailingValueCountsForTheRateToo() {
      TestPeer s = subscriber(Options.maxRate(10));
      writer.set("/x", 1).set("/x", 2);
      pass(100);
      assertThat(values(s)).containsExactly(1.0, 2.0);
      pass(50);
      writer.set("/x", 3);
      pass(49);
      assertThat(values(s)).isEmpty();
      pass(1);
      assertThat(values(s)).containsExactly(3.0);
    }

    @Test
    void aValueAfterAQuietIntervalComesAtOnce() {
      TestPeer s = subscriber(Options.maxRate(10));
      writer.set("/x", 1);
      pass(100);
      writer.set("/x", 2);
      assertThat(values(s)).containsExactly(1.0, 2.0);
    }

    @Test
    void addressesDoNotShareTheirRate() {
      TestPeer s = subscriber(Options.maxRate(1));
      writer.set("/a", 1).set("/b", 2).set("/a", 3).set("/b", 4);
      assertThat(values(s)).containsExactly(1.0, 2.0);
      pass(1_000);
      assertThat(values(s)).containsExactly(3.0, 4.0);
    }

    @Test
    void aFastStreamArrivesAtTheRateAndEndsOnItsLastSample() {
      // Scenario S8: 60 samples at 60 Hz with maxRate 30.
      TestPeer s = subscriber(Options.maxRate(30));
      for (int i = 0; i < 60; i++) {
        writer.send(
            TestPeer.publish(
                SignalType.STREAM,
                "/sensor/accelerometer",
                Value.of(Map.of("x", Value.of((long) i)))));
        time.pass(Duration.ofNanos(16_666_667));
      }
      pass(100);
      List<Message> received = s.received();
      assertThat(received).hasSizeBetween(28, 32);
      assertThat(((Publish) received.getLast()).content())
          .isEqualTo(Content.of(Value.of(Map.of("x", Value.of(59L)))));
    }

    @Test
    void zeroMeansNoLimit() {
      TestPeer s = subscriber(Options.maxRate(0));
      writer.set("/x", 1).set("/x", 2).set("/x", 3);
      assertThat(values(s)).containsExactly(1.0, 2.0, 3.0);
    }

    @Test
    void theLargestRateIsUnsigned() {
      TestPeer s = subscriber(Options.maxRate(-1));
      writer.set("/x", 1).set("/x", 2);
      assertThat(values(s)).containsExactly(1.0, 2.0);
    }

    @Test
    void eventsGestureEdgesAndTimelinesAreNeverThinned() {
      TestPeer s = subscriber(Options.maxRateAndEpsilon(1, 100));
      for (int i = 0; i < 3; i++) {
        writer.send(TestPeer.event("/e", Value.of(1.0)));
        writer.send(TestPeer.publish(SignalType.TIMELINE, "/t", Value.of(1.0)));
        writer.send(TestPeer.publish(SignalType.PARAM, "/p", Value.of(1.0)));
        writer.send(gesture(GesturePhase.START, 1, 1));
        writer.send(gesture(GesturePhase.CANCEL, 1, 1));
      }
      assertThat(s.received()).hasSize(15);
    }

    @Test
    void whatIsThinnedIsCounted() {
      subscriber(Options.maxRate(1));
      writer.set("/x", 1).set("/x", 2).set("/x", 3).set("/x", 4);
      pass(1_000);
      assertThat(router.count(Counter.THINNED)).isEqualTo(2);
    }

    @Test
    void aBundleIsThinnedLikeItsMembersAlone() {
      TestPeer s = subscriber(Options.maxRate(10));
      writer.send(
          new Message.Bundle(
              List.of(
                  TestPeer.setOf("/x", Value.of(1.0)),
                  TestPeer.setOf("/x", Value.of(2.0)),
                  TestPeer.event("/e", Value.of(3.0))),
              OptionalLong.empty()));
      assertThat(values(s)).containsExactly(1.0, 3.0);
      pass(100);
      assertThat(values(s)).containsExactly(2.0);
    }

    @Test
    void theWriterIsThinnedToo() {
      writer.subscribe(1, "/x", ALL, Options.maxRate(10));
      writer.set("/x", 1).set("/x", 2);
      assertThat(writer.received()).filteredOn(SetValue.class::isInstance).hasSize(1);
      pass(100);
      assertThat(values(writer)).containsExactly(2.0);
    }
  }

  @Nested
  class Epsilon {

    @Test
    void aChangeOfAtLeastEpsilonIsDelivered() {
      TestPeer s = subscriber(Options.epsilon(0.5));
      writer.set("/x", 1).set("/x", 1.25).set("/x", 1.5).set("/x", 1.75).set("/x", 0.75);
      assertThat(values(s)).containsExactly(1.0, 1.5, 0.75);
    }

    @Test
    void smallStepsAddUp() {
      TestPeer s = subscriber(Options.epsilon(1));
      for (int i = 0; i <= 10; i++) {
        writer.set("/x", i * 0.25);
      }
      assertThat(values(s)).containsExactly(0.0, 1.0, 2.0);
    }

    @Test
    void stepsOfEpsilonAreNotLostToRounding() {
      TestPeer s = subscriber(Options.epsilon(0.1));
      // The doubles 0.3 and 0.2 differ by less than the double 0.1.
      for (int i = 0; i <= 10; i++) {
        writer.set("/x", i / 10.0);
      }
      assertThat(values(s)).hasSize(11);
    }

    @Test
    void zeroDeliversUnchangedValuesToo() {
      TestPeer s = subscriber(Options.epsilon(0));
      writer.set("/x", 1).set("/x", 1);
      assertThat(values(s)).containsExactly(1.0, 1.0);
    }

    @Test
    void theSmallestEpsilonKeepsUnchangedValuesOut() {
      TestPeer s = subscriber(Options.epsilon(Double.MIN_VALUE));
      writer.set("/x", 1).set("/x", 1).set("/x", Math.nextUp(1.0));
      assertThat(values(s)).containsExactly(1.0, Math.nextUp(1.0));
    }

    @Test
    void notANumberAndNegativeMeanNone() {
      for (double epsilon : new double[] {Double.NaN, -1, Double.NEGATIVE_INFINITY}) {
        TestPeer s = subscriber(Options.epsilon(epsilon));
        writer.set("/n", 1).set("/n", 1);
        assertThat(values(s)).endsWith(1.0, 1.0).hasSizeBetween(2, 3);
        s.disconnect();
      }
    }

    @Test
    void allWidthsCompareAsNumbers() {
      TestPeer s = subscriber(Options.epsilon(2));
      // 1 as i8, i16, i32, i64, f32 and f64; then 3 as i8.
      for (String value :
          List.of(
              "02 2f78 01",
              "03 2f78 0001",
              "04 2f78 00000001",
              "05 2f78 0000000000000001",
              "06 2f78 3f800000",
              "07 2f78 3ff0000000000000",
              "02 2f78 03")) {
        String[] parts = value.split(" ");
        String payload = "21" + parts[0] + "0002" + parts[1] + parts[2];
        writer.sendHex(
            "5301" + HexFormat.of().toHexDigits((short) (payload.length() / 2)) + payload);
      }
      assertThat(values(s)).containsExactly(1L, 3L);
    }

    @Test
    void largeIntegersDoNotLoseTheirDifference() {
      TestPeer s = subscriber(Options.epsilon(1));
      long large = 1L << 60;
      set("/x", Value.of(large));
      set("/x", Value.of(large + 1));
      set("/x", Value.of(Long.MIN_VALUE));
      set("/x", Value.of(Long.MAX_VALUE));
      assertThat(values(s)).containsExactly(large, large + 1, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    @Test
    void whatIsNotANumberIsAlwaysDelivered() {
      TestPeer s = subscriber(Options.epsilon(10));
      set("/x", Value.of("a"));
      set("/x", Value.of("a"));
      set("/x", Value.TRUE);
      set("/x", Value.of(1.0));
      set("/x", Value.of(2.0));
      set("/x", Value.TRUE);
      set("/x", Value.of(2.0));
      assertThat(values(s)).containsExactly("a", "a", true, 1.0, true, 2.0);
    }

    @Test
    void nanAndInfinityAreDelivered() {
      TestPeer s = subscriber(Options.epsilon(1e300));
      for (double d :
          new double[] {Double.NaN, Double.NaN, Double.POSITIVE_INFINITY, 0, 1, Double.NaN}) {
        writer.set("/x", d);
      }
      assertThat(values(s))
          .containsExactly(Double.NaN, Double.NaN, Double.POSITIVE_INFINITY, 0.0, Double.NaN);
    }

    @Test
    void epsilonIsRememberedHoweverLongNothingHappens() {
      TestPeer s = subscriber(Options.epsilon(1));
      writer.set("/x", 1);
      for (int i = 0; i < 20; i++) {
        pass(60_000);
        s.send(new Message.Ping());
        writer.send(new Message.Ping());
      }
      s.received();
      writer.set("/x", 1.5);
      assertThat(values(s)).isEmpty();
    }

    @Test
    void streamsAreThinnedByEpsilonToo() {
      TestPeer s = subscriber(Options.epsilon(1));
      stream("/s", 1);
      stream("/s", 1.5);
      stream("/s", 2);
      assertThat(values(s)).containsExactly(1.0, 2.0);
    }
  }

  @Nested
  class BothOptions {

    private final TestPeer s = subscriber(Options.maxRateAndEpsilon(10, 1));

    @Test
    void bothMustAllow() {
      writer.set("/x", 0).set("/x", 0.5);
      pass(100);
      assertThat(values(s)).containsExactly(0.0);
      writer.set("/x", 1).set("/x", 2);
      assertThat(values(s)).containsExactly(1.0);
      pass(100);
      assertThat(values(s)).containsExactly(2.0);
    }

    @Test
    void aTrailingValueWithinEpsilonIsNotSent() {
      writer.set("/x", 0).set("/x", 5).set("/x", 0.5);
      pass(1_000);
      assertThat(values(s)).containsExactly(0.0);
    }
  }

  @Nested
  class Overlap {

    @Test
    void aPlainSubscriptionGetsEverythingOnce() {
      TestPeer s = subscriber(Options.maxRate(1)).subscribe(2, "/x");
      writer.set("/x", 1).set("/x", 2).set("/x", 3);
      pass(2_000);
      assertThat(values(s)).containsExactly(1.0, 2.0, 3.0);
    }

    @Test
    void aPlainSubscriptionToOneTypeLeavesTheOthersThinned() {
      TestPeer s = subscriber(Options.maxRate(1)).subscribe(2, "/x", SignalType.STREAM.maskBit());
      writer.set("/x", 1).set("/x", 2);
      stream("/x", 3);
      stream("/x", 4);
      assertThat(values(s)).containsExactly(1.0, 3.0, 4.0);
      pass(1_000);
      assertThat(values(s)).containsExactly(2.0);
    }

    @Test
    void theOneThatWantsMoreDecides() {
      TestPeer s = subscriber(Options.maxRate(1)).subscribe(2, "/*", ALL, Options.maxRate(10));
      writer.set("/x", 1).set("/x", 2);
      pass(100);
      writer.set("/x", 3);
      pass(50);
      assertThat(values(s)).containsExactly(1.0, 2.0);
      pass(50);
      assertThat(values(s)).containsExactly(3.0);
      pass(5_000);
      assertThat(values(s)).isEmpty();
    }

    @Test
    void whatOneOfThemDeliversCountsForTheOther() {
      TestPeer s = subscriber(Options.maxRate(1)).subscribe(2, "/*", ALL, Options.epsilon(10));
      writer.set("/x", 0).set("/x", 1);
      pass(500);
      writer.set("/x", 20);
      assertThat(values(s)).containsExactly(0.0, 20.0);
      pass(500);
      // The 1 was superseded; a held-back value never comes after a newer one.
      assertThat(values(s)).isEmpty();
      writer.set("/x", 21);
      pass(499);
      assertThat(values(s)).isEmpty();
      pass(1);
      assertThat(values(s)).containsExactly(21.0);
    }

    @Test
    void aPlainSubscriptionAddedLaterShowsTheHeldBackValueOnce() {
      TestPeer s = subscriber(Options.maxRate(1));
      writer.set("/x", 1).set("/x", 2);
      s.received();
      s.subscribe(2, "/x");
      assertThat(values(s)).containsExactly(List.of(2.0));
      writer.set("/x", 3);
      assertThat(values(s)).containsExactly(3.0);
      pass(5_000);
      assertThat(values(s)).isEmpty();
    }

    @Test
    void aHeldBackSampleDoesNotComeAfterANewerOneOfAPlainSubscription() {
      TestPeer s = subscriber(Options.maxRate(1));
      stream("/s", 1);
      stream("/s", 2);
      s.subscribe(2, "/s");
      stream("/s", 3);
      pass(5_000);
      assertThat(values(s)).containsExactly(1.0, 3.0);
    }

    @Test
    void aHeldBackSampleIsDeliveredAlthoughAPlainSubscriptionWasAdded() {
      TestPeer s = subscriber(Options.maxRate(1));
      stream("/s", 1);
      stream("/s", 2);
      s.subscribe(2, "/s");
      pass(1_000);
      assertThat(values(s)).containsExactly(1.0, 2.0);
    }

    @Test
    void getShowsTheNewestValueAndItIsNotSentAgain() {
      TestPeer s = subscriber(Options.maxRate(1));
      writer.set("/x", 1).set("/x", 2);
      s.received();
      s.send(new Message.Get("/x"));
      assertThat(values(s)).containsExactly(List.of(2.0));
      pass(1_000);
      assertThat(values(s)).isEmpty();
      writer.set("/x", 3);
      assertThat(values(s)).containsExactly(3.0);
    }

    @Test
    void epsilonCountsFromWhatGetShowed() {
      TestPeer s = subscriber(Options.epsilon(1));
      writer.set("/x", 1).set("/x", 1.75);
      s.send(new Message.Get("/x"));
      writer.set("/x", 2.5);
      assertThat(values(s)).containsExactly(1.0, List.of(1.75));
      writer.set("/x", 2.75);
      assertThat(values(s)).containsExactly(2.75);
    }
  }

  @Nested
  class Gestures {

    @Test
    void movesAreThinnedAndTheNewestComesBeforeTheEnd() {
      TestPeer s = subscriber(Options.maxRate(10));
      writer.send(gesture(GesturePhase.START, 1, 0));
      for (int i = 1; i <= 5; i++) {
        writer.send(gesture(GesturePhase.MOVE, 1, i));
      }
      writer.send(gesture(GesturePhase.END, 1, 6));
      assertThat(values(s)).containsExactly(0.0, 1.0, 5.0, 6.0);
      pass(1_000);
      assertThat(values(s)).isEmpty();
    }

    @Test
    void contactsAndSendersAreThinnedApart() {
      TestPeer s = subscriber(Options.maxRate(10));
      TestPeer other = client("other");
      for (int i = 1; i <= 3; i++) {
        writer.send(gesture(GesturePhase.MOVE, 1, i));
        writer.send(gesture(GesturePhase.MOVE, 2, 10 + i));
        other.send(gesture(GesturePhase.MOVE, 1, 20 + i));
      }
      assertThat(values(s)).containsExactly(1.0, 11.0, 21.0);
      pass(100);
      assertThat(values(s)).containsExactly(3.0, 13.0, 23.0);
    }

    @Test
    void aPlainSubscriptionGetsEveryMove() {
      TestPeer s = subscriber(Options.maxRate(1)).subscribe(2, "/touch");
      for (int i = 1; i <= 3; i++) {
        writer.send(gesture(GesturePhase.MOVE, 1, i));
      }
      assertThat(values(s)).containsExactly(1.0, 2.0, 3.0);
    }
  }

  @Nested
  class EndOfSubscriptions {

    @Test
    void nothingComesAfterUnsubscribe() {
      TestPeer s = subscriber(Options.maxRate(1));
      writer.set("/x", 1).set("/x", 2);
      s.received();
      s.send(new Message.Unsubscribe(1));
      pass(5_000);
      assertThat(s.received()).isEmpty();
      assertThat(flows(s).size()).isZero();
      assertThat(flows(s).heldBytes()).isZero();
    }

    @Test
    void anotherSubscriptionKeepsWhatIsHeldBack() {
      TestPeer s = subscriber(Options.maxRate(1)).subscribe(2, "/x", ALL, Options.maxRate(2));
      writer.set("/x", 1).set("/x", 2);
      s.send(new Message.Unsubscribe(2));
      pass(1_000);
      assertThat(values(s)).containsExactly(1.0, 2.0);
      assertThat(flows(s).size()).isEqualTo(1);
    }

    @Test
    void replacingTheOptionsLosesNothing() {
      TestPeer s = subscriber(Options.maxRate(1));
      stream("/s", 1);
      stream("/s", 2);
      writer.set("/x", 3).set("/x", 4);
      assertThat(values(s)).containsExactly(1.0, 3.0);
      s.subscribe(1, "/*", ALL, Options.maxRate(2));
      assertThat(values(s)).contains(2.0, 4.0).endsWith(List.of(4.0));
      pass(5_000);
      assertThat(s.received()).isEmpty();
      stream("/s", 5);
      stream("/s", 6);
      pass(500);
      assertThat(values(s)).containsExactly(5.0, 6.0);
    }

    @Test
    void replacingThePatternDropsWhatItDoesNotMatch() {
      TestPeer s = subscriber(Options.maxRate(1));
      stream("/s", 1);
      stream("/s", 2);
      s.subscribe(1, "/other", ALL, Options.maxRate(1));
      pass(5_000);
      assertThat(values(s)).containsExactly(1.0);
      assertThat(flows(s).size()).isZero();
    }

    @Test
    void nothingIsLeftOfASessionThatEnds() {
      TestPeer s = subscriber(Options.maxRate(1));
      Flows flows = flows(s);
      writer.set("/x", 1).set("/x", 2);
      assertThat(flows.heldBytes()).isPositive();
      s.disconnect();
      assertThat(flows.size()).isZero();
      assertThat(flows.heldBytes()).isZero();
      pass(31_000);
      assertThat(s.received()).hasSize(1);
      assertThat(lane.agenda().size()).isZero();
    }

    @Test
    void aFlowThatRemembersNothingIsForgotten() {
      TestPeer s = subscriber(Options.maxRate(1));
      writer.set("/x", 1).send(gesture(GesturePhase.MOVE, 7, 1));
      assertThat(flows(s).size()).isEqualTo(2);
      pass(61_000);
      assertThat(flows(s).size()).isZero();
      assertThat(lane.agenda().size()).isZero();
    }

    @Test
    void theFlowOfAForgottenAddressIsForgotten() {
      configure(RouterConfig.builder().maxIdleAddresses(1).build());
      TestPeer s = subscriber(Options.epsilon(1));
      for (int i = 0; i < 10_000; i++) {
        stream("/s/" + i, 1);
      }
      assertThat(flows(s).size()).isGreaterThan(9_000);
      pass(31_000);
      // At most a few addresses of each of the 256 stripes stay interned.
      assertThat(flows(s).size()).isLessThan(1_000);
    }
  }

  @Nested
  class Bounds {

    @Test
    void aHeldBackSampleDoesNotComeAfterANewerOneAlthoughItsAddressWasForgotten() {
      configure(RouterConfig.builder().maxIdleAddresses(1).build());
      TestPeer s = subscriber(Options.maxRate(1)).subscribe(2, "/none/**");
      s.subscribe(1, "/s", ALL, Options.maxRate(1));
      stream("/s", 1);
      stream("/s", 2);
      for (int i = 0; i < 20_000; i++) {
        stream("/none/" + i, i);
      }
      s.received();
      stream("/s", 3);
      pass(2_000);
      assertThat(values(s)).containsExactly(3.0);
    }

    @Test
    void beyondTheLargestNumberOfFlowsTheOldestIsDeliveredEarly() {
      TestPeer s = subscriber(Options.maxRate(1));
      writer.set("/first", 1).set("/first", 2);
      s.received();
      for (int i = 0; i < Flows.MAX_FLOWS; i++) {
        stream("/s/" + i, i);
      }
      assertThat(flows(s).size()).isEqualTo(Flows.MAX_FLOWS);
      assertThat(values(s)).contains(2.0);
    }

    @Test
    void beyondTheBytesOfTheQueueNothingIsHeldBack() {
      configure(RouterConfig.builder().queueBytes(65_536).build());
      TestPeer s = subscriber(Options.maxRate(1));
      String text = "x".repeat(30_000);
      for (int i = 0; i < 4; i++) {
        set("/" + i, Value.of(text));
        set("/" + i, Value.of(text + i));
      }
      assertThat(flows(s).heldBytes()).isBetween(60_000L, 65_536L);
      assertThat(s.received()).hasSize(6);
      pass(1_000);
      assertThat(s.received()).hasSize(2);
      assertThat(flows(s).heldBytes()).isZero();
    }
  }

  @Nested
  class SlowReceivers {

    @Test
    void theTrailingValueIsConflatedLikeAnyOtherAndTheLastOneArrives() {
      TestPeer s = subscriber(Options.maxRate(100));
      s.stall();
      writer.set("/first", 0);
      for (int round = 1; round <= 300; round++) {
        for (int i = 0; i < 20; i++) {
          writer.set("/p/" + i, round);
        }
        pass(7);
      }
      // Not the trailing edge yet.
      writer.set("/p/0", 301);
      s.resume();
      pass(10);
      Map<String, Long> newest = new java.util.HashMap<>();
      for (Message message : s.received()) {
        if (message instanceof SetValue set) {
          long revision = set.revision().orElseThrow();
          Long before = newest.put(set.address(), revision);
          assertThat(before == null || before < revision).isTrue();
        }
      }
      assertThat(newest).hasSize(21).containsEntry("/p/0", 301L);
      for (int i = 1; i < 20; i++) {
        assertThat(newest).containsEntry("/p/" + i, 300L);
      }
      assertThat(s.closed()).isEmpty();
    }

    @Test
    void aSessionClosedForBeingSlowHoldsNothing() {
      TestPeer s = subscriber(Options.maxRate(100));
      s.stall();
      writer.set("/x", 1).set("/x", 2);
      for (int i = 0; i < 5_000; i++) {
        writer.send(TestPeer.event("/e", Value.NULL));
      }
      assertThat(s.closed()).map(CloseReason::code).contains(CloseReason.TRY_LATER);
      pass(1_000);
      assertThat(router.sessionStatus()).hasSize(1);
    }
  }

  @Nested
  class Lanes {

    private final Lane far = router.addLane(time.loop());
    private final TestPeer farWriter = new TestPeer(time, router, far).hello("far");

    private final List<Long> seen = new ArrayList<>();

    private void collect(TestPeer peer) {
      for (Message message : peer.received()) {
        if (message instanceof SetValue set) {
          seen.add(set.revision().orElseThrow());
        } else if (message instanceof Snapshot snapshot) {
          snapshot.parameters().forEach(p -> seen.add(p.revision()));
        }
      }
    }

    private static Message x(double value) {
      return TestPeer.setOf("/x", Value.of(value));
    }

    @Test
    void whatWaitsInTheInboxIsNotOvertaken() {
      TestPeer s = subscriber(Options.maxRate(10));
      farWriter.sendWithinTurn(x(1));
      writer.sendWithinTurn(x(2));
      farWriter.sendWithinTurn(x(3));
      collect(s);
      pass(100);
      collect(s);
      assertThat(seen).containsExactly(1L, 3L);
    }

    @Test
    void aValueFromAnotherLaneReplacesTheHeldBackOne() {
      TestPeer s = subscriber(Options.maxRate(10));
      writer.set("/x", 1).set("/x", 2);
      farWriter.sendWithinTurn(x(3));
      pass(100);
      collect(s);
      assertThat(seen).containsExactly(1L, 3L);
    }

    @Test
    void aSnapshotDoesNotStepBackBehindWhatIsHeldBackOrWaits() {
      TestPeer s = subscriber(Options.maxRate(10));
      farWriter.sendWithinTurn(x(1));
      farWriter.sendWithinTurn(x(2));
      s.sendWithinTurn(new Message.Subscribe(2, "/*", ALL, Message.SubscribeOptions.NONE));
      farWriter.sendWithinTurn(x(3));
      pass(1_000);
      collect(s);
      assertThat(seen).isSorted().endsWith(3L).doesNotHaveDuplicates();
    }

    @Test
    void aSampleRoutedBeforeAPlainSubscriptionDoesNotComeAfterANewerOne() {
      TestPeer s = subscriber(Options.maxRate(10));
      Message.Publish sample = (Publish) TestPeer.publish(SignalType.STREAM, "/s", Value.of(1.0));
      farWriter.sendWithinTurn(sample);
      farWriter.sendWithinTurn(TestPeer.publish(SignalType.STREAM, "/s", Value.of(2.0)));
      // Both wait in the inbox, routed to the thinned subscription alone.
      s.sendWithinTurn(new Message.Subscribe(2, "/s", ALL, Message.SubscribeOptions.NONE));
      farWriter.sendWithinTurn(TestPeer.publish(SignalType.STREAM, "/s", Value.of(3.0)));
      pass(1_000);
      assertThat(values(s)).containsExactly(1.0, 3.0);
    }

    @Test
    void aSampleRoutedBeforeTheEndOfItsSubscriptionIsNotHeldBack() {
      TestPeer s = subscriber(Options.maxRate(10));
      stream("/s", 1);
      s.received();
      farWriter.sendWithinTurn(TestPeer.publish(SignalType.STREAM, "/s", Value.of(2.0)));
      farWriter.sendWithinTurn(TestPeer.publish(SignalType.STREAM, "/s", Value.of(2.5)));
      s.sendWithinTurn(new Message.Subscribe(1, "/s", ALL, Message.SubscribeOptions.NONE));
      farWriter.sendWithinTurn(TestPeer.publish(SignalType.STREAM, "/s", Value.of(3.0)));
      assertThat(values(s)).containsExactly(2.0, 2.5, 3.0);
      pass(1_000);
      assertThat(values(s)).isEmpty();
    }
  }

  private Flows flows(TestPeer peer) {
    return Objects.requireNonNull(router.sessions().get(peer.session())).flows();
  }
}
