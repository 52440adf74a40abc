package dev.clasp.transform;

import dev.clasp.protocol.Value;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one transform remembers for one address, and what its parts remember: every node of a chain
 * has its own, and so has every element of an array. For one thread at a time.
 */
public final class TransformState {

  /** Of transforms that remember nothing; never written. */
  static final TransformState NONE = new TransformState(0);

  private static final int MAX_PARTS = 1024;

  /** Whether there was a value before. */
  boolean started;

  /** The last output, or whatever the transform needs. */
  double last;

  double second;

  /** Of the last value. */
  long nanos;

  /** When the first one came. */
  long firstNanos;

  Value kept = Value.NULL;

  /** The last values as a ring; grows up to the size of the window. */
  double[] window = {};

  int count;
  int next;

  private final TransformState[] children;
  private @Nullable Map<Object, TransformState> parts;

  TransformState(int children) {
    this.children = new TransformState[children];
  }

  TransformState child(int i) {
    return children[i];
  }

  void child(int i, TransformState state) {
    children[i] = state;
  }

  /** Begins again. */
  void clear() {
    started = false;
    last = 0;
    second = 0;
    count = 0;
    next = 0;
    kept = Value.NULL;
  }

  /**
   * The state for an element or member.
   *
   * @return null if there are too many
   */
  @Nullable TransformState part(Object key, Transform transform, Moment moment) {
    if (parts == null) {
      parts = new HashMap<>();
    }
    TransformState part = parts.get(key);
    if (part == null && parts.size() < MAX_PARTS) {
      part = transform.newState();
      parts.put(key, part);
      moment.cells += part.cells();
    }
    return part;
  }

  /** Adds a value to the window. */
  void push(double x, int size, Moment moment) {
    if (window.length < size && count == window.length) {
      int grown = Math.min(size, Math.max(8, window.length * 2));
      moment.cells += grown - window.length;
      window = Arrays.copyOf(window, grown);
      next = count;
    }
    window[next] = x;
    next = (next + 1) % window.length;
    count = Math.min(count + 1, window.length);
  }

  /** The i-th value of the window, the oldest first. */
  double windowed(int i) {
    return window[(next - count + i + window.length) % window.length];
  }

  /** Its size in units of about eight bytes. */
  int cells() {
    int cells = 12 + window.length;
    for (TransformState child : children) {
      cells += child == NONE ? 1 : child.cells();
    }
    if (parts != null) {
      for (TransformState part : parts.values()) {
        cells += part.cells();
      }
    }
    return cells;
  }

  /** All of it, so that one can try something out. */
  TransformState copy() {
    if (this == NONE) {
      return this;
    }
    TransformState copy = new TransformState(children.length);
    copy.started = started;
    copy.last = last;
    copy.second = second;
    copy.nanos = nanos;
    copy.firstNanos = firstNanos;
    copy.kept = kept;
    copy.window = window.clone();
    copy.count = count;
    copy.next = next;
    for (int i = 0; i < children.length; i++) {
      copy.children[i] = children[i].copy();
    }
    if (parts != null) {
      Map<Object, TransformState> copies = new HashMap<>();
      parts.forEach((key, part) -> copies.put(key, part.copy()));
      copy.parts = copies;
    }
    return copy;
  }
}
