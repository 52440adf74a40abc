package dev.clasp.client;

import static dev.clasp.client.Outcomes.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.Eventually;
import dev.clasp.transport.Backoff;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the client makes of a router with the ways of the reference: handled, or reported. */
class ReferenceRouterTest {

  /** To be waited for in full, and yet enough for an answer on a busy machine. */
  private static final Duration SHORT = Duration.ofSeconds(8);

  private final List<AutoCloseable> open = new ArrayList<>();
  private final ReferenceRouter router = closing(ReferenceRouter.start());
  private final Queue<ClientEvent> events = new ConcurrentLinkedQueue<>();

  private <T extends AutoCloseable> T closing(T closeable) {
    open.addFirst(closeable);
    return closeable;
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  private ClaspClient.Builder builder() {
    return ClaspClient.builder(router.url())
        .backoff(new Backoff(Duration.ofMillis(20), 1, Duration.ofMillis(20), false, 0))
        .listener(events::add);
  }

  private ClaspClient connect() {
    return closing(builder().connectBlocking());
  }

  private ClaspClient connect(Duration limit) {
    return closing(builder().requestTimeout(limit).connectBlocking());
  }

  @Test
  void acksThatNobodyAskedForAreCountedAndConfuseNobody() {
    ClaspClient client = connect();
    for (int i = 0; i < 10; i++) {
      client.set("/a", Value.of(i), SetOptions.FIRE);
    }
    Ack answer = client.blocking().set("/a", Value.of(10));

    // The answers of ten fired writes come first, with the same address.
    client.blocking().ping();
    assertThat(answer.revision()).isPresent();
    assertThat(router.value("/a")).contains(Value.of(10));
    Ack next = client.blocking().set("/a", Value.of(11));
    assertThat(next.revision()).hasValue(12);
    assertThat(client.statistics().unmatchedAcks()).isEqualTo(10);
  }

  @Test
  void aMissIsATimeoutThatSaysSo() {
    ClaspClient client = connect(SHORT);
    ClaspException why =
        catchThrowableOfType(ClaspException.class, () -> client.blocking().get("/none"));
    assertThat(why.kind()).isEqualTo(Kind.TIMEOUT);
    client.blocking().set("/none", Value.of(1));
    assertThat(client.blocking().get("/none").orElseThrow().value()).isEqualTo(Value.of(1));
  }

  @Test
  void aSubscriptionToNothingIsActive() throws Exception {
    Subscription subscription = connect().subscribe("/none/**", _ -> {});
    Eventually.is("active", () -> subscription.active().isDone());
    assertThat(subscription.active().get()).isSameAs(subscription);
  }

  @Test
  void aBadPatternFailsTheSubscription() {
    Subscription subscription = connect().subscribe("/bad/**", _ -> {});
    Eventually.is("refused", () -> subscription.active().isDone());
    assertThat(failure(subscription.active()).code()).isEqualTo(OptionalInt.of(202));
  }

  @Test
  void optionsThatAreIgnoredLoseNothing() {
    ClaspClient client = connect();
    Queue<Signal> got = new ConcurrentLinkedQueue<>();
    Subscription limited =
        client.subscribe("/a", SubscribeOptions.DEFAULT.withMaxRate(1).withEpsilon(1000), got::add);
    client.blocking().ping();
    for (int i = 0; i < 20; i++) {
      client.blocking().set("/a", Value.of(i));
    }
    Eventually.is("everything", () -> got.size() == 20);
    assertThat(limited.isOpen()).isTrue();
    router.cut();
    Eventually.is(
        "the options are sent again",
        () ->
            router.received().stream()
                    .filter(m ->
                        m instanceof Message.Subscribe s
                            && s.options().maxRate().equals(OptionalInt.of(1)))
                    .count()
                == 2);
  }

  @Test
  void failuresOfTheStateKeepTheTextOfTheRouter() {
    ClaspClient holder = connect();
    ClaspClient other = connect();
    holder.blocking().set("/a", Value.of(1), SetOptions.CONFIRM.locking());

    ClaspException held =
        catchThrowableOfType(ClaspException.class, () -> other.blocking().set("/a", Value.of(2)));
    assertThat(held.kind()).isEqualTo(Kind.REJECTED);
    assertThat(held.code()).hasValue(400);
    assertThat(held.address()).contains("/a");
    assertThat(held).hasMessageContaining("LockHeld");
    ClaspException conflict =
        catchThrowableOfType(
            ClaspException.class,
            () -> holder.blocking().set("/a", Value.of(2), SetOptions.CONFIRM.ifRevision(7)));
    assertThat(conflict).hasMessageContaining("RevisionConflict");
  }

  @Test
  void locksAreGivenBackBecauseTheRouterKeepsThem() {
    ClaspClient holder = connect();
    holder.blocking().set("/a", Value.of(1), SetOptions.CONFIRM.locking());
    holder.close();
    assertThat(connect().blocking().set("/a", Value.of(2)).revision()).isPresent();
  }

  @Test
  void locksThatAreLostWithTheConnectionAreReported() {
    ClaspClient holder = connect();
    holder.blocking().set("/a", Value.of(1), SetOptions.CONFIRM.locking());
    router.cut();
    Eventually.is(
        "told",
        () ->
            events.stream()
                .anyMatch(e ->
                    e instanceof ClientEvent.Disconnected d && d.locks().equals(List.of("/a"))));
  }

  @Test
  void aBundleForLaterIsConfirmedAtOnce() {
    ClaspClient client = connect();
    Ack answer =
        client.blocking().bundle(new BundleBuilder().set("/a", 1).at(client.time() + 60_000_000));
    assertThat(answer.revision()).as("a router of ours has none yet").hasValue(1);
  }

  @Test
  void theEndOfAGestureArrivesThoughItsMovesAreWithheld() {
    ClaspClient player = connect();
    ClaspClient viewer = connect();
    Queue<Signal.Gesture> got = new ConcurrentLinkedQueue<>();
    Queue<Signal> own = new ConcurrentLinkedQueue<>();
    viewer.subscribe("/touch", signal -> got.add((Signal.Gesture) signal));
    player.subscribe("/touch", own::add);
    viewer.blocking().ping();
    player.blocking().ping();
    player.gesture("/touch", 1, GesturePhase.START, Value.of(0));
    for (int i = 1; i < 50; i++) {
      player.gesture("/touch", 1, GesturePhase.MOVE, Value.of(i));
    }
    player.gesture("/touch", 1, GesturePhase.END, Value.of(50));

    Eventually.is("the end", () -> got.stream().anyMatch(g -> g.phase() == GesturePhase.END));
    assertThat(got.stream().map(Signal.Gesture::phase))
        .startsWith(GesturePhase.START)
        .endsWith(GesturePhase.END);
    assertThat(got).hasSizeLessThan(51);
  }

  @Test
  void aRefusedTokenIsARefusalThoughTheConnectionStaysOpen() {
    ReferenceRouter strict = closing(ReferenceRouter.startWithToken("right"));
    CompletableFuture<ClaspClient> refused =
        ClaspClient.builder(strict.url()).token("wrong").connect();
    Eventually.is("refused", refused::isDone);
    assertThat(failure(refused).kind()).isEqualTo(Kind.REFUSED);
    assertThat(failure(refused).code()).hasValue(300);
    closing(ClaspClient.builder(strict.url()).token("right").connectBlocking());
  }

  @Test
  void announcementsAreMadeAgain() {
    connect().announce("/desk", List.of(), Map.of()).join();
    router.cut();
    Eventually.is(
        "announced twice",
        () -> router.received().stream().filter(Message.Announce.class::isInstance).count() == 2);
  }

  @Test
  void whatIsInDoubtIsSentAlthoughMissesHaveNoAnswer() {
    ClaspClient client = connect();
    CompletableFuture<Ack> first = client.set("/fresh", 1);
    router.cut();
    client.set("/fresh", 2);
    Eventually.is("the last value", () -> router.value("/fresh").equals(Optional.of(Value.of(2))));
    Eventually.is("confirmed", first::isDone);
  }

  @Test
  void theClockIsMeasuredWhateverTheRouterAnswers() {
    ClaspClient client = connect();
    assertThat(client.sync().join().samples()).isPositive();
  }
}
