package dev.clasp.router;

/**
 * How far a client's clock is off, as its SYNC requests tell. Immutable.
 *
 * <p>Both are smoothed as RFC 3550 section 6.4.1 and appendix A.8 do it, by a sixteenth of each new
 * difference.
 *
 * @param offsetMicros router's clock at arrival minus client's clock at sending: what the client
 *     has to add, plus the time that a message takes
 * @param jitterMicros mean deviation of that difference from one request to the next
 * @param lastMicros the latest difference as it was
 */
record ClockEstimate(double offsetMicros, double jitterMicros, long lastMicros) {

  private static final double GAIN = 1.0 / 16;

  /** After the first request. */
  static ClockEstimate first(long differenceMicros) {
    return new ClockEstimate(differenceMicros, 0, differenceMicros);
  }

  ClockEstimate next(long differenceMicros) {
    double deviation = Math.abs((double) differenceMicros - lastMicros);
    return new ClockEstimate(
        offsetMicros + (differenceMicros - offsetMicros) * GAIN,
        jitterMicros + (deviation - jitterMicros) * GAIN,
        differenceMicros);
  }
}
