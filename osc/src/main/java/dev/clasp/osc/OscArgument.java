package dev.clasp.osc;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** An argument of a message; each is one type tag. Immutable: byte arrays must not be changed. */
public sealed interface OscArgument {

  /** {@code i} */
  record Int32(int value) implements OscArgument {}

  /** {@code h} */
  record Int64(long value) implements OscArgument {}

  /** {@code f} */
  record Float32(float value) implements OscArgument {}

  /** {@code d} */
  record Float64(double value) implements OscArgument {}

  /** {@code s} */
  record Text(String value) implements OscArgument {}

  /** {@code S} */
  record Symbol(String value) implements OscArgument {}

  /** {@code b} */
  @SuppressWarnings("ArrayRecordComponent") // Copied by nobody: blobs may be large.
  record Blob(byte[] value) implements OscArgument {
    @Override
    public boolean equals(Object o) {
      return o instanceof Blob other && Arrays.equals(value, other.value);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(value);
    }

    @Override
    public String toString() {
      return "Blob[" + HexFormat.of().formatHex(value) + "]";
    }
  }

  /** {@code t} */
  record Time(OscTimeTag value) implements OscArgument {}

  /**
   * {@code c}
   *
   * @param value a code point
   */
  record Char(int value) implements OscArgument {}

  /**
   * {@code r}
   *
   * @param value red in the upper byte, then green, blue, alpha
   */
  record Rgba(int value) implements OscArgument {}

  /**
   * {@code m}
   *
   * @param value port in the upper byte, then status and two data bytes
   */
  record Midi(int value) implements OscArgument {}

  /** {@code T} and {@code F} */
  record Bool(boolean value) implements OscArgument {
    public static final Bool TRUE = new Bool(true);
    public static final Bool FALSE = new Bool(false);
  }

  /** {@code N} */
  record Nil() implements OscArgument {
    public static final Nil NIL = new Nil();
  }

  /** {@code I}: infinitum in OSC 1.0, impulse in 1.1. */
  record Impulse() implements OscArgument {
    public static final Impulse IMPULSE = new Impulse();
  }

  /** {@code [ ]} */
  record Array(List<OscArgument> elements) implements OscArgument {
    public Array {
      elements = List.copyOf(elements);
    }
  }
}
