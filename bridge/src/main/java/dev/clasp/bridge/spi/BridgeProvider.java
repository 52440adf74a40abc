package dev.clasp.bridge.spi;

import java.util.List;

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
   * Makes an endpoint; opens nothing yet.
   *
   * @throws BridgeException the settings do not fit together
   */
  Endpoint create(BridgeSettings settings, EndpointContext context);
}
