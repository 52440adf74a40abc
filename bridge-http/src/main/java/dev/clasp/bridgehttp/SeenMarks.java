package dev.clasp.bridgehttp;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * What has come already, for as long as it would be accepted again; bounded: when there is no room,
 * nothing new is accepted, as the oldest could then come again. Thread-safe.
 */
final class SeenMarks {

  /** What a mark is. */
  enum Sight {
    NEW,
    SEEN,
    /** Too many to remember. */
    FULL
  }

  private static final int MAX = 100_000;

  private record Mark(String text, long untilNanos) {}

  private final Set<String> marks = new HashSet<>();
  private final Deque<Mark> order = new ArrayDeque<>();

  /** It was not carried out after all. */
  synchronized void forget(String mark) {
    if (marks.remove(mark)) {
      order.removeIf(each -> each.text.equals(mark));
    }
  }

  /** Looks, and remembers. */
  synchronized Sight look(String mark, long nowNanos, long keepNanos) {
    while (!order.isEmpty() && order.getFirst().untilNanos - nowNanos <= 0) {
      marks.remove(order.removeFirst().text);
    }
    if (marks.contains(mark)) {
      return Sight.SEEN;
    }
    if (order.size() >= MAX) {
      return Sight.FULL;
    }
    marks.add(mark);
    order.add(new Mark(mark, nowNanos + keepNanos));
    return Sight.NEW;
  }
}
