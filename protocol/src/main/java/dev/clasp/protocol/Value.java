package dev.clasp.protocol;

import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A CLASP value: one of eight kinds (wire.md 4.2).
 *
 * <p>Int and float are different kinds: 1 and 1.0 have different bytes. The narrow integers and
 * floats of the wire widen on decode; encoding always writes i64 and f64, which every peer
 * understands. A router that relays a message keeps the original bytes and with them the width.
 *
 * <p>Immutable and thread-safe. Equality of floats is that of {@link Double#compare}: NaN equals
 * itself, 0.0 and -0.0 differ.
 */
public sealed interface Value {

  /** The null value; an ordinary value, not a deletion. */
  Value NULL = new Null();

  Value TRUE = new Bool(true);

  Value FALSE = new Bool(false);

  record Null() implements Value {}

  record Bool(boolean value) implements Value {}

  /** A signed integer of up to 64 bits. */
  record Int(long value) implements Value {}

  /** An IEEE 754 double; all bit patterns are legal. */
  record Float(double value) implements Value {}

  /** Unicode text. Its UTF-8 form is at most 65,535 bytes. */
  record Text(String value) implements Value {}

  /** Raw bytes, at most 65,535. The array is copied in and out. */
  record Bytes(byte[] value) implements Value {
    public Bytes {
      value = value.clone();
    }

    @Override
    public byte[] value() {
      return value.clone();
    }

    /** How many there are. */
    public int length() {
      return value.length;
    }

    /** Copies them without an array in between. */
    public void copyTo(byte[] out, int offset) {
      System.arraycopy(value, 0, out, offset, value.length);
    }

    @Override
    public boolean equals(Object o) {
      return o instanceof Bytes other && Arrays.equals(value, other.value);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(value);
    }

    @Override
    public String toString() {
      return "Bytes[" + HexFormat.of().formatHex(value) + "]";
    }
  }

  record Array(List<Value> values) implements Value {
    public Array {
      values = List.copyOf(values);
    }
  }

  /** Entries with text keys, in the order of the wire. */
  record Map(java.util.Map<String, Value> entries) implements Value {
    public Map {
      if (!(entries instanceof SmallEntries)) {
        entries =
            entries.size() <= SmallEntries.MAX
                ? SmallEntries.copyOf(entries)
                : Collections.unmodifiableMap(new LinkedHashMap<>(entries));
      }
    }
  }

  static Value of(boolean value) {
    return value ? TRUE : FALSE;
  }

  static Value of(long value) {
    return new Int(value);
  }

  static Value of(double value) {
    return new Float(value);
  }

  static Value of(String value) {
    return new Text(value);
  }

  static Value of(byte[] value) {
    return new Bytes(value);
  }

  static Value of(List<Value> values) {
    return new Array(values);
  }

  static Value of(java.util.Map<String, Value> entries) {
    return new Map(entries);
  }
}
