package dev.clasp.bridge;

import dev.clasp.protocol.EncodeException;
import dev.clasp.protocol.Value;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Values as CBOR (RFC 8949) and back. Tags are read over; big integers become floats; a map key
 * that is an integer becomes its digits. Written are definite lengths, the shortest heads, and
 * floats of 64 bits, so every value comes back as it was.
 */
public final class CborValues {

  private static final int MAX_DEPTH = 64;
  private static final int MAX_RESERVED = 16;

  private static final int BREAK = 0xFF;

  private final byte[] b;
  private int at;

  private CborValues(byte[] b) {
    this.b = b;
  }

  /** The value of all the bytes; empty if they are anything else than one well-formed item. */
  public static Optional<Value> read(byte[] payload) {
    CborValues reader = new CborValues(payload);
    try {
      Value value = reader.item(MAX_DEPTH);
      return reader.at == payload.length ? Optional.of(value) : Optional.empty();
    } catch (Malformed e) {
      return Optional.empty();
    }
  }

  private static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed() {
      super("not CBOR", null, false, false);
    }
  }

  private int u8() throws Malformed {
    if (at >= b.length) {
      throw new Malformed();
    }
    return b[at++] & 0xFF;
  }

  private int take(long length) throws Malformed {
    if (length < 0 || length > b.length - at) {
      throw new Malformed();
    }
    at += (int) length;
    return at - (int) length;
  }

  /** The number in or behind a head; unsigned. */
  private long argument(int head) throws Malformed {
    int info = head & 0x1F;
    if (info < 24) {
      return info;
    }
    if (info > 27) {
      throw new Malformed();
    }
    long number = 0;
    for (int n = 1 << info - 24; n > 0; n--) {
      number = number << 8 | u8();
    }
    return number;
  }

  private Value item(int depth) throws Malformed {
    int head = u8();
    return switch (head >>> 5) {
      case 0 -> unsigned(argument(head));
      case 1 -> negative(argument(head));
      case 2 -> Value.of(string(head));
      case 3 -> Value.of(text(head));
      case 4 -> array(head, depth);
      case 5 -> map(head, depth);
      case 6 -> tag(argument(head), depth);
      default -> simple(head);
    };
  }

  private static Value unsigned(long number) {
    return number >= 0
        ? Value.of(number)
        : Value.of(new BigInteger(Long.toUnsignedString(number)).doubleValue());
  }

  private static Value negative(long number) {
    return number >= 0
        ? Value.of(-1 - number)
        : Value.of(-1 - new BigInteger(Long.toUnsignedString(number)).doubleValue());
  }

  private Value tag(long tag, int depth) throws Malformed {
    if (depth <= 0) {
      throw new Malformed();
    }
    Value value = item(depth - 1);
    if ((tag == 2 || tag == 3) && value instanceof Value.Bytes bytes && bytes.length() <= 256) {
      BigInteger number = new BigInteger(1, bytes.value());
      return Value.of((tag == 2 ? number : number.not()).doubleValue());
    }
    return value;
  }

  /** Bytes of a string; in pieces if its length was not known. */
  private byte[] string(int head) throws Malformed {
    if ((head & 0x1F) != 31) {
      long length = argument(head);
      int from = take(length);
      return Arrays.copyOfRange(b, from, at);
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int piece = u8(); piece != BREAK; piece = u8()) {
      if (piece >>> 5 != head >>> 5 || (piece & 0x1F) == 31) {
        throw new Malformed();
      }
      int from = take(argument(piece));
      all.write(b, from, at - from);
    }
    return all.toByteArray();
  }

  private String text(int head) throws Malformed {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(string(head))).toString();
    } catch (CharacterCodingException e) {
      throw new Malformed();
    }
  }

  private Value array(int head, int depth) throws Malformed {
    boolean open = (head & 0x1F) == 31;
    long count = open ? Long.MAX_VALUE : count(argument(head), 1);
    if (depth <= 0) {
      throw new Malformed();
    }
    List<Value> values = new ArrayList<>((int) Math.min(count, MAX_RESERVED));
    while (values.size() < count && !(open && ends())) {
      values.add(item(depth - 1));
    }
    return Value.of(values);
  }

  private Value map(int head, int depth) throws Malformed {
    boolean open = (head & 0x1F) == 31;
    long count = open ? Long.MAX_VALUE : count(argument(head), 2);
    if (depth <= 0) {
      throw new Malformed();
    }
    Map<String, Value> entries = new LinkedHashMap<>();
    for (long i = 0; i < count && !(open && ends()); i++) {
      String key =
          switch (item(0)) {
            case Value.Text(String text) -> text;
            case Value.Int(long number) -> Long.toString(number);
            default -> throw new Malformed();
          };
      entries.put(key, item(depth - 1));
    }
    return Value.of(entries);
  }

  /** Members that are claimed must be there. */
  private long count(long claimed, int leastBytes) throws Malformed {
    if (claimed < 0 || claimed > (b.length - at) / leastBytes) {
      throw new Malformed();
    }
    return claimed;
  }

  private boolean ends() throws Malformed {
    if (at < b.length && (b[at] & 0xFF) == BREAK) {
      at++;
      return true;
    }
    if (at >= b.length) {
      throw new Malformed();
    }
    return false;
  }

  private Value simple(int head) throws Malformed {
    return switch (head & 0x1F) {
      case 20 -> Value.FALSE;
      case 21 -> Value.TRUE;
      // Undefined, too.
      case 22, 23 -> Value.NULL;
      case 25 -> Value.of((double) Float.float16ToFloat((short) argument(head)));
      case 26 -> Value.of((double) Float.intBitsToFloat((int) argument(head)));
      case 27 -> Value.of(Double.longBitsToDouble(argument(head)));
      default -> throw new Malformed();
    };
  }

  // --- writing -----------------------------------------------------------------------------------

  /**
   * The bytes of a value.
   *
   * @throws EncodeException nested too deeply
   */
  public static byte[] write(Value value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    write(out, value, MAX_DEPTH);
    return out.toByteArray();
  }

  private static void write(ByteArrayOutputStream out, Value value, int depth) {
    switch (value) {
      case Value.Null _ -> out.write(0xF6);
      case Value.Bool(boolean on) -> out.write(on ? 0xF5 : 0xF4);
      case Value.Int(long number) ->
          head(out, number < 0 ? 1 : 0, number < 0 ? -1 - number : number);
      case Value.Float(double number) -> {
        out.write(0xFB);
        out.writeBytes(ByteBuffer.allocate(8).putLong(Double.doubleToRawLongBits(number)).array());
      }
      case Value.Text(String text) -> string(out, 3, text.getBytes(StandardCharsets.UTF_8));
      case Value.Bytes bytes -> string(out, 2, bytes.value());
      case Value.Array(List<Value> values) -> {
        check(depth);
        head(out, 4, values.size());
        values.forEach(each -> write(out, each, depth - 1));
      }
      case Value.Map(Map<String, Value> entries) -> {
        check(depth);
        head(out, 5, entries.size());
        entries.forEach((key, each) -> {
          string(out, 3, key.getBytes(StandardCharsets.UTF_8));
          write(out, each, depth - 1);
        });
      }
    }
  }

  private static void check(int depth) {
    if (depth <= 0) {
      throw new EncodeException("arrays and maps are nested too deeply");
    }
  }

  private static void string(ByteArrayOutputStream out, int type, byte[] bytes) {
    head(out, type, bytes.length);
    out.writeBytes(bytes);
  }

  private static void head(ByteArrayOutputStream out, int type, long number) {
    int size =
        number < 24
            ? 0
            : number <= 0xFF ? 1 : number <= 0xFFFF ? 2 : number <= 0xFFFF_FFFFL ? 4 : 8;
    if (size == 0) {
      out.write(type << 5 | (int) number);
      return;
    }
    out.write(type << 5 | 24 + Integer.numberOfTrailingZeros(size));
    for (int shift = 8 * size - 8; shift >= 0; shift -= 8) {
      out.write((int) (number >>> shift));
    }
  }
}
