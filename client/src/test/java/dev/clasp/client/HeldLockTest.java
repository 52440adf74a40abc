package dev.clasp.client;

import static dev.clasp.client.Outcomes.failure;
import static dev.clasp.client.Outcomes.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Locks that are held and given back. */
class HeldLockTest {

  private static final Message HELD = Rig.error(401, "LockHeld: another session holds it", "/a");
  private static final Message GET = new Message.Get("/a");

  private final Rig rig = Rig.connected();
  private final ClaspClient client = rig.client();

  private static Message there(double value, long revision) {
    return Rig.snapshot(Rig.entry("/a", value, revision));
  }

  private static Message locking(double value, OptionalLong revision) {
    return new Message.SetValue("/a", Value.of(value), revision, true, false, Optional.empty());
  }

  private static Message unlocking(double value, OptionalLong revision) {
    return new Message.SetValue("/a", Value.of(value), revision, false, true, Optional.empty());
  }

  private HeldLock held() {
    var lock = client.lock("/a");
    rig.sent();
    rig.link().says(there(5, 3));
    rig.sent();
    rig.link().says(Rig.ack("/a", 4));
    return result(lock);
  }

  @Test
  void aLockComesWithTheValueThatIsThere() {
    var lock = client.lock("/a");
    assertThat(rig.sent()).containsExactly(GET);
    rig.link().says(there(5, 3));
    assertThat(rig.sent()).containsExactly(locking(5, OptionalLong.of(3)));
    rig.link().says(Rig.ack("/a", 4));

    assertThat(result(lock).isHeld()).isTrue();
    assertThat(result(lock).address()).isEqualTo("/a");
  }

  @Test
  void orWithAnother() {
    var lock = client.lock("/a", LockOptions.NOW.withValue(0.5));
    assertThat(rig.sent()).containsExactly(locking(0.5, OptionalLong.empty()));
    rig.link().says(Rig.ack("/a", 1));
    assertThat(result(lock).isHeld()).isTrue();
  }

  @Test
  void whereNothingIsAValueIsNeeded() {
    var lock = client.lock("/a");
    rig.sent();
    rig.link().says(Rig.error(404, "NotFound", "/a"));
    assertThat(failure(lock).kind()).isEqualTo(Kind.INVALID);
    assertThat(failure(lock)).hasMessageContaining("give one with LockOptions.withValue");
  }

  @Test
  void aLockOfAnotherIsRefused() {
    var lock = client.lock("/a", LockOptions.NOW.withValue(1));
    rig.sent();
    rig.link().says(HELD);
    assertThat(Refusal.of(failure(lock))).hasValue(Refusal.LOCK_HELD);

    var tried = client.tryLock("/a");
    rig.sent();
    rig.link().says(there(5, 3));
    rig.sent();
    rig.link().says(HELD);
    assertThat(result(tried)).isEmpty();
  }

  @Test
  void patienceTriesAgainMoreAndMoreSlowly() {
    var lock =
        client.lock("/a", LockOptions.NOW.withValue(0.5).withPatience(Duration.ofMillis(200)));
    rig.sent();
    rig.link().says(HELD);
    assertThat(rig.sent()).isEmpty();
    rig.reactor.pass(Duration.ofMillis(50));
    assertThat(rig.sent()).hasSize(1);
    rig.link().says(HELD);
    rig.reactor.pass(Duration.ofMillis(99));
    assertThat(rig.sent()).isEmpty();
    rig.reactor.pass(Duration.ofMillis(1));
    assertThat(rig.sent()).hasSize(1);
    rig.link().says(HELD);
    // At the end once more.
    rig.reactor.pass(Duration.ofMillis(50));
    assertThat(rig.sent()).hasSize(1);
    rig.link().says(HELD);

    assertThat(Refusal.of(failure(lock))).hasValue(Refusal.LOCK_HELD);
  }

  @Test
  void waitingEndsWithTheClient() {
    var lock = client.lock("/a", LockOptions.NOW.withValue(1).withPatience(Duration.ofHours(1)));
    rig.sent();
    rig.link().says(HELD);
    CompletableFuture<Void> closed = client.closeAsync();
    rig.reactor.run();
    rig.link().says(new Message.Pong());
    assertThat(closed).isCompleted();
    assertThat(failure(lock).kind()).isEqualTo(Kind.CLOSED);
  }

  @Test
  void waitingEndsWithTheClientAlsoWhileACallbackHangs() {
    Rig hanging = new Rig();
    List<Runnable> callbacks = new ArrayList<>();
    hanging.dispatcher = callbacks::add;
    hanging.connect();
    var lock =
        hanging.client().lock("/a", LockOptions.NOW.withValue(1).withPatience(Duration.ofHours(1)));
    hanging.sent();
    hanging.link().says(HELD);
    var _ = hanging.client().closeAsync();
    hanging.reactor.run();
    hanging.link().says(new Message.Pong());
    assertThat(failure(lock).kind()).isEqualTo(Kind.CLOSED);
  }

  @Test
  void aLossThatIsNotToldYetCountsAlready() {
    Rig hanging = new Rig();
    List<Runnable> callbacks = new ArrayList<>();
    hanging.dispatcher = callbacks::add;
    hanging.connect();
    var taken = hanging.client().lock("/a", LockOptions.NOW.withValue(1));
    hanging.sent();
    hanging.link().says(Rig.ack("/a", 1));
    HeldLock lock = result(taken);

    hanging.link().breaks("cable");
    hanging.reactor.pass(Duration.ofSeconds(1));
    hanging.welcome();
    assertThat(lock.isHeld()).isFalse();
    // It would take the lock again, behind the back of its holder.
    assertThat(failure(lock.set(2)).kind()).isEqualTo(Kind.CLOSED);
    assertThat(hanging.sent()).isEmpty();
  }

  @Test
  void aValueThatCannotBeSentLeavesTheAddressFree() {
    Value tooLong = Value.of("x".repeat(70_000));
    assertThatThrownBy(() -> client.lock("/a", LockOptions.NOW.withValue(tooLong)))
        .isInstanceOf(ClaspException.class);
    HeldLock lock = held();
    assertThatThrownBy(() -> lock.set(tooLong)).isInstanceOf(ClaspException.class);

    lock.close();
    rig.sent();
    rig.link().says(Rig.error(301, "Forbidden", "/a"));
    assertThat(rig.sent()).containsExactly(unlocking(5, OptionalLong.empty()));
  }

  @Test
  void inOneClientItIsHeldOnce() {
    HeldLock lock = held();
    assertThat(Refusal.of(failure(client.lock("/a")))).hasValue(Refusal.LOCK_HELD);
    assertThat(result(client.tryLock("/a"))).isEmpty();
    assertThat(rig.sent()).isEmpty();

    lock.close();
    rig.sent();
    rig.link().says(there(5, 4));
    rig.sent();
    rig.link().says(Rig.ack("/a", 5));
    assertThat(held().isHeld()).isTrue();
  }

  @Test
  void writesKeepIt() {
    HeldLock lock = held();
    var write = lock.set(7.0);
    assertThat(rig.sent()).containsExactly(locking(7, OptionalLong.empty()));
    rig.link().says(Rig.ack("/a", 5));
    assertThat(result(write).revision()).hasValue(5);
    assertThat(lock.isHeld()).isTrue();
  }

  @Test
  void itIsGivenBackWithTheValueThatIsThere() {
    HeldLock lock = held();
    var released = lock.release();
    assertThat(rig.sent()).containsExactly(GET);
    rig.link().says(there(8, 6));
    assertThat(rig.sent()).containsExactly(unlocking(8, OptionalLong.of(6)));
    assertThat(released).isNotDone();
    rig.link().says(Rig.ack("/a", 7));

    assertThat(released).isCompleted();
    assertThat(lock.isHeld()).isFalse();
    assertThat(lock.lost()).isNotDone();
    assertThat(lock.release()).isCompleted();
    assertThat(failure(lock.set(1)).kind()).isEqualTo(Kind.CLOSED);
    assertThat(rig.sent()).isEmpty();
  }

  @Test
  void whoMayNotReadGivesItBackWithWhatHeWroteLast() {
    HeldLock lock = held();
    lock.set(7.0);
    rig.sent();
    rig.link().says(Rig.ack("/a", 5));
    lock.close();
    rig.sent();
    rig.link().says(Rig.error(301, "Forbidden", "/a"));
    assertThat(rig.sent()).containsExactly(unlocking(7, OptionalLong.empty()));
  }

  @Test
  void aLostConnectionLosesItAndTells() {
    HeldLock lock = held();
    CompletableFuture<String> lost = lock.lost();
    rig.link().breaks("cable");

    assertThat(result(lost)).contains("the connection was lost").contains("cable");
    assertThat(lock.isHeld()).isFalse();
    assertThat(failure(lock.set(1)).kind()).isEqualTo(Kind.CLOSED);
    assertThat(lock.release()).isCompleted();

    rig.reactor.pass(Duration.ofSeconds(1));
    rig.welcome();
    // It is not taken again by itself, but may be.
    assertThat(rig.sent()).isEmpty();
    assertThat(held().isHeld()).isTrue();
  }

  @Test
  void aConnectionThatIsLostWhileTakingTakesNothing() {
    var lock = client.lock("/a", LockOptions.NOW.withValue(1));
    rig.sent();
    rig.link().breaks("cable");
    assertThat(failure(lock).kind()).isEqualTo(Kind.CLOSED);
  }

  @Test
  void whatIsAskedWhileOfflineIsHeldByTheNextConnection() {
    rig.link().breaks("cable");
    var lock = client.lock("/a");
    rig.reactor.pass(Duration.ofSeconds(1));
    rig.welcome();
    assertThat(rig.sent()).contains(GET);
    rig.link().says(there(5, 3));
    assertThat(rig.sent()).contains(locking(5, OptionalLong.of(3)));
    rig.link().says(Rig.ack("/a", 4));
    assertThat(result(lock).isHeld()).isTrue();
  }

  @Test
  void aBrokenLockIsNoticedAtTheNextWrite() {
    HeldLock lock = held();
    var write = lock.set(1);
    rig.sent();
    rig.link().says(HELD);
    assertThat(Refusal.of(failure(write))).hasValue(Refusal.LOCK_HELD);
    assertThat(result(lock.lost())).contains("another session");
    assertThat(lock.isHeld()).isFalse();
  }

  @Test
  void optionsHaveTheirRange() {
    assertThatThrownBy(() -> LockOptions.NOW.withPatience(Duration.ofDays(2)))
        .hasMessageContaining("nothing to a day");
    assertThatThrownBy(() -> client.lock("no address")).isInstanceOf(ClaspException.class);
  }
}
