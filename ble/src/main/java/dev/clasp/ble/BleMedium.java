package dev.clasp.ble;

import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.transport.BareCoding;
import dev.clasp.transport.StreamCoding;
import dev.clasp.transport.StreamLink;
import java.util.concurrent.TimeUnit;

/** What all links over Bluetooth have in common. */
final class BleMedium {

  static final String NAME = "ble";

  /** What a fair connection carries in a tenth of a second. */
  private static final int HIGH_WATER = 4 << 10;

  /**
   * Longer than the 500 ms of transports.md 1.4: the radio repeats what was not heard, so that
   * bytes are hardly ever damaged, but a pause of a second is ordinary.
   */
  private static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(2);

  static final StreamLink.Medium MEDIUM =
      new StreamLink.Medium(NAME, FrameDescriptor.MAX_FRAME, HIGH_WATER, STALL_NANOS);

  private BleMedium() {}

  static StreamCoding coding(int maxFrame) {
    return new BareCoding(Math.min(maxFrame, FrameDescriptor.MAX_FRAME));
  }
}
