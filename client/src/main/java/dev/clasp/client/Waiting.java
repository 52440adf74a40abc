package dev.clasp.client;

import dev.clasp.client.ClaspException.Kind;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Waits for futures in the manner of the blocking face. */
final class Waiting {

  private Waiting() {}

  /**
   * @throws ClaspException what the future failed with, with the stack of this thread; or of kind
   *     INTERRUPTED
   */
  static <T> T on(CompletableFuture<T> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClaspException(Kind.INTERRUPTED, "interrupted while waiting for the router", e);
    } catch (CancellationException e) {
      throw new ClaspException(Kind.CLOSED, "the request was cancelled", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ClaspException cause) {
        throw cause.here();
      }
      throw new IllegalStateException("unexpected failure", e.getCause());
    }
  }
}
