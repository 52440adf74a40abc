package dev.clasp.bridgedmx;

import dev.clasp.serial.SerialDevice;
import dev.clasp.serial.SerialPortInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A port where an interface for DMX is or may be.
 *
 * @param port as it is given to a bridge
 * @param description what the system knows of it; may be empty
 * @param usbSerial number of the USB device, for {@code usb:NUMBER}; may be empty
 * @param kind {@code pro} if it answers like one; {@code open} if it has the chip of an Open DMX
 *     and does not answer; else empty
 * @param device what it calls itself; may be empty
 * @param serial its own serial number; may be empty
 * @param firmware of an interface that answers; may be empty
 * @param trouble why nothing is known; may be empty
 */
public record FoundInterface(
    String port,
    String description,
    String usbSerial,
    String kind,
    String device,
    String serial,
    String firmware,
    String trouble) {

  private static final long ANSWER_NANOS = TimeUnit.MILLISECONDS.toNanos(1200);

  /**
   * Looks at the ports of this machine. Asks those with an FTDI chip and those named who they are;
   * others are left alone, because a device that expects something else should not be written to.
   * Takes about a second for each that does not answer.
   *
   * @param named ports beside those that the system lists, also {@code tcp://host:port}
   * @throws dev.clasp.transport.TransportException serial ports do not work here
   */
  public static List<FoundInterface> all(List<String> named) {
    return all(named, Ports.SYSTEM, Ticker.SYSTEM);
  }

  static List<FoundInterface> all(List<String> named, Ports ports, Ticker ticker) {
    List<FoundInterface> found = new ArrayList<>();
    Set<String> left = new LinkedHashSet<>(named);
    for (SerialPortInfo port : ports.list()) {
      if (left.remove(port.port()) || port.vendorId() == DmxInterface.FTDI) {
        found.add(ask(port, ports, ticker));
      }
    }
    for (String port : left) {
      found.add(ask(new SerialPortInfo(port, "", -1, -1), ports, ticker));
    }
    return found;
  }

  private static FoundInterface ask(SerialPortInfo info, Ports ports, Ticker ticker) {
    try (SerialDevice device = ports.open(info.port(), false)) {
      Optional<Identity> identity = identity(device, ticker);
      if (identity.isPresent()) {
        Identity is = identity.get();
        return of(
            info, "pro", is.kind(), is.serialNumber().orElse(""), is.parameters().firmware(), "");
      }
      return info.vendorId() == DmxInterface.FTDI
          ? of(info, "open", "", "", "", "does not answer: Open DMX, or no DMX at all")
          : of(info, "", "", "", "", "does not answer like a DMX USB Pro");
    } catch (IOException e) {
      return of(info, "", "", "", "", String.valueOf(e.getMessage()));
    }
  }

  private static FoundInterface of(
      SerialPortInfo info,
      String kind,
      String device,
      String serial,
      String firmware,
      String trouble) {
    return new FoundInterface(
        info.port(),
        info.description(),
        info.serialNumber(),
        kind,
        device,
        serial,
        firmware,
        trouble);
  }

  /** Speaks with it just long enough. */
  private static Optional<Identity> identity(SerialDevice device, Ticker ticker)
      throws IOException {
    List<WidgetMessage> out = new ArrayList<>();
    // As an input: asking must not make it send anything.
    ProWidget widget =
        new ProWidget(
            InterfaceSpec.parse("x?kind=pro&direction=in"),
            out::add,
            new ProWidget.Listener() {
              @Override
              public void identified(Identity identity) {}

              @Override
              public void heard(byte[] slots) {}

              @Override
              public void unusable(String why) {}
            });
    WidgetDecoder decoder =
        new WidgetDecoder(message -> widget.message(message, ticker.nanoTime()));
    long end = ticker.nanoTime() + ANSWER_NANOS;
    widget.begin(ticker.nanoTime());
    byte[] buffer = new byte[1024];
    while (!widget.works() && ticker.nanoTime() - end < 0) {
      for (WidgetMessage message : out) {
        device.write(message.encode());
      }
      out.clear();
      decoder.decode(buffer, 0, device.read(buffer));
      widget.tick(ticker.nanoTime());
    }
    return widget.identity();
  }
}
