package dev.clasp.bridge.spi;

import dev.clasp.protocol.Value;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
   * Settings from the two addresses that the bridge service knows (bridges.md 2.11): the first
   * setting that is an endpoint gets the source, the second the target.
   *
   * @param source where it listens or connects; may be empty
   * @param target where it sends to if the target speaks the same protocol; may be empty
   * @param config further settings, with the names of this protocol
   */
  default Map<String, Value> fromService(String source, String target, Map<String, Value> config) {
    Map<String, Value> settings = new LinkedHashMap<>(config);
    Iterator<String> ends =
        settings().stream()
            .filter(setting -> setting.kind() == BridgeSetting.Kind.ENDPOINT)
            .map(BridgeSetting::name)
            .iterator();
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
