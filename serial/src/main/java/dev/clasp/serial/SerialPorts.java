package dev.clasp.serial;

import dev.clasp.transport.TransportException;
import java.util.List;

/** The serial ports of a machine. Thread-safe; may wait, so not for event loops. */
interface SerialPorts {

  /**
   * Opens a port for us alone.
   *
   * @throws TransportException with a sentence for the user: of kind UNREACHABLE when there is no
   *     such port or somebody else has it, of kind BIND when trying again is pointless
   */
  SerialDevice open(SerialSettings settings);

  /** What there is. */
  List<SerialPortInfo> list();
}
