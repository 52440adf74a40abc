package dev.clasp.ble;

import java.net.SocketAddress;

/** Who is at the other end: {@code ble:AA:BB:CC:DD:EE:FF}. */
final class BleAddress extends SocketAddress {

  private static final long serialVersionUID = 1L;

  private final String device;

  /**
   * @param device address of the device
   */
  BleAddress(String device) {
    this.device = device;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BleAddress address && address.device.equals(device);
  }

  @Override
  public int hashCode() {
    return device.hashCode();
  }

  @Override
  public String toString() {
    return "ble:" + device;
  }
}
