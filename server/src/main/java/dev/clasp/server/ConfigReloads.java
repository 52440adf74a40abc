package dev.clasp.server;

import java.util.concurrent.atomic.LongAdder;

/** How often the configuration was read again, and how that went. Thread-safe. */
public final class ConfigReloads {

  private final LongAdder succeeded = new LongAdder();
  private final LongAdder failed = new LongAdder();

  /** It is in force. */
  public void succeeded() {
    succeeded.increment();
  }

  /** It was no good, and the old one stays. */
  public void failed() {
    failed.increment();
  }

  long successes() {
    return succeeded.sum();
  }

  long failures() {
    return failed.sum();
  }
}
