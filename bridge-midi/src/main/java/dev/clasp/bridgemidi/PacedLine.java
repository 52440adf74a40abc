package dev.clasp.bridgemidi;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * What waits to go out on a wire that carries only so many bytes a second: 3,125 on a DIN cable
 * (31,250 baud, ten bits a byte). Real-time messages go first, also into the middle of SysEx; all
 * else keeps its order. While more than a tenth of a second waits, a newer value of a controller
 * takes the place of an older one if nothing but such values stand between them. Switches, RPN and
 * bank numbers are never left out, since each of them counts.
 *
 * <p>Thread-safe. Times are monotonic nanoseconds.
 */
final class PacedLine {

  /** Bytes a second on a DIN cable (MIDI 1.0 Detailed Specification, hardware). */
  static final int DIN_RATE = 3125;

  /**
   * Bytes that may go at once after a pause; so a thread that wakes late loses nothing, and a clock
   * waits no longer than for these.
   */
  static final int BURST = 16;

  /** Bytes of SysEx at once on a wire, so that a clock does not wait for it. */
  private static final int PIECE = 8;

  private static final int MAX_REAL_TIME = 64;

  private static final class Waiting {
    private byte[] bytes;
    private int at;

    Waiting(byte[] bytes) {
      this.bytes = bytes;
    }
  }

  private final int rate;
  private final int capacity;
  private final boolean runningStatus;
  private final int piece;
  private final ArrayDeque<byte[]> realTime = new ArrayDeque<>();
  private final ArrayDeque<Waiting> queue = new ArrayDeque<>();

  /** Those behind which only other controllers stand. */
  private final Map<Integer, Waiting> replaceable = new HashMap<>();

  private int size;
  private long freeAt = Long.MIN_VALUE;
  private int status;
  private long coalesced;

  /**
   * @param rate bytes a second; 0 for as fast as it goes
   * @param capacity bytes that may wait
   * @param runningStatus leave out a status byte that is the same as before
   */
  PacedLine(int rate, int capacity, boolean runningStatus) {
    this(rate, capacity, runningStatus, PIECE);
  }

  /**
   * @param piece longest part of SysEx to give at once
   */
  PacedLine(int rate, int capacity, boolean runningStatus, int piece) {
    this.piece = piece;
    this.rate = rate;
    this.capacity = capacity;
    this.runningStatus = runningStatus;
  }

  /**
   * @return false if it is full: the message is not taken
   */
  synchronized boolean offer(byte[] message) {
    int first = message[0] & 0xFF;
    if (first >= 0xF8) {
      if (realTime.size() >= MAX_REAL_TIME) {
        return false;
      }
      realTime.addLast(message);
      notifyAll();
      return true;
    }
    int key = key(message);
    Waiting older = key < 0 ? null : replaceable.get(key);
    if (older != null && crowded()) {
      older.bytes = message;
      coalesced++;
      return true;
    }
    if (size + message.length > capacity) {
      return false;
    }
    Waiting added = new Waiting(message);
    queue.addLast(added);
    size += message.length;
    if (key < 0) {
      replaceable.clear();
    } else {
      if (first >> 4 == 0xB && message[1] < 32) {
        // Its fine part must come behind it: the coarse one sets it to 0.
        replaceable.remove(key + 32);
      }
      replaceable.put(key, added);
    }
    notifyAll();
    return true;
  }

  /** More than a tenth of a second waits. */
  private boolean crowded() {
    return rate > 0 && size > rate / 10;
  }

  /** What a newer message takes the place of; -1 if each one counts. */
  private static int key(byte[] message) {
    int first = message[0] & 0xFF;
    if (message.length < 2 || first < 0xA0) {
      return -1;
    }
    return switch (first >> 4) {
      case 0xA -> first << 8 | message[1];
      case 0xB -> each(message[1]) ? -1 : first << 8 | message[1];
      case 0xD, 0xE -> first << 8;
      default -> -1;
    };
  }

  /** Bank, data entry, switches, RPN, channel mode. */
  private static boolean each(int controller) {
    return controller == 0
        || controller == 32
        || controller == 6
        || controller == 38
        || controller >= 64 && controller <= 69
        || controller >= 96 && controller <= 101
        || controller >= 120;
  }

  /** Bytes that may go now; none if there are none, or the wire is not free. */
  synchronized byte[] take(long now) {
    if (waitNanos(now) > 0) {
      return new byte[0];
    }
    byte[] urgent = realTime.pollFirst();
    byte[] taken = urgent != null ? urgent : nextPiece();
    if (rate > 0) {
      long earliest = now - BURST * nanosPerByte();
      freeAt = Math.max(freeAt, earliest) + taken.length * nanosPerByte();
    }
    return taken;
  }

  private byte[] nextPiece() {
    Waiting next = queue.getFirst();
    int end = next.bytes.length > piece ? Math.min(next.at + piece, next.bytes.length) : 0;
    int from = next.at;
    if (end == 0) {
      end = next.bytes.length;
      int first = next.bytes[0] & 0xFF;
      if (first >= 0x80) {
        boolean same = runningStatus && first < 0xF0 && first == status;
        status = first < 0xF0 ? first : 0;
        from = same ? 1 : 0;
      }
    } else {
      status = 0;
    }
    byte[] piece = Arrays.copyOfRange(next.bytes, from, end);
    next.at = end;
    if (end == next.bytes.length) {
      queue.removeFirst();
      size -= next.bytes.length;
      int key = key(next.bytes);
      if (key >= 0) {
        replaceable.remove(key, next);
      }
    }
    return piece;
  }

  private long nanosPerByte() {
    return 1_000_000_000L / rate;
  }

  /** How long until {@link #take} gives something; {@link Long#MAX_VALUE} if nothing waits. */
  synchronized long waitNanos(long now) {
    if (realTime.isEmpty() && queue.isEmpty()) {
      return Long.MAX_VALUE;
    }
    return rate == 0 || freeAt == Long.MIN_VALUE ? 0 : Math.max(0, freeAt - now);
  }

  /** Waits until something may be added to what waits, at most so long. */
  synchronized void awaitMore(long nanos) throws InterruptedException {
    if (realTime.isEmpty() && queue.isEmpty()) {
      wait(Math.max(1, nanos / 1_000_000));
    }
  }

  /** Forgets what waits: the wire is gone. */
  synchronized void clear() {
    realTime.clear();
    queue.clear();
    replaceable.clear();
    size = 0;
    status = 0;
    freeAt = Long.MIN_VALUE;
    notifyAll();
  }

  /** Bytes that wait. */
  synchronized int pending() {
    return size + realTime.size();
  }

  /** Values that were left out for newer ones. */
  synchronized long coalesced() {
    return coalesced;
  }
}
