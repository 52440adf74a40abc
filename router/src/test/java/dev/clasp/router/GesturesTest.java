package dev.clasp.router;

import static dev.clasp.protocol.GesturePhase.CANCEL;
import static dev.clasp.protocol.GesturePhase.END;
import static dev.clasp.protocol.GesturePhase.MOVE;
import static dev.clasp.protocol.GesturePhase.START;
import static dev.clasp.router.TestRouter.gesture;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Content;
import dev.clasp.protocol.Message.Publish;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gestures: what of them is forwarded, when, and to whom (D14, router.md 6.3, RT-16). */
class GesturesTest {

  private static final long INTERVAL_MILLIS = 16;

  private TestRouter t = new TestRouter();

  private void configure(UnaryOperator<RouterConfig.Builder> settings) {
    t = new TestRouter(settings);
  }

  private static Message move(double value) {
    return gesture("/pen", MOVE, 1, value);
  }

  /** "start 1.0, move 2.0", in order of arrival. */
  private static List<String> seen(TestPeer peer) {
    return peer.received().stream().map(GesturesTest::text).toList();
  }

  private static String text(Message message) {
    if (message instanceof Publish p) {
      String value = p.content() instanceof Content.Single(Value.Float(double v)) ? " " + v : "";
      return p.phase().wireName() + value;
    }
    return message.toString();
  }

  @Test
  void theFirstMoveGoesAtOnceAndTheNextWaitsForTheInterval() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    TestPeer pen = t.client("pen");
    pen.send(gesture("/pen", START, 1, 0)).send(move(1)).send(move(2));
    assertThat(seen(viewer)).containsExactly("start 0.0", "move 1.0");
    t.passMillis(15);
    assertThat(seen(viewer)).isEmpty();
    t.passMillis(1);
    assertThat(seen(viewer)).containsExactly("move 2.0");
  }

  @Test
  void aMoveAfterAPauseGoesAtOnce() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    TestPeer pen = t.client("pen");
    pen.send(move(1));
    t.passMillis(INTERVAL_MILLIS);
    pen.send(move(2));
    assertThat(seen(viewer)).containsExactly("move 1.0", "move 2.0");
  }

  @Test
  void ofTheMovesThatWaitTheNewestIsSent() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    TestPeer pen = t.client("pen");
    pen.send(move(1)).send(move(2)).send(move(3)).send(move(4));
    t.passMillis(100);
    assertThat(seen(viewer)).containsExactly("move 1.0", "move 4.0");
    assertThat(t.count(Counter.GESTURE_MOVES_MERGED)).isEqualTo(2);
  }

  @Test
  void endAndCancelReleaseTheMoveThatWaitsAndNothingFollows() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    TestPeer pen = t.client("pen");
    for (GesturePhase last : List.of(END, CANCEL)) {
      pen.send(gesture("/pen", START, 1, 0)).send(move(1)).send(move(2)).send(move(3));
      pen.send(gesture("/pen", last, 1, 9));
      t.passMillis(100);
      assertThat(seen(viewer))
          .containsExactly("start 0.0", "move 1.0", "move 3.0", last.wireName() + " 9.0");
    }
  }

  @Test
  void aNewStartForgetsTheMoveThatWaitedAndBeginsTheIntervalAnew() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    TestPeer pen = t.client("pen");
    pen.send(move(1)).send(move(2)).send(gesture("/pen", START, 1, 0)).send(move(5));
    t.passMillis(100);
    assertThat(seen(viewer)).containsExactly("move 1.0", "start 0.0", "move 5.0");
  }

  @Test
  void nothingComesBackToTheSenderAlsoNotByTheTimer() {
    TestPeer pen = t.client("pen").subscribe(1, "/**");
    pen.send(gesture("/pen", START, 1, 0)).send(move(1)).send(move(2));
    t.passMillis(100);
    pen.send(gesture("/pen", END, 1, 0));
    assertThat(pen.received()).isEmpty();
  }

  @Test
  void twoSessionsWithTheSameAddressAndIdDoNotDisturbEachOther() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    TestPeer a = t.client("a").subscribe(1, "/**");
    TestPeer b = t.farClient("b");
    a.send(move(1)).send(move(2));
    b.send(move(10)).send(move(20)).send(gesture("/pen", END, 1, 0));
    assertThat(seen(viewer)).containsExactly("move 1.0", "move 10.0", "move 20.0", "end 0.0");
    assertThat(seen(a)).containsExactly("move 10.0", "move 20.0", "end 0.0");
    t.passMillis(100);
    assertThat(seen(viewer)).containsExactly("move 2.0");
    assertThat(seen(a)).isEmpty();
  }

  @Test
  void idsAndAddressesAreGesturesOfTheirOwn() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    TestPeer pen = t.client("pen");
    pen.send(move(1)).send(gesture("/pen", MOVE, 2, 2)).send(gesture("/other", MOVE, 1, 3));
    assertThat(seen(viewer)).containsExactly("move 1.0", "move 2.0", "move 3.0");
  }

  @Test
  void anAbsentIdIsTheGestureZero() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    TestPeer pen = t.client("pen");
    Message withoutId =
        new Publish(
            "/pen",
            SignalType.GESTURE,
            MOVE,
            Content.of(Value.of(7.0)),
            OptionalLong.empty(),
            OptionalInt.empty(),
            OptionalInt.empty());
    pen.send(gesture("/pen", MOVE, 0, 1)).send(withoutId);
    assertThat(seen(viewer)).containsExactly("move 1.0");
    t.passMillis(INTERVAL_MILLIS);
    assertThat(viewer.received()).containsExactly(withoutId);
  }

  @Test
  void otherSignalsAreNotThrottled() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    TestPeer pen = t.client("pen");
    for (SignalType type : List.of(SignalType.EVENT, SignalType.STREAM, SignalType.PARAM)) {
      for (int i = 0; i < 3; i++) {
        pen.send(TestPeer.publish(type, "/x", Value.of((double) i)));
      }
      assertThat(viewer.received()).hasSize(3);
    }
  }

  @Test
  void aBundleGoesTheSamePath() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    TestPeer pen = t.client("pen");
    pen.send(
        TestRouter.bundle(
            gesture("/pen", START, 1, 0), move(1), TestPeer.event("/e", Value.of(5.0)), move(2)));
    assertThat(seen(viewer)).containsExactly("start 0.0", "move 1.0", "start 5.0");
    pen.send(TestRouter.bundle(move(3), gesture("/pen", END, 1, 9)));
    assertThat(seen(viewer)).containsExactly("move 3.0", "end 9.0");
    t.passMillis(100);
    assertThat(seen(viewer)).isEmpty();
  }

  @Test
  void aRefusedBundleLeavesItsGesturesAlone() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    TestPeer pen = t.client("pen");
    pen.send(move(1)).send(move(2));
    pen.send(TestRouter.bundle(gesture("/pen", END, 1, 0), TestPeer.setOf("bad", Value.TRUE)));
    assertThat(seen(viewer)).containsExactly("move 1.0");
    t.passMillis(INTERVAL_MILLIS);
    assertThat(seen(viewer)).containsExactly("move 2.0");
  }

  @ParameterizedTest
  @ValueSource(ints = {60, 120, 240, 1000})
  void aPenOfAnyRateIsVisibleWhileItMoves(int hertz) {
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    TestPeer pen = t.client("pen");
    pen.send(gesture("/pen", START, 1, 0));
    viewer.received();
    List<Long> arrivals = new ArrayList<>();
    double last = 0;
    Duration step = Duration.ofNanos(1_000_000_000L / hertz);
    // In steps of a tenth of a millisecond, to see when each move arrives.
    long begin = t.time.nanos();
    long next = begin;
    int sent = 0;
    while (t.time.nanos() - begin < 1_000_000_000L) {
      if (t.time.nanos() >= next) {
        pen.send(move(++sent));
        next += step.toNanos();
      }
      for (Message message : viewer.received()) {
        arrivals.add(t.time.nanos());
        last = valueOf(message);
      }
      t.time.pass(Duration.ofNanos(100_000));
    }
    int atMost = (int) (1000 / INTERVAL_MILLIS) + 1;
    assertThat(arrivals.size()).isBetween(Math.min(hertz, atMost) / 2, Math.min(hertz, atMost) + 1);
    for (int i = 1; i < arrivals.size(); i++) {
      assertThat(arrivals.get(i) - arrivals.get(i - 1))
          .as("gap before move %d", i)
          .isLessThanOrEqualTo(2 * INTERVAL_MILLIS * 1_000_000L);
    }
    t.passMillis(INTERVAL_MILLIS);
    for (Message message : viewer.received()) {
      last = valueOf(message);
    }
    assertThat(last).isEqualTo(sent);
  }

  private static double valueOf(Message message) {
    if (message instanceof Publish p
        && p.content() instanceof Content.Single(Value.Float(double v))) {
      return v;
    }
    throw new AssertionError("not a move: " + message);
  }

  @Test
  void aTimerThatComesLateDoesNotHoldUpTheNewestMove() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    TestPeer pen = t.client("pen");
    pen.send(move(1)).send(move(2));
    // The loop was busy: the next move is read before the timer of the last one runs.
    t.time.stall(Duration.ofMillis(40));
    pen.sendWithinTurn(move(3));
    t.passMillis(100);
    assertThat(seen(viewer)).containsExactly("move 1.0", "move 3.0");
  }

  @Test
  void intervalZeroForwardsEveryMove() {
    configure(c -> c.gestureIntervalNanos(0));
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    TestPeer pen = t.client("pen");
    pen.send(move(1)).send(move(2)).send(move(3));
    assertThat(seen(viewer)).containsExactly("move 1.0", "move 2.0", "move 3.0");
  }

  @Test
  void gesturesInProgressAreCancelledWhenTheirSessionEnds() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    TestPeer pen = t.client("pen");
    pen.send(gesture("/pen", START, 7, 0)).send(gesture("/pen", MOVE, 7, 1));
    pen.send(gesture("/pen", MOVE, 7, 2));
    pen.send(gesture("/done", START, 1, 0)).send(gesture("/done", END, 1, 0));
    viewer.received();
    pen.disconnect();
    List<Message> last = viewer.received();
    assertThat(last.stream().map(GesturesTest::text)).containsExactly("move 2.0", "cancel");
    assertThat(last.getLast())
        .isEqualTo(
            new Publish(
                "/pen",
                SignalType.GESTURE,
                CANCEL,
                Content.NONE,
                OptionalLong.of(t.time.unixMicros()),
                OptionalInt.of(7),
                OptionalInt.empty()));
    t.passMillis(1000);
    assertThat(viewer.received()).isEmpty();
    assertThat(t.count(Counter.GESTURES_CANCELLED)).isEqualTo(1);
  }

  @Test
  void aSubscriberWithALimitOfItsOwnGetsTheNewestMoveBeforeTheEndOrTheCancel() {
    TestPeer viewer = t.client("viewer");
    viewer.send(new Message.Subscribe(1, "/**", SignalType.ALL_MASK, Options.maxRate(2)));
    TestPeer pen = t.client("pen");
    for (int i = 0; i < 10; i++) {
      pen.send(move(i));
      t.passMillis(8);
    }
    pen.send(move(10));
    pen.send(gesture("/pen", END, 1, 0));
    assertThat(seen(viewer)).containsExactly("move 0.0", "move 10.0", "end 0.0");
    pen.send(move(11)).send(move(12));
    pen.disconnect();
    t.passMillis(5000);
    assertThat(seen(viewer)).endsWith("move 12.0", "cancel").hasSizeBetween(2, 3);
  }

  @Test
  void aSecondHelloEndsTheGesturesToo() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    TestPeer pen = t.client("pen");
    pen.send(gesture("/pen", START, 1, 0));
    pen.hello("pen again");
    assertThat(seen(viewer)).containsExactly("start 0.0", "cancel");
  }

  @Test
  void cancellingCanBeSwitchedOff() {
    configure(c -> c.cancelGestures(false));
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    TestPeer pen = t.client("pen");
    pen.send(move(1)).send(move(2));
    pen.disconnect();
    t.passMillis(1000);
    assertThat(seen(viewer)).containsExactly("move 1.0", "move 2.0");
  }

  @Test
  void tooManyGesturesEndTheOldest() {
    configure(c -> c.maxGesturesPerSession(2));
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    TestPeer pen = t.client("pen");
    pen.send(gesture("/a", START, 1, 1)).send(gesture("/b", START, 1, 2));
    pen.send(gesture("/a", MOVE, 1, 3));
    viewer.received();
    pen.send(gesture("/c", START, 1, 4));
    assertThat(viewer.received().stream().map(m -> ((Publish) m).address() + " " + text(m)))
        .containsExactly("/c start 4.0", "/b cancel");
    // In a bundle as well.
    pen.send(
        TestRouter.bundle(
            gesture("/d", START, 1, 5), gesture("/e", START, 1, 6), gesture("/f", START, 1, 7)));
    assertThat(viewer.received().stream().map(m -> ((Publish) m).address() + " " + text(m)))
        .containsExactly(
            "/d start 5.0", "/e start 6.0", "/f start 7.0", "/a cancel", "/c cancel", "/d cancel");
  }

  @Test
  void anIdleGestureIsForgottenWithoutACancelAndComesBackAsItIs() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    TestPeer pen = t.client("pen");
    pen.send(gesture("/pen", START, 1, 0));
    Address address = find("/pen");
    assertThat(address.pins).isEqualTo(1);
    t.time.pass(Duration.ofSeconds(299));
    assertThat(address.pins).isEqualTo(1);
    keepAlive(pen, viewer);
    t.time.pass(Duration.ofSeconds(2));
    assertThat(address.pins).isZero();
    pen.send(gesture("/pen", END, 1, 0));
    assertThat(seen(viewer).stream().filter(s -> !s.contains("Pong")))
        .containsExactly("start 0.0", "end 0.0");
  }

  private static void keepAlive(TestPeer... peers) {
    for (TestPeer peer : peers) {
      peer.send(new Message.Ping());
    }
  }

  private Address find(String name) {
    byte[] b = name.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    long hash = t.router.space().hash(b, 0, b.length);
    Address address = t.router.space().stripeOf(hash).find(b, 0, b.length, hash);
    assertThat(address).isNotNull();
    return java.util.Objects.requireNonNull(address);
  }

  @Test
  void anAddressStaysInternedWhileAGestureHoldsIt() {
    configure(c -> c.maxIdleAddresses(256));
    TestPeer viewer = t.client("viewer").subscribe(1, "/pen");
    TestPeer pen = t.client("pen");
    pen.send(move(1)).send(move(2));
    for (int i = 0; i < 20_000; i++) {
      pen.sendWithinTurn(TestPeer.event("/other/" + i, Value.NULL));
    }
    t.passMillis(INTERVAL_MILLIS);
    assertThat(seen(viewer)).containsExactly("move 1.0", "move 2.0");
    Address address = find("/pen");
    pen.send(gesture("/pen", END, 1, 0));
    assertThat(address.pins).isZero();
    for (int i = 0; i < 20_000; i++) {
      pen.sendWithinTurn(TestPeer.event("/other/" + i, Value.NULL));
    }
    t.time.runAll();
    assertThat(
            t.router
                .space()
                .stripeOf(address.hash)
                .find(address.name, 0, address.name.length, address.hash))
        .isNull();
  }

  @Test
  void manyShortGesturesOnOneAddressPushNothingOut() {
    configure(c -> c.maxIdleAddresses(2 * AddressSpace.STRIPES));
    TestPeer pen = t.client("pen");
    Address address = null;
    for (int i = 0; i < 100; i++) {
      pen.send(gesture("/pen", START, 1, 0)).send(gesture("/pen", END, 1, 0));
      Address now = find("/pen");
      assertThat(address == null || address == now).isTrue();
      address = now;
    }
  }
}
