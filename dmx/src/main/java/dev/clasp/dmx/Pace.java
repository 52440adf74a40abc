package dev.clasp.dmx;

/**
 * How often frames of a universe leave.
 *
 * @param intervalNanos least time between two of them
 * @param repeats how often data that does not change any more is sent again at once (ANSI
 *     E1.31-2018, 6.6.1: three times)
 * @param keepAliveNanos after that, how often (ANSI E1.31-2018, 6.6.1, and Art-Net 4: 800 to 1000
 *     ms)
 * @param gatherNanos how long a change waits for others that belong to it: a router sends the
 *     members of a bundle one after the other
 */
public record Pace(long intervalNanos, int repeats, long keepAliveNanos, long gatherNanos) {

  private static final double SECOND = 1e9;

  /** By the standards: at most so many frames a second. */
  public static Pace ofRate(double rate) {
    return new Pace((long) Math.ceil(SECOND / rate), 3, 900_000_000L, 2_000_000L);
  }
}
