package dev.clasp.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;

/** What became of a future, at once. */
final class Outcomes {

  private Outcomes() {}

  static <T> T result(CompletableFuture<T> future) {
    assertThat(future).isCompleted();
    return future.join();
  }

  static ClaspException failure(CompletableFuture<?> future) {
    assertThat(future).isCompletedExceptionally();
    return (ClaspException) future.exceptionNow();
  }
}
