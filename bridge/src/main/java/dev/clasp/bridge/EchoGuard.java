package dev.clasp.bridge;

import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.function.LongSupplier;

/**
 * Knows one's own messages when they come back (bridges.md 2.14, 4): of everything sent under a
 * name, the first equal value that returns in time is an echo, each message once.
 *
 * <p>A foreign message with the same value in that time is taken for the echo: then both sides have
 * that value already. Thread-safe. Bounded: beyond the limit the oldest are forgotten.
 */
public final class EchoGuard {

  private static final int MAX_NAMES = 100_000;
  private static final int MAX_EACH = 64;

  private record Sent(Value value, long nanos) {}

  /** By name, least recently sent first. */
  private final LinkedHashMap<String, ArrayDeque<Sent>> sent = new LinkedHashMap<>(16, 0.75f, true);

  private final long window;
  private final LongSupplier nanoTime;

  /**
   * @param window how long an echo may take
   * @param nanoTime monotonic, in nanoseconds
   */
  public EchoGuard(Duration window, LongSupplier nanoTime) {
    this.window = window.toNanos();
    this.nanoTime = nanoTime;
  }

  /** Takes note of a message before it is sent. */
  public synchronized void sending(String name, Value value) {
    long now = nanoTime.getAsLong();
    ArrayDeque<Sent> queue = sent.computeIfAbsent(name, _ -> new ArrayDeque<>(2));
    forgetOld(queue, now);
    if (queue.size() >= MAX_EACH) {
      queue.removeFirst();
    }
    queue.addLast(new Sent(value, now));
    if (sent.size() > MAX_NAMES) {
      sent.pollFirstEntry();
    }
  }

  /** Is what has come one's own? Then it will not be taken for that again. */
  public synchronized boolean isEcho(String name, Value value) {
    ArrayDeque<Sent> queue = sent.get(name);
    if (queue == null) {
      return false;
    }
    forgetOld(queue, nanoTime.getAsLong());
    boolean echo = queue.stream().anyMatch(each -> each.value().equals(value));
    if (echo) {
      // What was sent before it and has not come back was overtaken: it will not come any more.
      Sent overtaken;
      do {
        overtaken = queue.removeFirst();
      } while (!overtaken.value().equals(value));
    }
    if (queue.isEmpty()) {
      sent.remove(name);
    }
    return echo;
  }

  private void forgetOld(ArrayDeque<Sent> queue, long now) {
    while (!queue.isEmpty() && now - queue.getFirst().nanos() > window) {
      queue.removeFirst();
    }
  }
}
