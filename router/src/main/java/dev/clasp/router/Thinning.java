package dev.clasp.router;

import dev.clasp.protocol.Message.SubscribeOptions;
import dev.clasp.protocol.SignalType;
import org.jspecify.annotations.Nullable;

/**
 * What the options of a subscription ask of its deliveries; docs/subscriptions.md for users.
 * Immutable.
 *
 * @param mask the signal types that may be thinned or gathered; 0 = the subscription is plain
 * @param intervalNanos shortest time between two deliveries of an address, 0 = none
 * @param epsilon smallest change of a number worth a delivery, 0 = every value
 * @param windowNanos how long stream samples are gathered, 0 = not at all
 */
record Thinning(int mask, long intervalNanos, double epsilon, long windowNanos) {

  static final Thinning NONE = new Thinning(0, 0, 0, 0);

  /** Longer windows are taken as this one, so that what is gathered and its timers are bounded. */
  static final long MAX_WINDOW_MILLIS = 10_000;

  /** Of gestures only the moves. */
  private static final int THINNED =
      SignalType.PARAM.maskBit() | SignalType.STREAM.maskBit() | SignalType.GESTURE.maskBit();

  /** May messages of this signal type be thinned at all? */
  static boolean concerns(int typeBit) {
    return (THINNED & typeBit) != 0;
  }

  static Thinning of(SubscribeOptions options, int typeMask) {
    long rate = Integer.toUnsignedLong(options.maxRate().orElse(0));
    long interval = rate == 0 ? 0 : 1_000_000_000L / rate;
    double asked = options.epsilon().orElse(0);
    // Also for NaN: nothing is held back.
    double epsilon = asked > 0 ? asked : 0;
    long window =
        1_000_000L
            * Math.min(Integer.toUnsignedLong(options.windowMillis().orElse(0)), MAX_WINDOW_MILLIS);
    int mask = 0;
    if (interval > 0 || epsilon > 0) {
      mask = THINNED & typeMask;
    } else if (window > 0) {
      mask = SignalType.STREAM.maskBit() & typeMask;
    }
    return mask == 0 ? NONE : new Thinning(mask, interval, epsilon, window);
  }

  /** Is a value worth a delivery after another one? Whatever is not a number always is. */
  boolean worth(@Nullable Scalar last, @Nullable Scalar next) {
    return epsilon == 0 || last == null || next == null || next.differs(last, epsilon);
  }
}
