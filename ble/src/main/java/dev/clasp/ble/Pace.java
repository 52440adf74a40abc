package dev.clasp.ble;

import java.util.concurrent.TimeUnit;

/**
 * Keeps a stream of bytes at a rate: says how long to wait before the next ones. A tenth of a
 * second may go out at once. One thread.
 */
final class Pace {

  private final double nanosPerByte;
  private final long burstNanos = TimeUnit.MILLISECONDS.toNanos(100);
  private boolean started;
  private long dueNanos;

  Pace(int bytesPerSecond) {
    this.nanosPerByte = (double) TimeUnit.SECONDS.toNanos(1) / bytesPerSecond;
  }

  /**
   * So many bytes are to go out.
   *
   * @param now of a monotonic clock
   * @return how long they have to wait, in ns
   */
  long delayNanos(long now, int bytes) {
    if (!started || dueNanos - now < 0) {
      started = true;
      dueNanos = now;
    }
    long wait = Math.max(0, dueNanos - now - burstNanos);
    dueNanos += (long) (bytes * nanosPerByte);
    return wait;
  }
}
