package dev.clasp.bridgedmx;

import dev.clasp.serial.SerialDevice;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Packets for an interface without a processor: we ourselves make BREAK, mark and slots (ANSI
 * E1.11) on a line of 250,000 baud, 8 data bits, 2 stop bits. All times are at least as long as
 * asked for; the system and USB make them longer, which the standard allows (up to a second). One
 * thread.
 */
final class OpenSender {

  static final int BAUD = 250_000;

  /** More than the 92 us that the standard wants: many receivers like it longer. */
  static final int BREAK_MICROS = 176;

  static final int MARK_MICROS = 16;

  /** From BREAK to BREAK at the least. */
  private static final long MIN_PERIOD_NANOS = TimeUnit.MICROSECONDS.toNanos(1204);

  /** Eleven bits of 4 us. */
  private static final long SLOT_NANOS = TimeUnit.MICROSECONDS.toNanos(44);

  private final SerialDevice device;
  private final Ticker ticker;
  private final long breakNanos;
  private final long markNanos;
  private final long periodNanos;
  private long next;
  private boolean begun;

  OpenSender(SerialDevice device, InterfaceSpec spec, Ticker ticker) {
    this.device = device;
    this.ticker = ticker;
    this.breakNanos = TimeUnit.MICROSECONDS.toNanos(spec.breakMicros().orElse(BREAK_MICROS));
    this.markNanos = TimeUnit.MICROSECONDS.toNanos(spec.markMicros().orElse(MARK_MICROS));
    this.periodNanos = (long) (TimeUnit.SECONDS.toNanos(1) / spec.rate());
  }

  /**
   * Waits until the next packet is due, and sends it.
   *
   * @param slots asked for then, so that the packet has the newest levels
   * @return bytes on the line
   */
  int send(Supplier<byte[]> slots) throws IOException, InterruptedException {
    if (begun) {
      ticker.sleepUntil(next);
    }
    begun = true;
    long start = ticker.nanoTime();
    byte[] levels = slots.get();
    byte[] packet = new byte[1 + levels.length];
    System.arraycopy(levels, 0, packet, 1, levels.length);
    device.setBreak(true);
    ticker.sleepUntil(start + breakNanos);
    device.setBreak(false);
    ticker.sleepUntil(ticker.nanoTime() + markNanos);
    long data = ticker.nanoTime();
    device.write(packet);
    // A driver may take the bytes before they are on the line, which a BREAK must not cut off.
    long onTheLine = data + packet.length * SLOT_NANOS;
    next = Math.max(Math.max(start + periodNanos, start + MIN_PERIOD_NANOS), onTheLine);
    return packet.length;
  }
}
