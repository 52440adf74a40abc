package dev.clasp.protocol;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** A MessagePack map that is being written. Optional fields that are absent are left out. */
final class MessagePackMap {

  private static final int DEPTH = CodecLimits.DEFAULT.valueDepth();

  private final ByteWriter body = new ByteWriter(0);
  private int entries;

  /** Writes the head and the entries. */
  void writeTo(ByteWriter out) {
    MessagePackWriter.map(out, entries);
    out.bytes(body.toBytes());
  }

  boolean isEmpty() {
    return entries == 0;
  }

  /**
   * @throws EncodeException the value is nested too deeply
   */
  MessagePackMap value(String key, Value value) {
    key(key);
    MessagePackWriter.write(body, value, DEPTH);
    return this;
  }

  MessagePackMap text(String key, String text) {
    key(key);
    MessagePackWriter.text(body, text);
    return this;
  }

  MessagePackMap text(String key, Optional<String> text) {
    text.ifPresent(t -> text(key, t));
    return this;
  }

  MessagePackMap texts(String key, List<String> texts) {
    key(key);
    MessagePackWriter.array(body, texts.size());
    texts.forEach(text -> MessagePackWriter.text(body, text));
    return this;
  }

  MessagePackMap flag(String key, boolean flag) {
    return value(key, Value.of(flag));
  }

  MessagePackMap number(String key, double number) {
    return value(key, Value.of(number));
  }

  /** Unsigned 64 bits. */
  MessagePackMap u64(String key, long n) {
    key(key);
    MessagePackWriter.unsigned(body, n);
    return this;
  }

  MessagePackMap u64(String key, OptionalLong n) {
    n.ifPresent(v -> u64(key, v));
    return this;
  }

  /** Unsigned 32 bits. */
  MessagePackMap u32(String key, int n) {
    return u64(key, Integer.toUnsignedLong(n));
  }

  MessagePackMap u32(String key, OptionalInt n) {
    n.ifPresent(v -> u32(key, v));
    return this;
  }

  /**
   * @throws EncodeException the number is not 0 to {@code max}
   */
  MessagePackMap upTo(String key, int n, int max) {
    if (n < 0 || n > max) {
      throw new EncodeException(key + " must be 0 to " + max + ", not " + n);
    }
    return u64(key, n);
  }

  MessagePackMap map(String key, MessagePackMap map) {
    key(key);
    map.writeTo(body);
    return this;
  }

  MessagePackMap maps(String key, List<MessagePackMap> maps) {
    key(key);
    MessagePackWriter.array(body, maps.size());
    maps.forEach(map -> map.writeTo(body));
    return this;
  }

  private void key(String key) {
    entries++;
    MessagePackWriter.text(body, key);
  }
}
