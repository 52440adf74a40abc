package dev.clasp.bridge.spi;

import dev.clasp.protocol.Value;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A protocol that bridges can speak. Found by {@link java.util.ServiceLoader}; thread-safe. */
public interface BridgeProvider {

  /** In small letters, as in configuration: {@code osc}. */
  String protocol();

  /** For people: {@code OSC over UDP and TCP}. */
  String title();

  /** Where its addresses are unless the user says otherwise: {@code /osc}. */
  String defaultNamespace();

  /** What can be set. The host checks what users give against it, and pages make forms of it. */
  List<BridgeSetting> settings();

  /**
   * Fields inside settings that are trees whose texts are never shown again, at any depth; the name
   * of a whole setting may be among them.
   */
  default Set<String> secretFields() {
    return Set.of();
  }

  /**
   * Looks whether settings that are each of their kind fit together; opens nothing.
   *
   * @throws BridgeException (lasting) they do not
   */
  default void check(BridgeSettings settings) {}

  /** What it is about, for lists: the broker, the port, the universe; empty if nothing to say. */
  default String device(BridgeSettings settings) {
    return "";
  }

  /**
   * Whether the paths of its endpoints are addresses of the router as they are, and not names below
   * the namespace (bridges.md 2.5). What is sent to such an endpoint is still only what is in the
   * namespace.
   */
  default boolean verbatim(BridgeSettings settings, TypeProfile profile) {
    return false;
  }

  /**
   * What this machine has that settings can name: ports, devices, network interfaces; by the name
   * of the setting. Asks drivers, so it may wait.
   */
  default Map<String, List<FoundDevice>> devices() {
    Map<String, List<FoundDevice>> devices = new LinkedHashMap<>();
    for (BridgeSetting setting : settings()) {
      if (setting.name().equals("interface") || setting.name().equals("interfaces")) {
        devices.put(setting.name(), FoundDevice.networks());
      }
    }
    return devices;
  }

  /**
   * Which settings the two addresses are that the bridge service knows (bridges.md 2.11): where it
   * listens or connects, and where it sends to; the second may be missing.
   */
  default List<String> ends() {
    return settings().stream()
        .filter(setting -> setting.kind() == BridgeSetting.Kind.ENDPOINT)
        .map(BridgeSetting::name)
        .limit(2)
        .toList();
  }

  /**
   * Settings from the two addresses of the bridge service, by {@link #ends}; what is set already
   * stays.
   *
   * @param source where it listens or connects; may be empty
   * @param target where it sends to if the target speaks the same protocol; may be empty
   * @param config further settings, with the names of this protocol
   */
  default Map<String, Value> fromService(String source, String target, Map<String, Value> config) {
    Map<String, Value> settings = new LinkedHashMap<>(config);
    Iterator<String> ends = ends().iterator();
    for (String address : List.of(source, target)) {
      if (ends.hasNext()) {
        String name = ends.next();
        if (!address.isEmpty()) {
          settings.putIfAbsent(name, Value.of(address));
        }
      }
    }
    return settings;
  }

  /**
   * Makes an endpoint; opens nothing yet.
   *
   * @throws BridgeException the settings do not fit together
   */
  Endpoint create(BridgeSettings settings, EndpointContext context);
}
