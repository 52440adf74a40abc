package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Snapshot;
import dev.clasp.protocol.Message.Welcome;
import dev.clasp.protocol.Value;
import dev.clasp.security.Identity;
import dev.clasp.security.Login;
import dev.clasp.security.Scopes;
import dev.clasp.testkit.FakeAuthenticator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A client that connects again while its old connection still seems to be there. */
class ComingBackTest {

  private static final UUID DESK = new UUID(1, 2);

  private TestRouter t = new TestRouter();

  private static Message hello(UUID instance, Optional<String> token) {
    return new Message.Hello(1, Set.of(), "desk", token, Optional.empty(), Optional.of(instance));
  }

  private TestPeer desk() {
    return back(t.connection(), DESK);
  }

  private static TestPeer back(TestPeer peer, UUID instance) {
    peer.send(hello(instance, Optional.empty()));
    assertThat(peer.received()).hasExactlyElementsOfTypes(Welcome.class, Snapshot.class);
    return peer;
  }

  @Test
  void theOldConnectionIsOverBeforeTheNewOneBegins() {
    TestPeer watcher = t.client("watcher").subscribe(1, "/a");
    watcher.received();
    TestPeer old = desk().set("/a", 1);
    TestPeer young = desk().set("/a", 2);
    old.set("/a", 3);

    assertThat(old.closed())
        .hasValue(
            new CloseReason(CloseReason.NORMAL, "replaced by a newer connection of this client"));
    assertThat(young.closed()).isEmpty();
    assertThat(watcher.received())
        .extracting(m -> ((Message.SetValue) m).value())
        .containsExactly(Value.of(1.0), Value.of(2.0));
    assertThat(t.router.sessionStatus()).hasSize(2);
  }

  @Test
  void alsoOnAnotherEventLoop() {
    TestPeer watcher = t.client("watcher").subscribe(1, "/a");
    watcher.received();
    TestPeer old = desk();
    TestPeer young = new TestPeer(t.time, t.router, t.otherLane);
    young.sendWithinTurn(hello(DESK, Optional.empty()));
    // The old one still lives until its own loop has ended it; the new one waits for that.
    young.sendWithinTurn(TestPeer.setOf("/a", Value.of(2.0)));
    old.sendWithinTurn(TestPeer.setOf("/a", Value.of(1.0)));
    t.time.runAll();
    old.set("/a", 3);

    assertThat(old.closed()).isPresent();
    assertThat(young.received()).hasAtLeastOneElementOfType(Welcome.class);
    assertThat(watcher.received())
        .extracting(m -> ((Message.SetValue) m).value())
        .containsExactly(Value.of(1.0), Value.of(2.0));
  }

  @Test
  void itsLocksAreFreeForIt() {
    desk()
        .send(
            new Message.SetValue(
                "/a", Value.of(1), OptionalLong.empty(), true, false, Optional.empty()));
    TestPeer young = desk();
    young.received();
    young.set("/a", 2);
    assertThat(TestRouter.errorCodes(young.received())).isEmpty();
  }

  @Test
  void whoSaysNothingOfItselfOrIsAnotherHarmsNobody() {
    TestPeer old = desk();
    t.client("desk");
    back(t.connection(), new UUID(1, 3));
    assertThat(old.closed()).isEmpty();
    assertThat(t.router.sessionStatus()).hasSize(3);
  }

  @Test
  void anotherSubjectDoesNotEndIt() {
    t =
        new TestRouter(
            c -> c,
            (token, peer, answer) ->
                answer.accept(
                    new Login.Admitted(
                        new Identity(
                            "", token, Scopes.ALL, List.of(), OptionalLong.empty(), Map.of()))));
    TestPeer old = t.connection().send(hello(DESK, Optional.of("anna")));
    TestPeer thief = t.connection().send(hello(DESK, Optional.of("bert")));
    assertThat(thief.received()).hasAtLeastOneElementOfType(Welcome.class);
    assertThat(old.closed()).isEmpty();
    TestPeer again = t.connection().send(hello(DESK, Optional.of("anna")));
    assertThat(again.received()).hasAtLeastOneElementOfType(Welcome.class);
  }

  @Test
  void aRefusedLoginEndsNothing() {
    t = new TestRouter(c -> c, new FakeAuthenticator().admit("good", "write:/**"));
    TestPeer old = t.connection().send(hello(DESK, Optional.of("good")));
    TestPeer bad = t.connection().send(hello(DESK, Optional.of("bad")));
    assertThat(bad.closed()).isPresent();
    assertThat(old.closed()).isEmpty();
  }

  @Test
  void aFullRouterLetsItBackIn() {
    t = new TestRouter(c -> c.maxSessions(1));
    TestPeer old = desk();
    TestPeer young = desk();
    assertThat(old.closed()).isPresent();
    assertThat(young.closed()).isEmpty();
    TestPeer other = t.connection().send(hello(new UUID(5, 5), Optional.empty()));
    assertThat(TestRouter.onlyError(other.received()).message()).isEqualTo("Server full");
  }

  @Test
  void aSecondHelloOnTheSameConnectionReplacesTheSessionOnly() {
    TestPeer peer = desk();
    peer.received();
    peer.send(hello(DESK, Optional.empty()));
    assertThat(peer.received()).hasExactlyElementsOfTypes(Welcome.class, Snapshot.class);
    assertThat(peer.closed()).isEmpty();
    assertThat(t.router.sessionStatus()).hasSize(1);
    assertThat(t.router.instances()).hasSize(1);
  }

  @Test
  void nothingIsRememberedOfWhoIsGone() {
    for (int i = 0; i < 100; i++) {
      TestPeer peer = back(t.connection(), new UUID(7, i));
      peer.close(new CloseReason(CloseReason.NORMAL, ""));
      t.time.runAll();
    }
    assertThat(t.router.instances()).isEmpty();
    assertThat(t.router.sessionStatus()).isEmpty();
  }
}
