package dev.clasp.systemtests;

import java.time.Duration;

/**
 * How long tests wait for what has to happen. Long, because the machine may be busy; never reached
 * when all is well.
 */
final class Patience {

  /** For an answer or a delivery. */
  static final Duration LIMIT = Duration.ofSeconds(60);

  /** For a program to start. */
  static final Duration START = Duration.ofSeconds(120);

  /** For a program to end by itself. */
  static final Duration END = Duration.ofSeconds(60);

  private Patience() {}
}
