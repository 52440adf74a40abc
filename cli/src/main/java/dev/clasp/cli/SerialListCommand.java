package dev.clasp.cli;

import dev.clasp.serial.SerialPortInfo;
import dev.clasp.transport.TransportException;
import java.io.PrintWriter;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code clasp serial list}. */
@Command(
    name = "list",
    description = "List the serial ports of this machine.",
    footer = {
      "",
      "Examples:",
      "  clasp serial list",
      "  clasp serial list --output json",
    })
final class SerialListCommand implements Callable<Integer> {

  private final Clasp clasp;

  SerialListCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    clasp.startLogging(Clasp.LogLevel.ERROR);
    List<SerialPortInfo> ports;
    try {
      ports = SerialPortInfo.all();
    } catch (TransportException e) {
      throw new CommandException(
          ExitStatus.FAILURE, Printable.escape(String.valueOf(e.getMessage())), e);
    }
    PrintWriter out = clasp.terminal().out();
    for (SerialPortInfo port : ports) {
      out.println(clasp.json() ? json(port) : line(port));
    }
    if (ports.isEmpty()) {
      clasp.note("there are no serial ports here");
    }
    return ExitStatus.OK;
  }

  private static String line(SerialPortInfo port) {
    String usb =
        port.vendorId() < 0 ? "" : " (USB %04x:%04x)".formatted(port.vendorId(), port.productId());
    String number = port.serialNumber().isEmpty() ? "" : " serial " + port.serialNumber();
    return Printable.escape((port.port() + "  " + port.description() + usb + number).strip());
  }

  private static String json(SerialPortInfo port) {
    return new JsonLine()
        .put("port", port.port())
        .put("description", port.description())
        .put("vendorId", known(port.vendorId()))
        .put("productId", known(port.productId()))
        .put("serialNumber", port.serialNumber())
        .end();
  }

  private static OptionalInt known(int id) {
    return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
  }
}
