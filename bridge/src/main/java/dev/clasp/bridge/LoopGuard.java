package dev.clasp.bridge;

import dev.clasp.protocol.Value;
import dev.clasp.transform.Direction;
import java.util.LinkedHashMap;

/**
 * Stops what goes round in circles, through another bridge for example: a value that crosses one
 * way shortly after it crossed the other way is a hop, and an address has only so many hops in a
 * while. A person at a fader does not get near it.
 *
 * <p>Bounded. Not thread-safe. Times are monotonic nanoseconds.
 */
final class LoopGuard {

  static final int MAX_HOPS = 16;
  static final long WINDOW = 2_000_000_000;

  private static final int MAX_ADDRESSES = 20_000;
  private static final int REMEMBERED = 8;

  private static final class Track {
    private final Value[] values = new Value[2 * REMEMBERED];
    private final int[] next = new int[2];
    private long nanos;
    private int hops;
  }

  /** Least recently used first. */
  private final LinkedHashMap<String, Track> tracks = new LinkedHashMap<>(16, 0.75f, true);

  /** May this cross, or is it a loop? */
  boolean crosses(Direction direction, String address, Value value, long now) {
    Track track = tracks.get(address);
    if (track == null) {
      track = new Track();
      track.nanos = now;
      tracks.put(address, track);
      if (tracks.size() > MAX_ADDRESSES) {
        tracks.pollFirstEntry();
      }
    } else if (now - track.nanos > WINDOW) {
      track.nanos = now;
      track.hops = 0;
      java.util.Arrays.fill(track.values, Value.NULL);
    }
    int here = direction.ordinal();
    int there = 1 - here;
    if (has(track, there, value) && ++track.hops > MAX_HOPS) {
      return false;
    }
    track.values[here * REMEMBERED + track.next[here]] = value;
    track.next[here] = (track.next[here] + 1) % REMEMBERED;
    return true;
  }

  private static boolean has(Track track, int direction, Value value) {
    for (int i = 0; i < REMEMBERED; i++) {
      if (value.equals(track.values[direction * REMEMBERED + i])) {
        return true;
      }
    }
    return false;
  }
}
