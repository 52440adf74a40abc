package dev.clasp.ble;

import dev.clasp.transport.StreamLink;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Values that have come and that the link has not taken: BlueZ's thread must not wait, and the link
 * may make it. Also keeps what comes before there is a link. Thread-safe.
 */
final class Intake {

  /** About what the fastest radio brings in two seconds. */
  static final int MAX_BYTES = 256 << 10;

  // Guarded by this.
  private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
  private int bytes;
  private boolean closed;

  /**
   * Takes a value.
   *
   * @return false if too much waits already; it is lost then, and the connection with it
   */
  synchronized boolean offer(byte[] value) {
    if (closed || value.length == 0) {
      return true;
    }
    if (bytes + value.length > MAX_BYTES) {
      return false;
    }
    bytes += value.length;
    waiting.add(value);
    notifyAll();
    return true;
  }

  /** Hands everything to the link, on a thread of its own, until {@link #close}. */
  void drainTo(StreamLink link) {
    Thread.ofPlatform()
        .daemon()
        .name("clasp-ble-read")
        .start(() -> {
          try {
            for (byte[] value = take(); value != null; value = take()) {
              link.received(value, 0, value.length);
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private synchronized byte @Nullable [] take() throws InterruptedException {
    while (waiting.isEmpty() && !closed) {
      wait();
    }
    byte[] value = closed ? null : waiting.remove();
    if (value != null) {
      bytes -= value.length;
    }
    return value;
  }

  synchronized void close() {
    closed = true;
    waiting.clear();
    notifyAll();
  }
}
