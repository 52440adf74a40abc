package dev.clasp.client;

import static dev.clasp.client.Outcomes.failure;
import static dev.clasp.client.Outcomes.result;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transport.Backoff;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A connection is lost; another follows. */
class ReconnectTest {

  private static final Message PING = new Message.Ping();
  private static final Message PONG = new Message.Pong();

  private final Rig rig = new Rig();

  private ClaspClient connect() {
    rig.connect();
    return rig.client();
  }

  private void lose() {
    rig.link().breaks("cable");
  }

  /** Waits for the next attempt and lets the router greet. */
  private void resume() {
    rig.reactor.pass(Duration.ofSeconds(4));
    rig.welcome();
  }

  private static Message set(String address, long value) {
    return new Message.SetValue(
        address, Value.of(value), OptionalLong.empty(), false, false, Optional.empty());
  }

  private <E extends ClientEvent> List<E> events(Class<E> kind) {
    return rig.events.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  // --- subscriptions -----------------------------------------------------------------------------

  @Test
  void subscribesAgainWithTheSameIdsAndOptions() {
    ClaspClient client = connect();
    client.subscribe(
        "/a/**",
        SubscribeOptions.DEFAULT.withMaxRate(10).withEpsilon(0.5).withTypes(SignalType.PARAM),
        _ -> {});
    client.subscribe("/gone", _ -> {}).close();
    client.subscribe("/b", _ -> {});
    rig.sent();
    rig.link().says(PONG);

    lose();
    resume();

    assertThat(rig.sent())
        .containsExactly(
            new Message.Subscribe(
                1,
                "/a/**",
                1,
                new Message.SubscribeOptions(
                    OptionalInt.of(10),
                    OptionalDouble.of(0.5),
                    OptionalInt.empty(),
                    OptionalInt.empty())),
            new Message.Subscribe(3, "/b", 0xFF, Message.SubscribeOptions.NONE),
            PING);
  }

  @Test
  void connectedIsReportedWhenTheSubscriptionsAreInPlace() {
    ClaspClient client = connect();
    client.subscribe("/a", _ -> {});
    rig.sent();
    lose();
    resume();
    rig.sent();
    assertThat(events(ClientEvent.Connected.class)).hasSize(1);
    assertThat(client.state()).isEqualTo(ClientState.RECONNECTING);

    rig.link().says(PONG);

    assertThat(events(ClientEvent.Connected.class))
        .hasSize(2)
        .last()
        .isEqualTo(new ClientEvent.Connected(Rig.FIRST, "session-2", client.server(), true));
    assertThat(client.state()).isEqualTo(ClientState.CONNECTED);
  }

  @Test
  void aSubscriptionMadeWhileDisconnectedIsSentAfterwards() {
    ClaspClient client = connect();
    lose();
    List<Signal> got = new ArrayList<>();
    Subscription subscription = client.subscribe("/a", got::add);
    resume();
    assertThat(rig.sent())
        .containsExactly(new Message.Subscribe(1, "/a", 0xFF, Message.SubscribeOptions.NONE), PING);
    rig.link().says(PONG, Rig.set("/a", 1, 1));

    assertThat(subscription.active()).isCompleted();
    assertThat(got).hasSize(1);
  }

  @Test
  void onlyWhatHasChangedMeanwhileIsDelivered() {
    ClaspClient client = connect();
    List<Signal> got = new ArrayList<>();
    client.subscribe("/a/**", got::add);
    rig.sent();
    rig.link().says(Rig.snapshot(Rig.entry("/a/1", 0.1, 1), Rig.entry("/a/2", 0.2, 1)));
    assertThat(got).hasSize(2);

    lose();
    resume();
    rig.link().says(Rig.snapshot(Rig.entry("/a/1", 0.1, 1), Rig.entry("/a/2", 0.9, 2)));
    rig.link().says(Rig.snapshot(Rig.entry("/a/1", 0.1, 1), Rig.entry("/a/2", 0.9, 2)));

    assertThat(got).hasSize(3);
    Signal.Change change = (Signal.Change) got.getLast();
    assertThat(change.address()).isEqualTo("/a/2");
    assertThat(change.fromSnapshot()).isTrue();
  }

  @Test
  void aSubscriptionRefusedAfterTheReconnectIsTriedAgainOnTheNext() {
    ClaspClient client = connect();
    Subscription subscription = client.subscribe("/a", _ -> {});
    rig.sent();
    rig.link().says(PONG);
    lose();
    resume();
    rig.sent();
    rig.link().says(Rig.error(301, "not now", "/a"), PONG);
    assertThat(subscription.isOpen()).isTrue();
    assertThat(events(ClientEvent.ErrorReceived.class))
        .containsExactly(new ClientEvent.ErrorReceived(301, "not now", Optional.of("/a"), false));

    lose();
    resume();
    assertThat(rig.sent())
        .contains(new Message.Subscribe(1, "/a", 0xFF, Message.SubscribeOptions.NONE));
  }

  // --- requests ----------------------------------------------------------------------------------

  @Test
  void unconfirmedWritesAreSentAgainTheNewestOfEachAddressOnce() {
    ClaspClient client = connect();
    CompletableFuture<Ack> confirmed = client.set("/a", 1);
    CompletableFuture<Ack> second = client.set("/a", 2);
    CompletableFuture<Ack> other = client.set("/b", 3);
    rig.sent();
    rig.link().says(Rig.ack("/a", 1));
    assertThat(confirmed).isCompleted();

    lose();
    CompletableFuture<Ack> third = client.set("/a", 4);
    CompletableFuture<Ack> fourth = client.set("/c", 5);
    resume();

    assertThat(rig.sent()).containsExactly(new Message.Get("/b"), PING);
    rig.link().says(Rig.error(404, "none", "/b"), PONG);
    assertThat(rig.sent()).containsExactly(set("/a", 4), set("/b", 3), set("/c", 5));
    rig.link().says(Rig.ack("/a", 9), Rig.ack("/b", 1), Rig.ack("/c", 1));
    assertThat(result(second)).isEqualTo(result(third));
    assertThat(result(third).revision()).hasValue(9);
    assertThat(other).isCompleted();
    assertThat(fourth).isCompleted();
    assertThat(client.statistics().conflated()).isEqualTo(1);
  }

  @Test
  void fireWritesAreKeptWhileDisconnected() {
    ClaspClient client = connect();
    lose();
    var first = client.set("/a", Value.of(1), SetOptions.FIRE);
    var second = client.set("/a", Value.of(2), SetOptions.FIRE);
    rig.reactor.run();
    assertThat(first).isNotDone();
    resume();

    assertThat(rig.sent()).containsExactly(set("/a", 2));
    assertThat(first).isCompleted();
    assertThat(second).isCompleted();
  }

  @Test
  void aFireWriteThatReplacesAConfirmedOneIsConfirmedForIt() {
    ClaspClient client = connect();
    lose();
    var confirmed = client.set("/a", 1);
    var fire = client.set("/a", Value.of(2), SetOptions.FIRE);
    resume();

    assertThat(rig.sent()).containsExactly(set("/a", 2));
    assertThat(fire).isCompleted();
    assertThat(confirmed).isNotDone();
    rig.link().says(Rig.ack("/a", 3));
    assertThat(result(confirmed).revision()).hasValue(3);
  }

  @Test
  void subscriptionsComeBeforeTheWritesThatWaited() {
    ClaspClient client = connect();
    client.subscribe("/a", _ -> {});
    rig.sent();
    lose();
    client.set("/a", 1);
    resume();

    assertThat(rig.sent().getFirst()).isInstanceOf(Message.Subscribe.class);
  }

  @Test
  void aBufferedWriteTimesOutForItsCallerButIsStillSent() {
    rig.backoff = new Backoff(Duration.ofSeconds(20), 1, Duration.ofSeconds(20), false, 0);
    ClaspClient client = connect();
    lose();
    var write = client.set("/a", 1);
    rig.reactor.pass(Duration.ofSeconds(5));
    assertThat(failure(write).kind()).isEqualTo(Kind.TIMEOUT);
    assertThat(failure(write))
        .hasMessage(
            "the write to /a was not confirmed within 5.0 s; its value waits for the connection"
                + " to ws://one:1");

    rig.reactor.pass(Duration.ofSeconds(15));
    rig.welcome();
    assertThat(rig.sent()).contains(set("/a", 1));

    var next = client.set("/a", 2);
    rig.sent();
    rig.link().says(Rig.ack("/a", 1));
    assertThat(next).as("the answer to the one before").isNotDone();
    rig.link().says(Rig.ack("/a", 2));
    assertThat(result(next).revision()).hasValue(2);
  }

  @Test
  void readsAndQueriesThatWaitAreAskedAgain() {
    ClaspClient client = connect();
    var read = client.get("/a");
    var query = client.query("/**");
    rig.sent();
    lose();
    var offline = client.get("/b");
    var sharer = client.get("/a");
    resume();

    assertThat(rig.sent())
        .containsExactly(
            new Message.Get("/a"), new Message.Query("/**"), new Message.Get("/b"), PING);
    rig.link()
        .says(
            Rig.snapshot(Rig.entry("/a", 1, 1)),
            new Message.Result(List.of()),
            Rig.error(404, "none", "/b"),
            PONG);
    assertThat(result(read)).isEqualTo(result(sharer)).isPresent();
    assertThat(result(query)).isEmpty();
    assertThat(result(offline)).isEmpty();
  }

  @Test
  void whatMayHaveBeenCarriedOutFails() {
    ClaspClient client = connect();
    var bundle = client.bundle(new BundleBuilder().set("/a", 1));
    var conditional = client.set("/b", Value.of(1), SetOptions.CONFIRM.ifRevision(1));
    var locking = client.set("/c", Value.of(1), SetOptions.CONFIRM.locking());
    var ping = client.ping();
    rig.sent();
    lose();

    for (var request : List.of(bundle, conditional, locking, ping)) {
      assertThat(failure(request).kind()).isEqualTo(Kind.CLOSED);
    }
    assertThat(failure(bundle))
        .hasMessage(
            "the connection to ws://one:1 was lost: cable (code 1006) before the bundle of 1 was"
                + " answered; it may have been carried out");
    resume();
    assertThat(rig.sent()).isEmpty();
  }

  @Test
  void whatBelongsToItsMomentFailsWhileDisconnected() {
    ClaspClient client = connect();
    lose();
    List<CompletableFuture<?>> requests =
        List.of(
            client.emit("/go"),
            client.stream("/s", 1),
            client.gesture("/g", 1, GesturePhase.START, Value.NULL),
            client.bundle(new BundleBuilder().set("/a", 1)),
            client.set("/b", Value.of(1), SetOptions.CONFIRM.locking()),
            client.ping(),
            client.sync());
    rig.reactor.run();

    assertThat(requests).allSatisfy(r -> assertThat(failure(r).kind()).isEqualTo(Kind.CLOSED));
    assertThat(failure(requests.getFirst()))
        .hasMessage("the event at /go was not sent: not connected to ws://one:1 at the moment");
  }

  @Test
  void everythingFailsWhileDisconnectedIfSoWished() {
    rig.offline = OfflinePolicy.FAIL;
    ClaspClient client = connect();
    var sent = client.set("/a", 1);
    rig.sent();
    lose();
    var write = client.set("/b", 1);
    var read = client.get("/b");
    rig.reactor.run();

    assertThat(failure(sent).kind()).isEqualTo(Kind.CLOSED);
    assertThat(failure(write).kind()).isEqualTo(Kind.CLOSED);
    assertThat(failure(read).kind()).isEqualTo(Kind.CLOSED);
    resume();
    assertThat(rig.sent()).isEmpty();
    client.get("/b");
    assertThat(rig.sent()).containsExactly(new Message.Get("/b"));
  }

  @Test
  void theBufferIsBounded() {
    rig.maxWaitingBytes = 64 << 10;
    ClaspClient client = connect();
    lose();
    String big = "x".repeat(30_000);
    var first = client.set("/a", big);
    var second = client.set("/b", big);
    var third = client.set("/c", big);
    rig.reactor.run();
    var again = client.set("/a", big);
    rig.reactor.run();

    assertThat(first).isNotDone();
    assertThat(second).isNotDone();
    assertThat(failure(third).kind()).isEqualTo(Kind.OVERFLOW);
    assertThat(again).as("takes the place of another").isNotDone();
    assertThat(client.statistics().waiting()).isEqualTo(2);
  }

  // --- attempts ----------------------------------------------------------------------------------

  @Test
  void waitsLongerBeforeEachAttempt() {
    connect();
    rig.dialer.next(
        FakeDialer.Outcome.UNREACHABLE,
        FakeDialer.Outcome.UNREACHABLE,
        FakeDialer.Outcome.UNREACHABLE,
        FakeDialer.Outcome.UNREACHABLE);
    lose();
    rig.reactor.pass(Duration.ofSeconds(15));

    assertThat(events(ClientEvent.Reconnecting.class))
        .extracting(e -> e.delay().toSeconds())
        .containsExactly(1L, 2L, 4L, 4L, 4L);
    assertThat(events(ClientEvent.Reconnecting.class))
        .extracting(ClientEvent.Reconnecting::attempt)
        .containsExactly(1, 2, 3, 4, 5);
    assertThat(events(ClientEvent.Reconnecting.class).getFirst().cause()).isEmpty();
    assertThat(events(ClientEvent.Reconnecting.class).getLast().cause().orElseThrow().kind())
        .isEqualTo(Kind.UNREACHABLE);
    rig.welcome();
    assertThat(rig.client().state()).isEqualTo(ClientState.CONNECTED);
  }

  @Test
  void comesBackWhenTheRouterThatStopsWantsItTo() {
    connect();
    var read = rig.client().get("/a");
    rig.link().says(goodbye("server shutting down, retry_after_ms=1700"));
    assertThat(read).as("is no answer").isNotDone();
    lose();
    rig.reactor.pass(Duration.ofSeconds(2));
    rig.welcome();
    lose();
    resume();
    rig.link().says(goodbye("retry_after_ms=999999999"));
    lose();

    assertThat(events(ClientEvent.Reconnecting.class))
        .extracting(e -> e.delay().toMillis())
        .as("the next time as ever; and nobody waits for days")
        .containsExactly(1_700L, 2_000L, 60_000L);
  }

  private static Message goodbye(String text) {
    return new Message.Error(501, text, Optional.empty(), OptionalInt.empty());
  }

  @Test
  void aShortConnectionDoesNotStartTheCountAgainButALongOneDoes() {
    connect();
    rig.reactor.pass(Duration.ofSeconds(1));
    lose();
    resume();
    rig.reactor.pass(Duration.ofSeconds(29));
    lose();
    resume();
    rig.reactor.pass(Duration.ofSeconds(30));
    lose();

    assertThat(events(ClientEvent.Reconnecting.class))
        .extracting(ClientEvent.Reconnecting::attempt)
        .containsExactly(1, 2, 1);
  }

  @Test
  void givesUpAfterTheLastAttempt() {
    rig.backoff = new Backoff(Duration.ofSeconds(1), 1, Duration.ofSeconds(1), false, 2);
    ClaspClient client = connect();
    Subscription subscription = client.subscribe("/a", _ -> {});
    rig.dialer.next(FakeDialer.Outcome.UNREACHABLE, FakeDialer.Outcome.UNREACHABLE);
    lose();
    var write = client.set("/a", 1);
    rig.reactor.pass(Duration.ofSeconds(2));

    assertThat(events(ClientEvent.ReconnectGaveUp.class)).hasSize(1);
    assertThat(rig.events.getLast()).isEqualTo(new ClientEvent.Closed());
    assertThat(client.state()).isEqualTo(ClientState.CLOSED);
    assertThat(failure(write).kind()).isEqualTo(Kind.CLOSED);
    assertThat(failure(write))
        .hasMessageStartingWith("gave up connecting to ws://one:1 after 2 attempts")
        .hasMessageEndingWith("before the write to /a was sent");
    assertThat(subscription.isOpen()).isFalse();
    var later = client.set("/a", 1);
    assertThat(failure(later).kind()).isEqualTo(Kind.CLOSED);
    assertThat(failure(later)).hasMessageStartingWith("the client has ended: gave up connecting");
    assertThat(rig.reactor.timers()).isZero();
    assertThat(rig.dialer.isClosed()).isTrue();
  }

  @Test
  void doesNotReconnectIfSoWished() {
    rig.reconnect = false;
    ClaspClient client = connect();
    var write = client.set("/a", 1);
    rig.sent();
    lose();

    assertThat(failure(write).kind()).isEqualTo(Kind.CLOSED);
    assertThat(client.state()).isEqualTo(ClientState.CLOSED);
    assertThat(events(ClientEvent.Disconnected.class)).hasSize(1);
    assertThat(events(ClientEvent.Reconnecting.class)).isEmpty();
  }

  @Test
  void aTokenThatIsRefusedLaterEndsTheClient() {
    rig.tokens = () -> "once good";
    ClaspClient client = connect();
    rig.link().says(Rig.error(302, "Token expired"));
    rig.link().ends(new CloseReason(CloseReason.POLICY, "expired"));
    rig.reactor.pass(Duration.ofSeconds(1));
    rig.link().says(Rig.error(302, "Token expired"));

    assertThat(client.state()).isEqualTo(ClientState.CLOSED);
    assertThat(events(ClientEvent.ReconnectGaveUp.class).getFirst().cause().code()).hasValue(302);
  }

  @Test
  void aSupplierMayComeUpWithANewTokenLater() {
    ArrayDeque<String> tokens = new ArrayDeque<>(List.of("a", "b", "c", "d"));
    rig.tokens = tokens::remove;
    rig.tokenMayChange = true;
    ClaspClient client = connect();
    lose();
    rig.reactor.pass(Duration.ofSeconds(1));
    rig.link().says(Rig.error(302, "Token expired"));
    assertThat(rig.dialer.links()).as("at once with another").hasSize(3);
    rig.link().says(Rig.error(302, "Token expired"));
    assertThat(rig.dialer.links()).as("then not so fast").hasSize(3);
    rig.reactor.pass(Duration.ofSeconds(2));
    rig.welcome();

    assertThat(client.state()).isEqualTo(ClientState.CONNECTED);
    assertThat(tokens).isEmpty();
  }

  @Test
  void aRouterThatSaysErrorInsteadOfWelcomeIsTriedAgain() {
    ClaspClient client = connect();
    lose();
    rig.reactor.pass(Duration.ofSeconds(1));
    rig.link().says(Rig.error(429, "too many sessions"));
    rig.reactor.pass(Duration.ofSeconds(2));
    rig.welcome();

    assertThat(client.state()).isEqualTo(ClientState.CONNECTED);
  }

  @Test
  void nothingOfAnOldConnectionCounts() {
    ClaspClient client = connect();
    FakeLink old = rig.link();
    lose();
    resume();
    var write = client.set("/a", 1);
    rig.sent();
    old.says(Rig.ack("/a", 1), Rig.error(300, "late"));
    old.breaks("again");

    assertThat(write).isNotDone();
    assertThat(client.state()).isEqualTo(ClientState.CONNECTED);
  }

  // --- locks -------------------------------------------------------------------------------------

  @Test
  void tellsWhichLocksAreLost() {
    ClaspClient client = connect();
    client.set("/kept", Value.of(1), SetOptions.CONFIRM.locking());
    client.set("/given back", Value.of(1), SetOptions.CONFIRM.locking());
    client.set("/given back", Value.of(1), SetOptions.CONFIRM.unlocking());
    client.set("/refused", Value.of(1), SetOptions.CONFIRM.locking());
    rig.sent();
    rig.link()
        .says(
            Rig.ack("/kept", 1),
            Rig.ack("/given back", 1),
            Rig.ack("/given back", 2),
            Rig.error(401, "LockHeld", "/refused"));
    lose();

    assertThat(events(ClientEvent.Disconnected.class))
        .containsExactly(
            new ClientEvent.Disconnected(
                new CloseReason(CloseReason.ABNORMAL, "cable"), List.of("/kept")));
  }
}
