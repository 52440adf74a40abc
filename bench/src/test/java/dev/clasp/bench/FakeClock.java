package dev.clasp.bench;

/** Time that stands still until the test moves it. */
final class FakeClock implements NanoClock {

  private long now = 1_000_000;

  @Override
  public long nanos() {
    return now;
  }

  void advance(long nanos) {
    now += nanos;
  }
}
