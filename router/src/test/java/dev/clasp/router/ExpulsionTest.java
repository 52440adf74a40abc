package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.Easing;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Ack;
import dev.clasp.protocol.Message.Publish;
import dev.clasp.protocol.Message.SetValue;
import dev.clasp.protocol.Message.Snapshot;
import dev.clasp.protocol.Message.Welcome;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Timeline;
import dev.clasp.protocol.Value;
import dev.clasp.security.Identity;
import dev.clasp.testkit.FakeAuthenticator;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Tokens that expire or are taken back while their sessions run (RT-31, SEC-13). */
class ExpulsionTest {

  private static final long START = ManualTime.START_MICROS / 1_000_000 + 1;

  private final FakeAuthenticator tokens =
      new FakeAuthenticator()
          .admit("good", "write:/**")
          .admit("bad", "write:/**")
          .admit(
              "short",
              FakeAuthenticator.identity(
                  "short", List.of(), OptionalLong.of(START + 60), "write:/**"));
  private TestRouter t = new TestRouter(c -> c, tokens);

  private void configure(UnaryOperator<RouterConfig.Builder> settings) {
    t = new TestRouter(settings, tokens);
  }

  private static boolean isBad(Identity identity) {
    return identity.tokenId().equals("id-of-bad");
  }

  private int revoke() {
    int expelled = t.router.expel(ExpulsionTest::isBad, 300, "Token revoked");
    t.time.runAll();
    return expelled;
  }

  private static void assertTold(TestPeer peer, int code, String text) {
    Message last = peer.received().getLast();
    assertThat(last).isInstanceOf(Message.Error.class);
    assertThat(((Message.Error) last).code()).isEqualTo(code);
    assertThat(((Message.Error) last).message()).isEqualTo(text);
    assertThat(peer.closed()).hasValue(new CloseReason(1008, text));
  }

  private boolean isStored(String address) {
    return !t.router.parameters(AddressPattern.parse(address), 1).isEmpty();
  }

  // --- expiry ------------------------------------------------------------------------------------

  @Test
  void aSessionEndsWithItsToken() {
    TestPeer peer = t.client("guest", "short");
    TestPeer other = t.client("desk", "good");
    t.passMillis(59_000);
    assertThat(peer.set("/a", 1).received()).hasExactlyElementsOfTypes(Ack.class);
    t.passMillis(1_000);
    assertTold(peer, 302, "Token has expired");
    assertThat(other.closed()).isEmpty();
    assertThat(t.count(Counter.EXPELLED)).isEqualTo(1);
    assertThat(t.router.sessions()).hasSize(1);
  }

  @Test
  void theClockOnTheWallCountsAlsoWhenItIsSet() {
    TestPeer peer = t.client("guest", "short");
    t.passMillis(30_000);
    t.time.stepWall(Duration.ofSeconds(-100));
    t.passMillis(60_000);
    assertThat(peer.closed()).as("ten seconds before by the clock on the wall").isEmpty();
    t.time.stepWall(Duration.ofHours(1));
    t.passMillis(1_000);
    assertTold(peer, 302, "Token has expired");
  }

  @Test
  void anEndBeyondAllTimeIsNone() {
    tokens.admit(
        "eternal",
        FakeAuthenticator.identity(
            "eternal", List.of(), OptionalLong.of(Long.MAX_VALUE), "write:/**"));
    TestPeer peer = t.client("stone", "eternal");
    t.passMillis(200_000);
    assertThat(peer.closed()).isEmpty();
  }

  @Test
  void aTokenThatHasExpiredAlreadyEndsAtOnce() {
    tokens.admit(
        "past",
        FakeAuthenticator.identity("past", List.of(), OptionalLong.of(START - 1), "write:/**"));
    TestPeer peer = t.connection().send(TestPeer.helloOf("late", "past"));
    assertTold(peer, 302, "Token has expired");
  }

  @Test
  void nothingOfTheWatchIsLeftWhenTheSessionHasEnded() {
    for (int i = 0; i < 1000; i++) {
      t.client("guest", "short").disconnect();
    }
    assertThat(t.lane.agenda().size()).isLessThan(200);
  }

  // --- revocation --------------------------------------------------------------------------------

  @Test
  void whoeverIsExpelledIsToldAndClosedAtOnce() {
    TestPeer bad = t.client("bad", "bad");
    TestPeer far = t.farClient("bad too", "bad");
    TestPeer good = t.client("good", "good");
    assertThat(revoke()).isEqualTo(2);
    assertTold(bad, 300, "Token revoked");
    assertTold(far, 300, "Token revoked");
    assertThat(good.closed()).isEmpty();
    assertThat(t.router.sessions()).hasSize(1);
    assertThat(revoke()).isZero();
  }

  @Test
  void itMaySayNothingMoreAndHearsNothingMore() {
    TestPeer bad = t.client("bad", "bad").subscribe(1, "/**");
    TestPeer good = t.client("good", "good");
    bad.stall();
    good.set("/first", 1);
    bad.received();
    good.set("/before", 1);
    revoke();
    bad.set("/b", 1);
    good.set("/after", 1);
    bad.resume();
    List<Message> last = bad.received();
    assertThat(last).hasSize(2);
    assertThat(last.get(0))
        .isInstanceOfSatisfying(
            SetValue.class, set -> assertThat(set.address()).isEqualTo("/before"));
    assertThat(((Message.Error) last.get(1)).code()).isEqualTo(300);
    assertThat(bad.closed()).isPresent();
    assertThat(isStored("/b")).isFalse();
  }

  @Test
  void whoeverDoesNotReadIsClosedWithinASecond() {
    TestPeer bad = t.client("bad", "bad").subscribe(1, "/**");
    TestPeer good = t.client("good", "good");
    bad.stall();
    good.set("/a", 1).set("/a", 2);
    revoke();
    t.passMillis(999);
    assertThat(bad.closed()).hasValue(new CloseReason(1008, "Token revoked"));
    assertThat(t.router.sessions()).hasSize(1);
  }

  @Test
  void itsLocksAreFreeAtOnceWhateverTheGrace() {
    configure(c -> c.lockGraceNanos(60_000_000_000L));
    t.client("bad", "bad")
        .send(new SetValue("/a", Value.of(1), OptionalLong.empty(), true, false, Optional.empty()));
    TestPeer good = t.client("good", "good").set("/a", 2);
    assertThat(TestRouter.onlyError(good.received()).code()).isEqualTo(401);
    revoke();
    t.time.runAll();
    good.set("/a", 2);
    assertThat(good.received()).hasExactlyElementsOfTypes(Ack.class);
  }

  @Test
  void itsBundlesAreCalledOffItsGesturesCancelled() {
    TestPeer good = t.client("good", "good").subscribe(1, "/**");
    TestPeer bad = t.client("bad", "bad");
    bad.send(TestRouter.gesture("/g", GesturePhase.START, 1, 0.5));
    bad.send(
        TestRouter.bundleAt(t.time.unixMicros() + 1_000_000, TestPeer.setOf("/a", Value.of(1))));
    good.received();
    revoke();
    t.passMillis(2_000);
    assertThat(good.received())
        .singleElement()
        .isInstanceOfSatisfying(
            Publish.class, p -> assertThat(p.phase()).isEqualTo(GesturePhase.CANCEL));
    assertThat(isStored("/a")).isFalse();
    assertThat(t.count(Counter.BUNDLES_CANCELLED)).isEqualTo(1);
  }

  @Test
  void aBundleThatOutlivedItsSessionDoesNotOutliveItsToken() {
    configure(c -> c.bundlesOutliveSession(true));
    long later = t.time.unixMicros() + 10_000_000;
    t.client("bad", "bad")
        .send(TestRouter.bundleAt(later, TestPeer.setOf("/bad", Value.of(1))))
        .disconnect();
    t.client("good", "good")
        .send(TestRouter.bundleAt(later, TestPeer.setOf("/good", Value.of(1))))
        .disconnect();
    assertThat(t.router.bundles().orphaned()).hasSize(2);
    revoke();
    t.passMillis(10_001);
    assertThat(isStored("/good")).isTrue();
    assertThat(isStored("/bad")).isFalse();
    assertThat(t.router.bundles().orphaned()).isEmpty();
  }

  @Test
  void aBundleThatOutlivedItsSessionEndsWithAnExpiredTokenToo() {
    configure(c -> c.bundlesOutliveSession(true));
    t.client("guest", "short")
        .send(
            TestRouter.bundleAt(
                t.time.unixMicros() + 70_000_000, TestPeer.setOf("/a", Value.of(1))))
        .disconnect();
    t.passMillis(71_000);
    assertThat(isStored("/a")).isFalse();
    assertThat(t.count(Counter.BUNDLES_FAILED)).isEqualTo(1);
  }

  private static Message playForEver(String address) {
    Timeline ramp =
        Timeline.of(
            List.of(
                new Timeline.Keyframe(0, Value.of(0.0), Easing.LINEAR),
                new Timeline.Keyframe(1_000_000, Value.of(100.0), Easing.LINEAR)));
    Map<String, Value> request = new LinkedHashMap<>(((Value.Map) ramp.toValue()).entries());
    request.put("loop", Value.of(true));
    request.put("play", Value.of(true));
    return TestPeer.publish(SignalType.TIMELINE, address, Value.of(request));
  }

  @Test
  void theTimelinesThatItPlaysStop() {
    t.client("bad", "bad").send(playForEver("/bad"));
    t.client("bad again", "bad").send(playForEver("/gone")).disconnect();
    t.client("good", "good").send(playForEver("/good"));
    TestPeer watch = t.client("watch", "good").subscribe(1, "/**", SignalType.PARAM.maskBit());
    t.passMillis(100);
    assertThat(t.router.timelines().playing()).isEqualTo(3);
    revoke();
    t.passMillis(100);
    watch.received();
    t.passMillis(500);
    assertThat(watch.received())
        .isNotEmpty()
        .allMatch(m -> m instanceof SetValue set && set.address().equals("/good"));
    assertThat(t.router.timelines().playing()).isEqualTo(1);
  }

  // --- logins under way --------------------------------------------------------------------------

  @Test
  void aTokenTakenBackBetweenItsAnswerAndTheSessionDoesNotSlipThrough() {
    tokens.answerLater();
    TestPeer bad = t.connection().send(TestPeer.helloOf("bad", "bad"));
    TestPeer good = t.connection().send(TestPeer.helloOf("good", "good"));
    assertThat(revoke()).isZero();
    // Both answers were decided before.
    tokens.answer();
    tokens.answer();
    assertTold(bad, 300, "Token revoked");
    assertThat(good.received()).hasExactlyElementsOfTypes(Welcome.class, Snapshot.class);
    assertThat(t.router.logins()).isEmpty();
  }

  @Test
  void aSessionThatLogsInAgainIsExpelledMeanwhile() {
    TestPeer bad = t.client("bad", "bad");
    tokens.answerLater();
    bad.send(TestPeer.helloOf("bad", "good"));
    revoke();
    assertTold(bad, 300, "Token revoked");
    tokens.answer();
    assertThat(bad.received()).isEmpty();
    assertThat(t.router.sessions()).isEmpty();
  }

  @Test
  void fromAnyThread() throws InterruptedException {
    TestPeer bad = t.client("bad", "bad");
    Thread thread =
        Thread.ofPlatform().start(() -> t.router.expel(ExpulsionTest::isBad, 300, "Token revoked"));
    thread.join();
    assertTold(bad, 300, "Token revoked");
  }
}
