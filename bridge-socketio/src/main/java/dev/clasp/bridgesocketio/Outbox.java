package dev.clasp.bridgesocketio;

import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What waits for one client: of a parameter or stream only the newest value, and of events as many
 * as fit. A client that reads slowly so costs a bounded amount, and holds up nobody. Thread-safe.
 */
final class Outbox {

  private record Item(MappedSignal signal, long size) {}

  /** An event is a key of its own. */
  private final Map<Object, Item> waiting = new LinkedHashMap<>();

  private final int capacity;
  private final long maxBytes;
  private long bytes;

  /**
   * @param capacity signals
   * @param maxBytes of their values, about; one signal always fits
   */
  Outbox(int capacity, long maxBytes) {
    this.capacity = capacity;
    this.maxBytes = maxBytes;
  }

  /** False if it is full. */
  synchronized boolean offer(MappedSignal signal) {
    Object key = signal.type() == SignalType.EVENT ? new Object() : signal.address();
    Item before = waiting.get(key);
    long size = size(signal.value());
    long after = bytes + size - (before == null ? 0 : before.size);
    boolean full = before == null && waiting.size() >= capacity;
    // A newer value always takes the place of an older one: it is the last that must not be lost.
    if (full || before == null && !waiting.isEmpty() && after > maxBytes) {
      return false;
    }
    waiting.put(key, new Item(signal, size));
    bytes = after;
    return true;
  }

  private static long size(Value value) {
    return switch (value) {
      case Value.Text(String text) -> text.length() + 16L;
      case Value.Bytes found -> found.length() + 16L;
      case Value.Array(var items) -> {
        long size = 16;
        for (Value item : items) {
          size += size(item);
        }
        yield size;
      }
      case Value.Map(var entries) -> {
        long size = 16;
        for (Map.Entry<String, Value> entry : entries.entrySet()) {
          size += entry.getKey().length() + size(entry.getValue());
        }
        yield size;
      }
      default -> 16;
    };
  }

  synchronized Optional<MappedSignal> poll() {
    var entries = waiting.values().iterator();
    if (!entries.hasNext()) {
      return Optional.empty();
    }
    Item first = entries.next();
    entries.remove();
    bytes -= first.size;
    return Optional.of(first.signal);
  }

  synchronized boolean isEmpty() {
    return waiting.isEmpty();
  }

  synchronized void clear() {
    waiting.clear();
    bytes = 0;
  }
}
