package dev.clasp.serial;

import dev.clasp.transport.BytePipe;
import java.io.IOException;

/** Where a link over a serial port writes. */
final class DevicePipe implements BytePipe {

  private final SerialDevice device;
  private final boolean own;
  private volatile boolean writing;

  /**
   * @param own the port ends with the link; else only when it does not take what the link has
   *     written
   */
  DevicePipe(SerialDevice device, boolean own) {
    this.device = device;
    this.own = own;
  }

  @Override
  public void write(byte[] bytes) throws IOException {
    writing = true;
    device.write(bytes);
    writing = false;
  }

  @Override
  public void close() {
    if (own || writing) {
      device.close();
    }
  }
}
