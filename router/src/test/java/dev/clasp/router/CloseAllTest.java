package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Stopping: everybody gets what waits, then the reason, and nobody holds up the rest for long. */
class CloseAllTest {

  private static final CloseReason STOP = new CloseReason(CloseReason.GOING_AWAY, "stopping");
  private static final long DRAIN = 3_000_000_000L;

  private final TestRouter at = new TestRouter();

  @Test
  void whoKeepsUpIsClosedAtOnce() {
    TestPeer near = at.client("near");
    TestPeer far = at.farClient("far");

    CompletableFuture<Void> told = at.router.closeAll(STOP, DRAIN);
    at.time.runAll();

    assertThat(told).isCompleted();
    assertThat(List.of(near, far))
        .allMatch(peer -> peer.closed().equals(java.util.Optional.of(STOP)));
    assertThat(at.router.sessionStatus()).isEmpty();
  }

  @Test
  void anEmptyRouterHasNobodyToTell() {
    assertThat(at.router.closeAll(STOP, DRAIN)).isCompleted();
  }

  /** What was routed in this very turn of the loop, and what comes from another loop. */
  @Test
  void whatWasJustRoutedIsStillSent() {
    TestPeer near = at.client("near").subscribe(1, "/**");
    TestPeer far = at.farClient("far").subscribe(1, "/**");
    TestPeer writer = at.client("writer");
    List.of(near, far).forEach(TestPeer::received);
    at.router.closeAll(STOP, DRAIN);
    writer.sendWithinTurn(TestPeer.setOf("/a", Value.of(0.5)));
    at.time.runAll();

    for (TestPeer peer : List.of(near, far)) {
      assertThat(peer.received()).singleElement().isInstanceOf(Message.SetValue.class);
      assertThat(peer.closed()).hasValue(STOP);
    }
  }

  @Test
  void aSlowSessionGetsItsQueueFirst() {
    TestPeer slow = at.client("slow").subscribe(1, "/**");
    TestPeer writer = at.client("writer");
    slow.received();
    slow.stall();
    for (int i = 0; i < 300; i++) {
      writer.set("/a" + i, i);
    }
    slow.received();

    CompletableFuture<Void> told = at.router.closeAll(STOP, DRAIN);
    at.passMillis(2_999);
    assertThat(told).isNotDone();
    assertThat(writer.closed()).as("the others do not wait").hasValue(STOP);
    assertThat(slow.closed()).isEmpty();

    slow.resume();
    assertThat(told).isCompleted();
    // The first one or two went out before the router knew that it is slow.
    assertThat(slow.received()).hasSizeBetween(298, 300);
    assertThat(slow.closed()).hasValue(STOP);
    at.passMillis(10_000);
    assertThat(slow.closed()).hasValue(STOP);
  }

  @Test
  void aSlowSessionIsNotWaitedForLongerThanAllowed() {
    TestPeer slow = at.client("slow").subscribe(1, "/**");
    TestPeer writer = at.client("writer");
    slow.stall();
    writer.set("/a", 1).set("/b", 2);

    CompletableFuture<Void> told = at.router.closeAll(STOP, DRAIN);
    at.passMillis(2_999);
    assertThat(told).isNotDone();
    at.passMillis(1);

    assertThat(told).isCompleted();
    assertThat(slow.closed()).hasValue(STOP);
  }

  @Test
  void aSessionThatEndsByItselfIsNotWaitedFor() {
    TestPeer slow = at.client("slow").subscribe(1, "/**");
    slow.stall();
    at.client("writer").set("/a", 1).set("/b", 2);
    CompletableFuture<Void> told = at.router.closeAll(STOP, DRAIN);
    at.time.runAll();
    assertThat(told).isNotDone();

    slow.disconnect();
    assertThat(told).isCompleted();
  }

  @Test
  void everybodyHearsWhenToComeBackAndNotAllInTheSameMoment() {
    List<TestPeer> peers = List.of(at.client("a"), at.farClient("b"), at.client("c"));
    peers.forEach(TestPeer::received);
    CompletableFuture<Void> told = at.router.sayGoodbyeAndCloseAll(STOP, DRAIN);
    at.time.runAll();

    assertThat(told).isCompleted();
    List<String> heard = new ArrayList<>();
    for (TestPeer peer : peers) {
      assertThat(peer.received())
          .singleElement()
          .isInstanceOfSatisfying(
              Message.Error.class,
              error -> {
                assertThat(error.code()).isEqualTo(501);
                assertThat(error.correlationId()).isEmpty();
                heard.add(error.message());
              });
      assertThat(peer.closed()).hasValue(STOP);
    }
    assertThat(heard)
        .containsExactlyInAnyOrder(
            "server shutting down, retry_after_ms=500",
            "server shutting down, retry_after_ms=1166",
            "server shutting down, retry_after_ms=1833");
  }

  @Test
  void mayBeCalledTwice() {
    TestPeer slow = at.client("slow").subscribe(1, "/**");
    slow.stall();
    at.client("writer").set("/a", 1).set("/b", 2);
    CompletableFuture<Void> first = at.router.closeAll(STOP, DRAIN);
    CompletableFuture<Void> second = at.router.closeAll(STOP, DRAIN);
    at.passMillis(3_000);

    assertThat(first).isCompleted();
    assertThat(second).isCompleted();
    assertThat(slow.closed()).hasValue(STOP);
  }
}
