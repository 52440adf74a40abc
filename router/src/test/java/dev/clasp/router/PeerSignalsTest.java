package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Ack;
import dev.clasp.protocol.Message.Snapshot;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Signalling between peers (router.md 13; RT-18, RT-20, RT-23; S21 of clients.md). */
class PeerSignalsTest {

  private static final String ANNOUNCE = "/clasp/p2p/announce";

  private TestRouter t = new TestRouter();

  private void configure(UnaryOperator<RouterConfig.Builder> settings) {
    t = new TestRouter(settings);
  }

  private static Message signal(TestPeer to, String type) {
    return TestPeer.event(
        "/clasp/p2p/signal/" + to.session(), Value.of(Map.of("type", Value.of(type))));
  }

  private static Message from(TestPeer from, TestPeer to, String type) {
    return TestPeer.event(
        "/clasp/p2p/signal/" + to.session(),
        Value.of(Map.of("type", Value.of(type), "from", Value.of(from.session()))));
  }

  private static Message ofMany(int i) {
    return TestPeer.event("/e/" + i, Value.of("x".repeat(100)));
  }

  // --- delivery ----------------------------------------------------------------------------------

  @Test
  void aSignalCrossesLanesAndReachesNobodyElse() {
    TestPeer a = t.client("a");
    TestPeer b = t.farClient("b");
    TestPeer c = t.client("c").subscribe(1, "/clasp/p2p/**").subscribe(2, "/**");
    a.send(signal(b, "offer"));
    b.send(signal(a, "answer"));
    assertThat(b.received()).containsExactly(from(a, b, "offer"));
    assertThat(a.received()).containsExactly(from(b, a, "answer"));
    assertThat(c.received()).isEmpty();
    assertThat(t.count(Counter.PEER_SIGNALS)).isEqualTo(2);
  }

  @Test
  void signalsInABundleGoToTheirTargetsAndEachAnswersForItself() {
    TestPeer a = t.client("a").subscribe(1, "/x");
    TestPeer b = t.farClient("b");
    TestPeer c = t.client("c").subscribe(1, "/**");
    a.send(
        TestRouter.bundle(
            signal(b, "offer"),
            TestPeer.setOf("/x", Value.of(1.0)),
            TestPeer.event("/clasp/p2p/signal/nobody", Value.NULL),
            signal(b, "ice_candidate")));
    assertThat(b.received()).containsExactly(from(a, b, "offer"), from(a, b, "ice_candidate"));
    assertThat(c.received()).hasSize(1);
    List<Message> answers = a.received();
    assertThat(TestRouter.errorCodes(answers)).containsExactly(404);
    assertThat(answers.getLast()).isInstanceOf(Ack.class);
  }

  @Test
  void theSignalsOfARefusedBundleAreNotSent() {
    TestPeer a = t.client("a");
    TestPeer b = t.client("b");
    a.send(TestRouter.bundle(signal(b, "offer"), TestPeer.setOf("bad", Value.NULL)));
    assertThat(TestRouter.errorCodes(a.received())).containsExactly(400);
    assertThat(b.received()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(SignalType.class)
  void anAnnouncementReachesSubscribersWhateverTypesTheyWant(SignalType type) {
    TestPeer params = t.client("params").subscribe(1, "/clasp/**", SignalType.PARAM.maskBit());
    TestPeer slow = t.client("slow");
    slow.send(new Message.Subscribe(1, ANNOUNCE, SignalType.PARAM.maskBit(), Options.epsilon(100)));
    TestPeer gestures = t.farClient("g").subscribe(1, ANNOUNCE, SignalType.GESTURE.maskBit());
    TestPeer elsewhere = t.client("elsewhere").subscribe(1, "/other/**");
    TestPeer a = t.client("a").subscribe(1, ANNOUNCE);
    Message announcement = TestPeer.publish(type, ANNOUNCE, Value.of(Map.of()));
    a.send(announcement);
    a.send(TestRouter.bundle(announcement));
    assertThat(params.received()).containsExactly(announcement, announcement);
    assertThat(gestures.received()).containsExactly(announcement, announcement);
    assertThat(slow.received()).containsExactly(announcement, announcement);
    assertThat(elsewhere.received()).isEmpty();
    assertThat(TestRouter.errorCodes(a.received())).isEmpty();
  }

  @Test
  void otherAddressesNearbyAreOrdinary() {
    TestPeer events = t.client("events").subscribe(1, "/clasp/**", SignalType.EVENT.maskBit());
    TestPeer params = t.client("params").subscribe(1, "/clasp/**", SignalType.PARAM.maskBit());
    TestPeer a = t.client("a");
    for (String address :
        List.of(
            "/clasp/p2p/signal/",
            "/clasp/p2p/signal/a/b",
            "/clasp/p2p/signal",
            "/clasp/p2p/announce/x",
            "/clasp/p2p/announced",
            "/clasp/p2pfoo")) {
      a.send(TestPeer.event(address, Value.NULL));
      assertThat(events.received()).as(address).hasSize(1);
      assertThat(params.received()).isEmpty();
    }
    assertThat(a.received()).isEmpty();
  }

  @Test
  void aSignalWithoutRoomForItsSenderIsRefused() {
    TestPeer a = t.client("a");
    TestPeer b = t.client("b");
    String address = "/clasp/p2p/signal/" + b.session();
    int head = 2 + 2 + address.length() + 1 + 1 + 2 + (2 + 3) + 1 + 2;
    Message large =
        TestPeer.event(address, Value.of(Map.of("sdp", Value.of("x".repeat(65_535 - head)))));
    a.send(large);
    Message.Error error = TestRouter.onlyError(a.received());
    assertThat(error.code()).isEqualTo(400);
    assertThat(error.message()).startsWith("SignalTooLarge");
    assertThat(b.received()).isEmpty();
  }

  // --- flow --------------------------------------------------------------------------------------

  @Test
  void aTargetThatReadsSlowlyLosesTheSignalAndTheSenderIsTold() {
    configure(c -> c.queueMessages(10));
    TestPeer a = t.client("a");
    TestPeer b = t.farClient("b").subscribe(1, "/e/**");
    TestPeer publisher = t.client("publisher");
    b.stall();
    publisher.send(ofMany(0));
    for (int i = 1; i <= 9; i++) {
      publisher.send(ofMany(i));
    }
    a.sendRaw(TestRouter.stamped(signal(b, "offer"), Qos.CONFIRM, 9));
    Message.Error error = TestRouter.onlyError(a.received());
    assertThat(error.code()).isEqualTo(503);
    assertThat(error.message()).startsWith("TargetBusy");
    assertThat(error.address()).contains("/clasp/p2p/signal/" + b.session());
    assertThat(error.correlationId()).isEqualTo(OptionalInt.of(9));
    assertThat(t.count(Counter.PEER_SIGNALS_DROPPED)).isEqualTo(1);
    b.resume();
    assertThat(b.received()).hasSize(10);
    a.send(signal(b, "offer"));
    assertThat(b.received()).hasSize(1);
    assertThat(a.received()).isEmpty();
  }

  @Test
  void noNumberOfSignalsFillsTheQueueOfATarget() {
    configure(c -> c.queueMessages(10));
    TestPeer b = t.farClient("b");
    b.stall();
    b.send(new Message.Ping());
    for (int i = 0; i < 5; i++) {
      TestPeer a = t.client("a" + i);
      for (int k = 0; k < 20; k++) {
        a.send(signal(b, "ice_candidate"));
      }
    }
    t.passMillis(60_000);
    assertThat(b.closed()).isEmpty();
    b.resume();
    assertThat(b.received()).hasSize(1 + 9);
  }

  @Test
  void aTargetThatLeavesMeanwhileIsTold() {
    TestPeer a = t.client("a");
    TestPeer b = t.farClient("b");
    Message signal = signal(b, "offer");
    // Both in the same turn of the two loops.
    b.close(new dev.clasp.protocol.CloseReason(dev.clasp.protocol.CloseReason.NORMAL, "bye"));
    a.sendWithinTurn(signal);
    assertThat(TestRouter.errorCodes(a.received())).containsExactly(404);
  }

  @Test
  void theSignalsOfOneSessionAreBoundedInASecondAndItIsToldOnce() {
    TestPeer a = t.client("a");
    TestPeer other = t.client("other");
    TestPeer b = t.farClient("b");
    for (int i = 0; i < PeerSignals.MAX_PER_SECOND + 50; i++) {
      a.send(signal(b, "ice_candidate"));
    }
    other.send(signal(b, "offer"));
    assertThat(b.received()).hasSize(PeerSignals.MAX_PER_SECOND + 1);
    assertThat(TestRouter.errorCodes(a.received())).containsExactly(429);
    t.passMillis(1000);
    a.send(signal(b, "ice_candidate"));
    assertThat(b.received()).hasSize(1);
    assertThat(a.received()).isEmpty();
  }

  @Test
  void unknownTargetsCountToo() {
    TestPeer a = t.client("a");
    for (int i = 0; i < PeerSignals.MAX_PER_SECOND + 50; i++) {
      a.send(TestPeer.event("/clasp/p2p/signal/nobody", Value.NULL));
    }
    List<Integer> codes = TestRouter.errorCodes(a.received());
    assertThat(codes).hasSize(PeerSignals.MAX_PER_SECOND + 1).endsWith(429);
  }

  // --- who is who --------------------------------------------------------------------------------

  @Test
  void opaqueWritersDoNotTellWhomToSendSignalsTo() {
    configure(c -> c.opaqueWriters(true));
    TestPeer a = t.client("a").set("/x", 1).set("/y", 1);
    TestPeer b = t.client("b");
    List<String> writers =
        b.subscribe(1, "/**").received().stream()
            .flatMap(m -> ((Snapshot) m).parameters().stream())
            .map(p -> p.writer().orElseThrow())
            .toList();
    assertThat(writers).hasSize(2).doesNotContain(a.session());
    assertThat(writers.getFirst()).isEqualTo(writers.getLast()).hasSize(36);
    b.send(TestPeer.event("/clasp/p2p/signal/" + writers.getFirst(), Value.NULL));
    assertThat(TestRouter.errorCodes(b.received())).containsExactly(404);
    // Whoever announces itself can be reached.
    b.send(signal(a, "offer"));
    assertThat(TestRouter.errorCodes(a.received())).isEmpty();
  }
}
