package dev.clasp.serial;

import com.fazecast.jSerialComm.SerialPort;
import com.fazecast.jSerialComm.SerialPortInvalidPortException;
import dev.clasp.transport.TransportException;
import dev.clasp.transport.TransportException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Those that the system has, by jSerialComm. */
final class SystemPorts implements SerialPorts {

  static final SystemPorts INSTANCE = new SystemPorts();

  /**
   * Opening, closing and listing, one after the other: the library keeps one table of ports, and
   * listing throws out of it what is not open.
   */
  private static final Object TABLE = new Object();

  private SystemPorts() {}

  @Override
  public List<SerialPortInfo> list() {
    try {
      synchronized (TABLE) {
        return Arrays.stream(SerialPort.getCommPorts())
            .map(port ->
                new SerialPortInfo(
                    port.getSystemPortPath().replaceFirst("^\\\\\\\\\\.\\\\", ""),
                    port.getPortDescription(),
                    port.getVendorID(),
                    port.getProductID(),
                    serialNumber(port)))
            .sorted(Comparator.comparing(SerialPortInfo::port))
            .toList();
      }
    } catch (LinkageError e) {
      throw unusable(e);
    }
  }

  /** The library says "Unknown" or nothing where there is none. */
  private static String serialNumber(SerialPort port) {
    String number = port.getSerialNumber();
    return number == null || number.isBlank() || number.equalsIgnoreCase("unknown")
        ? ""
        : number.strip();
  }

  @Override
  public SerialDevice open(SerialSettings settings) {
    String name = settings.port();
    if (isPath(name) && !Files.exists(Path.of(name))) {
      throw missing(name);
    }
    try {
      synchronized (TABLE) {
        SerialPort port = SerialPort.getCommPort(name);
        port.setComPortParameters(
            settings.baud(),
            8,
            settings.stopBits() == 2 ? SerialPort.TWO_STOP_BITS : SerialPort.ONE_STOP_BIT,
            switch (settings.parity()) {
              case NONE -> SerialPort.NO_PARITY;
              case ODD -> SerialPort.ODD_PARITY;
              case EVEN -> SerialPort.EVEN_PARITY;
              case MARK -> SerialPort.MARK_PARITY;
              case SPACE -> SerialPort.SPACE_PARITY;
            });
        port.setFlowControl(
            switch (settings.flow()) {
              case NONE -> SerialPort.FLOW_CONTROL_DISABLED;
              case RTSCTS ->
                  SerialPort.FLOW_CONTROL_RTS_ENABLED | SerialPort.FLOW_CONTROL_CTS_ENABLED;
            });
        port.setComPortTimeouts(
            SerialPort.TIMEOUT_READ_SEMI_BLOCKING | SerialPort.TIMEOUT_WRITE_BLOCKING,
            SerialDevice.READ_MILLIS,
            0);
        if (!port.openPort(0)) {
          throw refused(name, port.getLastErrorCode());
        }
        return new SystemDevice(port, TABLE, Math.max(64, settings.bytesPerTenth()));
      }
    } catch (SerialPortInvalidPortException e) {
      throw missing(name);
    } catch (LinkageError e) {
      throw unusable(e);
    }
  }

  private static boolean isPath(String name) {
    return name.startsWith("/");
  }

  private TransportException missing(String name) {
    List<SerialPortInfo> all = list();
    return new TransportException(
        Kind.UNREACHABLE,
        "there is no serial port "
            + name
            + (all.isEmpty()
                ? ", and no other one: is the device plugged in?"
                : "; there are "
                    + all.stream()
                        .limit(20)
                        .map(SerialPortInfo::port)
                        .collect(Collectors.joining(", "))));
  }

  private static TransportException refused(String name, int error) {
    if (isPath(name)) {
      Path path = Path.of(name);
      if (Files.isDirectory(path) || Files.isRegularFile(path)) {
        return new TransportException(Kind.BIND, name + " is a file and no serial port");
      }
      if (Files.exists(path) && !(Files.isReadable(path) && Files.isWritable(path))) {
        String group = groupOf(path);
        return new TransportException(
            Kind.BIND,
            "no permission to open "
                + name
                + ": become a member of the group "
                + group
                + " (sudo usermod -aG "
                + group
                + " USER) and log in again");
      }
    }
    return new TransportException(
        Kind.UNREACHABLE,
        "cannot open "
            + name
            + ": another program has it, such as a serial monitor, ModemManager or another router"
            + (error == 0 ? "" : " (error " + error + ")"));
  }

  /** Of the device, which is usually dialout, and uucp elsewhere. */
  private static String groupOf(Path path) {
    try {
      String group = Files.readAttributes(path, PosixFileAttributes.class).group().getName();
      return group.equals("root") ? "dialout" : group;
    } catch (IOException | UnsupportedOperationException e) {
      return "dialout";
    }
  }

  private static TransportException unusable(LinkageError e) {
    return new TransportException(
        Kind.BIND,
        "serial ports do not work here: the library for them could not be loaded ("
            + e.getMessage()
            + "). It is unpacked into the folder for temporary files, which must allow programs",
        e);
  }
}
