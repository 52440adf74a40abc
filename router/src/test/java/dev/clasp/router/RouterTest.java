package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Ack;
import dev.clasp.protocol.Message.Bundle;
import dev.clasp.protocol.Message.Parameter;
import dev.clasp.protocol.Message.Publish;
import dev.clasp.protocol.Message.SetValue;
import dev.clasp.protocol.Message.Snapshot;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What a router does with each message, seen from its connections. */
class RouterTest {

  private final ManualTime time = new ManualTime();
  private Router router = new Router(RouterConfig.DEFAULT, time);
  private Lane lane = router.addLane(time.loop());

  private void configure(RouterConfig config) {
    router = new Router(config, time);
    lane = router.addLane(time.loop());
  }

  private TestPeer connect() {
    return new TestPeer(time, router, lane);
  }

  private TestPeer client(String name) {
    return connect().hello(name);
  }

  private static Message hello(String name) {
    return new Message.Hello(1, Set.of(), name, Optional.empty(), Optional.empty());
  }

  private static SetValue update(String address, Value value, long revision) {
    return new SetValue(address, value, OptionalLong.of(revision), false, false, Optional.empty());
  }

  private static SetValue conditional(String address, double value, long expected) {
    return update(address, Value.of(value), expected);
  }

  private static SetValue locking(String address, double value, boolean lock, boolean unlock) {
    return new SetValue(
        address, Value.of(value), OptionalLong.empty(), lock, unlock, Optional.empty());
  }

  private static Ack ack(String address, long revision) {
    return new Ack(
        Optional.of(address),
        OptionalLong.of(revision),
        Optional.empty(),
        Optional.empty(),
        OptionalInt.empty());
  }

  private static int onlyErrorCode(List<Message> messages) {
    assertThat(messages).hasSize(1);
    assertThat(messages.getFirst()).isInstanceOf(Message.Error.class);
    return ((Message.Error) messages.getFirst()).code();
  }

  @Nested
  class Handshake {

    @Test
    void helloIsAnsweredByWelcomeThenAnEmptySnapshot() {
      TestPeer a = connect();
      a.send(hello("a"));
      List<Message> received = a.received();
      assertThat(received).hasSize(2);
      assertThat(received.get(0))
          .isInstanceOfSatisfying(
              Message.Welcome.class,
              welcome -> {
                assertThat(welcome.version()).isEqualTo(1);
                assertThat(welcome.name()).isEqualTo("CLASP Router");
                assertThat(welcome.session()).hasSize(36).isEqualTo(a.session());
                assertThat(welcome.timeMicros()).isEqualTo(time.unixMicros());
                assertThat(welcome.features()).hasSize(5);
              });
      assertThat(received.get(1)).isEqualTo(new Snapshot(List.of()));
    }

    @Test
    void anyVersionAndAnyFeaturesAreAccepted() {
      TestPeer a = connect();
      a.sendHex("530100080163000001780000");
      assertThat(a.received().getFirst()).isInstanceOf(Message.Welcome.class);
    }

    @Test
    void anUndecodableFirstFrameIsClosedWithoutAMessage() {
      for (String hex : List.of("5301000101", "7b2274797065223a", "530100", "53010000")) {
        TestPeer a = connect();
        a.sendHex(hex);
        assertThat(a.received()).isEmpty();
        assertThat(a.closed()).map(CloseReason::code).contains(CloseReason.POLICY);
      }
    }

    @Test
    void anotherFirstMessageGetsError400ThenClose() {
      TestPeer a = connect();
      a.set("/a", 1);
      assertThat(onlyErrorCode(a.received())).isEqualTo(400);
      assertThat(a.closed()).map(CloseReason::code).contains(CloseReason.POLICY);
      a.send(hello("late"));
      assertThat(a.received()).isEmpty();
    }

    @Test
    void aSilentConnectionIsClosedAfterTenSeconds() {
      TestPeer a = connect();
      time.pass(Duration.ofMillis(9_999));
      assertThat(a.closed()).isEmpty();
      time.pass(Duration.ofMillis(1));
      assertThat(a.closed()).map(CloseReason::code).contains(CloseReason.POLICY);
      assertThat(onlyErrorCode(a.received())).isEqualTo(400);
    }

    @Test
    void theDeadlineIsOffAfterHello() {
      TestPeer a = client("a");
      time.pass(Duration.ofSeconds(11));
      assertThat(a.closed()).isEmpty();
    }

    @Test
    void aSecondHelloReplacesTheSession() {
      TestPeer a = client("a");
      String first = a.session();
      a.subscribe(1, "/x").send(locking("/locked", 1, true, false));
      a.received();
      a.send(hello("again"));
      assertThat(a.received())
          .satisfiesExactly(
              m -> assertThat(m).isInstanceOf(Message.Welcome.class),
              m -> assertThat(m).isInstanceOf(Snapshot.class));
      assertThat(a.session()).isNotEqualTo(first);
      assertThat(router.sessionStatus()).hasSize(1);
      assertThat(router.subscriptionCount()).isZero();
      TestPeer b = client("b");
      b.set("/x", 1).set("/locked", 2);
      assertThat(b.received()).containsExactly(ack("/x", 1), ack("/locked", 2));
      assertThat(a.received()).isEmpty();
    }

    @Test
    void theSessionLimitIsToldAndClosed() {
      configure(RouterConfig.builder().maxSessions(1).build());
      client("a");
      TestPeer b = connect();
      b.send(hello("b"));
      assertThat(onlyErrorCode(b.received())).isEqualTo(501);
      assertThat(b.closed()).map(CloseReason::code).contains(CloseReason.TRY_LATER);
    }

    @Test
    void shortOfMemoryItTakesNoNewSessions() {
      TestPeer a = client("a");
      router.pressure(MemoryPressure.HIGH);
      TestPeer b = connect();
      b.send(hello("b"));
      assertThat(onlyErrorCode(b.received())).isEqualTo(501);
      assertThat(b.closed()).map(CloseReason::code).contains(CloseReason.TRY_LATER);
      assertThat(a.closed()).isEmpty();

      router.pressure(MemoryPressure.NONE);
      client("c");
    }

    @Test
    void theSnapshotAfterWelcomeHoldsEverything() {
      TestPeer a = client("a");
      a.set("/x/1", 0.5).set("/y", 1);
      TestPeer b = connect();
      b.send(hello("b"));
      assertThat(b.received().get(1))
          .isInstanceOfSatisfying(
              Snapshot.class,
              s ->
                  assertThat(s.parameters())
                      .containsExactlyInAnyOrder(
                          new Parameter(
                              "/x/1",
                              Value.of(0.5),
                              1,
                              Optional.of(a.session()),
                              OptionalLong.of(time.unixMicros())),
                          new Parameter(
                              "/y",
                              Value.of(1.0),
                              1,
                              Optional.of(a.session()),
                              OptionalLong.of(time.unixMicros()))));
    }
  }

  @Nested
  class Sets {

    @Test
    void theWriterGetsItsEchoBeforeTheAckIfSubscribed() {
      TestPeer a = client("a");
      a.subscribe(1, "/x/**");
      assertThat(a.received()).isEmpty();
      a.set("/x/a", 1.5);
      assertThat(a.received()).containsExactly(update("/x/a", Value.of(1.5), 1), ack("/x/a", 1));
    }

    @Test
    void everySubscriberGetsTheNewRevision() {
      TestPeer a = client("a");
      TestPeer b = client("b").subscribe(7, "/x/*");
      a.set("/x/a", 1).set("/x/a", 1).set("/x/a", 2);
      assertThat(b.received())
          .containsExactly(
              update("/x/a", Value.of(1.0), 1),
              update("/x/a", Value.of(1.0), 2),
              update("/x/a", Value.of(2.0), 3));
    }

    @Test
    void overlappingSubscriptionsDeliverOnce() {
      TestPeer a = client("a").subscribe(1, "/x/**").subscribe(2, "/x/a").subscribe(3, "/*/a");
      a.set("/x/a", 1);
      assertThat(a.received()).hasSize(2);
    }

    @Test
    void aFireSetIsNotAcknowledged() {
      TestPeer a = client("a");
      a.send(TestPeer.setOf("/x", Value.of(1L)), Qos.FIRE);
      assertThat(a.received()).isEmpty();
      a.send(TestPeer.setOf("/x", Value.of(1L)), Qos.COMMIT);
      assertThat(a.received()).containsExactly(ack("/x", 2));
    }

    @Test
    void ackAlwaysAcknowledgesFireToo() {
      configure(RouterConfig.builder().ackAlways(true).build());
      TestPeer a = client("a");
      a.send(TestPeer.setOf("/x", Value.of(1L)), Qos.FIRE);
      assertThat(a.received()).containsExactly(ack("/x", 1));
    }

    @Test
    void theWidthOfAValueIsKept() {
      TestPeer b = client("b").subscribe(1, "/v");
      // An Arduino: f32 0.75 under flags 01.
      client("a").sendHex("5301000a210600022f763f400000");
      List<FrameCodec.Frame> frames = b.receivedFrames();
      assertThat(frames).hasSize(1);
      assertThat(frames.getFirst().message()).isEqualTo(update("/v", Value.of(0.75), 1));
      assertThat(frames.getFirst().length()).isEqualTo(4 + 2 + 4 + 4 + 8);
      assertThat(frames.getFirst().qos()).isEqualTo(Qos.CONFIRM);
    }

    @Test
    void trailingBytesAreNotRelayed() {
      TestPeer b = client("b").subscribe(1, "/a");
      client("a").sendHex("53010008210000022f61aabb");
      assertThat(b.receivedFrames().getFirst().length()).isEqualTo(4 + 6 + 8);
    }

    @Test
    void theTtlOfARequestIsRepeated() {
      TestPeer b = client("b").subscribe(1, "/v");
      client("a").sendHex("5341000a211000022f7600000023");
      assertThat(b.received())
          .containsExactly(
              new SetValue(
                  "/v",
                  Value.NULL,
                  OptionalLong.of(1),
                  false,
                  false,
                  Optional.of(new dev.clasp.protocol.Ttl.Sliding(35))));
    }

    @Test
    void anExpectedRevisionGuardsTheWrite() {
      TestPeer a = client("a");
      a.set("/x", 1).set("/x", 2).send(conditional("/x", 3, 2));
      assertThat(a.received()).containsExactly(ack("/x", 1), ack("/x", 2), ack("/x", 3));
      a.send(conditional("/x", 4, 2));
      assertThat(a.received())
          .containsExactly(
              new Message.Error(
                  400,
                  "RevisionConflict: expected revision 2, current is 3",
                  Optional.of("/x"),
                  OptionalInt.empty()));
    }

    @Test
    void anExpectedRevisionIsIgnoredOnCreation() {
      TestPeer a = client("a");
      a.send(conditional("/new", 1, 77));
      assertThat(a.received()).containsExactly(ack("/new", 1));
    }

    @Test
    void invalidAddressesAreRefusedWith400() {
      TestPeer a = client("a");
      for (String address : List.of("", "x", "/a/*", "/a\u0001", "/" + "x".repeat(1024))) {
        a.set(address, 1);
        assertThat(onlyErrorCode(a.received())).isEqualTo(400);
      }
      assertThat(router.parameterCount()).isZero();
    }

    @Test
    void oddButHarmlessAddressesAreAccepted() {
      TestPeer a = client("a").subscribe(1, "/**");
      for (String address : List.of("/", "/a/", "//a", "/é/日", "/a b", "/a?[x]{y}")) {
        a.set(address, 1);
        assertThat(a.received())
            .containsExactly(update(address, Value.of(1.0), 1), ack(address, 1));
      }
    }

    @Test
    void aParameterThatNoSnapshotCouldCarryIsRefused() {
      TestPeer a = client("a");
      a.send(TestPeer.setOf("/v", Value.of("x".repeat(65_516))));
      assertThat(a.received()).containsExactly(ack("/v", 1));
      a.send(TestPeer.setOf("/v", Value.of("x".repeat(65_517))));
      assertThat(onlyErrorCode(a.received())).isEqualTo(400);
      TestPeer b = connect();
      b.send(hello("b"));
      assertThat(b.received().get(1))
          .isInstanceOfSatisfying(
              Snapshot.class, s -> assertThat(s.parameters().getFirst().writer()).isEmpty());
    }

    @Test
    void aFullRouterRefusesNewAddressesAndKeepsTheOldWritable() {
      configure(RouterConfig.builder().maxParameters(2).build());
      TestPeer a = client("a");
      a.set("/1", 1).set("/2", 1).set("/3", 1).set("/2", 2);
      assertThat(a.received())
          .satisfiesExactly(
              m -> assertThat(m).isEqualTo(ack("/1", 1)),
              m -> assertThat(m).isEqualTo(ack("/2", 1)),
              m ->
                  assertThat(m)
                      .isInstanceOfSatisfying(
                          Message.Error.class, e -> assertThat(e.code()).isEqualTo(400)),
              m -> assertThat(m).isEqualTo(ack("/2", 2)));
    }
  }

  @Nested
  class Locks {

    @Test
    void aLockKeepsOthersOutUntilItsHolderUnlocks() {
      TestPeer a = client("a");
      TestPeer b = client("b");
      a.send(locking("/l", 0.8, true, false));
      b.set("/l", 0.5);
      assertThat(b.received())
          .singleElement()
          .isInstanceOfSatisfying(
              Message.Error.class,
              e -> {
                assertThat(e.code()).isEqualTo(401);
                assertThat(e.address()).contains("/l");
                assertThat(e.message()).startsWith("LockHeld").doesNotContain(a.session());
              });
      a.set("/l", 0.9).send(locking("/l", 0.9, false, true));
      b.set("/l", 0.5);
      assertThat(b.received()).containsExactly(ack("/l", 4));
    }

    @Test
    void unlockByAnotherSessionIsRefused() {
      client("a").send(locking("/l", 1, true, false));
      TestPeer b = client("b");
      b.send(locking("/l", 2, false, true));
      assertThat(onlyErrorCode(b.received())).isEqualTo(401);
    }

    @Test
    void locksEndWithTheirSession() {
      TestPeer a = client("a");
      a.send(locking("/l", 1, true, false));
      a.disconnect();
      TestPeer b = client("b");
      b.set("/l", 2);
      assertThat(b.received()).containsExactly(ack("/l", 2));
    }
  }

  @Nested
  class Subscriptions {

    @Test
    void aSubscriptionIsAnsweredByWhatMatchesAndNeverAcknowledged() {
      TestPeer a = client("a");
      a.subscribe(1, "/x/**");
      assertThat(a.received()).isEmpty();
      a.send(TestPeer.setOf("/x/1", Value.of(1L)), Qos.FIRE)
          .send(TestPeer.setOf("/y/1", Value.of(1L)), Qos.FIRE);
      a.received();
      a.subscribe(2, "/y/*");
      assertThat(a.received())
          .singleElement()
          .isInstanceOfSatisfying(
              Snapshot.class,
              s ->
                  assertThat(s.parameters())
                      .extracting(Parameter::address)
                      .containsExactly("/y/1"));
      a.subscribe(3, "/x/1");
      assertThat(a.received()).hasSize(1);
    }

    @Test
    void theSameIdReplaces() {
      TestPeer a = client("a").subscribe(1, "/x").subscribe(1, "/y");
      TestPeer b = client("b");
      b.set("/x", 1).set("/y", 1);
      assertThat(a.received()).containsExactly(update("/y", Value.of(1.0), 1));
      a.send(new Message.Unsubscribe(1)).send(new Message.Unsubscribe(99));
      b.set("/y", 2);
      assertThat(a.received()).isEmpty();
    }

    @Test
    void aBadPatternIsTold() {
      TestPeer a = client("a").subscribe(1, "x");
      assertThat(a.received())
          .singleElement()
          .isInstanceOfSatisfying(
              Message.Error.class,
              e -> {
                assertThat(e.code()).isEqualTo(202);
                assertThat(e.address()).contains("x");
              });
    }

    @Test
    void theLimitCountsButReplacingIsAllowed() {
      configure(RouterConfig.builder().maxSubscriptionsPerSession(2).build());
      TestPeer a = client("a").subscribe(1, "/1").subscribe(2, "/2").subscribe(3, "/3");
      assertThat(onlyErrorCode(a.received())).isEqualTo(429);
      a.subscribe(2, "/4");
      assertThat(a.received()).isEmpty();
    }

    @Test
    void theTypeMaskFiltersDeliveriesNotTheSnapshot() {
      TestPeer a = client("a");
      a.set("/p", 1);
      TestPeer events = client("b").subscribe(1, "/**", SignalType.EVENT.maskBit());
      assertThat(events.received()).singleElement().isInstanceOf(Snapshot.class);
      a.set("/p", 2)
          .send(TestPeer.event("/e", Value.TRUE))
          .send(TestPeer.publish(SignalType.STREAM, "/s", Value.TRUE));
      assertThat(events.received())
          .singleElement()
          .isInstanceOfSatisfying(Publish.class, p -> assertThat(p.address()).isEqualTo("/e"));
    }

    @Test
    void aMaskWithoutKnownBitsMeansAll() {
      TestPeer b = client("b").subscribe(1, "/**", 0xE0);
      client("a").set("/p", 1);
      assertThat(b.received()).hasSize(1);
    }

    @Test
    void aWildcardInsideTheFirstSegmentDelivers() {
      TestPeer b = client("b").subscribe(1, "/zone*/x");
      client("a").set("/zone5/x", 1);
      assertThat(b.received()).hasSize(1);
    }

    @Test
    void globstarMatchesItsParentEverywhere() {
      TestPeer a = client("a");
      a.set("/a", 1);
      TestPeer b = client("b").subscribe(1, "/a/**");
      assertThat(b.received()).singleElement().isInstanceOf(Snapshot.class);
      a.set("/a", 2);
      assertThat(b.received()).hasSize(1);
    }

    @Test
    void aLargeStateArrivesInPartsThatFitAFrame() {
      TestPeer a = client("a");
      for (int i = 0; i < 2_000; i++) {
        a.send(
            TestPeer.setOf("/show/fixture/" + i + "/long-enough-parameter-name", Value.of(i)),
            Qos.FIRE);
      }
      TestPeer b = connect();
      b.send(hello("b"));
      List<Snapshot> parts = b.received().stream().skip(1).map(Snapshot.class::cast).toList();
      assertThat(parts).hasSizeGreaterThan(2);
      assertThat(parts).allSatisfy(p -> assertThat(p.parameters()).hasSizeLessThanOrEqualTo(800));
      assertThat(parts.stream().flatMap(p -> p.parameters().stream()).map(Parameter::address))
          .hasSize(2_000)
          .doesNotHaveDuplicates();
    }

    @Test
    void aSnapshotWaitsForAReceiverThatStalls() {
      configure(RouterConfig.builder().queueBytes(100_000).build());
      TestPeer a = client("a");
      for (int i = 0; i < 5_000; i++) {
        a.send(TestPeer.setOf("/p/" + i, Value.of("x".repeat(100))), Qos.FIRE);
      }
      TestPeer b = client("b");
      b.stall();
      b.subscribe(1, "/**");
      a.set("/p/0", 7);
      b.received();
      b.resume();
      List<Message> late = b.received();
      assertThat(late.stream().filter(Snapshot.class::isInstance).count()).isPositive();
      assertThat(b.closed()).isEmpty();
    }
  }

  @Nested
  class Publishing {

    @Test
    void anEventReachesOthersButNotItsSender() {
      TestPeer a = client("a").subscribe(1, "/**");
      TestPeer b = client("b").subscribe(1, "/**");
      a.send(TestPeer.event("/cue/go", Value.of(Map.of("n", Value.of(1L)))));
      assertThat(a.received()).isEmpty();
      assertThat(b.received())
          .containsExactly(TestPeer.event("/cue/go", Value.of(Map.of("n", Value.of(1L)))));
      assertThat(router.parameterCount()).isZero();
    }

    @Test
    void everySignalGoesOutByteForByteWithItsOwnQos() {
      TestPeer b = client("b").subscribe(1, "/**");
      TestPeer a = client("a");
      // stream samples with rate; gesture; timeline without content; odd flags.
      Map<String, String> sentAndExpected =
          Map.of(
              "5301002520500002"
                  + "2f7002"
                  + "0002"
                  + "3fe0000000000000bff0000000000000"
                  + "0000000000000007"
                  + "0000003c",
              "01",
              "5301001c207b00022f7001073fe0000000000000000000000000000700000003",
              "01",
              "5301000f209000022f70000000000000000007",
              "81",
              "53010008202000022f610100",
              "41");
      sentAndExpected.forEach((hex, flags) -> {
        a.sendHex(hex);
        List<FrameCodec.Frame> got = b.receivedFrames();
        assertThat(got).hasSize(1);
        byte[] sent = HexFormat.of().parseHex(hex);
        FrameCodec.Frame expected = FrameCodec.decode(sent, 0, sent.length);
        assertThat(got.getFirst().message()).isEqualTo(expected.message());
        assertThat(got.getFirst().qos()).isEqualTo(Qos.ofFlags(HexFormat.fromHexDigits(flags)));
      });
    }

    @Test
    void aParamPublishIsNotStored() {
      client("a").send(TestPeer.publish(SignalType.PARAM, "/p", Value.TRUE));
      assertThat(router.parameterCount()).isZero();
    }

    @Test
    void anInvalidAddressIsRefused() {
      TestPeer a = client("a");
      a.send(TestPeer.event("/a/*", Value.TRUE));
      assertThat(onlyErrorCode(a.received())).isEqualTo(400);
    }

    @Test
    void aPeerSignalReachesOnlyItsTargetWithTheRealSender() {
      TestPeer a = client("a");
      TestPeer b = client("b");
      TestPeer c = client("c").subscribe(1, "/**").subscribe(2, "/clasp/p2p/**");
      String address = "/clasp/p2p/signal/" + b.session();
      a.send(TestPeer.event(address, Value.of(Map.of("from", Value.of("somebody else")))));
      assertThat(c.received()).isEmpty();
      assertThat(b.received())
          .containsExactly(
              TestPeer.event(address, Value.of(Map.of("from", Value.of(a.session())))));
      a.send(TestPeer.event("/clasp/p2p/signal/nobody", Value.NULL));
      assertThat(onlyErrorCode(a.received())).isEqualTo(404);
    }
  }

  @Nested
  class Bundles {

    private Bundle bundle(Message... members) {
      return new Bundle(List.of(members), OptionalLong.empty());
    }

    private Bundle bundleAt(long micros, Message... members) {
      return new Bundle(List.of(members), OptionalLong.of(micros));
    }

    private final Ack lastRevisionOne =
        new Ack(
            Optional.empty(),
            OptionalLong.of(1),
            Optional.empty(),
            Optional.empty(),
            OptionalInt.empty());

    @Test
    void membersArriveInOrderAndOnce() {
      TestPeer b = client("b").subscribe(1, "/**");
      TestPeer a = client("a").subscribe(1, "/**");
      a.send(
          bundle(
              TestPeer.setOf("/1", Value.of(1L)),
              TestPeer.event("/e", Value.TRUE),
              TestPeer.setOf("/2", Value.of(2L))));
      assertThat(b.received())
          .containsExactly(
              update("/1", Value.of(1L), 1),
              TestPeer.event("/e", Value.TRUE),
              update("/2", Value.of(2L), 1));
      assertThat(a.received())
          .containsExactly(
              update("/1", Value.of(1L), 1), update("/2", Value.of(2L), 1), lastRevisionOne);
    }

    @Test
    void oneRefusedMemberRefusesAllAndLeavesNoTrace() {
      TestPeer a = client("a");
      a.send(locking("/locked", 1, true, false)).set("/x", 1);
      TestPeer watcher = client("w").subscribe(1, "/**");
      watcher.received();
      TestPeer b = client("b");
      b.send(
          bundle(
              TestPeer.setOf("/x", Value.of(9L)),
              TestPeer.setOf("/new", Value.of(9L)),
              TestPeer.setOf("/locked", Value.of(9L))));
      assertThat(b.received())
          .singleElement()
          .isInstanceOfSatisfying(
              Message.Error.class,
              e -> {
                assertThat(e.code()).isEqualTo(401);
                assertThat(e.address()).contains("/locked");
              });
      assertThat(watcher.received()).isEmpty();
      assertThat(router.parameterCount()).isEqualTo(2);
      b.send(new Message.Get("/x"));
      assertThat(b.received())
          .singleElement()
          .isInstanceOfSatisfying(
              Snapshot.class,
              s -> {
                assertThat(s.parameters().getFirst().value()).isEqualTo(Value.of(1.0));
                assertThat(s.parameters().getFirst().revision()).isEqualTo(1);
                assertThat(s.parameters().getFirst().writer()).contains(a.session());
              });
      b.send(new Message.Get("/new"));
      assertThat(onlyErrorCode(b.received())).isEqualTo(404);
    }

    @Test
    void anEmptyBundleIsAcknowledged() {
      TestPeer a = client("a");
      a.send(bundle());
      assertThat(a.received()).singleElement().isInstanceOf(Ack.class);
      a.send(bundle(), Qos.FIRE);
      assertThat(a.received()).isEmpty();
    }

    @Test
    void otherMembersAreRefused() {
      TestPeer a = client("a");
      a.send(bundle(TestPeer.setOf("/x", Value.NULL), new Message.Ping()));
      assertThat(onlyErrorCode(a.received())).isEqualTo(400);
      a.send(bundle(bundle()));
      assertThat(onlyErrorCode(a.received())).isEqualTo(400);
      assertThat(router.parameterCount()).isZero();
    }

    @Test
    void aBundleInTheFutureWaitsForItsTime() {
      TestPeer b = client("b").subscribe(1, "/**");
      TestPeer a = client("a");
      a.send(bundleAt(time.unixMicros() + 2_000_000, TestPeer.setOf("/x", Value.of(1L))));
      assertThat(a.received()).singleElement().isInstanceOf(Ack.class);
      time.pass(Duration.ofMillis(1_999));
      assertThat(b.received()).isEmpty();
      time.pass(Duration.ofMillis(1));
      assertThat(b.received()).containsExactly(update("/x", Value.of(1L), 1));
    }

    @Test
    void aBundleInThePastRunsAtOnce() {
      TestPeer b = client("b").subscribe(1, "/**");
      client("a").send(bundleAt(5, TestPeer.setOf("/x", Value.of(1L))));
      assertThat(b.received()).hasSize(1);
    }

    @Test
    void aBundleTooFarAheadIsRefused() {
      TestPeer a = client("a");
      a.send(bundleAt(-1, TestPeer.setOf("/x", Value.of(1L))));
      assertThat(onlyErrorCode(a.received())).isEqualTo(400);
    }

    @Test
    void aWaitingBundleEndsWithItsSession() {
      TestPeer b = client("b").subscribe(1, "/**");
      TestPeer a = client("a");
      a.send(bundleAt(time.unixMicros() + 1_000_000, TestPeer.setOf("/x", Value.of(1L))));
      a.disconnect();
      time.pass(Duration.ofSeconds(2));
      assertThat(b.received()).isEmpty();
    }

    @Test
    void theBundleOfThePythonClientIsUnderstoodAndNotAcknowledged() {
      TestPeer b = client("b").subscribe(1, "/**");
      TestPeer a = client("py");
      a.sendHex(
          "5301003e83a474797065a642554e444c45a974696d657374616d70c0a86d6573736167657391"
              + "83a474797065a3534554a761646472657373a22f61a576616c756501");
      assertThat(a.received()).isEmpty();
      assertThat(b.received()).containsExactly(update("/a", Value.of(1L), 1));
    }
  }

  @Nested
  class Questions {

    @Test
    void getAnswersWithOneEntryOr404() {
      TestPeer a = client("a");
      a.set("/x", 1);
      a.received();
      a.send(new Message.Get("/x"));
      assertThat(a.received())
          .containsExactly(
              new Snapshot(
                  List.of(
                      new Parameter(
                          "/x",
                          Value.of(1.0),
                          1,
                          Optional.of(a.session()),
                          OptionalLong.of(time.unixMicros())))));
      a.send(new Message.Get("/none"));
      assertThat(a.received())
          .singleElement()
          .isInstanceOfSatisfying(
              Message.Error.class,
              e -> {
                assertThat(e.code()).isEqualTo(404);
                assertThat(e.address()).contains("/none");
              });
    }

    @Test
    void pingAndSyncAreAnswered() {
      TestPeer a = client("a");
      a.send(new Message.Ping())
          .send(new Message.Sync(5, OptionalLong.empty(), OptionalLong.empty()));
      long now = time.unixMicros();
      assertThat(a.received())
          .containsExactly(
              new Message.Pong(), new Message.Sync(5, OptionalLong.of(now), OptionalLong.of(now)));
    }

    @Test
    void announcedSignalsAreFoundByQuery() {
      TestPeer a = client("a");
      Message.SignalDefinition s =
          new Message.SignalDefinition(
              "/x/s", SignalType.STREAM, Optional.of("f64"), Optional.empty(), Optional.empty());
      a.send(new Message.Announce("/x", List.of(s), Map.of()));
      assertThat(a.received())
          .singleElement()
          .isInstanceOfSatisfying(Ack.class, k -> assertThat(k.address()).contains("/x"));
      a.send(new Message.Query("/x/*")).send(new Message.Query("/y/*"));
      assertThat(a.received())
          .containsExactly(new Message.Result(List.of(s)), new Message.Result(List.of()));
    }

    @Test
    void whatOnlyRoutersSendIsIgnored() {
      TestPeer a = client("a");
      a.send(new Snapshot(List.of()))
          .send(new Message.Pong())
          .send(ack("/x", 1))
          .send(new Message.Result(List.of()));
      assertThat(a.received()).isEmpty();
      assertThat(a.closed()).isEmpty();
    }

    @Test
    void replayIsToldToBeUnavailable() {
      TestPeer a = client("a");
      a.sendHex("5341000a240000052f612f2a2aff");
      assertThat(onlyErrorCode(a.received())).isEqualTo(501);
    }
  }

  @Nested
  class Misbehaviour {

    @Test
    void garbageAfterHelloIsToldOnceASecondAndTheConnectionLives() {
      TestPeer a = client("a");
      a.sendHex("5301000121").sendHex("00").sendHex("53010001ff");
      assertThat(onlyErrorCode(a.received())).isEqualTo(400);
      time.pass(Duration.ofSeconds(1));
      a.sendHex("5301000121");
      assertThat(onlyErrorCode(a.received())).isEqualTo(400);
      a.set("/x", 1);
      assertThat(a.received()).containsExactly(ack("/x", 1));
    }

    @Test
    void aHundredBadFramesInTenSecondsEndTheConnection() {
      TestPeer a = client("a");
      for (int i = 0; i < 99; i++) {
        a.sendHex("5301000121");
      }
      assertThat(a.closed()).isEmpty();
      a.sendHex("5301000121");
      assertThat(a.closed()).map(CloseReason::code).contains(CloseReason.POLICY);
    }

    @Test
    void theReasonIsToldEvenIfTheEndComesInTheSameLoopTurn() {
      TestPeer a = client("a");
      for (int i = 0; i < 100; i++) {
        a.sendHexWithinTurn("5301000121");
      }
      assertThat(a.closed()).map(CloseReason::code).contains(CloseReason.POLICY);
      assertThat(onlyErrorCode(a.received())).isEqualTo(400);
    }

    @Test
    void badFramesSpreadOverTimeAreForgiven() {
      TestPeer a = client("a");
      for (int i = 0; i < 300; i++) {
        a.sendHex("5301000121");
        time.pass(Duration.ofMillis(200));
      }
      assertThat(a.closed()).isEmpty();
    }

    @Test
    void twoFramesInOneMessageAreBothRouted() {
      TestPeer a = client("a");
      a.sendHex("53010001415301000141");
      assertThat(a.received()).containsExactly(new Message.Pong(), new Message.Pong());
      a.sendHex("5301000141ffff");
      assertThat(a.received()).containsExactly(new Message.Pong());
    }

    @Test
    void aRateLimitCountsBundleMembersAndSpeaksOnceASecond() {
      configure(RouterConfig.builder().maxMessagesPerSecond(10).build());
      TestPeer a = client("a");
      List<Message> members = new ArrayList<>();
      for (int i = 0; i < 18; i++) {
        members.add(TestPeer.setOf("/" + i, Value.NULL));
      }
      a.send(new Bundle(members, OptionalLong.empty()));
      a.set("/a", 1).set("/b", 1);
      assertThat(a.received()).as("twice the rate may come at once").hasSize(3);
      a.set("/c", 1).set("/d", 1);
      assertThat(onlyErrorCode(a.received())).isEqualTo(429);
      time.pass(Duration.ofSeconds(1));
      a.set("/c", 1);
      assertThat(a.received()).containsExactly(ack("/c", 1));
      for (int i = 0; i < 12; i++) {
        a.set("/c", 1);
      }
      assertThat(a.received().getLast())
          .isInstanceOfSatisfying(
              Message.Error.class, e -> assertThat(e.message()).endsWith("2 not executed"));
    }

    @Test
    void whoSendsTooMuchForTenSecondsIsClosed() {
      configure(RouterConfig.builder().maxMessagesPerSecond(10).build());
      TestPeer flood = client("flood");
      TestPeer bursts = client("bursts");
      for (int i = 0; i < 22; i++) {
        for (int n = 0; n < 25 && flood.closed().isEmpty(); n++) {
          flood.set("/f", n);
        }
        for (int n = 0; i % 5 == 0 && n < 25; n++) {
          bursts.set("/b", n);
        }
        time.pass(Duration.ofMillis(500));
      }
      assertThat(flood.closed())
          .hasValue(new CloseReason(1008, "more than 10 messages/second for 10 s"));
      assertThat(bursts.closed()).as("a pause makes it a new row").isEmpty();
      assertThat(router.count(Counter.RATE_CLOSED)).isEqualTo(1);
    }

    @Test
    void anIdleSessionIsClosedAndTrafficInEitherDirectionCounts() {
      TestPeer quiet = client("quiet");
      TestPeer listener = client("listener").subscribe(1, "/**");
      TestPeer writer = client("writer");
      for (int i = 0; i < 40; i++) {
        time.pass(Duration.ofSeconds(10));
        writer.set("/x", i);
      }
      assertThat(quiet.closed()).isPresent();
      assertThat(listener.closed()).isEmpty();
      assertThat(writer.closed()).isEmpty();
      assertThat(router.sessionStatus()).hasSize(2);
    }
  }

  @Nested
  class SlowReceivers {

    private final TestPeer slow = client("slow").subscribe(1, "/**");
    private final TestPeer writer = client("writer");

    private void stallUntilQueued() {
      slow.stall();
      // The first write finds out that the connection takes no more.
      writer.set("/first", 0);
      slow.received();
    }

    @Test
    void everyAddressEndsOnItsNewestValue() {
      stallUntilQueued();
      for (int round = 1; round <= 300; round++) {
        for (int i = 0; i < 50; i++) {
          writer.set("/p/" + i, round);
        }
      }
      assertThat(slow.received()).isEmpty();
      slow.resume();
      List<Message> received = slow.received();
      assertThat(received).hasSizeLessThan(1_200);
      Map<String, Long> last = new java.util.HashMap<>();
      for (Message message : received) {
        if (message instanceof SetValue set) {
          long revision = set.revision().orElseThrow();
          Long before = last.put(set.address(), revision);
          assertThat(before == null || before < revision).isTrue();
        }
      }
      for (int i = 0; i < 50; i++) {
        assertThat(last).containsEntry("/p/" + i, 300L);
      }
      assertThat(slow.closed()).isEmpty();
      assertThat(received)
          .anySatisfy(m ->
              assertThat(m)
                  .isInstanceOfSatisfying(
                      Message.Error.class, e -> assertThat(e.code()).isEqualTo(503)));
    }

    @Test
    void samplesAreDroppedOldestFirst() {
      stallUntilQueued();
      for (int i = 0; i < 3_000; i++) {
        writer.send(TestPeer.publish(SignalType.STREAM, "/s", Value.of((long) i)));
      }
      slow.resume();
      List<Publish> samples =
          slow.received().stream()
              .filter(Publish.class::isInstance)
              .map(Publish.class::cast)
              .toList();
      assertThat(samples).hasSizeBetween(900, 1_000);
      assertThat(samples.getLast().content()).isEqualTo(Message.Content.of(Value.of(2_999L)));
      assertThat(slow.closed()).isEmpty();
    }

    @Test
    void eventsAreNeverDroppedButTheSessionEndsAfterTheGrace() {
      stallUntilQueued();
      for (int i = 0; i < 1_500; i++) {
        writer.send(TestPeer.event("/e", Value.of((long) i)));
      }
      assertThat(slow.closed()).isEmpty();
      time.pass(Duration.ofSeconds(5));
      assertThat(slow.closed()).map(CloseReason::code).contains(CloseReason.TRY_LATER);
    }

    @Test
    void whoIsSlowEndsAtOnceWhenMemoryIsCritical() {
      stallUntilQueued();
      for (int i = 0; i < 1_500; i++) {
        writer.send(TestPeer.event("/e", Value.of((long) i)));
      }
      router.pressure(MemoryPressure.HIGH);
      time.pass(Duration.ofMillis(1));
      assertThat(slow.closed()).isEmpty();

      router.pressure(MemoryPressure.CRITICAL);
      time.pass(Duration.ofMillis(1));

      assertThat(slow.closed()).map(CloseReason::code).contains(CloseReason.TRY_LATER);
      assertThat(writer.closed()).isEmpty();
    }

    @Test
    void whoBecomesSlowWhileMemoryIsCriticalHasNoGrace() {
      router.pressure(MemoryPressure.CRITICAL);
      stallUntilQueued();
      for (int i = 0; i < 1_500; i++) {
        writer.send(TestPeer.event("/e", Value.of((long) i)));
      }
      time.pass(Duration.ofMillis(1));
      assertThat(slow.closed()).map(CloseReason::code).contains(CloseReason.TRY_LATER);
    }

    @Test
    void eventsAllArriveWhenTheReceiverComesBackInTime() {
      stallUntilQueued();
      for (int i = 0; i < 1_500; i++) {
        writer.send(TestPeer.event("/e", Value.of((long) i)));
      }
      time.pass(Duration.ofSeconds(4));
      slow.resume();
      assertThat(slow.received().stream().filter(Publish.class::isInstance)).hasSize(1_500);
      time.pass(Duration.ofSeconds(10));
      assertThat(slow.closed()).isEmpty();
    }

    @Test
    void whoDoesNotReadItsAnswersIsNotReadFrom() {
      TestPeer asker = client("asker");
      asker.stall();
      for (int i = 0; i < 1_200; i++) {
        asker.send(new Message.Ping());
      }
      assertThat(asker.reading()).isFalse();
      asker.resume();
      assertThat(asker.reading()).isTrue();
      assertThat(asker.received()).hasSize(1_200);
    }

    @Test
    void othersDoNotNotice() {
      TestPeer other = client("other").subscribe(1, "/**");
      other.received();
      stallUntilQueued();
      other.received();
      for (int i = 0; i < 10_000; i++) {
        writer.set("/p", i);
      }
      assertThat(other.received()).hasSize(10_000);
    }
  }

  @Nested
  class Batching {

    @Test
    void allMessagesOfALoopTurnLeaveInOneWrite() {
      TestPeer b = client("b").subscribe(1, "/**");
      TestPeer a = client("a");
      b.writes();
      for (int i = 0; i < 50; i++) {
        a.sendWithinTurn(TestPeer.setOf("/p/" + i, Value.of(1.0)));
      }
      time.runAll();
      assertThat(b.writes()).hasSize(1);
      assertThat(b.received()).hasSize(50);
    }

    @Test
    void aTurnThatExceedsTheBatchLeavesInSeveral() {
      TestPeer b = client("b").subscribe(1, "/**");
      TestPeer a = client("a");
      b.writes();
      for (int i = 0; i < 5; i++) {
        a.sendWithinTurn(TestPeer.setOf("/p/" + i, Value.of("x".repeat(30_000))));
      }
      time.runAll();
      assertThat(b.writes()).hasSizeBetween(2, 5);
      assertThat(b.received()).hasSize(5);
    }
  }
}
