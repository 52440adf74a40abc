package dev.clasp.serial;

import java.util.List;

/**
 * A serial port of this machine.
 *
 * @param port what to put into a URL: {@code /dev/ttyUSB0}, {@code COM3}
 * @param description what the system knows of it; may be empty
 * @param vendorId of USB devices, else -1
 * @param productId of USB devices, else -1
 * @param serialNumber of USB devices that have one, else empty: the same whatever socket it is in
 */
public record SerialPortInfo(
    String port, String description, int vendorId, int productId, String serialNumber) {

  /** Without a serial number. */
  public SerialPortInfo(String port, String description, int vendorId, int productId) {
    this(port, description, vendorId, productId, "");
  }

  /**
   * The ports of this machine, by name.
   *
   * @throws dev.clasp.transport.TransportException serial ports do not work here
   */
  public static List<SerialPortInfo> all() {
    return SystemPorts.INSTANCE.list();
  }
}
