package dev.clasp.protocol;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a small map value, in order: two arrays and a linear search. Most maps in messages
 * have a handful of entries (x, y, pressure), for which a hash table costs five times the memory
 * and three times the time to build. Immutable once built.
 */
final class SmallEntries extends AbstractMap<String, Value> {

  /** Up to so many, looking at each key is as fast as hashing. */
  static final int MAX = 8;

  private final String[] keys;
  private final Value[] values;
  private int size;

  private SmallEntries(int capacity) {
    this.keys = new String[capacity];
    this.values = new Value[capacity];
  }

  static SmallEntries copyOf(Map<String, Value> map) {
    Builder builder = new Builder(map.size());
    map.forEach(builder::put);
    return builder.build();
  }

  /** Collects entries. */
  static final class Builder {
    private @Nullable SmallEntries map;

    /**
     * @param capacity the most there will be
     */
    Builder(int capacity) {
      map = new SmallEntries(capacity);
    }

    /** Adds an entry; of repeated keys the last value stays, at the place of the first. */
    void put(String key, Value value) {
      SmallEntries m = Objects.requireNonNull(map, "built");
      int i = m.indexOf(key);
      if (i < 0) {
        i = m.size++;
        m.keys[i] = Objects.requireNonNull(key);
      }
      m.values[i] = Objects.requireNonNull(value);
    }

    SmallEntries build() {
      SmallEntries built = Objects.requireNonNull(map, "built");
      map = null;
      return built;
    }
  }

  private int indexOf(@Nullable Object key) {
    for (int i = 0; i < size; i++) {
      if (keys[i].equals(key)) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public boolean containsKey(@Nullable Object key) {
    return indexOf(key) >= 0;
  }

  @Override
  public @Nullable Value get(@Nullable Object key) {
    int i = indexOf(key);
    return i < 0 ? null : values[i];
  }

  @Override
  public void forEach(BiConsumer<? super String, ? super Value> action) {
    for (int i = 0; i < size; i++) {
      action.accept(keys[i], values[i]);
    }
  }

  @Override
  public Set<Entry<String, Value>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public int size() {
        return size;
      }

      @Override
      public Iterator<Entry<String, Value>> iterator() {
        return new Iterator<>() {
          private int next;

          @Override
          public boolean hasNext() {
            return next < size;
          }

          @Override
          public Entry<String, Value> next() {
            if (next == size) {
              throw new NoSuchElementException();
            }
            int i = next++;
            return Map.entry(keys[i], values[i]);
          }
        };
      }
    };
  }

  /** As that of any map, without an object for each entry. */
  @Override
  public int hashCode() {
    int sum = 0;
    for (int i = 0; i < size; i++) {
      sum += keys[i].hashCode() ^ values[i].hashCode();
    }
    return sum;
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof SmallEntries other
            && size == other.size
            && Arrays.equals(keys, 0, size, other.keys, 0, size)
            && Arrays.equals(values, 0, size, other.values, 0, size)
        || super.equals(o);
  }
}
