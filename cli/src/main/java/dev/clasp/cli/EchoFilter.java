package dev.clasp.cli;

import dev.clasp.protocol.Value;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Tells one's own writes, which the router sends back like those of everybody else, from those of
 * others. For one address the router keeps the order, but may leave values out. Thread-safe.
 */
final class EchoFilter {

  /** Writes of one address that may be under way; more are those of a router that does not echo. */
  private static final int UNDER_WAY = 256;

  private final Map<String, Deque<Value>> sent = new HashMap<>();

  /** This value is about to be written. */
  synchronized void sent(String address, Value value) {
    Deque<Value> values = sent.computeIfAbsent(address, _ -> new ArrayDeque<>());
    if (values.size() == UNDER_WAY) {
      values.removeFirst();
    }
    values.addLast(value);
  }

  /** Whether a value that came is the echo of one that was sent. */
  synchronized boolean isEcho(String address, Value value) {
    Deque<Value> values = sent.get(address);
    if (values == null || !values.contains(value)) {
      return false;
    }
    while (!values.removeFirst().equals(value)) {
      // Left out by the router.
    }
    return true;
  }
}
