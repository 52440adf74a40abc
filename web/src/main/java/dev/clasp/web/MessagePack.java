package dev.clasp.web;

import dev.clasp.protocol.Value;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Values as MessagePack: all of them go there and back unchanged. Unlike {@link
 * dev.clasp.protocol.MessagePackValues}, documents of any length, for a page of values is longer
 * than one message of CLASP. Extensions become the bytes in them, integers beyond 63 bits floats;
 * names of maps must be text.
 */
public final class MessagePack {

  private static final int MAX_DEPTH = 64;

  private MessagePack() {}

  /**
   * @return empty if the bytes are not exactly one value of at most 64 levels
   */
  public static Optional<Value> read(byte[] bytes) {
    Bytes in = new Bytes(bytes);
    try {
      Value value = value(in, MAX_DEPTH);
      return in.atEnd() ? Optional.of(value) : Optional.empty();
    } catch (Bytes.Malformed e) {
      return Optional.empty();
    }
  }

  private static Value value(Bytes in, int depth) throws Bytes.Malformed {
    int head = in.u8();
    if (head < 0x80) {
      return Value.of((long) head);
    }
    if (head < 0x90) {
      return map(in, head & 15, depth);
    }
    if (head < 0xA0) {
      return array(in, head & 15, depth);
    }
    if (head < 0xC0) {
      return Value.of(Bytes.text(in.take(head & 31)));
    }
    if (head >= 0xE0) {
      return Value.of((long) (byte) head);
    }
    return switch (head) {
      case 0xC0 -> Value.NULL;
      case 0xC2 -> Value.FALSE;
      case 0xC3 -> Value.TRUE;
      case 0xC4 -> Value.of(in.take(in.big(1)));
      case 0xC5 -> Value.of(in.take(in.big(2)));
      case 0xC6 -> Value.of(in.take(in.big(4)));
      case 0xC7 -> extension(in, in.big(1));
      case 0xC8 -> extension(in, in.big(2));
      case 0xC9 -> extension(in, in.big(4));
      case 0xCA -> Value.of((double) Float.intBitsToFloat((int) in.big(4)));
      case 0xCB -> Value.of(Double.longBitsToDouble(in.big(8)));
      case 0xCC -> Value.of(in.big(1));
      case 0xCD -> Value.of(in.big(2));
      case 0xCE -> Value.of(in.big(4));
      case 0xCF -> {
        long number = in.big(8);
        yield number >= 0 ? Value.of(number) : Value.of((double) (number >>> 1) * 2 + (number & 1));
      }
      case 0xD0 -> Value.of((long) (byte) in.big(1));
      case 0xD1 -> Value.of((long) (short) in.big(2));
      case 0xD2 -> Value.of((long) (int) in.big(4));
      case 0xD3 -> Value.of(in.big(8));
      case 0xD4 -> extension(in, 1);
      case 0xD5 -> extension(in, 2);
      case 0xD6 -> extension(in, 4);
      case 0xD7 -> extension(in, 8);
      case 0xD8 -> extension(in, 16);
      case 0xD9 -> Value.of(Bytes.text(in.take(in.big(1))));
      case 0xDA -> Value.of(Bytes.text(in.take(in.big(2))));
      case 0xDB -> Value.of(Bytes.text(in.take(in.big(4))));
      case 0xDC -> array(in, in.big(2), depth);
      case 0xDD -> array(in, in.big(4), depth);
      case 0xDE -> map(in, in.big(2), depth);
      case 0xDF -> map(in, in.big(4), depth);
      default -> throw new Bytes.Malformed();
    };
  }

  private static Value extension(Bytes in, long length) throws Bytes.Malformed {
    in.u8();
    return Value.of(in.take(length));
  }

  private static Value array(Bytes in, long size, int depth) throws Bytes.Malformed {
    if (depth <= 0) {
      throw new Bytes.Malformed();
    }
    List<Value> values = new ArrayList<>();
    for (long left = in.count(size, 1); left > 0; left--) {
      values.add(value(in, depth - 1));
    }
    return Value.of(values);
  }

  private static Value map(Bytes in, long size, int depth) throws Bytes.Malformed {
    if (depth <= 0) {
      throw new Bytes.Malformed();
    }
    Map<String, Value> entries = new LinkedHashMap<>();
    for (long left = in.count(size, 2); left > 0; left--) {
      if (!(value(in, 0) instanceof Value.Text(String name))) {
        throw new Bytes.Malformed();
      }
      entries.put(name, value(in, depth - 1));
    }
    return Value.of(entries);
  }

  // --- writing -----------------------------------------------------------------------------------

  public static byte[] write(Value value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    write(out, value);
    return out.toByteArray();
  }

  private static void write(ByteArrayOutputStream out, Value value) {
    switch (value) {
      case Value.Null _ -> out.write(0xC0);
      case Value.Bool(boolean bool) -> out.write(bool ? 0xC3 : 0xC2);
      case Value.Int(long number) -> integer(out, number);
      case Value.Float(double number) -> {
        out.write(0xCB);
        Bytes.big(out, Double.doubleToRawLongBits(number), 8);
      }
      case Value.Text(String text) -> text(out, text);
      case Value.Bytes bytes -> {
        byte[] raw = bytes.value();
        sized(out, raw.length, 0xC4, 0xC5, 0xC6);
        out.writeBytes(raw);
      }
      case Value.Array(List<Value> values) -> {
        if (values.size() < 16) {
          out.write(0x90 | values.size());
        } else {
          sized(out, values.size(), -1, 0xDC, 0xDD);
        }
        values.forEach(each -> write(out, each));
      }
      case Value.Map(Map<String, Value> entries) -> {
        if (entries.size() < 16) {
          out.write(0x80 | entries.size());
        } else {
          sized(out, entries.size(), -1, 0xDE, 0xDF);
        }
        entries.forEach((name, each) -> {
          text(out, name);
          write(out, each);
        });
      }
    }
  }

  private static void text(ByteArrayOutputStream out, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    if (utf8.length < 32) {
      out.write(0xA0 | utf8.length);
    } else {
      sized(out, utf8.length, 0xD9, 0xDA, 0xDB);
    }
    out.writeBytes(utf8);
  }

  private static void integer(ByteArrayOutputStream out, long number) {
    if (number >= -32 && number < 128) {
      out.write((int) number);
    } else if (number == (byte) number) {
      out.write(0xD0);
      Bytes.big(out, number, 1);
    } else if (number == (short) number) {
      out.write(0xD1);
      Bytes.big(out, number, 2);
    } else if (number == (int) number) {
      out.write(0xD2);
      Bytes.big(out, number, 4);
    } else {
      out.write(0xD3);
      Bytes.big(out, number, 8);
    }
  }

  /**
   * @param eight -1 if there is no such form
   */
  private static void sized(
      ByteArrayOutputStream out, int size, int eight, int sixteen, int thirtyTwo) {
    if (size <= 0xFF && eight >= 0) {
      out.write(eight);
      Bytes.big(out, size, 1);
    } else if (size <= 0xFFFF) {
      out.write(sixteen);
      Bytes.big(out, size, 2);
    } else {
      out.write(thirtyTwo);
      Bytes.big(out, size, 4);
    }
  }
}
