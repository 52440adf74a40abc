package dev.clasp.router;

import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.MessageType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An interned address: its parameter, its lock and the cached route to its subscribers, in one
 * object so that routing costs one look-up.
 *
 * <p>Every field is guarded by the lock of the {@link Stripe} that holds the address, except the
 * final ones.
 */
final class Address {

  /** UTF-8, validated when interned. */
  final byte[] name;

  final long hash;

  /** Value data as received, without the type code; its width is kept for the relay. */
  byte[] value = NO_VALUE;

  /** Bytes of {@link #value} in use. */
  int valueLength;

  int valueType;

  /** A parameter is stored here. */
  boolean stored;

  /**
   * Of the newest value ever stored here; it goes on where it ended when a value is stored again.
   */
  long revision;

  /** Unix time of the last write. */
  long writtenMicros;

  /** Session id of the last writer, ASCII. */
  byte[] writer = NO_VALUE;

  /** The session that holds the lock. */
  @Nullable Session lockHolder;

  /** Subscribers as of {@link #routeEpoch}. */
  Route route = Route.NONE;

  int routeEpoch = -1;

  /** Used since the idle sweep last passed by (second chance). */
  boolean touched;

  /**
   * How many gestures, timelines and announcements hold on to this address; while there are any it
   * stays interned. See {@link Stripe#pin}.
   */
  int pins;

  /** Waits among the addresses without a parameter to be forgotten. */
  boolean idle;

  /** What an announcement says about the parameter here; null if nothing. */
  @Nullable AnnouncedParameter announced;

  private static final byte[] NO_VALUE = {};

  Address(byte[] name, long hash) {
    this.name = name;
    this.hash = hash;
  }

  boolean stored() {
    return stored;
  }

  boolean is(byte[] b, int offset, int length) {
    return Arrays.equals(name, 0, name.length, b, offset, offset + length);
  }

  /**
   * Replaces the value; reuses the array when the size fits, so that a moving fader allocates
   * nothing.
   */
  void store(byte[] b, int offset, int length, int type) {
    if (value.length < length || value.length > 2 * length + 16) {
      value = new byte[length];
    }
    System.arraycopy(b, offset, value, 0, length);
    valueLength = length;
    valueType = type;
  }

  /**
   * Everything that a SET may change, as it is now. Whoever adds such a field adds it to {@link
   * Saved}.
   */
  Saved save() {
    return new Saved(
        Arrays.copyOf(value, valueLength),
        valueType,
        stored,
        revision,
        writtenMicros,
        writer,
        lockHolder);
  }

  /** Undoes what happened since {@link #save}. */
  void restore(Saved saved) {
    store(saved.value, 0, saved.value.length, saved.valueType);
    stored = saved.stored;
    revision = saved.revision;
    writtenMicros = saved.writtenMicros;
    writer = saved.writer;
    lockHolder = saved.lockHolder;
  }

  /** A parameter as a SET found it. */
  record Saved(
      byte[] value,
      int valueType,
      boolean stored,
      long revision,
      long writtenMicros,
      byte[] writer,
      @Nullable Session lockHolder) {}

  /** Bytes of a SNAPSHOT entry with writer and timestamp (wire.md 5.10). */
  int entryLength() {
    return 2 + name.length + 1 + valueLength + 8 + 1 + 2 + writer.length + 8;
  }

  /** Bytes of a SNAPSHOT entry with neither. */
  int shortEntryLength() {
    return 2 + name.length + 1 + valueLength + 8 + 1;
  }

  /** Writes the SNAPSHOT entry and returns the offset behind it. */
  int writeEntry(byte[] out, int offset, boolean withWriterAndTime) {
    int p = offset;
    Bytes.putU16(out, p, name.length);
    System.arraycopy(name, 0, out, p + 2, name.length);
    p += 2 + name.length;
    out[p++] = (byte) valueType;
    System.arraycopy(value, 0, out, p, valueLength);
    p += valueLength;
    Bytes.putI64(out, p, revision);
    p += 8;
    if (!withWriterAndTime) {
      out[p++] = 0;
      return p;
    }
    out[p++] = 3;
    Bytes.putU16(out, p, writer.length);
    System.arraycopy(writer, 0, out, p + 2, writer.length);
    p += 2 + writer.length;
    Bytes.putI64(out, p, writtenMicros);
    return p + 8;
  }

  /**
   * Writes the payload of the SET that announces the current value and returns the offset behind
   * it.
   */
  int writeSet(byte[] out, int offset, int flags) {
    int p = offset;
    out[p++] = MessageType.SET;
    out[p++] = (byte) (flags | valueType);
    Bytes.putU16(out, p, name.length);
    System.arraycopy(name, 0, out, p + 2, name.length);
    p += 2 + name.length;
    System.arraycopy(value, 0, out, p, valueLength);
    p += valueLength;
    Bytes.putI64(out, p, revision);
    return p + 8;
  }

  @Override
  public String toString() {
    return new String(name, StandardCharsets.UTF_8);
  }
}
