package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Ack;
import dev.clasp.protocol.Message.Bundle;
import dev.clasp.protocol.Message.SetValue;
import dev.clasp.protocol.Message.Snapshot;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** The order of revisions across lanes, in interleavings chosen by hand. */
class OrderingTest {

  private final ManualTime time = new ManualTime();
  private final Router router = new Router(RouterConfig.DEFAULT, time);
  private final Lane one = router.addLane(time.loop());
  private final Lane two = router.addLane(time.loop());

  private TestPeer client(Lane lane, String name) {
    TestPeer peer = new TestPeer(time, router, lane).hello(name);
    peer.received();
    return peer;
  }

  private static Message set(double value) {
    return TestPeer.setOf("/x", Value.of(value));
  }

  /** Revisions of SETs and snapshot entries, in order of arrival. */
  private static List<Long> revisions(List<Message> messages) {
    List<Long> revisions = new ArrayList<>();
    for (Message message : messages) {
      if (message instanceof SetValue set) {
        revisions.add(set.revision().orElseThrow());
      } else if (message instanceof Snapshot snapshot) {
        snapshot.parameters().forEach(p -> revisions.add(p.revision()));
      }
    }
    return revisions;
  }

  @Test
  void aDirectDeliveryDoesNotOvertakeOneThatWaitsInTheInbox() {
    TestPeer subscriber = client(one, "subscriber").subscribe(1, "/x");
    TestPeer far = client(two, "far");
    TestPeer near = client(one, "near");
    far.sendWithinTurn(set(1));
    near.sendWithinTurn(set(2));
    far.sendWithinTurn(set(3));
    assertThat(revisions(subscriber.received())).containsExactly(1L, 2L, 3L);
  }

  @Test
  void anAckDoesNotOvertakeItsEcho() {
    TestPeer near = client(one, "near").subscribe(1, "/x");
    TestPeer far = client(two, "far");
    far.sendWithinTurn(set(1));
    near.sendWithinTurn(set(2));
    assertThat(near.received())
        .satisfiesExactly(
            m -> assertThat(revisions(List.of(m))).containsExactly(1L),
            m -> assertThat(revisions(List.of(m))).containsExactly(2L),
            m -> assertThat(m).isInstanceOf(Ack.class));
  }

  @Test
  void aSnapshotDoesNotStepBackBehindWhatWaitsInTheInbox() {
    TestPeer subscriber = client(one, "subscriber").subscribe(1, "/x");
    TestPeer far = client(two, "far");
    far.sendWithinTurn(set(1));
    far.sendWithinTurn(set(2));
    // A second subscription now: its snapshot holds revision 2, revisions 1 and 2 still wait.
    subscriber.sendWithinTurn(new Message.Subscribe(2, "/**", 0xFF, Message.SubscribeOptions.NONE));
    far.sendWithinTurn(set(3));
    assertThat(revisions(subscriber.received())).isSorted().endsWith(3L);
  }

  @Test
  void getDoesNotStepBackEither() {
    TestPeer subscriber = client(one, "subscriber").subscribe(1, "/x");
    TestPeer far = client(two, "far");
    far.sendWithinTurn(set(1));
    far.sendWithinTurn(set(2));
    subscriber.sendWithinTurn(new Message.Get("/x"));
    assertThat(revisions(subscriber.received())).containsExactly(1L, 2L, 2L);
  }

  @Test
  void nothingComesBetweenTheMembersOfABundle() {
    TestPeer subscriber = client(one, "subscriber").subscribe(1, "/**");
    TestPeer near = client(one, "near");
    TestPeer far = client(two, "far");
    near.sendWithinTurn(set(0));
    far.sendWithinTurn(
        new Bundle(
            List.of(
                TestPeer.setOf("/b/1", Value.TRUE),
                set(1),
                TestPeer.event("/b/e", Value.TRUE),
                TestPeer.setOf("/b/2", Value.TRUE)),
            OptionalLong.empty()));
    near.sendWithinTurn(set(2));
    assertThat(subscriber.received().stream().map(OrderingTest::addressOf))
        .containsExactly("/x", "/b/1", "/x", "/b/e", "/b/2", "/x");
  }

  @Test
  void aLaneThatFallsFarBehindStopsTheReadingOfTheOthers() {
    client(one, "subscriber").subscribe(1, "/x");
    TestPeer far = client(two, "far");
    Message event = TestPeer.event("/x", Value.NULL);
    for (int i = 0; i < 70_000 && far.reading(); i++) {
      far.sendWithinTurn(event);
    }
    assertThat(far.reading()).isFalse();
    time.runAll();
    assertThat(far.reading()).isTrue();
  }

  private static String addressOf(Message message) {
    return switch (message) {
      case SetValue set -> set.address();
      case Message.Publish publish -> publish.address();
      default -> throw new AssertionError("unexpected " + message);
    };
  }
}
