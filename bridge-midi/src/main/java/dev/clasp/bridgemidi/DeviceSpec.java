package dev.clasp.bridgemidi;

import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One device as the settings say. Immutable.
 *
 * @param name in addresses
 * @param address of a port that is no device of the machine: {@code raw:...}
 * @param in which input of the machine
 * @param out which output of the machine
 * @param virtual a port of our own
 * @param settings all that holds for the device, for the mapping
 */
record DeviceSpec(
    String name,
    Optional<String> address,
    Optional<PortPattern> in,
    Optional<PortPattern> out,
    Optional<String> virtual,
    Map<String, Value> options,
    List<Control.Shape> controls,
    List<byte[]> init,
    List<byte[]> exit,
    boolean pickup,
    boolean echo,
    boolean restore,
    boolean notesOff,
    boolean initial,
    BridgeSettings settings) {

  /** For people: the port. */
  String where() {
    return address
        .or(() -> virtual.map(name -> "port " + name))
        .or(() ->
            out.isEmpty() || in.map(PortPattern::toString).equals(out.map(PortPattern::toString))
                ? in.map(PortPattern::toString)
                : Optional.of(in.map(each -> each + " and ").orElse("") + out.get()))
        .orElse(name);
  }
}
