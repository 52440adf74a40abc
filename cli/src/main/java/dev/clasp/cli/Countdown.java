package dev.clasp.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Says to a person how long something still takes, once a second in one line, which goes away at
 * the end. Where nobody sits at a terminal, nothing.
 */
final class Countdown implements AutoCloseable {

  private static final String CLEAR = "\r\u001b[K";

  private final PrintWriter err;
  private final String what;
  private final @Nullable ScheduledExecutorService ticking;

  /** Guarded by this. */
  private long left;

  private Countdown(
      PrintWriter err, String what, Duration time, @Nullable ScheduledExecutorService ticking) {
    this.err = err;
    this.what = what;
    this.left = time.toSeconds();
    this.ticking = ticking;
  }

  /**
   * Begins; close it before anything else is printed.
   *
   * @param what is done: {@code looking for routers}
   */
  static Countdown of(Clasp clasp, String what, Duration time) {
    boolean seen = clasp.terminal().errIsTerminal() && time.toSeconds() >= 1;
    ScheduledExecutorService ticking =
        seen
            ? Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("clasp-countdown").factory())
            : null;
    Countdown countdown = new Countdown(clasp.terminal().err(), what, time, ticking);
    if (ticking != null) {
      var _ = ticking.scheduleAtFixedRate(countdown::tick, 0, 1, TimeUnit.SECONDS);
    }
    return countdown;
  }

  private synchronized void tick() {
    if (left >= 0) {
      err.print(CLEAR + what + ", " + left + " s");
      err.flush();
      left--;
    }
  }

  @Override
  public void close() {
    if (ticking != null) {
      ticking.shutdownNow();
      synchronized (this) {
        left = -1;
        err.print(CLEAR);
        err.flush();
      }
    }
  }
}
