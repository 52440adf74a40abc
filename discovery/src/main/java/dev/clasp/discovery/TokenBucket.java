package dev.clasp.discovery;

/** So many a second, and as many at once. Not thread-safe. */
final class TokenBucket {

  private static final long SECOND = 1_000_000_000L;

  private final int perSecond;

  /** In billionths of a token. */
  private long level;

  private long last;

  TokenBucket(int perSecond, long now) {
    this.perSecond = perSecond;
    this.level = perSecond * SECOND;
    this.last = now;
  }

  boolean take(long now) {
    long passed = Math.min(Math.max(0, now - last), SECOND);
    level = Math.min(perSecond * SECOND, level + passed * perSecond);
    last = now;
    if (level < SECOND) {
      return false;
    }
    level -= SECOND;
    return true;
  }

  /** As if it had never been used. */
  boolean full(long now) {
    return level + Math.min(Math.max(0, now - last), SECOND) * perSecond >= perSecond * SECOND;
  }
}
