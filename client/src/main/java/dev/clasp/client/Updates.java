package dev.clasp.client;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.Value;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Changes that depend on what is there: read, decide, write on condition that it is still there;
 * again from the start when it is not.
 */
final class Updates {

  /** Somebody wins each round, so this many others were faster. */
  static final int MAX_ATTEMPTS = 32;

  private Updates() {}

  /** Writes what the function makes of the present parameter. */
  static CompletableFuture<Parameter> update(
      ClaspClient client, String address, Function<Optional<Parameter>, ?> change) {
    return update(client, address, change, 1);
  }

  private static CompletableFuture<Parameter> update(
      ClaspClient client, String address, Function<Optional<Parameter>, ?> change, int attempt) {
    return client
        .get(address)
        .thenCompose(found -> {
          Value value = Values.of(change.apply(found));
          return client
              .set(address, value, SetOptions.CONFIRM.ifRevision(revision(found)))
              .thenApply(ack ->
                  new Parameter(
                      address,
                      value,
                      ack.revision().orElse(0),
                      Optional.of(client.session()),
                      OptionalLong.empty()));
        })
        .exceptionallyCompose(failure ->
            isConflict(failure) && attempt < MAX_ATTEMPTS
                ? update(client, address, change, attempt + 1)
                : CompletableFuture.failedFuture(Refusal.cause(failure)));
  }

  /** Writes if the present value is the expected one. */
  static CompletableFuture<Boolean> compareAndSet(
      ClaspClient client, String address, Value expected, Value value, int attempt) {
    return client
        .get(address)
        .thenCompose(found -> {
          if (found.isEmpty() || !Values.same(found.get().value(), expected)) {
            return CompletableFuture.completedFuture(false);
          }
          return client
              .set(address, value, SetOptions.CONFIRM.ifRevision(revision(found)))
              .thenApply(_ -> true);
        })
        .exceptionallyCompose(failure ->
            isConflict(failure) && attempt < MAX_ATTEMPTS
                ? compareAndSet(client, address, expected, value, attempt + 1)
                : CompletableFuture.failedFuture(Refusal.cause(failure)));
  }

  /** Writes if the parameter is at a revision. */
  static CompletableFuture<Boolean> compareAndSet(
      ClaspClient client, String address, long revision, Value value) {
    return client
        .set(address, value, SetOptions.CONFIRM.ifRevision(revision))
        .thenApply(_ -> true)
        .exceptionallyCompose(failure ->
            isConflict(failure)
                ? CompletableFuture.completedFuture(false)
                : CompletableFuture.failedFuture(Refusal.cause(failure)));
  }

  /** Nothing is at revision 0: then the condition says that there must be nothing still. */
  static long revision(Optional<Parameter> found) {
    return found.map(Parameter::revision).orElse(0L);
  }

  static boolean isConflict(Throwable failure) {
    return Refusal.of(failure).filter(r -> r == Refusal.REVISION_CONFLICT).isPresent();
  }

  static boolean isLocked(Throwable failure) {
    return Refusal.of(failure).filter(r -> r == Refusal.LOCK_HELD).isPresent();
  }

  static ClaspException nothingToLock(String address) {
    return ClaspException.of(
        Kind.INVALID,
        "there is no value at "
            + address
            + ", and a lock comes with a write: give one with LockOptions.withValue");
  }
}
