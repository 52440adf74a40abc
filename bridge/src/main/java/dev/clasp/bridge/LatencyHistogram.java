package dev.clasp.bridge;

/** Times in buckets that grow by a quarter of a power of two. Not thread-safe. */
final class LatencyHistogram {

  /** Four for each power of two, from 1 µs to more than an hour. */
  private static final int BUCKETS = 4 * 33;

  private final long[] counts = new long[BUCKETS];
  private long count;
  private long max;

  void add(long nanos) {
    long micros = Math.max(0, nanos / 1000);
    counts[bucket(micros)]++;
    count++;
    max = Math.max(max, micros);
  }

  private static int bucket(long micros) {
    if (micros < 4) {
      return (int) micros;
    }
    int power = 63 - Long.numberOfLeadingZeros(micros);
    int quarter = (int) (micros >>> (power - 2)) & 3;
    return Math.min(BUCKETS - 1, 4 * (power - 1) + quarter);
  }

  /** The longest time that falls into a bucket. */
  private static long top(int bucket) {
    if (bucket < 4) {
      return bucket;
    }
    int power = bucket / 4 + 1;
    return ((long) (4 + bucket % 4 + 1) << (power - 2)) - 1;
  }

  LatencySummary summary() {
    return new LatencySummary(count, percentile(0.5), percentile(0.99), max);
  }

  private long percentile(double part) {
    long wanted = (long) Math.ceil(count * part);
    long seen = 0;
    for (int i = 0; i < BUCKETS; i++) {
      seen += counts[i];
      if (seen >= wanted && counts[i] > 0) {
        return Math.min(max, top(i));
      }
    }
    return 0;
  }
}
