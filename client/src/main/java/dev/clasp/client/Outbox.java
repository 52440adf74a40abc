package dev.clasp.client;

import dev.clasp.client.Request.Publication;
import dev.clasp.client.Request.Write;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be sent: because there is no connection, or because the router reads too slowly.
 * Loop.
 *
 * <p>A plain write takes the place of a waiting plain write of the same address. It keeps the
 * place, so that whoever sees something that was submitted later sees this value or a newer one.
 * Bounded in bytes: samples and moves of gestures make room for newer things, oldest first.
 */
final class Outbox {

  /** Entries that were dropped but not removed yet. */
  private static final int MAX_GONE = 1024;

  private final long maxBytes;
  private ArrayDeque<Request<?>> queue = new ArrayDeque<>();

  /** Writes that a newer one may still replace. */
  private final Map<String, Write> plain = new HashMap<>();

  private final ArrayDeque<Publication> droppable = new ArrayDeque<>();
  private long bytes;
  private int gone;

  Outbox(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  boolean isEmpty() {
    return queue.size() == gone;
  }

  int size() {
    return queue.size() - gone;
  }

  /** What became of an addition. */
  sealed interface Outcome {
    record Added() implements Outcome {}

    /** It took the place of an older write. */
    record Merged() implements Outcome {}

    /** These made room for it. */
    record Displaced(List<Publication> dropped) implements Outcome {}

    /** There is no room. */
    record Full() implements Outcome {}
  }

  private static final Outcome ADDED = new Outcome.Added();
  private static final Outcome MERGED = new Outcome.Merged();
  private static final Outcome FULL = new Outcome.Full();

  Outcome add(Request<?> request) {
    Write older = request instanceof Write write && write.isPlain() ? mergeable(write) : null;
    long before = older == null ? 0 : older.size();
    List<Publication> dropped = new ArrayList<>(0);
    while (bytes - before + request.size() > maxBytes) {
      Publication oldest = droppable.poll();
      if (oldest == null) {
        if (dropped.isEmpty()) {
          return FULL;
        }
        break;
      }
      bytes -= oldest.size();
      oldest.forgetFrame();
      gone++;
      dropped.add(oldest);
    }
    sweep();
    put(request, older);
    return dropped.isEmpty() ? older == null ? ADDED : MERGED : new Outcome.Displaced(dropped);
  }

  /** Adds regardless of the limit: it was accepted before. True if it took the place of another. */
  boolean addAgain(Request<?> request) {
    Write older = request instanceof Write write && write.isPlain() ? mergeable(write) : null;
    put(request, older);
    return older != null;
  }

  private @Nullable Write mergeable(Write write) {
    return plain.get(write.address());
  }

  private void put(Request<?> request, @Nullable Write older) {
    if (older != null && request instanceof Write write) {
      bytes -= older.size();
      older.become(write);
      bytes += older.size();
      return;
    }
    queue.add(request);
    bytes += request.size();
    switch (request) {
      case Write write -> {
        if (write.isPlain()) {
          plain.put(write.address(), write);
        } else {
          // A later write must not come before this one.
          plain.remove(write.address());
        }
      }
      case Request.Group group -> group.addresses().forEach(plain::remove);
      case Publication publication -> {
        if (publication.isDroppable()) {
          droppable.add(publication);
        }
      }
      case Request.Read _,
          Request.Question _,
          Request.Announcement _,
          Request.Probe _,
          Request.ClockCheck _ -> {}
    }
  }

  private void sweep() {
    if (gone > MAX_GONE && gone > queue.size() / 2) {
      ArrayDeque<Request<?>> left = new ArrayDeque<>();
      for (Request<?> request : queue) {
        if (!isGone(request)) {
          left.add(request);
        }
      }
      queue = left;
      gone = 0;
    }
  }

  private static boolean isGone(Request<?> request) {
    return request instanceof Publication && request.size() == 0;
  }

  /** The next, or null. */
  @Nullable Request<?> poll() {
    for (Request<?> next = queue.poll(); next != null; next = queue.poll()) {
      if (isGone(next)) {
        gone--;
        continue;
      }
      bytes -= next.size();
      if (next instanceof Write write) {
        plain.remove(write.address(), write);
      } else if (next instanceof Publication publication && publication.isDroppable()) {
        // It is the oldest of them.
        droppable.poll();
      }
      return next;
    }
    return null;
  }

  /** Writes that were sent before, in order. */
  List<Write> inDoubt() {
    List<Write> writes = new ArrayList<>(0);
    for (Request<?> request : queue) {
      if (request instanceof Write write && write.isInDoubt()) {
        writes.add(write);
      }
    }
    return writes;
  }

  /** Takes everything out, in order. */
  List<Request<?>> takeAll() {
    List<Request<?>> all = new ArrayList<>(size());
    for (Request<?> next = poll(); next != null; next = poll()) {
      all.add(next);
    }
    return all;
  }
}
