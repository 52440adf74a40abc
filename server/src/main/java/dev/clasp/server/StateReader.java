package dev.clasp.server;

import static java.nio.ByteOrder.BIG_ENDIAN;

import dev.clasp.router.spi.StateChange;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads a state file, whatever is in it. What is not a record is left out: at the end, because
 * somebody pulled the plug while it was written, or in the middle, because the disk lost it.
 */
final class StateReader {

  /**
   * What was found.
   *
   * @param records good ones
   * @param floor the highest revision that any address has had
   * @param goodBytes length of the file up to the end of the last good record
   * @param damaged places in the middle that are no records
   * @param firstDamage offset of the first of them; -1 if there are none
   */
  record Summary(long records, long floor, long goodBytes, int damaged, long firstDamage) {}

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(BIG_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(BIG_ENDIAN);

  private final MemorySegment file;
  private final CRC32C crc = new CRC32C();
  private long floor;

  private StateReader(MemorySegment file) {
    this.file = file;
  }

  /**
   * Reads all.
   *
   * @param sink is given every change in order
   */
  static Summary read(MemorySegment file, Consumer<StateChange> sink) {
    return new StateReader(file).read(sink);
  }

  private Summary read(Consumer<StateChange> sink) {
    long end = file.byteSize();
    long at = 0;
    long good = 0;
    long records = 0;
    int damaged = 0;
    long firstDamage = -1;
    if (end >= StateFormat.HEAD_LENGTH && file.get(LONG, 0) == StateFormat.MAGIC) {
      at = StateFormat.HEAD_LENGTH;
      good = at;
    }
    while (at < end) {
      int length = bodyLength(at);
      if (length >= 0 && take(at + StateFormat.RECORD_HEAD, length, sink)) {
        at += StateFormat.RECORD_HEAD + length;
        good = at;
        records++;
        continue;
      }
      long next = nextRecord(at + 1);
      if (next < 0) {
        break;
      }
      firstDamage = damaged == 0 ? at : firstDamage;
      damaged++;
      at = next;
    }
    return new Summary(records, floor, good, damaged, firstDamage);
  }

  /** The length of the body of the record here, or -1 if there is no whole and good record. */
  private int bodyLength(long at) {
    long body = at + StateFormat.RECORD_HEAD;
    if (body > file.byteSize() || file.get(INT, at) != StateFormat.MARKER) {
      return -1;
    }
    int length = file.get(INT, at + 4);
    if (length < 1 || length > StateFormat.MAX_BODY || length > file.byteSize() - body) {
      return -1;
    }
    crc.reset();
    crc.update(file.asSlice(body, length).asByteBuffer());
    return (int) crc.getValue() == file.get(INT, at + 8) ? length : -1;
  }

  /** Where the next good record begins, or -1. */
  private long nextRecord(long from) {
    for (long at = from; at <= file.byteSize() - StateFormat.RECORD_HEAD; at++) {
      if (file.get(INT, at) == StateFormat.MARKER && bodyLength(at) >= 0) {
        return at;
      }
    }
    return -1;
  }

  /** Hands on what a body says; false if it says nothing that makes sense. */
  private boolean take(long offset, int length, Consumer<StateChange> sink) {
    ByteBuffer body = file.asSlice(offset, length).asByteBuffer().order(BIG_ENDIAN);
    try {
      byte kind = body.get();
      long revision = body.getLong();
      StateChange change =
          switch (kind) {
            case StateFormat.STORED -> stored(body, revision);
            case StateFormat.REMOVED -> new StateChange.Removed(bytes(body), revision);
            default -> null;
          };
      if (revision < 0 || change == null && kind != StateFormat.FLOOR) {
        return false;
      }
      floor = Math.max(floor, revision);
      give(change, sink);
      return true;
    } catch (BufferUnderflowException e) {
      return false;
    }
  }

  private static void give(@Nullable StateChange change, Consumer<StateChange> sink) {
    if (change != null) {
      sink.accept(change);
    }
  }

  private static StateChange stored(ByteBuffer body, long revision) {
    byte[] address = bytes(body);
    long written = body.getLong();
    long used = body.getLong();
    boolean hasTtl = body.get() != 0;
    OptionalInt ttl = hasTtl ? OptionalInt.of(body.getInt()) : OptionalInt.empty();
    long ttlMicros = hasTtl ? body.getLong() : 0;
    byte[] writer = bytes(body);
    int type = body.get() & 0xFF;
    byte[] value = new byte[body.remaining()];
    body.get(value);
    return new StateChange.Stored(
        address, type, value, revision, writer, written, used, ttl, ttlMicros);
  }

  private static byte[] bytes(ByteBuffer from) {
    int length = from.getShort() & 0xFFFF;
    if (length > from.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[length];
    from.get(bytes);
    return bytes;
  }
}
