package dev.clasp.ble;

/** Where CLASP is in a GATT database (transports.md 7.1). */
final class BleUuid {

  static final String SERVICE = "00007330-0000-1000-8000-00805f9b34fb";

  /** Written by the central. */
  static final String TX = "00007331-0000-1000-8000-00805f9b34fb";

  /** Notified by the peripheral. */
  static final String RX = "00007332-0000-1000-8000-00805f9b34fb";

  /** Of the layout that is documented and that no code of the reference has. */
  static final String DOCUMENTED_SERVICE = "0000fff0-0000-1000-8000-00805f9b34fb";

  /** In that layout, one characteristic is written and notified. */
  static final String DOCUMENTED_BOTH = "0000fff1-0000-1000-8000-00805f9b34fb";

  private BleUuid() {}
}
