package dev.clasp.bridge;

import dev.clasp.protocol.Value;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.OptionalLong;

/**
 * Knows a bridge's own writes when the router tells everybody of them, the writer included
 * (bridges.md 2.14, 4): by the revision of the answer, or, before the answer is there, by the first
 * equal value. Each write is recognised once.
 *
 * <p>If somebody else's value went to the other side after an own write and the router has them the
 * other way round, the own value is no echo but news: the other side shows the other value.
 *
 * <p>Bounded. Not thread-safe. Times are monotonic nanoseconds.
 */
final class EchoBook {

  private static final long WINDOW = 2_000_000_000;
  private static final int MAX_ADDRESSES = 100_000;
  private static final int MAX_EACH = 64;

  /** A write of one's own; the key to tell its revision. */
  static final class Write {
    private final Value value;
    private final long until;
    private long revision = -1;

    /** Of the copy that was taken for this one before the answer came. */
    private long copy = -1;

    private boolean overtaken;

    private Write(Value value, long until) {
      this.value = value;
      this.until = until;
    }
  }

  /** By address, least recently written first; the oldest write first. */
  private final LinkedHashMap<String, ArrayDeque<Write>> writes =
      new LinkedHashMap<>(16, 0.75f, true);

  /**
   * Takes note of a write before it is sent.
   *
   * @param due when it takes effect
   */
  Write writing(String address, Value value, long now, long due) {
    ArrayDeque<Write> queue = writes.computeIfAbsent(address, _ -> new ArrayDeque<>(2));
    forgetOld(queue, now);
    if (queue.size() >= MAX_EACH) {
      queue.removeFirst();
    }
    Write write = new Write(value, Math.max(now, due) + WINDOW);
    queue.addLast(write);
    if (writes.size() > MAX_ADDRESSES) {
      writes.pollFirstEntry();
    }
    return write;
  }

  /** The router has taken a write. */
  void answered(String address, Write write, OptionalLong revision) {
    ArrayDeque<Write> queue = writes.get(address);
    if (queue == null || revision.isEmpty()) {
      return;
    }
    write.revision = revision.getAsLong();
    if (write.copy == write.revision) {
      remove(address, queue, write);
    }
  }

  /** The router did not take it: there will be no copy. */
  void failed(String address, Write write) {
    ArrayDeque<Write> queue = writes.get(address);
    if (queue != null) {
      remove(address, queue, write);
    }
  }

  private void remove(String address, ArrayDeque<Write> queue, Write write) {
    queue.remove(write);
    if (queue.isEmpty()) {
      writes.remove(address);
    }
  }

  /** Is a change that the router tells of one's own, and nothing that the other side must hear? */
  boolean isEcho(String address, Value value, long revision, long now) {
    ArrayDeque<Write> queue = writes.get(address);
    if (queue == null) {
      return false;
    }
    forgetOld(queue, now);
    Write own = null;
    for (Write write : queue) {
      if (write.revision == revision) {
        own = write;
        break;
      }
      if (own == null && write.revision < 0 && write.copy < 0 && write.value.equals(value)) {
        own = write;
      }
    }
    if (own == null) {
      // Behind this the copies of older ones do not come any more.
      queue.removeIf(write -> write.revision >= 0 && write.revision < revision);
    } else {
      Iterator<Write> each = queue.iterator();
      while (each.hasNext()) {
        Write write = each.next();
        if (write == own) {
          break;
        }
        if (write.revision >= 0 && write.revision < revision) {
          each.remove();
        }
      }
      if (own.revision == revision) {
        queue.remove(own);
      } else {
        own.copy = revision;
      }
    }
    if (queue.isEmpty()) {
      writes.remove(address);
    }
    return own != null && !own.overtaken;
  }

  /** Another value went to the other side. */
  void overtaken(String address) {
    ArrayDeque<Write> queue = writes.get(address);
    if (queue != null) {
      queue.forEach(write -> write.overtaken = write.copy < 0);
    }
  }

  private static void forgetOld(ArrayDeque<Write> queue, long now) {
    while (!queue.isEmpty() && now - queue.getFirst().until > 0) {
      queue.removeFirst();
    }
  }
}
