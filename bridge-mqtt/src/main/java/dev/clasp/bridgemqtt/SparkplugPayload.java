package dev.clasp.bridgemqtt;

import dev.clasp.protocol.Value;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A payload of Sparkplug B (Sparkplug 3.0.0, section 6; the message of protobuf that it names). The
 * few fields that matter are read here by hand: a library would bring generated classes ten times
 * as long, and no better bounds.
 *
 * @param seq 0 to 255
 */
record SparkplugPayload(List<Metric> metrics, OptionalLong seq) {

  private static final int MAX_METRICS = 20_000;
  private static final int MAX_CELLS = 20_000;

  /** Types of metrics (Sparkplug 3.0.0 section 6.4.16). */
  enum Type {
    UNKNOWN,
    INT8,
    INT16,
    INT32,
    INT64,
    UINT8,
    UINT16,
    UINT32,
    UINT64,
    FLOAT,
    DOUBLE,
    BOOLEAN,
    STRING,
    DATETIME,
    TEXT,
    UUID,
    DATASET,
    BYTES,
    FILE,
    TEMPLATE;

    static Type of(long code) {
      return code >= 0 && code < values().length ? values()[(int) code] : UNKNOWN;
    }

    /** What CLASP calls it. */
    String datatype() {
      return switch (this) {
        case INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64, DATETIME -> "int";
        case FLOAT, DOUBLE -> "float";
        case BOOLEAN -> "bool";
        case STRING, TEXT, UUID -> "string";
        case BYTES, FILE -> "bytes";
        case DATASET -> "array";
        case TEMPLATE, UNKNOWN -> "any";
      };
    }
  }

  /**
   * @param value empty: none that CLASP can carry
   * @param unit from the property engUnit
   */
  record Metric(
      Optional<String> name,
      OptionalLong alias,
      Type type,
      boolean historical,
      Optional<Value> value,
      Optional<String> unit) {}

  // --- reading -----------------------------------------------------------------------------------

  /** Reads; empty if it is no such payload. */
  static Optional<SparkplugPayload> read(byte[] payload) {
    try {
      return Optional.of(payload(new Reader(ByteBuffer.wrap(payload))));
    } catch (Malformed e) {
      return Optional.empty();
    }
  }

  private static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed() {
      super("no payload of Sparkplug B", null, false, false);
    }
  }

  /** One message of protobuf: field after field. */
  private static final class Reader {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private final ByteBuffer in;
    private int wire;
    private long number;
    private ByteBuffer bytes = ByteBuffer.allocate(0);

    Reader(ByteBuffer in) {
      this.in = in.order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The number of the next field, 0 at the end; its content is read. */
    int next() throws Malformed {
      if (!in.hasRemaining()) {
        return 0;
      }
      long key = varint();
      wire = (int) (key & 7);
      long field = key >>> 3;
      if (field < 1 || field > 0x1FFF_FFFF) {
        throw new Malformed();
      }
      switch (wire) {
        case VARINT -> number = varint();
        case FIXED64 -> {
          need(8);
          number = in.getLong();
        }
        case FIXED32 -> {
          need(4);
          number = in.getInt();
        }
        case BYTES -> {
          long length = varint();
          if (length < 0 || length > in.remaining()) {
            throw new Malformed();
          }
          bytes = in.slice(in.position(), (int) length);
          in.position(in.position() + (int) length);
        }
        default -> throw new Malformed();
      }
      return (int) field;
    }

    private void need(int count) throws Malformed {
      if (in.remaining() < count) {
        throw new Malformed();
      }
    }

    private long varint() throws Malformed {
      long value = 0;
      for (int shift = 0; shift < 70; shift += 7) {
        need(1);
        byte b = in.get();
        value |= (long) (b & 0x7F) << shift;
        if (b >= 0) {
          return value;
        }
      }
      throw new Malformed();
    }

    long number(int expected) throws Malformed {
      if (wire != expected) {
        throw new Malformed();
      }
      return number;
    }

    long number() throws Malformed {
      return number(VARINT);
    }

    ByteBuffer content() throws Malformed {
      if (wire != BYTES) {
        throw new Malformed();
      }
      return bytes;
    }

    Reader message() throws Malformed {
      return new Reader(content());
    }

    String text() throws Malformed {
      try {
        return StandardCharsets.UTF_8.newDecoder().decode(content().duplicate()).toString();
      } catch (CharacterCodingException e) {
        throw new Malformed();
      }
    }

    byte[] raw() throws Malformed {
      byte[] copy = new byte[content().remaining()];
      content().duplicate().get(copy);
      return copy;
    }
  }

  private static SparkplugPayload payload(Reader in) throws Malformed {
    OptionalLong seq = OptionalLong.empty();
    List<Metric> metrics = new ArrayList<>();
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 2 -> {
          if (metrics.size() >= MAX_METRICS) {
            throw new Malformed();
          }
          metrics.add(metric(in.message()));
        }
        case 3 -> seq = OptionalLong.of(in.number());
        default -> {}
      }
    }
    return new SparkplugPayload(List.copyOf(metrics), seq);
  }

  /** A content of one of the fields for values, before the type is known. */
  private sealed interface Content {
    record Number(long bits) implements Content {}

    record Real(double number) implements Content {}

    record Ready(Value value) implements Content {}
  }

  private static Metric metric(Reader in) throws Malformed {
    Optional<String> name = Optional.empty();
    OptionalLong alias = OptionalLong.empty();
    Optional<String> unit = Optional.empty();
    Type type = Type.UNKNOWN;
    boolean historical = false;
    boolean isNull = false;
    Optional<Content> content = Optional.empty();
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 1 -> name = Optional.of(in.text());
        case 2 -> alias = OptionalLong.of(in.number());
        case 4 -> type = Type.of(in.number());
        case 5 -> historical = in.number() != 0;
        case 7 -> isNull = in.number() != 0;
        case 9 -> unit = unit(in.message());
        case 10, 11 -> content = Optional.of(new Content.Number(in.number()));
        case 12 ->
            content =
                Optional.of(
                    new Content.Real(Float.intBitsToFloat((int) in.number(Reader.FIXED32))));
        case 13 ->
            content =
                Optional.of(new Content.Real(Double.longBitsToDouble(in.number(Reader.FIXED64))));
        case 14 -> content = Optional.of(new Content.Ready(Value.of(in.number() != 0)));
        case 15 -> content = Optional.of(new Content.Ready(Value.of(in.text())));
        case 16 -> content = Optional.of(new Content.Ready(Value.of(in.raw())));
        case 17 -> content = Optional.of(new Content.Ready(dataSet(in.message())));
        default -> {}
      }
    }
    Type of = type;
    Optional<Value> value = isNull ? Optional.of(Value.NULL) : content.map(each -> value(of, each));
    return new Metric(name, alias, type, historical, value, unit);
  }

  private static Value value(Type type, Content content) {
    return switch (content) {
      case Content.Ready(Value value) -> value;
      case Content.Real(double number) -> Value.of(number);
      case Content.Number(long bits) -> number(type, bits);
    };
  }

  /** Signed ones stand as if they had no sign (section 6.4.17). */
  static Value number(Type type, long bits) {
    return switch (type) {
      case INT8 -> Value.of((long) (byte) bits);
      case INT16 -> Value.of((long) (short) bits);
      case INT32 -> Value.of((long) (int) bits);
      case UINT8 -> Value.of(bits & 0xFF);
      case UINT16 -> Value.of(bits & 0xFFFF);
      case UINT32 -> Value.of(bits & 0xFFFF_FFFFL);
      case UINT64 ->
          bits >= 0
              ? Value.of(bits)
              : Value.of(new BigInteger(Long.toUnsignedString(bits)).doubleValue());
      case BOOLEAN -> Value.of(bits != 0);
      default -> Value.of(bits);
    };
  }

  private static Optional<String> unit(Reader in) throws Malformed {
    List<String> keys = new ArrayList<>();
    List<Optional<String>> values = new ArrayList<>();
    for (int field = in.next(); field != 0; field = in.next()) {
      if (keys.size() + values.size() > MAX_METRICS) {
        throw new Malformed();
      }
      if (field == 1) {
        keys.add(in.text());
      } else if (field == 2) {
        Reader value = in.message();
        Optional<String> text = Optional.empty();
        for (int part = value.next(); part != 0; part = value.next()) {
          if (part == 8) {
            text = Optional.of(value.text());
          }
        }
        values.add(text);
      }
    }
    int at = keys.indexOf("engUnit");
    return at >= 0 && at < values.size() ? values.get(at) : Optional.empty();
  }

  /** Rows as maps by the names of the columns. */
  private static Value dataSet(Reader in) throws Malformed {
    List<String> columns = new ArrayList<>();
    List<Type> types = new ArrayList<>();
    List<List<Optional<Content>>> rows = new ArrayList<>();
    int cells = 0;
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 2 -> columns.add(in.text());
        case 3 -> {
          if (in.wire == Reader.BYTES) {
            // Packed.
            Reader packed = in.message();
            while (packed.in.hasRemaining()) {
              types.add(Type.of(packed.varint()));
            }
          } else {
            types.add(Type.of(in.number()));
          }
        }
        case 4 -> {
          List<Optional<Content>> row = new ArrayList<>();
          Reader elements = in.message();
          for (int part = elements.next(); part != 0; part = elements.next()) {
            if (part == 1) {
              row.add(cell(elements.message()));
              cells++;
            }
          }
          rows.add(row);
          cells++;
        }
        default -> {}
      }
      if (cells > MAX_CELLS || columns.size() > MAX_CELLS || types.size() > MAX_CELLS) {
        throw new Malformed();
      }
    }
    List<Value> all = new ArrayList<>();
    for (List<Optional<Content>> row : rows) {
      Map<String, Value> entries = new LinkedHashMap<>();
      for (int i = 0; i < row.size() && i < columns.size(); i++) {
        Type type = i < types.size() ? types.get(i) : Type.UNKNOWN;
        entries.put(columns.get(i), row.get(i).map(each -> value(type, each)).orElse(Value.NULL));
      }
      all.add(Value.of(entries));
    }
    return Value.of(all);
  }

  private static Optional<Content> cell(Reader in) throws Malformed {
    Optional<Content> content = Optional.empty();
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 1, 2 -> content = Optional.of(new Content.Number(in.number()));
        case 3 ->
            content =
                Optional.of(
                    new Content.Real(Float.intBitsToFloat((int) in.number(Reader.FIXED32))));
        case 4 ->
            content =
                Optional.of(new Content.Real(Double.longBitsToDouble(in.number(Reader.FIXED64))));
        case 5 -> content = Optional.of(new Content.Ready(Value.of(in.number() != 0)));
        case 6 -> content = Optional.of(new Content.Ready(Value.of(in.text())));
        default -> {}
      }
    }
    return content;
  }

  // --- writing -----------------------------------------------------------------------------------

  /**
   * A command with one metric, as nodes and devices take it.
   *
   * @param millis Unix time
   * @return empty if the type cannot hold the value
   */
  static Optional<byte[]> command(
      Optional<String> name, OptionalLong alias, Type type, Value value, long millis) {
    ByteArrayOutputStream metric = new ByteArrayOutputStream();
    name.ifPresent(text -> bytes(metric, 1, text.getBytes(StandardCharsets.UTF_8)));
    alias.ifPresent(number -> number(metric, 2, number));
    number(metric, 3, millis);
    number(metric, 4, type.ordinal());
    if (!content(metric, type, value)) {
      return Optional.empty();
    }
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    number(payload, 1, millis);
    bytes(payload, 2, metric.toByteArray());
    return Optional.of(payload.toByteArray());
  }

  private static boolean content(ByteArrayOutputStream out, Type type, Value value) {
    switch (type) {
      case INT8, INT16, INT32, UINT8, UINT16, UINT32, INT64, UINT64, DATETIME -> {
        OptionalLong whole = whole(value);
        if (whole.isEmpty() || !fits(type, whole.getAsLong())) {
          return false;
        }
        boolean wide = type == Type.INT64 || type == Type.UINT64 || type == Type.DATETIME;
        number(out, wide ? 11 : 10, wide ? whole.getAsLong() : whole.getAsLong() & 0xFFFF_FFFFL);
        return true;
      }
      case FLOAT, DOUBLE -> {
        double number =
            switch (value) {
              case Value.Int(long n) -> n;
              case Value.Float(double n) -> n;
              default -> Double.NaN;
            };
        if (!(value instanceof Value.Int) && !(value instanceof Value.Float)) {
          return false;
        }
        ByteBuffer fixed = ByteBuffer.allocate(9).order(ByteOrder.LITTLE_ENDIAN);
        if (type == Type.FLOAT) {
          fixed.put((byte) (12 << 3 | Reader.FIXED32)).putFloat((float) number);
        } else {
          fixed.put((byte) (13 << 3 | Reader.FIXED64)).putDouble(number);
        }
        out.write(fixed.array(), 0, fixed.position());
        return true;
      }
      case BOOLEAN -> {
        boolean on;
        switch (value) {
          case Value.Bool(boolean bool) -> on = bool;
          case Value.Int(long n) -> on = n != 0;
          case Value.Float(double n) -> on = n != 0;
          default -> {
            return false;
          }
        }
        number(out, 14, on ? 1 : 0);
        return true;
      }
      case STRING, TEXT, UUID -> {
        if (!(value instanceof Value.Text(String text))) {
          return false;
        }
        bytes(out, 15, text.getBytes(StandardCharsets.UTF_8));
        return true;
      }
      case BYTES, FILE -> {
        if (!(value instanceof Value.Bytes raw)) {
          return false;
        }
        bytes(out, 16, raw.value());
        return true;
      }
      case UNKNOWN, DATASET, TEMPLATE -> {
        return false;
      }
    }
    return false;
  }

  private static OptionalLong whole(Value value) {
    return switch (value) {
      case Value.Int(long n) -> OptionalLong.of(n);
      case Value.Float(double n) when n == Math.rint(n) && Math.abs(n) < 0x1p63 ->
          OptionalLong.of((long) n);
      case Value.Bool(boolean on) -> OptionalLong.of(on ? 1 : 0);
      default -> OptionalLong.empty();
    };
  }

  private static boolean fits(Type type, long n) {
    return switch (type) {
      case INT8 -> n == (byte) n;
      case INT16 -> n == (short) n;
      case INT32 -> n == (int) n;
      case UINT8 -> n >= 0 && n <= 0xFF;
      case UINT16 -> n >= 0 && n <= 0xFFFF;
      case UINT32 -> n >= 0 && n <= 0xFFFF_FFFFL;
      case UINT64, DATETIME -> n >= 0;
      default -> true;
    };
  }

  private static void number(ByteArrayOutputStream out, int field, long value) {
    varint(out, (long) field << 3);
    varint(out, value);
  }

  private static void bytes(ByteArrayOutputStream out, int field, byte[] value) {
    varint(out, (long) field << 3 | Reader.BYTES);
    varint(out, value.length);
    out.writeBytes(value);
  }

  private static void varint(ByteArrayOutputStream out, long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) (rest & 0x7F | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }
}
