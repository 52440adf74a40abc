package dev.clasp.ble;

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
  UNREACHABLE
}
