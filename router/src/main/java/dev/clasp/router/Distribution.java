package dev.clasp.router;

import java.util.Locale;

/**
 * Everything of which the router records how it is distributed. Recorded in powers of two, which is
 * exact enough to see a change and costs one increment.
 */
public enum Distribution {
  READ_NANOS(
      "clasp_read_seconds",
      "Time from the hand-over of the first frame of a socket read until all of it is routed",
      1e-9),
  READ_FRAMES("clasp_read_frames", "Frames of one socket read", 1),
  BATCH_BYTES("clasp_batch_bytes", "Bytes written to a connection at once", 1),
  TIMER_LATE_NANOS("clasp_timer_late_seconds", "How late bundles and other timed work began", 1e-9);

  /** Bucket {@code i} counts values up to 2^i; the last one counts all above too. */
  static final int BUCKETS = 40;

  private final String series;
  private final String help;
  private final double unit;

  Distribution(String series, String help, double unit) {
    this.series = series;
    this.help = help;
    this.unit = unit;
  }

  /** Name in the status API: {@code read_nanos}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  public String series() {
    return series;
  }

  public String help() {
    return help;
  }

  /** What to multiply recorded values with to get the unit that the series is named after. */
  public double unit() {
    return unit;
  }

  /** The bucket of a value: the smallest i with value at most 2^i. */
  static int bucket(long value) {
    return value <= 1 ? 0 : Math.min(64 - Long.numberOfLeadingZeros(value - 1), BUCKETS - 1);
  }
}
