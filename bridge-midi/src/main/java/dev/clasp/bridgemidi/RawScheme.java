package dev.clasp.bridgemidi;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.HostPort;
import dev.clasp.protocol.Value;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** MIDI as plain bytes: over a device file, TCP, or a serial port. */
final class RawScheme implements MidiScheme {

  private static final Pattern FILE = Pattern.compile("raw:(?://)?(/.*?)(?:\\?(in|out))?");
  private static final Pattern SERIAL = Pattern.compile("serial:([^@]+?)(?:@(\\d{1,8}))?");
  private static final int BITS_PER_BYTE = 10;

  @Override
  public List<String> names() {
    return List.of("raw", "tcp", "tcp-listen", "serial");
  }

  @Override
  public List<String> help() {
    return List.of(
        "raw:/dev/snd/midiC1D0        a device file, pseudo-terminal or FIFO; ?in or ?out for one"
            + " way",
        "tcp://HOST:PORT              plain MIDI bytes over a connection that we make",
        "tcp-listen://ADDRESS:PORT    and that others make",
        "serial:/dev/ttyUSB0@31250    a serial port; DIN is 31250, many boards use 115200");
  }

  @Override
  public MidiPort port(String address, Map<String, Value> options, EndpointContext context) {
    if (address.startsWith("raw:")) {
      return file(address, options, context);
    }
    if (address.startsWith("serial:")) {
      return serial(address, options, context);
    }
    boolean listen = address.startsWith("tcp-listen://");
    String rest = address.replaceFirst("^tcp(-listen)?://", "").replaceFirst("/$", "");
    if (rest.equals(address)) {
      throw BridgeException.lasting(
          "the address must be tcp://HOST:PORT or tcp-listen://ADDRESS:PORT, not " + address);
    }
    HostPort where = HostPort.parse("the address", rest, -1);
    RawOptions raw = RawOptions.of(options, 0);
    if (listen) {
      return new ListeningPort(address, where, raw, context);
    }
    String host = where.host().isEmpty() ? "127.0.0.1" : where.host();
    return new RawPort(
        address,
        () -> SocketWire.connect(host, where.port()),
        true,
        true,
        raw.rate(),
        raw.runningStatus(),
        context);
  }

  private static MidiPort file(
      String address, Map<String, Value> options, EndpointContext context) {
    Matcher matcher = FILE.matcher(address);
    if (!matcher.matches()) {
      throw BridgeException.lasting(
          "a device file is named like raw:/dev/snd/midiC1D0, not " + address);
    }
    Path path;
    try {
      path = Path.of(matcher.group(1));
    } catch (InvalidPathException e) {
      throw BridgeException.lasting("there can be no file " + matcher.group(1));
    }
    String way = matcher.group(2) == null ? "" : matcher.group(2);
    boolean reads = !way.equals("out");
    boolean writes = !way.equals("in");
    RawOptions raw = RawOptions.of(options, PacedLine.DIN_RATE);
    return new RawPort(
        address,
        () -> FileWire.open(path, reads, writes),
        reads,
        writes,
        raw.rate(),
        raw.runningStatus(),
        context);
  }

  private static MidiPort serial(
      String address, Map<String, Value> options, EndpointContext context) {
    Matcher matcher = SERIAL.matcher(address);
    int baud =
        !matcher.matches()
            ? 0
            : matcher.group(2) == null
                ? PacedLine.DIN_RATE * BITS_PER_BYTE
                : Integer.parseInt(matcher.group(2));
    if (baud < 300 || baud > 12_000_000) {
      throw BridgeException.lasting(
          "a serial port is named like serial:/dev/ttyUSB0@31250, with 300 to 12000000 baud, not "
              + address);
    }
    String port = matcher.group(1);
    RawOptions raw = RawOptions.of(options, baud / BITS_PER_BYTE);
    return new RawPort(
        address,
        () -> SerialWire.open(port, baud),
        true,
        true,
        raw.rate(),
        raw.runningStatus(),
        context);
  }
}
