package dev.clasp.bridgedmx;

import dev.clasp.serial.SerialDevice;
import dev.clasp.serial.SerialPortInfo;
import dev.clasp.serial.SerialSettings;
import java.io.IOException;
import java.util.List;

/** Where interfaces are plugged in. Thread-safe; may wait. */
interface Ports {

  /** Of this machine, and serial servers. */
  Ports SYSTEM =
      new Ports() {
        @Override
        public List<SerialPortInfo> list() {
          return SerialPortInfo.all();
        }

        @Override
        public SerialDevice open(String port, boolean dmxLine) throws IOException {
          if (port.startsWith(InterfaceSpec.TCP)) {
            return TcpDevice.open(port);
          }
          SerialSettings plain = SerialSettings.of(port);
          return SerialDevice.open(
              dmxLine
                  ? new SerialSettings(
                      port,
                      OpenSender.BAUD,
                      plain.parity(),
                      2,
                      plain.flow(),
                      plain.framing(),
                      plain.crc())
                  : plain);
        }
      };

  List<SerialPortInfo> list();

  /**
   * Opens one.
   *
   * @param dmxLine at 250,000 baud with two stop bits, as DMX itself; else as it comes, because a
   *     widget does not care
   * @throws IOException with a sentence for the user
   */
  SerialDevice open(String port, boolean dmxLine) throws IOException;
}
