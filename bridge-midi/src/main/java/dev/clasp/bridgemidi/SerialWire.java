package dev.clasp.bridgemidi;

import dev.clasp.serial.SerialDevice;
import dev.clasp.serial.SerialFraming;
import dev.clasp.serial.SerialSettings;
import java.io.IOException;

/** A serial port with eight data bits, no parity and one stop bit, as MIDI has on its cable. */
final class SerialWire implements Wire {

  private final SerialDevice device;

  private SerialWire(SerialDevice device) {
    this.device = device;
  }

  static SerialWire open(String port, int baud) throws IOException {
    return new SerialWire(
        SerialDevice.open(
            new SerialSettings(
                port,
                baud,
                SerialSettings.Parity.NONE,
                1,
                SerialSettings.Flow.NONE,
                SerialFraming.RAW,
                false)));
  }

  @Override
  public int read(byte[] into) throws IOException {
    return device.read(into);
  }

  @Override
  public void write(byte[] bytes) throws IOException {
    device.write(bytes);
  }

  @Override
  public void close() {
    device.close();
  }
}
