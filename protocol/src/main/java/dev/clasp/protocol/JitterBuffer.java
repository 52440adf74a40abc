package dev.clasp.protocol;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Holds timed entries back until their time has come, in the order of their times however they
 * arrived (wire.md 9.5). Bounded in number and in age. One thread; times in microseconds.
 *
 * @param <T> what is held
 */
public final class JitterBuffer<T> {

  private record Entry<T>(long micros, T value) {}

  private final int capacity;
  private final long windowMicros;
  private final Deque<Entry<T>> entries = new ArrayDeque<>();

  /**
   * @param capacity entries, at least 1
   * @param windowMicros entries older than this are dropped when another is pushed
   * @throws IllegalArgumentException out of range
   */
  public JitterBuffer(int capacity, long windowMicros) {
    if (capacity < 1 || windowMicros < 0) {
      throw new IllegalArgumentException(
          "a jitter buffer needs a capacity of at least 1 and a window of at least 0, not "
              + capacity
              + " and "
              + windowMicros);
    }
    this.capacity = capacity;
    this.windowMicros = windowMicros;
  }

  /**
   * Takes an entry, in front of those of the same time. When full, the oldest goes: this one if it
   * is not newer than all that are here.
   *
   * @return whether it was taken
   */
  public boolean push(long micros, T value, long nowMicros) {
    while (!entries.isEmpty() && nowMicros - entries.peekFirst().micros() > windowMicros) {
      entries.removeFirst();
    }
    if (entries.size() == capacity) {
      if (micros <= entries.getFirst().micros()) {
        return false;
      }
      entries.removeFirst();
    }
    Deque<Entry<T>> later = new ArrayDeque<>();
    while (!entries.isEmpty() && entries.getLast().micros() >= micros) {
      later.addFirst(entries.removeLast());
    }
    entries.addLast(new Entry<>(micros, value));
    entries.addAll(later);
    return true;
  }

  /** The first entry whose time has come, if there is one. */
  public Optional<T> pop(long playbackMicros) {
    return !entries.isEmpty() && entries.getFirst().micros() <= playbackMicros
        ? Optional.of(entries.removeFirst().value())
        : Optional.empty();
  }

  /** All entries whose time has come, in order. */
  public List<T> drain(long playbackMicros) {
    List<T> due = new ArrayList<>();
    for (Optional<T> entry = pop(playbackMicros); entry.isPresent(); entry = pop(playbackMicros)) {
      due.add(entry.get());
    }
    return due;
  }

  public int size() {
    return entries.size();
  }

  /** From the first entry to the last; 0 with fewer than two. */
  public long depthMicros() {
    return entries.size() < 2 ? 0 : entries.getLast().micros() - entries.getFirst().micros();
  }
}
