package dev.clasp.client;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.Value;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The lock of an address: while it is held, only this client can write there. Thread-safe.
 *
 * {@snippet :
 * try (HeldLock spot = client.blocking().lock("/spot/1")) {
 *   spot.lost().thenAccept(why -> showThatOthersMayWriteNow(why));
 *   spot.set(0.8).join();
 * }
 * }
 *
 * <p>It belongs to the connection: when that is lost, the lock is, and {@link #lost} tells. It is
 * not taken again by itself, since somebody else may have written meanwhile. In one client it is
 * held once: a second {@code lock} of the same address is refused as if another client held it.
 *
 * <p>When an administrator breaks it, nobody is told; the next {@link #set} notices.
 */
public final class HeldLock implements AutoCloseable {

  private static final int RELEASE_ATTEMPTS = 8;
  private static final long FIRST_PAUSE = 50_000_000;
  private static final long LONGEST_PAUSE = 1_000_000_000;

  private enum State {
    TAKING,
    HELD,
    RELEASING,
    OVER
  }

  private final ClaspClient client;
  private final Conductor conductor;
  private final Set<String> taken;
  private final String address;
  private final CompletableFuture<String> lost = new CompletableFuture<>();
  private final AtomicReference<State> state = new AtomicReference<>(State.TAKING);
  private final AtomicReference<@Nullable CompletableFuture<Void>> release =
      new AtomicReference<>();
  private volatile Value newest = Value.NULL;
  private volatile String session = "";
  private volatile @Nullable Registration registration;

  private HeldLock(ClaspClient client, Conductor conductor, Set<String> taken, String address) {
    this.client = client;
    this.conductor = conductor;
    this.taken = taken;
    this.address = address;
  }

  // --- taking ------------------------------------------------------------------------------------

  /**
   * @param taken addresses that this client has locked or is locking
   */
  static CompletableFuture<HeldLock> take(
      ClaspClient client,
      Conductor conductor,
      Set<String> taken,
      String address,
      LockOptions options) {
    Addresses.check(address);
    long until = conductor.nanos() + options.patience().toNanos();
    return take(client, conductor, taken, address, options, until, FIRST_PAUSE);
  }

  private static CompletableFuture<HeldLock> take(
      ClaspClient client,
      Conductor conductor,
      Set<String> taken,
      String address,
      LockOptions options,
      long until,
      long pause) {
    return takeOnce(client, conductor, taken, address, options)
        .exceptionallyCompose(failure -> {
          long left = until - conductor.nanos();
          if (!Updates.isLocked(failure) || left <= 0) {
            return CompletableFuture.failedFuture(Refusal.cause(failure));
          }
          return conductor
              .pause(Math.min(pause, left))
              .thenCompose(_ ->
                  take(
                      client,
                      conductor,
                      taken,
                      address,
                      options,
                      until,
                      Math.min(2 * pause, LONGEST_PAUSE)));
        });
  }

  private static CompletableFuture<HeldLock> takeOnce(
      ClaspClient client,
      Conductor conductor,
      Set<String> taken,
      String address,
      LockOptions options) {
    if (!taken.add(address)) {
      return CompletableFuture.failedFuture(
          ClaspException.of(
              Kind.REJECTED,
              address + ": LockHeld: this client holds the lock of this address already",
              ErrorCode.LOCK_HELD,
              address));
    }
    HeldLock lock = new HeldLock(client, conductor, taken, address);
    // Before asking, so that no loss is missed.
    lock.registration = client.listen(lock::happened);
    CompletableFuture<Ack> written;
    try {
      written = lock.write(options.value(), 1);
    } catch (RuntimeException e) {
      // A value that cannot be sent: the caller may lock with another.
      lock.over();
      throw e;
    }
    return written
        .thenApply(lock::begin)
        .whenComplete((_, failure) -> {
          if (failure != null) {
            lock.over();
          }
        });
  }

  private CompletableFuture<Ack> write(Optional<Value> value, int attempt) {
    if (value.isPresent()) {
      newest = value.get();
      session = client.session();
      return client.set(address, newest, SetOptions.CONFIRM.locking());
    }
    return client
        .get(address)
        .thenCompose(found -> {
          newest = found.orElseThrow(() -> Updates.nothingToLock(address)).value();
          session = client.session();
          return client.set(
              address, newest, SetOptions.CONFIRM.locking().ifRevision(Updates.revision(found)));
        })
        .exceptionallyCompose(failure ->
            Updates.isConflict(failure) && attempt < Updates.MAX_ATTEMPTS
                ? write(value, attempt + 1)
                : CompletableFuture.failedFuture(Refusal.cause(failure)));
  }

  private HeldLock begin(Ack ack) {
    if (!session.equals(client.session()) || !state.compareAndSet(State.TAKING, State.HELD)) {
      // Of the two connections it may be the new one that holds it: then nobody would give it back.
      // The condition keeps this from touching what others have written since.
      CompletableFuture<Ack> _ =
          client.set(
              address, newest, SetOptions.CONFIRM.unlocking().ifRevision(ack.revision().orElse(0)));
      throw ClaspException.of(
          Kind.CLOSED, "the lock of " + address + " was lost with the connection at once");
    }
    return this;
  }

  // --- while it is held --------------------------------------------------------------------------

  /** What is locked. */
  public String address() {
    return address;
  }

  /** False once it was lost or given back. */
  public boolean isHeld() {
    // The loss may not be told yet, where a callback takes long.
    return state.get() == State.HELD && session.equals(client.session());
  }

  /**
   * Completes with the reason, a sentence, when the lock is lost; never, when it is given back.
   * Told on the client's dispatcher, or where a {@link #set} noticed.
   */
  public CompletableFuture<String> lost() {
    return lost.copy();
  }

  /**
   * Writes and keeps the lock.
   *
   * @param value anything that {@link Values#of} takes
   * @return as of {@link ClaspClient#set}; fails with CLOSED when the lock is not held any more:
   *     then nothing was sent
   */
  public CompletableFuture<Ack> set(Object value) {
    Value v = Values.of(value);
    if (!isHeld()) {
      return CompletableFuture.failedFuture(
          ClaspException.of(
              Kind.CLOSED,
              "the write to " + address + " was not sent: the lock is not held any more"));
    }
    CompletableFuture<Ack> written = client.set(address, v, SetOptions.CONFIRM.locking());
    newest = v;
    return written.whenComplete((_, failure) -> {
      if (failure != null && Updates.isLocked(failure)) {
        lose("another session holds the lock of " + address + " now");
      }
    });
  }

  private void happened(ClientEvent event) {
    switch (event) {
      case ClientEvent.Disconnected(var reason, var locks) -> {
        // An event that was told late may be about an earlier connection.
        boolean ours = !(conductor.isConnected() && session.equals(client.session()));
        if (locks.contains(address) && ours) {
          lose("the connection was lost" + Exchange.because(reason));
        }
      }
      case ClientEvent.Closed _ -> lose("the client is closed");
      case ClientEvent.Connecting _,
          ClientEvent.Connected _,
          ClientEvent.Reconnecting _,
          ClientEvent.ReconnectGaveUp _,
          ClientEvent.ErrorReceived _,
          ClientEvent.Dropped _,
          ClientEvent.CallbackFailed _,
          ClientEvent.Undecodable _ -> {}
    }
  }

  private void lose(String why) {
    if (state.compareAndSet(State.HELD, State.OVER)) {
      forget();
      lost.complete(why);
    }
    state.compareAndSet(State.TAKING, State.OVER);
  }

  private void over() {
    state.set(State.OVER);
    forget();
  }

  private void forget() {
    taken.remove(address);
    Registration r = registration;
    if (r != null) {
      r.close();
    }
  }

  // --- giving it back ----------------------------------------------------------------------------

  /**
   * Gives it back, behind what was written before; the value stays. When it was lost already, there
   * is nothing to do.
   *
   * @return completed when the router has confirmed it
   */
  public CompletableFuture<Void> release() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    CompletableFuture<Void> going = release.compareAndExchange(null, done);
    if (going != null) {
      return going.copy();
    }
    if (!state.compareAndSet(State.HELD, State.RELEASING)) {
      done.complete(Nothing.NOTHING);
      return done.copy();
    }
    CompletableFuture<?> _ =
        giveBack(1)
            .whenComplete((_, failure) -> {
              over();
              Throwable cause = failure == null ? null : Refusal.cause(failure);
              // Without the connection the lock is gone anyway; somebody else has it now.
              boolean gone =
                  cause == null
                      || Updates.isLocked(cause)
                      || (cause instanceof ClaspException e && e.kind() == Kind.CLOSED);
              if (gone) {
                done.complete(Nothing.NOTHING);
              } else {
                done.completeExceptionally(cause);
              }
            });
    return done.copy();
  }

  private CompletableFuture<Ack> giveBack(int attempt) {
    // What is there may be newer than what we wrote: a timeline of ours may play.
    return client
        .get(address)
        .handle((found, failure) -> failure == null ? found : Optional.<Parameter>empty())
        .thenCompose(found -> {
          if (!session.equals(client.session())) {
            throw ClaspException.of(Kind.CLOSED, "the lock went with its connection");
          }
          SetOptions options = SetOptions.CONFIRM.unlocking();
          if (found.isPresent() && attempt < RELEASE_ATTEMPTS) {
            options = options.ifRevision(found.get().revision());
          }
          return client.set(address, found.map(Parameter::value).orElse(newest), options);
        })
        .exceptionallyCompose(failure ->
            Updates.isConflict(failure)
                ? giveBack(attempt + 1)
                : CompletableFuture.failedFuture(Refusal.cause(failure)));
  }

  /**
   * As {@link #release}, without waiting: what this client sends from now on comes behind it.
   * Closing the client gives locks back too.
   */
  @Override
  public void close() {
    CompletableFuture<Void> _ = release();
  }

  @Override
  public String toString() {
    return "HeldLock[" + address + ", " + state + "]";
  }
}
