package dev.clasp.router;

import static dev.clasp.router.TestRouter.bundle;
import static dev.clasp.router.TestRouter.bundleAt;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Ack;
import dev.clasp.protocol.Message.SetValue;
import dev.clasp.protocol.Message.Snapshot;
import dev.clasp.protocol.MessageCodec;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.Ttl;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * Bundles: at their time, called off, bounded, undone (D7, RT-17, RT-18; S4 and S5 of clients.md).
 */
class BundlesTest {

  private static final Ack BARE_ACK =
      new Ack(
          Optional.empty(),
          OptionalLong.empty(),
          Optional.empty(),
          Optional.empty(),
          OptionalInt.empty());

  private TestRouter t = new TestRouter();

  private void configure(UnaryOperator<RouterConfig.Builder> settings) {
    t = new TestRouter(settings);
  }

  private static Message set(String address, double value) {
    return TestPeer.setOf(address, Value.of(value));
  }

  private static Message lock(String address, double value) {
    return new SetValue(
        address, Value.of(value), OptionalLong.empty(), true, false, Optional.empty());
  }

  private long in(long micros) {
    return t.time.unixMicros() + micros;
  }

  private static List<Double> values(TestPeer peer) {
    List<Double> values = new ArrayList<>();
    for (Message message : peer.received()) {
      if (message instanceof SetValue set && set.value() instanceof Value.Float(double v)) {
        values.add(v);
      }
    }
    return values;
  }

  // --- schedule ----------------------------------------------------------------------------------

  @Test
  void aSixStepFadeInShuffledOrderArrivesInOrderAndOnTime() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/animation/**");
    TestPeer desk = t.client("desk");
    long start = in(100_000);
    List<Message> steps = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      steps.add(
          bundleAt(
              start + i * 200_000L,
              set("/animation/brightness", i / 5.0),
              set("/animation/step", i)));
    }
    Collections.shuffle(steps, new Random(5));
    steps.forEach(desk::send);
    assertThat(desk.received()).hasSize(6).allMatch(BARE_ACK::equals);
    t.passMillis(99);
    assertThat(viewer.received()).isEmpty();
    t.passMillis(1);
    for (int i = 0; i < 6; i++) {
      assertThat(values(viewer)).containsExactly(i / 5.0, (double) i);
      t.passMillis(199);
      assertThat(viewer.received()).isEmpty();
      t.passMillis(1);
    }
  }

  @Test
  void bundlesForTheSameMicrosecondRunInOrderOfArrivalWhateverTheClocksFractions() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/x");
    TestPeer a = t.client("a");
    TestPeer b = t.client("b");
    long due = in(50_000);
    List<Double> expected = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      // The microsecond clock cuts off a different fraction each time.
      t.time.pass(Duration.ofNanos(1_000 - i * 37L));
      (i % 2 == 0 ? a : b).send(bundleAt(due, set("/x", i)));
      expected.add((double) i);
    }
    t.passMillis(49);
    assertThat(viewer.received()).isEmpty();
    t.passMillis(2);
    assertThat(values(viewer)).isEqualTo(expected);
  }

  @Test
  void aBundleThatIsRefusedAtItsTimeIsTold() {
    TestPeer desk = t.client("desk");
    desk.send(bundleAt(in(1000), set("/x", 1), set("/y", 1)));
    TestPeer other = t.client("other").send(lock("/y", 5));
    other.received();
    desk.received();
    t.passMillis(1);
    Message.Error error = TestRouter.onlyError(desk.received());
    assertThat(error.code()).isEqualTo(401);
    assertThat(error.address()).contains("/y");
    assertThat(t.router.parameterCount()).isEqualTo(1);
    assertThat(t.count(Counter.BUNDLES_FAILED)).isEqualTo(1);
  }

  @Test
  void theTimeOfAScheduledWriteIsThatOfItsExecution() {
    TestPeer desk = t.client("desk").send(bundleAt(in(2_000_000), set("/x", 1)));
    desk.received();
    t.passMillis(2000);
    desk.send(new Message.Get("/x"));
    Message answer = desk.received().getFirst();
    assertThat(((Snapshot) answer).parameters().getFirst().timestampMicros())
        .hasValue(t.time.unixMicros());
  }

  // --- calling off -------------------------------------------------------------------------------

  @Test
  void anEmptyBundleCallsOffWhatItsSessionScheduledForExactlyThatTime() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    TestPeer desk = t.client("desk");
    TestPeer other = t.client("other");
    long due = in(5_000_000);
    desk.send(bundleAt(due, set("/a", 1))).send(bundleAt(due, set("/b", 2)));
    desk.send(bundleAt(due + 1, set("/c", 3)));
    other.send(bundleAt(due, set("/d", 4)));
    desk.received();
    t.passMillis(1000);
    desk.send(bundleAt(due));
    assertThat(desk.received()).containsExactly(BARE_ACK);
    assertThat(t.count(Counter.BUNDLES_CANCELLED)).isEqualTo(2);
    t.passMillis(5000);
    assertThat(values(viewer)).containsExactly(4.0, 3.0);
    assertThat(t.router.scheduledBytes()).isZero();
  }

  @Test
  void callingOffNothingIsAcknowledgedToo() {
    TestPeer desk = t.client("desk");
    desk.send(bundleAt(in(5_000_000)));
    desk.send(bundleAt(5));
    assertThat(desk.received()).containsExactly(BARE_ACK, BARE_ACK);
    desk.send(bundleAt(in(5_000_000)), Qos.FIRE);
    assertThat(desk.received()).isEmpty();
  }

  @Test
  void whatWasCalledOffMayBeScheduledAgain() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    TestPeer desk = t.client("desk");
    // With QoS commit, as bundles go by default: the same bundle again is no repetition.
    Message cue = bundleAt(in(5_000_000), set("/a", 1));
    desk.send(cue).send(bundleAt(in(5_000_000))).send(cue);
    t.passMillis(5000);
    assertThat(values(viewer)).containsExactly(1.0);
  }

  @Test
  void bundlesEndWithTheirSessionAndFreeTheirRoom() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    TestPeer desk = t.client("desk").send(bundleAt(in(1_000_000), set("/x", 1)));
    assertThat(t.router.scheduledBytes()).isPositive();
    desk.disconnect();
    assertThat(t.router.scheduledBytes()).isZero();
    t.passMillis(2000);
    assertThat(viewer.received()).isEmpty();
  }

  @Test
  void bundlesMayOutliveTheirSessionButTakeNoLock() {
    configure(c -> c.bundlesOutliveSession(true));
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    TestPeer desk = t.client("desk");
    desk.send(
        bundleAt(
            in(1_000_000),
            lock("/x", 1),
            TestPeer.event("/e", Value.TRUE),
            TestRouter.gesture("/pen", dev.clasp.protocol.GesturePhase.MOVE, 1, 1),
            TestRouter.gesture("/pen", dev.clasp.protocol.GesturePhase.MOVE, 1, 2)));
    desk.disconnect();
    t.passMillis(2000);
    List<Message> got = viewer.received();
    assertThat(got).hasSize(4);
    assertThat(((SetValue) got.getFirst()).lock()).isFalse();
    TestPeer other = t.client("other").send(set("/x", 2));
    assertThat(other.received()).singleElement().isInstanceOf(Ack.class);
    assertThat(Gauge.LOCKS.of(t.router)).isZero();
    assertThat(t.router.scheduledBytes()).isZero();
  }

  @Test
  void aBundleThatOutlivesItsSessionTakesNoLockByStrategyEither() {
    configure(c ->
        c.bundlesOutliveSession(true)
            .parameterRules(
                List.of(
                    ParameterRule.conflict(
                        dev.clasp.protocol.AddressPattern.parse("/**"), ConflictStrategy.LOCK))));
    TestPeer desk = t.client("desk").send(bundleAt(in(1_000_000), set("/x", 1)));
    desk.disconnect();
    t.passMillis(2000);
    assertThat(t.client("other").send(set("/x", 2)).received())
        .singleElement()
        .isInstanceOf(Ack.class);
  }

  // --- bounds ------------------------------------------------------------------------------------

  @Test
  void theNumberOfScheduledBundlesIsBounded() {
    configure(c -> c.maxScheduledBundles(2));
    TestPeer desk = t.client("desk");
    desk.send(bundleAt(in(1000), set("/x", 1))).send(bundleAt(in(1000), set("/x", 2)));
    assertThat(desk.received()).hasSize(2);
    desk.send(bundleAt(in(1000), set("/x", 3)));
    assertThat(TestRouter.onlyError(desk.received()).code()).isEqualTo(429);
    t.passMillis(1);
    desk.send(bundleAt(in(1000), set("/x", 4)));
    assertThat(desk.received()).containsExactly(BARE_ACK);
  }

  @Test
  void theirBytesAreBoundedPerSessionAndInTotal() {
    Message big = TestPeer.setOf("/x", Value.of("x".repeat(1000)));
    int length = MessageCodec.encode(bundleAt(1, big)).length;
    configure(c -> c.maxScheduledBytes(2 * length));
    TestPeer desk = t.client("desk");
    desk.send(bundleAt(in(1000), big)).send(bundleAt(in(1001), big));
    assertThat(desk.received()).hasSize(2).doesNotHaveAnyElementsOfTypes(Message.Error.class);
    desk.send(bundleAt(in(1000), set("/y", 1)));
    assertThat(TestRouter.onlyError(desk.received()).code()).isEqualTo(429);
    for (int i = 0; i < 15; i++) {
      TestPeer more = t.client("more" + i);
      more.send(bundleAt(in(1000), big)).send(bundleAt(in(1001), big));
      assertThat(more.received()).doesNotHaveAnyElementsOfTypes(Message.Error.class);
    }
    TestPeer last = t.client("last").send(bundleAt(in(1000), set("/y", 1)));
    assertThat(TestRouter.onlyError(last.received()).message()).contains("all sessions");
    t.passMillis(10);
    assertThat(t.router.scheduledBytes()).isZero();
    last.send(bundleAt(in(1000), set("/y", 1)));
    assertThat(last.received()).containsExactly(BARE_ACK);
  }

  // --- all or nothing ----------------------------------------------------------------------------

  @Test
  void anAddressMayOccurSeveralTimes() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/x");
    TestPeer desk = t.client("desk");
    desk.send(bundle(set("/x", 1), set("/x", 2), set("/x", 3)));
    assertThat(values(viewer)).containsExactly(1.0, 2.0, 3.0);
    assertThat(desk.received())
        .singleElement()
        .isInstanceOfSatisfying(Ack.class, ack -> assertThat(ack.revision()).hasValue(3));
  }

  @Test
  void whatARefusedBundleDidIsUndoneCompletely() {
    TestPeer desk = t.client("desk");
    desk.send(
        new SetValue(
            "/kept",
            Value.of(1.0),
            OptionalLong.empty(),
            false,
            false,
            Optional.of(new Ttl.Absolute(100))));
    desk.send(lock("/mine", 1)).send(set("/x", 1)).send(set("/x", 2));
    desk.received();
    long bytes = t.router.space().bytes().get();
    List<ParameterStatus> before = all();
    t.passMillis(10);
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    viewer.received();
    Message unlock =
        new SetValue("/mine", Value.of(2.0), OptionalLong.empty(), false, true, Optional.empty());
    Message neverExpires =
        new SetValue(
            "/kept",
            Value.of("something long"),
            OptionalLong.empty(),
            true,
            false,
            Optional.of(new Ttl.Never()));
    Message wrongRevision =
        new SetValue("/x", Value.of(5.0), OptionalLong.of(77), false, false, Optional.empty());
    desk.send(
        bundle(
            set("/x", 7),
            set("/new", 1),
            unlock,
            set("/x", 8),
            neverExpires,
            set("/new", 2),
            TestPeer.event("/e", Value.TRUE),
            wrongRevision));
    Message.Error error = TestRouter.onlyError(desk.received());
    assertThat(error.code()).isEqualTo(400);
    assertThat(error.address()).contains("/x");
    assertThat(viewer.received()).isEmpty();
    assertThat(t.router.space().bytes().get()).isEqualTo(bytes);
    assertThat(withoutAge(all())).isEqualTo(withoutAge(before));
    assertThat(Gauge.LOCKS.of(t.router)).isEqualTo(1);
    // The lock of /mine still ends with its session, that of /kept was never taken.
    desk.disconnect();
    TestPeer other = t.client("other").send(set("/mine", 3)).send(set("/kept", 3));
    assertThat(TestRouter.errorCodes(other.received())).isEmpty();
  }

  private List<ParameterStatus> all() {
    return t.router.parameters(dev.clasp.protocol.AddressPattern.parse("/**"), 100);
  }

  /** Without the time left to live, which has passed. */
  private static List<String> withoutAge(List<ParameterStatus> all) {
    return all.stream()
        .map(p ->
            p.address()
                + " "
                + p.value()
                + " "
                + p.revision()
                + " "
                + p.writer()
                + " "
                + p.writtenMicros()
                + " "
                + p.lockHolder()
                + " "
                + p.expiresInNanos().isPresent())
        .sorted()
        .toList();
  }

  @Test
  void publishesInABundleAreCounted() {
    t.client("desk").send(bundle(TestPeer.event("/e", Value.TRUE), set("/x", 1)));
    assertThat(t.count(Counter.PUBLISHES)).isEqualTo(1);
    assertThat(t.count(Counter.SETS)).isEqualTo(1);
  }

  @Test
  void aMemberDoesNotPushOutTheAddressOfAnother() {
    // One idle address in each stripe: the event takes the place of the timeline's address.
    configure(c -> c.maxIdleAddresses(AddressSpace.STRIPES));
    String event = "/e/0";
    for (int i = 1; stripeOf(event) != stripeOf("/fade"); i++) {
      event = "/e/" + i;
    }
    TestPeer desk = t.client("desk");
    Value keyframe = Value.of(java.util.Map.of("time", Value.of(0L), "value", Value.of(1.0)));
    desk.send(
        bundle(
            timeline(Value.of(List.of(keyframe))),
            TestPeer.event(event, Value.TRUE),
            TestPeer.event(event + "/more", Value.TRUE)));
    assertThat(t.router.timelines().size()).isEqualTo(1);
    desk.send(timeline(Value.of(List.of())));
    assertThat(t.router.timelines().size()).isZero();
  }

  private int stripeOf(String address) {
    byte[] b = address.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    return t.router.space().stripeOf(t.router.space().hash(b, 0, b.length)).index;
  }

  private static Message timeline(Value keyframes) {
    return TestPeer.publish(
        dev.clasp.protocol.SignalType.TIMELINE,
        "/fade",
        Value.of(java.util.Map.of("keyframes", keyframes)));
  }
}
