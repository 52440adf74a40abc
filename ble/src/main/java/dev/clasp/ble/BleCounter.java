package dev.clasp.ble;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;

/** What became of devices, since the start. */
public enum BleCounter {
  /** Sessions that began. */
  SESSIONS,
  /** Sessions that ended. */
  ENDED,
  /** Centrals that were sent away because another one is being served. */
  BUSY,
  /** Writes that were refused: too long, or into the middle of a value. */
  REFUSED,
  /** Sessions that ended because more came than could be handled. */
  OVERFLOWED,
  /** Devices that could not be connected. */
  UNREACHABLE;

  /** All of them by name, as they stand. */
  static Map<String, Long> all(ToLongFunction<BleCounter> count) {
    Map<String, Long> all = new LinkedHashMap<>();
    for (BleCounter counter : values()) {
      all.put(counter.name().toLowerCase(Locale.ROOT), count.applyAsLong(counter));
    }
    return all;
  }
}
