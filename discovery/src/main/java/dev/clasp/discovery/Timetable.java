package dev.clasp.discovery;

import java.util.TreeSet;
import java.util.function.LongSupplier;

/** What is to happen when. Of one thread, which asks {@link #next} and calls {@link #run}. */
final class Timetable {

  /** For what is never. */
  static final long NEVER = Long.MAX_VALUE;

  private final LongSupplier nanos;
  private final TreeSet<Entry> entries = new TreeSet<>();
  private long order;

  /**
   * @param nanos the clock, as {@link System#nanoTime}
   */
  Timetable(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Something that is to happen. */
  final class Entry implements Comparable<Entry> {
    private final long due;
    private final long turn;
    private final Runnable action;

    private Entry(long due, long turn, Runnable action) {
      this.due = due;
      this.turn = turn;
      this.action = action;
    }

    void cancel() {
      entries.remove(this);
    }

    @Override
    public int compareTo(Entry other) {
      // By difference: the clock may overflow.
      long later = due - other.due;
      return later != 0 ? Long.signum(later) : Long.compare(turn, other.turn);
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(turn);
    }
  }

  long now() {
    return nanos.getAsLong();
  }

  Entry in(long delay, Runnable action) {
    Entry entry = new Entry(now() + delay, order++, action);
    entries.add(entry);
    return entry;
  }

  /** Nanoseconds until something is due, 0 if it is, {@link #NEVER} if there is nothing. */
  long next() {
    return entries.isEmpty() ? NEVER : Math.max(0, entries.first().due - now());
  }

  /** Does what is due now; what that brings about for this moment waits for the next call. */
  void run() {
    long now = now();
    long until = order;
    while (!entries.isEmpty()) {
      Entry first = entries.first();
      if (first.due - now > 0 || first.turn >= until) {
        return;
      }
      entries.remove(first);
      first.action.run();
    }
  }
}
