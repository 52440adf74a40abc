package dev.clasp.client;

import dev.clasp.client.ClaspException.Kind;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for futures in the manner of the blocking face. */
final class Waiting {

  /** What the future waits for has a limit of its own. */
  private static final Duration FOR_EVER = Duration.ofDays(10_000);

  private Waiting() {}

  /**
   * @throws ClaspException what the future failed with, with the stack of this thread; or of kind
   *     INTERRUPTED
   */
  static <T> T on(CompletableFuture<T> future) {
    return on(future, FOR_EVER, "");
  }

  /**
   * @param what did not happen, when the time is over: then TIMEOUT is thrown
   */
  static <T> T on(CompletableFuture<T> future, Duration limit, String what) {
    try {
      return future.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw ClaspException.of(
          Kind.TIMEOUT, what + " within " + limit.toMillis() / 1000.0 + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ClaspException.of(Kind.INTERRUPTED, "interrupted while waiting for the router", e);
    } catch (CancellationException e) {
      throw ClaspException.of(Kind.CLOSED, "the request was cancelled", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ClaspException cause) {
        throw cause.here();
      }
      throw new IllegalStateException("unexpected failure", e.getCause());
    }
  }
}
