package dev.clasp.transport;

import dev.clasp.protocol.Bytes;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Frames that must arrive, in order and once, over datagrams that get lost, doubled and swapped:
 * numbered, kept until the other end has receipted them, and sent again. A receipt names the first
 * number that is missing. What TCP does, with a fixed window and nothing else. No sockets, no
 * clock; one thread.
 */
final class ReceiptFlow {

  /** In front of a numbered frame: this and four bytes of number. */
  static final int DATA = 'R';

  /** A receipt: this and the first number that is missing. */
  static final int RECEIPT = 'A';

  static final int HEADER = 5;

  /** Frames on their way. A power of two. */
  static final int WINDOW = 64;

  static final long FIRST_WAIT = TimeUnit.MILLISECONDS.toNanos(100);
  static final long LONGEST_WAIT = TimeUnit.SECONDS.toNanos(2);

  /** About 14 s. */
  static final int TRIES = 10;

  /** Timeouts up to the longest wait. */
  private static final int STEADY = 5;

  /** So many equal receipts say that a frame is missing and later ones are there. */
  private static final int DUPLICATES = 3;

  static final long NEVER = Long.MAX_VALUE;

  /** Where datagrams go. */
  interface Wire {
    void send(byte[] datagram);

    /** For the same again. */
    void sendAgain(byte[] datagram);
  }

  private final Wire wire;

  // Sending.
  private final byte[][] window = new byte[WINDOW][];
  private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
  private int first;
  private int sent;
  private long bytes;
  private int timeouts;
  private int duplicates;
  private boolean recovering;
  private int recoverUpTo;
  private long due = NEVER;

  // Receiving.
  private final byte[] @Nullable [] held = new byte[WINDOW][];
  private int expected;

  ReceiptFlow(Wire wire) {
    this.wire = wire;
  }

  // --- sending -----------------------------------------------------------------------------------

  /** Copies the frame. */
  void send(byte[] b, int offset, int length, long now) {
    byte[] datagram = new byte[HEADER + length];
    datagram[0] = DATA;
    System.arraycopy(b, offset, datagram, HEADER, length);
    bytes += length;
    waiting.add(datagram);
    pump(now);
  }

  private void pump(long now) {
    while (sent < WINDOW && !waiting.isEmpty()) {
      byte[] next = waiting.remove();
      Bytes.putI32(next, 1, first + sent);
      window[first + sent & WINDOW - 1] = next;
      sent++;
      wire.send(next);
    }
    if (sent > 0 && due == NEVER) {
      due = now + FIRST_WAIT;
    }
  }

  /** Bytes without a receipt. */
  long bytes() {
    return bytes;
  }

  /** Everything has been receipted. */
  boolean idle() {
    return sent == 0;
  }

  /** The other end has everything below this number. */
  void receipt(int next, long now) {
    int count = next - first;
    if (count < 0 || count > sent) {
      return;
    }
    if (count == 0) {
      // It is there and takes nothing: goes on at the longest interval.
      timeouts = Math.min(timeouts, STEADY);
      if (sent > 0 && ++duplicates == DUPLICATES && !recovering) {
        recover();
      }
      return;
    }
    for (int i = 0; i < count; i++) {
      int slot = first + i & WINDOW - 1;
      bytes -= window[slot].length - HEADER;
      window[slot] = NOTHING;
    }
    first = next;
    sent -= count;
    timeouts = 0;
    duplicates = 0;
    due = sent > 0 ? now + FIRST_WAIT : NEVER;
    recovering = recovering && recoverUpTo - first > 0;
    if (recovering) {
      // What is missing next was on its way when the loss was noticed, and is lost as well.
      wire.sendAgain(window[first & WINDOW - 1]);
    }
    pump(now);
  }

  private static final byte[] NOTHING = {};

  private void recover() {
    recovering = true;
    recoverUpTo = first + sent;
    wire.sendAgain(window[first & WINDOW - 1]);
  }

  /** When {@link #timeout} is to be called; {@link #NEVER} if not at all. */
  long due() {
    return due;
  }

  /**
   * No receipt came in time.
   *
   * @return false if it is time to give up
   */
  boolean timeout(long now) {
    if (now < due) {
      return true;
    }
    if (++timeouts > TRIES) {
      return false;
    }
    recover();
    due = now + Math.min(LONGEST_WAIT, FIRST_WAIT << timeouts);
    return true;
  }

  // --- receiving ---------------------------------------------------------------------------------

  /**
   * A numbered frame has come; hands on what is complete up to a gap, and gives a receipt.
   *
   * @param b a datagram
   */
  void arrived(byte[] b, int offset, int length, StreamCoding.Sink sink) {
    int ahead = Bytes.i32(b, offset + 1) - expected;
    if (ahead == 0) {
      expected++;
      sink.frame(b, offset + HEADER, length - HEADER);
      for (byte[] next = taken(); next != null; next = taken()) {
        expected++;
        sink.frame(next, 0, next.length);
      }
    } else if (ahead > 0 && ahead < WINDOW) {
      int slot = expected + ahead & WINDOW - 1;
      if (held[slot] == null) {
        held[slot] = Arrays.copyOfRange(b, offset + HEADER, offset + length);
      }
    }
    receipt();
  }

  /** Says again what is missing, when nothing can be taken. */
  void receipt() {
    byte[] receipt = new byte[HEADER];
    receipt[0] = RECEIPT;
    Bytes.putI32(receipt, 1, expected);
    wire.send(receipt);
  }

  private byte @Nullable [] taken() {
    int slot = expected & WINDOW - 1;
    byte[] next = held[slot];
    held[slot] = null;
    return next;
  }
}
