package dev.clasp.router;

import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.SignalType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Earlier values of one parameter, and events and stream samples of the same address, oldest first.
 * Guarded by the lock of the stripe.
 *
 * <p>A ring of slots of equal width in one array, so that remembering a value costs one copy and no
 * allocation. It starts narrow and short and grows as the {@link HistoryShelf} allows; when it may
 * not, the oldest entry is overwritten.
 */
final class History {

  /** Kind of an earlier value of the parameter. */
  static final int PARAMETER = SignalType.PARAM.maskBit();

  /** Longer values and messages are not remembered. */
  static final int MAX_LENGTH = 4096;

  /** Revision, time, kind, type, length. */
  private static final int HEAD = 8 + 8 + 1 + 1 + 2;

  private static final int TIME = 8;
  private static final int KIND = 16;
  private static final int TYPE = 17;
  private static final int LENGTH = 18;

  /** What the object, its array header and its place on the shelf take, about. */
  private static final int OVERHEAD = 80;

  private static final int FIRST_SLOTS = 2;
  private static final int FIRST_WIDTH = 8;

  private final Address address;
  private final HistoryShelf shelf;

  /** Neighbours on the shelf. */
  @Nullable History older;

  @Nullable History newer;

  private byte[] slots;

  /** Bytes of a slot behind its head. */
  private int width;

  private int capacity;
  private int first;
  private int count;
  private long writtenMicros;

  /** An empty one, for which {@link #firstCost} was reserved. */
  History(Address address, HistoryShelf shelf, int length) {
    this.address = address;
    this.shelf = shelf;
    this.width = widthFor(length);
    this.capacity = Math.min(FIRST_SLOTS, shelf.depth());
    this.slots = new byte[capacity * (HEAD + width)];
  }

  /** Bytes that a new one takes. */
  static int firstCost(int depth, int length) {
    return OVERHEAD + Math.min(FIRST_SLOTS, depth) * (HEAD + widthFor(length));
  }

  private static int widthFor(int length) {
    return length <= FIRST_WIDTH ? FIRST_WIDTH : Integer.highestOneBit(length - 1) << 1;
  }

  Address address() {
    return address;
  }

  /** Bytes it takes now. */
  int cost() {
    return OVERHEAD + slots.length;
  }

  /** Unix time when something was added last. */
  long writtenMicros() {
    return writtenMicros;
  }

  int count() {
    return count;
  }

  /** Revision of the youngest entry; 0 if there is none or it is a message. */
  long newestRevision() {
    return count == 0 ? 0 : Bytes.i64(slots, slot(count - 1));
  }

  /**
   * Makes a new youngest entry. The caller then writes its bytes to {@link #slots} at the returned
   * offset.
   *
   * @param kind mask bit of the signal type
   * @param micros when the value was written or the message received
   * @param now the same for what happens now
   * @return -1 if there is no room
   */
  int add(int kind, int type, long revision, long micros, int length, long now) {
    writtenMicros = now;
    if (length > width && !widen(length)) {
      return -1;
    }
    lengthen();
    int slot;
    if (count < capacity) {
      slot = slot(count++);
    } else {
      slot = slot(0);
      first = first + 1 == capacity ? 0 : first + 1;
    }
    Bytes.putI64(slots, slot, revision);
    Bytes.putI64(slots, slot + TIME, micros);
    slots[slot + KIND] = (byte) kind;
    slots[slot + TYPE] = (byte) type;
    Bytes.putU16(slots, slot + LENGTH, length);
    return slot + HEAD;
  }

  private boolean widen(int length) {
    int wider = widthFor(length);
    if (shelf.reserve((wider - width) * capacity)) {
      reshape(capacity, wider);
      return true;
    }
    // Otherwise fewer slots in the same bytes.
    int fewer = slots.length / (HEAD + wider);
    if (fewer == 0) {
      return false;
    }
    shelf.free(slots.length - fewer * (HEAD + wider));
    reshape(fewer, wider);
    return true;
  }

  private void lengthen() {
    if (count == capacity && capacity < shelf.depth()) {
      int more = Math.min(2 * capacity, shelf.depth());
      if (shelf.reserve((more - capacity) * (HEAD + width))) {
        reshape(more, width);
      }
    }
  }

  /** Moves the youngest entries into slots of another number and width. */
  private void reshape(int newCapacity, int newWidth) {
    byte[] moved = new byte[newCapacity * (HEAD + newWidth)];
    int kept = Math.min(count, newCapacity);
    for (int i = 0; i < kept; i++) {
      int from = slot(count - kept + i);
      System.arraycopy(
          slots, from, moved, i * (HEAD + newWidth), HEAD + Bytes.u16(slots, from + LENGTH));
    }
    slots = moved;
    capacity = newCapacity;
    width = newWidth;
    first = 0;
    count = kept;
  }

  private int slot(int index) {
    int i = first + index;
    return (i >= capacity ? i - capacity : i) * (HEAD + width);
  }

  /** Gives its memory back. It is not used any more. */
  void drop() {
    shelf.remove(this);
    count = 0;
  }

  // --- entries, 0 is the oldest ------------------------------------------------------------------

  byte[] slots() {
    return slots;
  }

  /** Mask bit of the signal type. */
  int kind(int index) {
    return slots[slot(index) + KIND];
  }

  /** Type code of a value. */
  int type(int index) {
    return slots[slot(index) + TYPE];
  }

  long revision(int index) {
    return Bytes.i64(slots, slot(index));
  }

  long micros(int index) {
    return Bytes.i64(slots, slot(index) + TIME);
  }

  /** Where in {@link #slots} the value data or the message payload is. */
  int offset(int index) {
    return slot(index) + HEAD;
  }

  int length(int index) {
    return Bytes.u16(slots, slot(index) + LENGTH);
  }

  /**
   * The youngest entries of a parameter's past, as indexes, oldest first.
   *
   * @param most so many at most
   * @param current revision of the value that they lead to. Each has one below the next: after a
   *     bundle was put back there may be revisions that never were
   */
  int[] values(int most, long current) {
    int[] found = new int[Math.min(most, count)];
    int at = found.length;
    long limit = current;
    for (int i = count - 1; i >= 0 && at > 0; i--) {
      if (kind(i) == PARAMETER && revision(i) < limit) {
        limit = revision(i);
        found[--at] = i;
      }
    }
    return Arrays.copyOfRange(found, at, found.length);
  }

  /**
   * The youngest messages of some signal types, as indexes, oldest first.
   *
   * @param most so many at most
   */
  int[] messages(int most, int typeMask) {
    int[] found = new int[Math.min(most, count)];
    int at = found.length;
    for (int i = count - 1; i >= 0 && at > 0; i--) {
      if (kind(i) != PARAMETER && (kind(i) & typeMask) != 0) {
        found[--at] = i;
      }
    }
    return Arrays.copyOfRange(found, at, found.length);
  }
}
