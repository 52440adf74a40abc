package dev.clasp.ble;

import java.util.OptionalInt;

/**
 * What BlueZ knows of a device.
 *
 * @param path of its object
 * @param address six bytes in hexadecimal
 * @param name empty if it has none
 * @param rssi strength of what was heard in the scan that goes on, in dBm
 * @param connected with this machine
 * @param paired with this machine
 * @param advertises the CLASP service
 */
record Device(
    String path,
    String address,
    String name,
    OptionalInt rssi,
    boolean connected,
    boolean paired,
    boolean advertises) {

  /** Is it there now, or does BlueZ only remember it? */
  boolean present() {
    return rssi.isPresent() || connected;
  }

  /** For messages: the name comes from outside. */
  String text() {
    return name.isEmpty() ? address : address + " (" + printable(name) + ")";
  }

  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
