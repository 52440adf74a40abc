package dev.clasp.router;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What the connections of one transport carry on one lane: totals since start. Changed by the
 * lane's thread only, so that adding is an ordinary increment; read by any thread, perhaps some
 * messages old.
 */
final class Traffic {

  static final int FRAMES_IN = 0;
  static final int BYTES_IN = 1;
  static final int BYTES_OUT = 2;
  static final int OPENED = 3;
  static final int CLOSED = 4;

  private static final int MESSAGES_IN = 5;
  private static final int MESSAGES_OUT = MESSAGES_IN + MessageKind.COUNT;
  private static final int ENDED = MESSAGES_OUT + MessageKind.COUNT;
  private static final int CELLS = ENDED + SessionEnd.values().length;

  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

  private final String transport;
  private final long[] cells = new long[CELLS];
  private final long[] handshakes = new long[Ladder.HANDSHAKE.cells()];

  Traffic(String transport) {
    this.transport = transport;
  }

  String transport() {
    return transport;
  }

  // --- lane thread -------------------------------------------------------------------------------

  void add(int cell, long n) {
    cells[cell] += n;
  }

  void received(int messageType) {
    cells[MESSAGES_IN + MessageKind.ofType(messageType)]++;
  }

  void sent(int messageType, long n) {
    cells[MESSAGES_OUT + MessageKind.ofType(messageType)] += n;
  }

  void ended(SessionEnd end) {
    cells[ENDED + end.ordinal()]++;
  }

  /** From the beginning of the connection to its WELCOME. */
  void handshake(long nanos) {
    Ladder.HANDSHAKE.record(handshakes, nanos, 1);
  }

  // --- any thread --------------------------------------------------------------------------------

  long of(int cell) {
    return (long) CELL.getOpaque(cells, cell);
  }

  long received() {
    return of(FRAMES_IN);
  }

  /** Messages of all kinds. */
  long sent() {
    long sum = 0;
    for (int kind = 0; kind < MessageKind.COUNT; kind++) {
      sum += sentOf(kind);
    }
    return sum;
  }

  /**
   * @param kind see {@link MessageKind}
   */
  long receivedOf(int kind) {
    return of(MESSAGES_IN + kind);
  }

  long sentOf(int kind) {
    return of(MESSAGES_OUT + kind);
  }

  long endedBecause(SessionEnd end) {
    return of(ENDED + end.ordinal());
  }

  /** Adds the histogram. */
  void addHandshakes(long[] to) {
    addTo(to, handshakes);
  }

  /** Adds what another thread writes. */
  static void addTo(long[] to, long[] cells) {
    for (int i = 0; i < to.length; i++) {
      to[i] += (long) CELL.getOpaque(cells, i);
    }
  }

  static long read(long[] cells, int index) {
    return (long) CELL.getOpaque(cells, index);
  }
}
