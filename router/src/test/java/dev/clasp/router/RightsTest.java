package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.Easing;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Ack;
import dev.clasp.protocol.Message.Announce;
import dev.clasp.protocol.Message.Get;
import dev.clasp.protocol.Message.Publish;
import dev.clasp.protocol.Message.Query;
import dev.clasp.protocol.Message.Result;
import dev.clasp.protocol.Message.SetValue;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.Message.Snapshot;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Timeline;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.FakeAuthenticator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a token allows, row by row of the enforcement matrix (operations.md 7.2). */
class RightsTest {

  private final FakeAuthenticator tokens =
      new FakeAuthenticator()
          .admit("all", "write:/**")
          .admit("admin", "admin:/**")
          .admit("reader", "read:/a/*")
          .admit("tree", "read:/a/**")
          .admit("writer", "write:/a/**")
          .admit("mixed", "read:/**", "write:/a/**")
          .admit("nothing");
  private final TestRouter t = new TestRouter(c -> c, tokens);
  private final TestPeer owner = t.client("owner", "all");

  private static void assertRefused(TestPeer peer, String text, String address) {
    Message.Error error = TestRouter.onlyError(peer.received());
    assertThat(error.code()).isEqualTo(301);
    assertThat(error.message()).isEqualTo(text);
    assertThat(error.address()).hasValue(address);
  }

  private static List<String> addresses(List<Message> messages) {
    List<String> addresses = new ArrayList<>();
    for (Message message : messages) {
      switch (message) {
        case Snapshot snapshot -> snapshot.parameters().forEach(p -> addresses.add(p.address()));
        case SetValue set -> addresses.add(set.address());
        case Publish publish -> addresses.add(publish.address());
        default -> throw new AssertionError("unexpected " + message);
      }
    }
    return addresses;
  }

  private Optional<Value> stored(String address) {
    return t.router.parameters(AddressPattern.parse(address), 1).stream()
        .map(ParameterStatus::value)
        .findFirst();
  }

  @Nested
  class Set {

    @Test
    void needsTheRightToWriteTheAddress() {
      TestPeer peer = t.client("desk", "mixed");
      peer.set("/a/x", 1);
      assertThat(peer.received()).hasExactlyElementsOfTypes(Ack.class);
      peer.set("/b/x", 1);
      assertRefused(peer, "Insufficient scope for write operation", "/b/x");
      assertThat(stored("/b/x")).isEmpty();
      assertThat(t.count(Counter.REFUSED)).isEqualTo(1);
    }

    @Test
    void theAnswerIsTheSameOfAnAddressThatExists() {
      owner.set("/b/x", 1);
      TestPeer peer = t.client("desk", "mixed");
      for (int i = 0; i < 2; i++) {
        peer.set("/b/x", 2);
        assertRefused(peer, "Insufficient scope for write operation", "/b/x");
      }
      assertThat(stored("/b/x")).hasValue(Value.of(1.0));
    }

    @Test
    void readingIsNotWriting() {
      TestPeer peer = t.client("desk", "reader").set("/a/x", 1);
      assertRefused(peer, "Insufficient scope for write operation", "/a/x");
    }

    @Test
    void aScopeWithAGlobstarDoesNotReachItsParent() {
      TestPeer peer = t.client("desk", "writer").set("/a", 1);
      assertRefused(peer, "Insufficient scope for write operation", "/a");
    }

    @Test
    void aTokenWithoutScopesMayNothing() {
      TestPeer peer = t.client("nobody", "nothing").set("/a/x", 1);
      assertThat(TestRouter.onlyError(peer.received()).code()).isEqualTo(301);
      peer.send(new Message.Ping());
      assertThat(peer.received()).hasExactlyElementsOfTypes(Message.Pong.class);
    }

    @Test
    void whatIsNoAddressIsToldSoBeforeRightsAreAskedFor() {
      TestPeer peer = t.client("desk", "reader").set("no/slash", 1);
      assertThat(TestRouter.onlyError(peer.received()).code()).isEqualTo(400);
    }

    @Test
    void twoSessionsWithDifferentRightsDoNotShareAnswers() {
      TestPeer may = t.client("may", "writer");
      TestPeer mayNot = t.client("may not", "reader");
      for (int i = 0; i < 1000; i++) {
        String address = "/a/" + i;
        may.set(address, i);
        mayNot.set(address, i);
      }
      assertThat(may.received()).hasSize(1000).allMatch(m -> m instanceof Ack);
      assertThat(TestRouter.errorCodes(mayNot.received())).hasSize(1000).containsOnly(301);
    }

    @Test
    void aLockedAddressIsNotToldToWhoeverMayNotWriteIt() {
      owner.send(
          new SetValue("/b/x", Value.of(1), OptionalLong.empty(), true, false, Optional.empty()));
      TestPeer peer = t.client("desk", "mixed").set("/b/x", 2);
      assertRefused(peer, "Insufficient scope for write operation", "/b/x");
    }
  }

  @Nested
  class PublishMessages {

    @ParameterizedTest
    @ValueSource(strings = {"EVENT", "STREAM", "GESTURE", "TIMELINE", "PARAM"})
    void needTheRightToWriteTheAddress(String type) {
      TestPeer all = t.client("all", "all").subscribe(1, "/**");
      all.received();
      TestPeer peer = t.client("desk", "writer");
      peer.send(TestPeer.publish(SignalType.valueOf(type), "/b/x", Value.of(1)));
      assertRefused(peer, "Insufficient scope for publish operation", "/b/x");
      assertThat(all.received()).isEmpty();
      peer.send(TestPeer.publish(SignalType.valueOf(type), "/a/x", Value.of(1)));
      assertThat(peer.received()).isEmpty();
      assertThat(addresses(all.received())).containsExactly("/a/x");
    }

    @Test
    void aRefusedOneLeavesNoAddressBehind() {
      TestPeer peer = t.client("desk", "reader");
      int before = interned();
      for (int i = 0; i < 100; i++) {
        peer.send(TestPeer.event("/b/" + i, Value.NULL));
      }
      assertThat(interned()).isEqualTo(before);
    }

    private int interned() {
      int n = 0;
      for (int i = 0; i < AddressSpace.STRIPES; i++) {
        n += t.router.space().stripe(i).size();
      }
      return n;
    }
  }

  @Nested
  class GetMessages {

    @Test
    void needTheRightToReadAndDoNotTellWhetherThereIsSomething() {
      owner.set("/b/there", 1);
      TestPeer peer = t.client("desk", "reader");
      peer.send(new Get("/b/there"));
      assertRefused(peer, "Insufficient scope for read operation", "/b/there");
      peer.send(new Get("/b/missing"));
      assertRefused(peer, "Insufficient scope for read operation", "/b/missing");
      peer.send(new Get("/a/missing"));
      assertThat(TestRouter.onlyError(peer.received()).code()).isEqualTo(404);
    }

    @Test
    void writersAndAdministratorsMayRead() {
      owner.set("/a/x", 1);
      for (String token : List.of("reader", "tree", "writer", "admin")) {
        TestPeer peer = t.client("desk", token).send(new Get("/a/x"));
        assertThat(addresses(peer.received())).containsExactly("/a/x");
      }
    }

    @Test
    void aRefusedOneDoesNotKeepTheValueAlive() {
      owner.set("/b/x", 1);
      t.passMillis(3_599_000);
      t.client("desk", "reader").send(new Get("/b/x"));
      t.passMillis(2_000);
      assertThat(stored("/b/x")).isEmpty();
    }
  }

  @Nested
  class Subscriptions {

    @ParameterizedTest
    @ValueSource(strings = {"/**", "/a/**", "/*", "/a/*/*", "/b", "/a*/x", "/**/x"})
    void morePatternsThanTheScopesHoldAreRefused(String pattern) {
      TestPeer peer = t.client("desk", "reader").subscribe(1, pattern);
      assertRefused(peer, "Insufficient scope for subscription", pattern);
      assertThat(t.router.subscriptionCount()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a/*", "/a/x", "/a/x*", "/a/*y"})
    void patternsWithinTheScopesAreAccepted(String pattern) {
      TestPeer peer = t.client("desk", "reader").subscribe(1, pattern);
      assertThat(peer.received()).isEmpty();
      assertThat(t.router.subscriptionCount()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"writer", "admin", "tree"})
    void writersAndAdministratorsMaySubscribe(String token) {
      TestPeer peer = t.client("desk", token).subscribe(1, "/a/**");
      owner.set("/a/x/y", 1);
      assertThat(addresses(peer.received())).containsExactly("/a/x/y");
    }

    @Test
    void aPatternThatIsNoneIsToldSo() {
      TestPeer peer = t.client("desk", "reader").subscribe(1, "a");
      assertThat(TestRouter.onlyError(peer.received()).code()).isEqualTo(202);
    }

    @Test
    void theParentThatAGlobstarMatchesIsDeliveredOnlyToWhoMayReadIt() {
      TestPeer tree = t.client("tree", "tree").subscribe(1, "/a/**");
      TestPeer far = t.farClient("far", "tree").subscribe(1, "/a/**");
      TestPeer admin = t.client("admin", "admin").subscribe(1, "/a/**");
      owner.set("/a", 1).set("/a/x", 1).send(TestPeer.event("/a", Value.NULL));
      assertThat(addresses(tree.received())).containsExactly("/a/x");
      assertThat(addresses(far.received())).containsExactly("/a/x");
      assertThat(addresses(admin.received())).containsExactly("/a", "/a/x", "/a");
    }

    @Test
    void itIsTheSameForAnAddressWhoseRouteIsKnownAlready() {
      owner.subscribe(1, "/**").set("/a", 1).set("/a/x", 1);
      TestPeer tree = t.client("tree", "tree").subscribe(1, "/a/**");
      assertThat(addresses(tree.received())).containsExactly("/a/x");
      owner.set("/a", 2).set("/a/x", 2);
      assertThat(addresses(tree.received())).containsExactly("/a/x");
    }

    @Test
    void aRefusedReplacementLeavesTheOldOne() {
      TestPeer peer = t.client("desk", "reader").subscribe(1, "/a/*").subscribe(1, "/**");
      assertThat(TestRouter.onlyError(peer.received()).code()).isEqualTo(301);
      owner.set("/a/x", 1).set("/b/x", 1);
      assertThat(addresses(peer.received())).containsExactly("/a/x");
    }
  }

  @Nested
  class WhatIsShown {

    @Test
    void theSnapshotOfHelloHoldsWhatMayBeRead() {
      owner.set("/a", 1).set("/a/x", 1).set("/a/x/y", 1).set("/b/x", 1);
      assertThat(hello("reader")).containsExactly("/a/x");
      assertThat(hello("tree")).containsExactlyInAnyOrder("/a/x", "/a/x/y");
      assertThat(hello("nothing")).isEmpty();
      assertThat(hello("admin")).hasSize(4);
    }

    private List<String> hello(String token) {
      List<Message> received = t.connection().send(TestPeer.helloOf("late", token)).received();
      return addresses(received.subList(1, received.size()));
    }

    @Test
    void theSnapshotOfASubscriptionToo() {
      owner.set("/a", 1).set("/a/x", 1);
      TestPeer peer = t.client("late", "tree").subscribe(1, "/a/**");
      assertThat(addresses(peer.received())).containsExactly("/a/x");
    }

    @Test
    void historyToo() {
      owner.set("/a", 1).set("/a", 2).set("/a/x", 1).set("/a/x", 2);
      owner.send(TestPeer.event("/a", Value.of(1))).send(TestPeer.event("/a/e", Value.of(1)));
      TestPeer peer =
          t.client("late", "tree").subscribe(1, "/a/**", SignalType.ALL_MASK, Options.history(9));
      assertThat(addresses(peer.received())).containsExactlyInAnyOrder("/a/x", "/a/x", "/a/e");
    }

    @Test
    void timelinesToo() {
      Value frames =
          Timeline.of(List.of(new Timeline.Keyframe(0, Value.of(1.0), Easing.LINEAR))).toValue();
      owner.send(TestPeer.publish(SignalType.TIMELINE, "/a", frames));
      owner.send(TestPeer.publish(SignalType.TIMELINE, "/a/t", frames));
      TestPeer peer = t.client("late", "tree").subscribe(1, "/a/**");
      assertThat(addresses(peer.received())).containsExactly("/a/t");
    }

    @Test
    void theDumpForAReaderToo() {
      owner.set("/a/x", 1).set("/b/x", 1);
      ParameterPage page =
          t.router.parameters(
              AddressPattern.parse("/**"),
              10,
              Optional.empty(),
              FakeAuthenticator.identity("r", "read:/a/*").scopes());
      assertThat(page.parameters()).extracting(ParameterStatus::address).containsExactly("/a/x");
    }
  }

  @Nested
  class Bundles {

    @Test
    void oneMemberWithoutRightRefusesAllWithItsAddress() {
      TestPeer all = t.client("all", "all").subscribe(1, "/**");
      TestPeer peer = t.client("desk", "writer");
      peer.send(
          TestRouter.bundle(
              TestPeer.setOf("/a/x", Value.of(1)),
              TestPeer.setOf("/b/x", Value.of(1)),
              TestPeer.event("/c/x", Value.NULL)));
      Message.Error error = TestRouter.onlyError(peer.received());
      assertThat(error.code()).isEqualTo(403);
      assertThat(error.message()).isEqualTo("Bundle rejected: insufficient scope for SET to /b/x");
      assertThat(error.address()).hasValue("/b/x");
      assertThat(all.received()).isEmpty();
      assertThat(t.router.parameterCount()).isZero();
    }

    @Test
    void aPublishOrASignalCountsToo() {
      TestPeer peer = t.client("desk", "writer");
      for (String address : List.of("/b/x", "/clasp/p2p/signal/" + owner.session())) {
        peer.send(
            TestRouter.bundle(
                TestPeer.setOf("/a/x", Value.of(1)), TestPeer.event(address, Value.NULL)));
        assertThat(TestRouter.onlyError(peer.received()).address()).hasValue(address);
      }
      assertThat(owner.received()).isEmpty();
      assertThat(t.router.parameterCount()).isZero();
    }

    @Test
    void rightsAreAskedForWhenABundleForLaterIsAccepted() {
      TestPeer peer = t.client("desk", "writer");
      long soon = t.time.unixMicros() + 1_000_000;
      peer.send(TestRouter.bundleAt(soon, TestPeer.setOf("/b/x", Value.of(1))));
      assertThat(TestRouter.onlyError(peer.received()).code()).isEqualTo(403);
      peer.send(TestRouter.bundleAt(soon, TestPeer.setOf("/a/x", Value.of(1))));
      assertThat(peer.received()).hasExactlyElementsOfTypes(Ack.class);
      t.passMillis(1_001);
      assertThat(stored("/a/x")).isPresent();
      assertThat(stored("/b/x")).isEmpty();
    }
  }

  @Nested
  class Announcing {

    private Message announce(String... addresses) {
      return new Announce(
          "/ns",
          Arrays.stream(addresses)
              .map(a ->
                  new SignalDefinition(
                      a,
                      SignalType.PARAM,
                      Optional.empty(),
                      Optional.of("conflict=lock"),
                      Optional.empty()))
              .toList(),
          Map.of());
    }

    private List<String> known(TestPeer peer, String pattern) {
      List<String> found = new ArrayList<>();
      for (Message message : peer.send(new Query(pattern)).received()) {
        ((Result) message).signals().forEach(s -> found.add(s.address()));
      }
      return found;
    }

    @Test
    void needsTheRightToWriteEachAddress() {
      TestPeer peer = t.client("desk", "mixed").send(announce("/a/x", "/b/x"));
      assertRefused(peer, "Insufficient scope for announcement", "/b/x");
      assertThat(t.router.signalCount()).isZero();
      peer.send(announce("/a/x", "/a/y/**"));
      assertThat(peer.received()).hasExactlyElementsOfTypes(Ack.class);
    }

    @Test
    void aPatternNeedsTheRightToAllItsAddresses() {
      TestPeer peer = t.client("desk", "writer").send(announce("/**"));
      assertRefused(peer, "Insufficient scope for announcement", "/**");
    }

    @Test
    void aRuleForConflictsIsNotMadeByWhoMayNotWrite() {
      t.client("desk", "reader").send(announce("/a/x"));
      owner.set("/a/x", 1);
      TestPeer another = t.client("another", "all").set("/a/x", 2);
      assertThat(another.received()).hasExactlyElementsOfTypes(Ack.class);
    }

    @Test
    void queriesShowWhatMayBeRead() {
      owner.send(announce("/a/x", "/a/x/y", "/b/x", "/a/*", "/**"));
      assertThat(known(t.client("desk", "reader"), "/**")).containsExactly("/a/*", "/a/x");
      assertThat(known(t.client("desk", "nothing"), "/**")).isEmpty();
      assertThat(known(t.client("desk", "admin"), "/**")).hasSize(5);
    }

    @Test
    void aLivingDefinitionIsNotForAnotherTokenOfTheSameName() {
      t.client("desk", "all").send(announce("/a/x"));
      TestPeer other = t.client("desk", "writer").send(announce("/a/x"));
      assertThat(TestRouter.onlyError(other.received()).message()).startsWith("SignalOwned");
      TestPeer same = t.client("desk", "all").send(announce("/a/x"));
      assertThat(same.received()).hasExactlyElementsOfTypes(Ack.class);
    }
  }

  @Nested
  class Locks {

    private Message set(boolean lock, boolean unlock) {
      return new SetValue(
          "/a/x", Value.of(7), OptionalLong.empty(), lock, unlock, Optional.empty());
    }

    @Test
    void aLockNeedsTheRightToWrite() {
      TestPeer peer = t.client("desk", "reader").send(set(true, false));
      assertRefused(peer, "Insufficient scope for write operation", "/a/x");
    }

    @Test
    void onlyAnAdministratorBreaksTheLockOfAnother() {
      owner.send(set(true, false));
      TestPeer writer = t.client("writer", "writer").send(set(false, true));
      assertThat(TestRouter.onlyError(writer.received()).code()).isEqualTo(401);
      TestPeer admin = t.farClient("admin", "admin").send(set(false, true));
      assertThat(admin.received()).hasExactlyElementsOfTypes(Ack.class);
      writer.set("/a/x", 8);
      assertThat(writer.received()).hasExactlyElementsOfTypes(Ack.class);
      t.time.runAll();
      assertThat(Gauge.LOCKS.of(t.router)).isZero();
    }

    @Test
    void anAdministratorWhoDoesNotAskForItDoesNotBreakALock() {
      owner.send(set(true, false)).received();
      TestPeer admin = t.client("admin", "admin");
      for (Message write : List.of(set(false, false), set(true, false), set(true, true))) {
        admin.send(write);
        assertThat(TestRouter.onlyError(admin.received()).code()).isEqualTo(401);
      }
      owner.set("/a/x", 9);
      assertThat(owner.received()).hasExactlyElementsOfTypes(Ack.class);
    }

    @Test
    void whoHoldsALockIsForAdministratorsOnly() {
      owner.send(set(true, false));
      TestPeer writer = t.client("writer", "writer").set("/a/x", 1);
      assertThat(TestRouter.onlyError(writer.received()).message())
          .isEqualTo("LockHeld: another session holds the lock of this address");
      TestPeer admin = t.client("admin", "admin").set("/a/x", 1);
      assertThat(TestRouter.onlyError(admin.received()).message()).contains(owner.session());
    }

    @Test
    void aBrokenLockInABundleThatFailsIsPutBack() {
      owner.send(set(true, false)).received();
      TestPeer admin = t.client("admin", "admin");
      admin.send(
          TestRouter.bundle(
              set(false, true),
              new SetValue(
                  "/a/x", Value.of(1), OptionalLong.of(77), false, false, Optional.empty())));
      assertThat(TestRouter.onlyError(admin.received()).code()).isEqualTo(400);
      t.time.runAll();
      assertThat(Gauge.LOCKS.of(t.router)).isEqualTo(1);
      TestPeer writer = t.client("writer", "writer").set("/a/x", 1);
      assertThat(TestRouter.onlyError(writer.received()).code()).isEqualTo(401);
      owner.disconnect();
      writer.set("/a/x", 1);
      assertThat(writer.received())
          .as("and freed with its holder")
          .hasSize(1)
          .allMatch(m -> m instanceof Ack);
    }

    @Test
    void nobodyIsAnAdministratorOnAnOpenRouter() {
      TestRouter open = new TestRouter();
      open.client("holder").send(set(true, false));
      TestPeer other = open.client("other").send(set(false, true));
      Message.Error error = TestRouter.onlyError(other.received());
      assertThat(error.code()).isEqualTo(401);
      assertThat(error.message()).contains("another session");
    }

    @Test
    void theNameAloneDoesNotTakeBackALock() {
      TestRouter graceful = new TestRouter(c -> c.lockGraceNanos(5_000_000_000L), tokens);
      graceful.client("desk", "all").send(set(true, false)).disconnect();
      TestPeer other = graceful.client("desk", "writer").set("/a/x", 1);
      assertThat(TestRouter.onlyError(other.received()).code()).isEqualTo(401);
      TestPeer same = graceful.client("desk", "all").set("/a/x", 1);
      assertThat(same.received()).hasExactlyElementsOfTypes(Ack.class);
    }
  }

  @Nested
  class PeersAndTheRest {

    @Test
    void aSignalNeedsTheRightToWriteItsAddressAndDoesNotTellWhoIsThere() {
      TestPeer peer = t.client("desk", "writer");
      for (String target : List.of(owner.session(), "nobody")) {
        String address = "/clasp/p2p/signal/" + target;
        peer.send(TestPeer.event(address, Value.NULL));
        assertRefused(peer, "Insufficient scope for publish operation", address);
      }
      assertThat(owner.received()).isEmpty();
    }

    @Test
    void aScopeForSignalsIsEnoughToSendThemAndNoneIsNeededToGetThem() {
      tokens.admit("p2p", "write:/clasp/p2p/**");
      TestPeer target = t.client("target", "nothing");
      t.client("caller", "p2p")
          .send(
              TestPeer.event(
                  "/clasp/p2p/signal/" + target.session(),
                  Value.of(Map.of("from", Value.of("somebody else")))));
      assertThat(addresses(target.received()))
          .containsExactly("/clasp/p2p/signal/" + target.session());
    }

    @Test
    void aGestureOfAStrangerIsRefusedInEveryPhase() {
      TestPeer peer = t.client("desk", "reader");
      for (GesturePhase phase : GesturePhase.values()) {
        peer.send(TestRouter.gesture("/a/x", phase, 1, 0.5));
        assertThat(TestRouter.errorCodes(peer.received())).containsExactly(301);
      }
    }

    @Test
    void unsubscribeSyncAndPingNeedNothing() {
      TestPeer peer = t.client("nobody", "nothing");
      peer.send(new Message.Unsubscribe(1));
      peer.send(new Message.Ping());
      peer.send(new Message.Sync(1, OptionalLong.empty(), OptionalLong.empty()));
      assertThat(peer.received()).hasExactlyElementsOfTypes(Message.Pong.class, Message.Sync.class);
    }

    @Test
    void announcementsOfPeersReachWhoMayReadThem() {
      tokens.admit("seer", "read:/clasp/p2p/announce");
      TestPeer seer = t.client("seer", "seer").subscribe(1, "/clasp/p2p/announce");
      TestPeer blind = t.client("blind", "reader").subscribe(1, "/clasp/p2p/announce");
      assertThat(TestRouter.onlyError(blind.received()).code()).isEqualTo(301);
      owner.send(
          new Publish(
              "/clasp/p2p/announce",
              SignalType.EVENT,
              GesturePhase.START,
              Message.Content.of(Value.of(1)),
              OptionalLong.empty(),
              OptionalInt.empty(),
              OptionalInt.empty()));
      assertThat(addresses(seer.received())).containsExactly("/clasp/p2p/announce");
    }
  }
}
