package dev.clasp.bench;

/**
 * When the messages of an open loop have to leave: evenly, whatever happened to those before. What
 * is measured from these times, and not from when a message really left, does not omit the waiting
 * that a slow server causes (coordinated omission).
 */
final class OpenSchedule {

  private final long start;
  private final double rate;
  private final long first;

  /**
   * @param start intended time of the first message, in nanoseconds
   * @param rate messages per second, above 0
   * @param first its number
   */
  OpenSchedule(long start, double rate, long first) {
    this.start = start;
    this.rate = rate;
    this.first = first;
  }

  /** Number of the first message that is not due yet. */
  long due(long now) {
    return now < start ? first : first + (long) Math.floor((now - start) * rate / 1e9) + 1;
  }

  /** When a message should leave. */
  long intended(long number) {
    return start + (long) Math.ceil((number - first) * 1e9 / rate);
  }
}
