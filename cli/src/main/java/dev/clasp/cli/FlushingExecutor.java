package dev.clasp.cli;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One thread that runs tasks which write, and flushes when there is nothing left to do: what comes
 * alone is seen at once, what comes in masses is written in blocks.
 */
final class FlushingExecutor extends ThreadPoolExecutor {

  private final Runnable flush;

  FlushingExecutor(Runnable flush) {
    super(
        1,
        1,
        0,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(),
        Thread.ofPlatform().daemon().name("clasp-print").factory());
    this.flush = flush;
  }

  @Override
  protected void afterExecute(Runnable task, @Nullable Throwable failure) {
    if (getQueue().isEmpty()) {
      flush.run();
    }
  }
}
