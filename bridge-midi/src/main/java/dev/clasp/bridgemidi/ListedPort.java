package dev.clasp.bridgemidi;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A port for people who look for one.
 *
 * @param number what {@code #0} means, among inputs or among outputs; -1 for programs and sessions
 * @param input whether it is an input; else an output
 * @param software a program, which only its whole name opens
 */
public record ListedPort(
    int number, String name, String system, String detail, boolean input, boolean software) {

  /**
   * What there is.
   *
   * @param ports inputs, then outputs
   * @param notes why something may be missing
   * @param addresses other kinds of ports, each with an explanation
   */
  public record Listing(List<ListedPort> ports, List<String> notes, List<String> addresses) {}

  /**
   * Those of this machine now. Asks drivers, so it may take a moment.
   *
   * @param networkNanos how long to ask the local network for sessions, too; 0 asks nobody
   */
  public static Listing all(long networkNanos) {
    try (MidiPorts ports = MidiPorts.ofThisMachine()) {
      return all(ports, networkNanos);
    }
  }

  static Listing all(MidiPorts ports, long networkNanos) {
    List<ListedPort> all = new ArrayList<>();
    List<FoundPort> found = ports.list();
    for (boolean input : new boolean[] {true, false}) {
      int number = 0;
      for (FoundPort port : found) {
        if (input ? port.input() : port.output()) {
          all.add(
              new ListedPort(
                  port.software() ? -1 : number++,
                  port.name(),
                  port.system(),
                  port.detail(),
                  input,
                  port.software()));
        }
      }
    }
    if (networkNanos > 0) {
      for (MidiScheme scheme : ports.schemes()) {
        for (FoundPort port : scheme.list(networkNanos)) {
          for (boolean input : new boolean[] {true, false}) {
            all.add(new ListedPort(-1, port.id(), port.system(), port.name(), input, false));
          }
        }
      }
    }
    List<String> notes = new ArrayList<>();
    ports.systems().forEach(system -> system.missing().ifPresent(notes::add));
    Set<String> addresses = new LinkedHashSet<>();
    ports.schemes().forEach(scheme -> addresses.addAll(scheme.help()));
    return new Listing(List.copyOf(all), List.copyOf(notes), List.copyOf(addresses));
  }

  /** The presets there are, each with a title, and whether it was tried with the device. */
  public static List<String> presets() {
    return ControlsReader.PRESETS.stream()
        .map(name -> {
          ControlsReader.Preset preset = ControlsReader.preset(name);
          return name + "  " + preset.title() + (preset.tried() ? "" : ", not tried on the device");
        })
        .toList();
  }
}
