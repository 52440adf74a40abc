package dev.clasp.bridgemidi;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Every port there can be: those of the machine, by name, and those that an address names. Nothing
 * is opened that nobody asked for. Thread-safe.
 */
final class MidiPorts implements AutoCloseable {

  private static final Pattern SCHEME = Pattern.compile("([a-z][a-z0-9-]*):.*", Pattern.DOTALL);

  /** Listing asks drivers; several ports that look at the same time need one answer. */
  private static final long FRESH = TimeUnit.MILLISECONDS.toNanos(300);

  private final List<PortSystem> systems;
  private final List<MidiScheme> schemes;

  /** Guarded by this. */
  private List<FoundPort> listed = List.of();

  private long listedAt = Long.MIN_VALUE;

  MidiPorts(List<PortSystem> systems, List<MidiScheme> schemes) {
    this.systems = List.copyOf(systems);
    this.schemes = List.copyOf(schemes);
  }

  /** Of this machine: the sequencer of Linux if it is there, and what Java knows. */
  static MidiPorts ofThisMachine() {
    return new MidiPorts(List.of(new AlsaPorts(), new JavaPorts()), schemesOfOurs());
  }

  /** Without the ports of the machine: for reading settings. */
  static List<MidiScheme> schemesOfOurs() {
    return List.of(new RawScheme(), new RtpMidiScheme(), new NetMidi2Scheme(), new SongScheme());
  }

  List<PortSystem> systems() {
    return systems;
  }

  /** The system that has a port. */
  PortSystem system(FoundPort port) {
    return systems.stream()
        .filter(system -> system.name().equals(port.system()))
        .findFirst()
        .orElseThrow();
  }

  /** Why a system of the machine does not work; empty if all do. */
  Optional<String> missing() {
    return systems.stream().flatMap(system -> system.missing().stream()).findFirst();
  }

  /** What is there; the sequencer first. */
  synchronized List<FoundPort> list() {
    long now = System.nanoTime();
    if (listedAt == Long.MIN_VALUE || now - listedAt > FRESH) {
      List<FoundPort> all = new ArrayList<>();
      for (PortSystem system : systems) {
        if (system.missing().isEmpty()) {
          all.addAll(system.list());
        }
      }
      listed = List.copyOf(all);
      listedAt = now;
    }
    return listed;
  }

  /** The port a pattern means, among inputs or among outputs. */
  static Optional<FoundPort> choose(PortPattern pattern, List<FoundPort> all, boolean inputs) {
    return pattern.choose(
        all.stream()
            .filter(port -> inputs ? port.input() : port.output())
            .filter(port -> pattern.system().isEmpty() || pattern.system().equals(port.system()))
            .toList());
  }

  /**
   * @throws IOException no system here can make one
   */
  PortSystem.OpenPort virtual(String name, PortSystem.Sink sink) throws IOException {
    IOException last = new IOException("nothing here can make ports for other programs");
    for (PortSystem system : systems) {
      Optional<String> missing = system.missing();
      if (missing.isEmpty()) {
        try {
          return system.virtual(name, sink);
        } catch (IOException e) {
          last = e;
        }
      } else if (system.name().equals(AlsaPorts.NAME)) {
        last = new IOException(missing.get());
      }
    }
    throw last;
  }

  /** The scheme of an address; empty if the text is the name of a port. */
  static Optional<MidiScheme> scheme(List<MidiScheme> schemes, String address) {
    Matcher matcher = SCHEME.matcher(address.strip());
    return matcher.matches()
        ? schemes.stream().filter(each -> each.names().contains(matcher.group(1))).findFirst()
        : Optional.empty();
  }

  /** The port that an address names; empty if the text is no address. */
  Optional<MidiPort> addressed(
      String address, Map<String, Value> options, EndpointContext context) {
    return scheme(schemes, address).map(scheme -> scheme.port(address.strip(), options, context));
  }

  List<MidiScheme> schemes() {
    return schemes;
  }

  /**
   * A port of the machine.
   *
   * @throws BridgeException lasting: the options are not such
   */
  MidiPort named(
      String name,
      Optional<PortPattern> in,
      Optional<PortPattern> out,
      Optional<String> virtual,
      Map<String, Value> options) {
    RawOptions raw = RawOptions.of(options, 0);
    return new SystemPort(this, name, in, out, virtual, raw.rate());
  }

  @Override
  public void close() {
    for (PortSystem system : systems) {
      if (system instanceof AlsaPorts alsa) {
        alsa.close();
      }
    }
  }
}
