package dev.clasp.bridgemidi;

/**
 * What the clock of another says in terms of ours, both in units of 100 µs (AppleMIDI CK). Of the
 * last measurements the one with the shortest way counts: it was held up least. Not thread-safe.
 */
final class RtpMidiClock {

  private static final int KEPT = 8;

  private final long[] ways = new long[KEPT];
  private final long[] offsets = new long[KEPT];
  private int count;

  /**
   * @param way how long question and answer took together
   * @param offset what must be added to the other's time to have ours
   */
  void measured(long way, long offset) {
    if (way < 0) {
      return;
    }
    ways[count % KEPT] = way;
    offsets[count % KEPT] = offset;
    count++;
  }

  boolean known() {
    return count > 0;
  }

  private int best() {
    int best = 0;
    for (int i = 1; i < Math.min(count, KEPT); i++) {
      if (ways[i] < ways[best]) {
        best = i;
      }
    }
    return best;
  }

  long offset() {
    return offsets[best()];
  }

  /** There and back. */
  long way() {
    return ways[best()];
  }

  /**
   * Our time of a timestamp, of which packets carry the lower 32 bits only.
   *
   * @param now our time
   */
  long ours(int timestamp, long now) {
    long theirs = now - offset();
    return theirs + (timestamp - (int) theirs) + offset();
  }
}
