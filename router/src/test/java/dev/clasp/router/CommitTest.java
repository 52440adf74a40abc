package dev.clasp.router;

import static dev.clasp.router.TestRouter.bundle;
import static dev.clasp.router.TestRouter.bundleAt;
import static dev.clasp.router.TestRouter.stamped;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Ack;
import dev.clasp.protocol.Message.Announce;
import dev.clasp.protocol.Message.Content;
import dev.clasp.protocol.Message.Publish;
import dev.clasp.protocol.Message.SetValue;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** QoS commit and correlation ids (docs/qos.md). */
class CommitTest {

  private TestRouter t = new TestRouter();

  private void configure(UnaryOperator<RouterConfig.Builder> settings) {
    t = new TestRouter(settings);
  }

  private static Message set(double value) {
    return TestPeer.setOf("/x", Value.of(value));
  }

  private static Ack ack(long revision, OptionalInt correlationId) {
    return new Ack(
        Optional.of("/x"),
        OptionalLong.of(revision),
        Optional.empty(),
        Optional.empty(),
        correlationId);
  }

  private static Message event(OptionalLong timestamp, double value) {
    return new Publish(
        "/e",
        SignalType.EVENT,
        GesturePhase.START,
        Content.of(Value.of(value)),
        timestamp,
        OptionalInt.empty(),
        OptionalInt.empty());
  }

  // --- at most once ------------------------------------------------------------------------------

  @Test
  void aRepetitionIsAnsweredAndNotExecutedAgain() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    TestPeer a = t.client("a");
    byte[] frame = stamped(set(1), Qos.COMMIT, 42);
    a.sendRaw(frame).sendRaw(stamped(set(2), Qos.COMMIT, 43)).sendRaw(frame);
    assertThat(a.received())
        .containsExactly(
            ack(1, OptionalInt.of(42)), ack(2, OptionalInt.of(43)), ack(1, OptionalInt.of(42)));
    assertThat(viewer.received()).hasSize(2);
    assertThat(t.count(Counter.COMMITS_REPEATED)).isEqualTo(1);
  }

  @Test
  void aRefusalIsRepeatedToo() {
    TestPeer a = t.client("a");
    byte[] frame =
        stamped(
            new SetValue("/x", Value.of(1.0), OptionalLong.of(99), false, false, Optional.empty()),
            Qos.COMMIT,
            42);
    a.send(set(0)).sendRaw(frame);
    List<Message> first = a.received();
    assertThat(TestRouter.errorCodes(first)).containsExactly(400);
    // Now it would be right, but it was refused before.
    for (int i = 0; i < 98; i++) {
      a.send(set(i));
    }
    a.received();
    a.sendRaw(frame);
    assertThat(a.received()).containsExactly(first.getLast());
  }

  @Test
  void thePayloadBelongsToTheIdentity() {
    TestPeer a = t.client("a");
    a.sendRaw(stamped(set(1), Qos.COMMIT, 42)).sendRaw(stamped(set(2), Qos.COMMIT, 42));
    assertThat(a.received())
        .containsExactly(ack(1, OptionalInt.of(42)), ack(2, OptionalInt.of(42)));
  }

  @Test
  void withoutATimestampInTheFrameThatOfTheMessageCounts() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    TestPeer a = t.client("a");
    Message dated = event(OptionalLong.of(5), 1);
    a.send(dated, Qos.COMMIT).send(dated, Qos.COMMIT);
    assertThat(viewer.received()).containsExactly(dated);
    a.send(event(OptionalLong.of(6), 1), Qos.COMMIT);
    assertThat(viewer.received()).hasSize(1);
    // A frame's timestamp is another one than a message's.
    a.sendRaw(stamped(dated, Qos.COMMIT, 5));
    assertThat(viewer.received()).hasSize(1);
    assertThat(a.received()).isEmpty();
  }

  @Test
  void aScheduledBundleIsNotScheduledTwice() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    TestPeer a = t.client("a");
    Message cue = bundleAt(t.time.unixMicros() + 1_000_000, TestPeer.event("/cue", Value.TRUE));
    a.send(cue).send(cue);
    assertThat(a.received()).hasSize(2).allMatch(m -> m instanceof Ack);
    t.passMillis(1000);
    assertThat(viewer.received()).hasSize(1);
    a.send(cue);
    t.passMillis(1000);
    assertThat(viewer.received()).as("its time is over, and it was executed").isEmpty();
  }

  @Test
  void aBundleThatWasRefusedAtItsTimeIsAnsweredWithBoth() {
    TestPeer a = t.client("a");
    Message wrong =
        new SetValue("/x", Value.of(1.0), OptionalLong.of(99), false, false, Optional.empty());
    a.send(set(1));
    a.received();
    byte[] frame = stamped(bundleAt(t.time.unixMicros() + 1000, wrong), Qos.COMMIT, 0x1_0000_0007L);
    a.sendRaw(frame);
    t.passMillis(1);
    List<Message> answers = a.received();
    assertThat(answers).hasSize(2);
    assertThat(answers.getFirst())
        .isInstanceOfSatisfying(Ack.class, m -> assertThat(m.correlationId()).hasValue(7));
    assertThat(answers.getLast())
        .isInstanceOfSatisfying(
            Message.Error.class, m -> assertThat(m.correlationId()).hasValue(7));
    a.sendRaw(frame);
    assertThat(a.received()).isEqualTo(answers);
  }

  @Test
  void withoutIdentityEveryMessageIsExecuted() {
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    TestPeer a = t.client("a");
    for (int i = 0; i < 2; i++) {
      a.send(set(1), Qos.COMMIT);
      a.send(event(OptionalLong.empty(), 1), Qos.COMMIT);
      a.send(event(OptionalLong.of(0), 1), Qos.COMMIT);
      a.send(bundle(TestPeer.event("/b", Value.TRUE)), Qos.COMMIT);
      a.send(bundleAt(0, TestPeer.event("/c", Value.TRUE)), Qos.COMMIT);
    }
    assertThat(viewer.received()).hasSize(10);
  }

  @ParameterizedTest
  @EnumSource(
      value = Qos.class,
      names = {"FIRE", "CONFIRM"})
  void otherQualitiesAreExecutedEachTime(Qos qos) {
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    TestPeer a = t.client("a");
    byte[] frame = stamped(set(1), qos, 42);
    a.sendRaw(frame).sendRaw(frame);
    assertThat(viewer.received()).hasSize(2);
  }

  @Test
  void onlyTheLatestAreRemembered() {
    configure(c -> c.commitWindow(3));
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    TestPeer a = t.client("a");
    for (int i = 1; i <= 4; i++) {
      a.sendRaw(stamped(set(i), Qos.COMMIT, i));
    }
    viewer.received();
    a.sendRaw(stamped(set(2), Qos.COMMIT, 2));
    assertThat(viewer.received()).isEmpty();
    a.sendRaw(stamped(set(1), Qos.COMMIT, 1));
    assertThat(viewer.received()).hasSize(1);
  }

  @Test
  void windowZeroSwitchesItOff() {
    configure(c -> c.commitWindow(0));
    TestPeer a = t.client("a");
    byte[] frame = stamped(set(1), Qos.COMMIT, 42);
    a.sendRaw(frame).sendRaw(frame);
    assertThat(a.received())
        .containsExactly(ack(1, OptionalInt.of(42)), ack(2, OptionalInt.of(42)));
  }

  @Test
  void sessionsDoNotShareWhatTheyCommitted() {
    byte[] frame = stamped(set(1), Qos.COMMIT, 42);
    TestPeer viewer = t.client("viewer").subscribe(1, "/**");
    t.client("a").sendRaw(frame);
    t.client("b").sendRaw(frame);
    assertThat(viewer.received()).hasSize(2);
  }

  @Test
  void whatCouldNotBeDecodedMayComeAgain() {
    TestPeer a = t.client("a");
    // A PUBLISH to a peer whose address is not UTF-8 is found out when it is executed.
    byte[] frame = stamped(TestPeer.event("/clasp/p2p/signal/XX", Value.TRUE), Qos.COMMIT, 42);
    frame[frame.length - 4] = (byte) 0xFF;
    a.sendRaw(frame);
    assertThat(TestRouter.onlyError(a.received()).code()).isEqualTo(400);
    t.passMillis(1000);
    a.sendRaw(frame);
    assertThat(TestRouter.onlyError(a.received()).code()).isEqualTo(400);
    assertThat(t.count(Counter.COMMITS_REPEATED)).isZero();
  }

  @Test
  void questionsAreAnsweredEachTime() {
    TestPeer a = t.client("a").send(set(1));
    a.received();
    byte[] get = stamped(new Message.Get("/x"), Qos.COMMIT, 1);
    a.sendRaw(get).send(set(2)).sendRaw(get);
    assertThat(a.received()).hasSize(3).element(2).asString().contains("2.0");
  }

  @Test
  void theAnswersKeptForOneMessageAreBounded() {
    TestPeer a = t.client("a");
    Message[] members = new Message[60];
    for (int i = 0; i < members.length; i++) {
      members[i] = TestPeer.event("/clasp/p2p/signal/" + "n".repeat(500) + i, Value.NULL);
    }
    byte[] frame = stamped(bundle(members), Qos.COMMIT, 42);
    a.sendRaw(frame);
    assertThat(a.received()).hasSize(61);
    a.sendRaw(frame);
    List<Message> again = a.received();
    assertThat(again).hasSizeBetween(2, 10);
    assertThat(again.getLast()).isInstanceOf(Ack.class);
  }

  // --- correlation -------------------------------------------------------------------------------

  @Test
  void answersCarryTheLow32BitsOfTheFramesTimestamp() {
    TestPeer a = t.client("a");
    long stamp = 0x1234_5678_9ABC_DEF0L;
    OptionalInt id = OptionalInt.of(0x9ABC_DEF0);
    a.sendRaw(stamped(set(1), Qos.CONFIRM, stamp));
    assertThat(a.received()).containsExactly(ack(1, id));
    a.sendRaw(stamped(bundle(set(2)), Qos.CONFIRM, stamp));
    a.sendRaw(stamped(new Announce("/ns", List.of(), Map.of()), Qos.FIRE, stamp));
    assertThat(a.received())
        .hasSize(2)
        .allSatisfy(m -> assertThat(((Ack) m).correlationId()).isEqualTo(id));
    a.sendRaw(stamped(new Message.Get("/none"), Qos.FIRE, stamp));
    a.sendRaw(stamped(TestPeer.event("bad", Value.NULL), Qos.FIRE, stamp));
    a.sendRaw(stamped(new Message.Query("bad"), Qos.FIRE, stamp));
    a.sendRaw(stamped(TestPeer.event("/clasp/p2p/signal/nobody", Value.NULL), Qos.FIRE, stamp));
    byte[] undecodable = stamped(new Message.Ping(), Qos.FIRE, stamp);
    undecodable[undecodable.length - 1] = 0x7F;
    a.sendRaw(undecodable);
    assertThat(a.received())
        .hasSize(5)
        .allSatisfy(m -> assertThat(((Message.Error) m).correlationId()).isEqualTo(id));
  }

  @Test
  void theNextFrameWithoutTimestampIsAnsweredWithoutIt() {
    TestPeer a = t.client("a");
    a.sendRaw(stamped(set(1), Qos.CONFIRM, 7)).send(set(2)).send(new Message.Get("/none"));
    List<Message> answers = a.received();
    assertThat(answers.get(1)).isEqualTo(ack(2, OptionalInt.empty()));
    assertThat(((Message.Error) answers.get(2)).correlationId()).isEmpty();
  }

  @Test
  void aFireSetWithATimestampIsNotAcknowledgedEither() {
    TestPeer a = t.client("a").sendRaw(stamped(set(1), Qos.FIRE, 7));
    assertThat(a.received()).isEmpty();
  }

  @Test
  void aTimestampInTheFirstFrameDoesNoHarm() {
    TestPeer a = new TestPeer(t.time, t.router, t.lane);
    a.sendRaw(
        stamped(
            new Message.Hello(1, java.util.Set.of(), "a", Optional.empty(), Optional.empty()),
            Qos.FIRE,
            7));
    assertThat(a.received()).hasSize(2);
  }
}
