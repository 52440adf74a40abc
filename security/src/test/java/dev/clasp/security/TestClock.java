package dev.clasp.security;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Time that moves when a test says so. Begins at the turn of 2026. */
final class TestClock implements InstantSource {

  private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");

  @Override
  public Instant instant() {
    return now;
  }

  long seconds() {
    return now.getEpochSecond();
  }

  void advance(Duration duration) {
    now = now.plus(duration);
  }
}
