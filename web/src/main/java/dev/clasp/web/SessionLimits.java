package dev.clasp.web;

import java.time.Duration;

/**
 * How many sessions of the router programs of the web may have.
 *
 * @param shared one or two for each token; beyond, the oldest that nobody uses is closed
 * @param own of one connection each
 * @param opening that are being opened at a time
 * @param idle a shared session that nobody uses is closed after this time
 */
public record SessionLimits(int shared, int own, int opening, Duration idle) {

  public static final SessionLimits DEFAULT =
      new SessionLimits(256, 4096, 64, Duration.ofMinutes(2));

  public SessionLimits {
    if (shared < 1 || own < 0 || opening < 1 || idle.isNegative() || idle.isZero()) {
      throw new IllegalArgumentException("limits of sessions must be at least 1");
    }
  }
}
