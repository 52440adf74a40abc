package dev.clasp.cli;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Signals of this process, by way of a shutdown hook: SIGINT and SIGTERM start the JVM's shutdown,
 * the hook tells the command, waits until it has returned, and ends the process with its status
 * instead of the JVM's 130 or 143.
 */
final class ProcessInterrupts implements Interrupts {

  /** Longer than the server needs to close all connections. */
  private static final long PATIENCE_SECONDS = 10;

  private final List<Runnable> actions = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Integer> returned = new CompletableFuture<>();
  private final Thread hook = new Thread(this::interrupted, "clasp-interrupt");

  ProcessInterrupts() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  @Override
  public Registration onInterrupt(Runnable action) {
    Runnable own = action::run;
    actions.add(own);
    return () -> actions.remove(own);
  }

  /** Ends the process; does not return. */
  void exit(int status) {
    returned.complete(status);
    // Blocks for ever while a shutdown is in progress; then the hook ends the process.
    Runtime.getRuntime().exit(status);
  }

  private void interrupted() {
    if (returned.isDone() || actions.isEmpty()) {
      return;
    }
    for (Runnable action : actions) {
      action.run();
    }
    int status = ExitStatus.INTERRUPTED;
    try {
      status = returned.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      // Not cleaned up in time: say so by the status.
    }
    Runtime.getRuntime().halt(status);
  }
}
