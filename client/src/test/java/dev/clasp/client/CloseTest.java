package dev.clasp.client;

import static dev.clasp.client.Outcomes.failure;
import static dev.clasp.client.Outcomes.result;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The orderly end. */
class CloseTest {

  private static final Message PING = new Message.Ping();
  private static final Message PONG = new Message.Pong();
  private static final CloseReason NORMAL = new CloseReason(CloseReason.NORMAL, "");

  private final Rig rig = Rig.connected();
  private final ClaspClient client = rig.client();

  private CompletableFuture<Void> close() {
    CompletableFuture<Void> closed = client.closeAsync();
    rig.reactor.run();
    return closed;
  }

  @Test
  void closesWithCode1000() {
    CompletableFuture<Void> closed = close();

    assertThat(rig.link().closes()).containsExactly(NORMAL);
    assertThat(closed).isCompleted();
    assertThat(client.state()).isEqualTo(ClientState.CLOSED);
    assertThat(rig.events.getLast()).isEqualTo(new ClientEvent.Closed());
    assertThat(rig.events).noneMatch(e -> e instanceof ClientEvent.Disconnected);
    assertThat(rig.dialer.isClosed()).isTrue();
    assertThat(rig.reactor.timers()).isZero();
  }

  @Test
  void whatTheEndingLoopDropsIsAnsweredAfterItsEnd() {
    var written = client.set("/a", 1);
    rig.reactor.beginEnd(true);
    var dropped = client.set("/b", 2);
    var behind = client.subscribe("/**", _ -> {}).active();
    assertThat(dropped).isNotDone();

    rig.reactor.end();

    assertThat(failure(written).kind()).isEqualTo(Kind.CLOSED);
    assertThat(failure(dropped).kind()).isEqualTo(Kind.CLOSED);
    assertThat(failure(behind).kind()).isEqualTo(Kind.CLOSED);
    assertThat(failure(client.set("/c", 3)).kind()).isEqualTo(Kind.CLOSED);
    assertThat(failure(client.subscribe("/c", _ -> {}).active()).kind()).isEqualTo(Kind.CLOSED);
    assertThat(client.closeAsync()).isCompleted();
  }

  @Test
  void whatTheEndingLoopRefusesIsAnsweredAfterItsEndToo() {
    close();
    rig.reactor.beginEnd(false);
    var refused = client.subscribe("/**", _ -> {}).active();

    rig.reactor.end();

    assertThat(failure(refused).kind()).isEqualTo(Kind.CLOSED);
    assertThat(failure(client.subscribe("/c", _ -> {}).active()).kind()).isEqualTo(Kind.CLOSED);
  }

  @Test
  void aLoopOfManyDoesNotRememberClientsThatHaveEnded() {
    assertThat(rig.reactor.watches()).isEqualTo(1);
    close();
    assertThat(rig.reactor.watches()).isZero();
  }

  @Test
  void sendsWhatWasSubmittedBefore() {
    client.set("/a", Value.of(1), SetOptions.FIRE);
    client.emit("/b");
    client.closeAsync();

    assertThat(rig.sent()).hasSize(2);
    assertThat(rig.link().closes()).containsExactly(NORMAL);
  }

  @Test
  void waitsForTheAnswersThatAreMissing() {
    var write = client.set("/a", 1);
    var closed = client.closeAsync();
    assertThat(rig.sent()).hasSize(2).endsWith(PING);
    assertThat(rig.link().closes()).isEmpty();
    assertThat(client.state()).isEqualTo(ClientState.CLOSING);

    rig.link().says(Rig.ack("/a", 1));

    assertThat(result(write).revision()).hasValue(1);
    assertThat(rig.link().closes()).containsExactly(NORMAL);
    assertThat(closed).isCompleted();
  }

  @Test
  void doesNotWaitForWhatTheRouterWillNotAnswer() {
    var read = client.get("/a");
    close();
    rig.link().says(PONG);

    assertThat(rig.link().closes()).containsExactly(NORMAL);
    assertThat(failure(read).kind()).isEqualTo(Kind.CLOSED);
  }

  @Test
  void waitsOnlySoLong() {
    client.set("/a", 1);
    close();
    rig.reactor.pass(Duration.ofSeconds(5));

    assertThat(rig.link().closes()).containsExactly(NORMAL);
    assertThat(client.state()).isEqualTo(ClientState.CLOSED);
    assertThat(rig.reactor.timers()).isZero();
  }

  @Test
  void sendsWhatWaitsForASlowConnection() {
    rig.link().writable(false);
    client.set("/a", Value.of(1), SetOptions.FIRE);
    close();
    assertThat(rig.sent()).isEmpty();
    rig.link().writable(true);

    assertThat(rig.sent()).hasSize(2).endsWith(PING);
    rig.link().says(PONG);
    assertThat(rig.link().closes()).containsExactly(NORMAL);
  }

  @Test
  void laterOperationsFail() {
    client.set("/a", 1);
    close();
    var during = client.set("/b", 1);
    rig.reactor.run();
    assertThat(failure(during)).hasMessage("the client is being closed");
    rig.link().says(Rig.ack("/a", 1));

    var after = client.get("/a");
    assertThat(failure(after).kind()).isEqualTo(Kind.CLOSED);
    assertThat(failure(after)).hasMessage("the client is closed");
    Subscription subscription = client.subscribe("/a", _ -> {});
    rig.reactor.run();
    assertThat(subscription.isOpen()).isFalse();
    assertThat(failure(subscription.active()).kind()).isEqualTo(Kind.CLOSED);
  }

  @Test
  void closingTwiceIsClosingOnce() {
    var first = close();
    var second = close();

    assertThat(first).isCompleted();
    assertThat(second).isCompleted();
    assertThat(rig.events).filteredOn(new ClientEvent.Closed()::equals).hasSize(1);
  }

  @Test
  void givesLocksBack() {
    client.set("/a", Value.of(1), SetOptions.CONFIRM.locking());
    rig.sent();
    rig.link().says(Rig.ack("/a", 1));
    client.bundle(new BundleBuilder().set("/a", 2));
    rig.sent();
    rig.link().says(Rig.bundleAck(2));
    client.set("/a", Value.of(3), SetOptions.FIRE);
    rig.sent();
    close();

    assertThat(rig.link().takeFrames())
        .containsExactly(
            new FakeLink.Sent(
                new Message.SetValue(
                    "/a", Value.of(3), OptionalLong.empty(), false, true, Optional.empty()),
                Qos.FIRE));
  }

  @Test
  void endsSubscriptionsWithoutFailure() {
    List<Signal> got = new ArrayList<>();
    Subscription subscription = client.subscribe("/a", got::add);
    rig.sent();
    rig.link().says(PONG);
    close();

    assertThat(subscription.isOpen()).isFalse();
    assertThat(subscription.active()).isCompletedWithValue(subscription);
  }

  @Test
  void closesWhileWaitingForTheNextAttempt() {
    var write = client.set("/a", 1);
    rig.link().breaks("cable");
    var closed = close();

    assertThat(closed).isCompleted();
    assertThat(failure(write).kind()).isEqualTo(Kind.CLOSED);
    rig.reactor.pass(Duration.ofMinutes(1));
    assertThat(rig.dialer.dialed()).hasSize(1);
  }

  @Test
  void closesWhileTheConnectionIsBeingOpened() {
    rig.dialer.next(FakeDialer.Outcome.SILENT);
    rig.link().breaks("cable");
    rig.reactor.pass(Duration.ofSeconds(1));
    var closed = close();
    assertThat(closed).isCompleted();

    rig.dialer.open();
    assertThat(rig.link().closes()).as("the one that came too late").hasSize(1);
    assertThat(rig.sent()).as("no HELLO").isEmpty();
    assertThat(rig.reactor.timers()).isZero();
  }

  @Test
  void aConnectionThatBreaksMeanwhileIsAnEndToo() {
    var write = client.set("/a", 1);
    var closed = close();
    rig.link().breaks("cable");

    assertThat(closed).isCompleted();
    assertThat(failure(write).kind()).isEqualTo(Kind.CLOSED);
    assertThat(rig.events).noneMatch(e -> e instanceof ClientEvent.Reconnecting);
  }
}
