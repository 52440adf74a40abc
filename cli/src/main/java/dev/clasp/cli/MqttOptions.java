package dev.clasp.cli;

import dev.clasp.adaptermqtt.MqttAdapter;
import dev.clasp.adaptermqtt.MqttAdapterConfig;
import dev.clasp.adaptermqtt.MqttProfile;
import dev.clasp.bridge.Namespace;
import dev.clasp.server.Companion;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code clasp server} for MQTT clients (docs/mqtt-adapter.md). */
final class MqttOptions {

  @Option(
      names = "--mqtt",
      order = HelpSections.PROTOCOLS,
      description = "Let MQTT clients in on the main port, as if the router were a broker.")
  private boolean mainPort;

  @Option(
      names = "--mqtt-port",
      order = HelpSections.PROTOCOLS,
      arity = "0..1",
      fallbackValue = "" + MqttAdapterConfig.DEFAULT_PORT,
      paramLabel = "PORT",
      description =
          "Let MQTT clients in on a port of their own (default: ${FALLBACK-VALUE}). 0 = any free"
              + " one.")
  private @Nullable Integer port;

  @Option(
      names = "--mqtts-port",
      order = HelpSections.PROTOCOLS,
      arity = "0..1",
      fallbackValue = "" + MqttAdapterConfig.DEFAULT_TLS_PORT,
      paramLabel = "PORT",
      description =
          "The same inside TLS, with the certificate of --tls-cert (default: ${FALLBACK-VALUE}).")
  private @Nullable Integer tlsPort;

  @Option(
      names = "--mqtt-host",
      order = HelpSections.PROTOCOLS,
      paramLabel = "ADDRESS",
      description = "Where those ports listen (default: as --host).")
  private @Nullable String host;

  @Option(
      names = "--mqtt-namespace",
      order = HelpSections.PROTOCOLS,
      paramLabel = "ADDRESS",
      description =
          "What stands before every topic; / for nothing, then MQTT clients see everything"
              + " (default: ${DEFAULT-VALUE}).")
  private String namespace = "/mqtt";

  @Option(
      names = "--mqtt-profile",
      order = HelpSections.PROTOCOLS,
      paramLabel = "PROFILE",
      description =
          "standard: what is retained is a value, what is not is an event, as with a broker;"
              + " compat: everything is a value (default: standard).")
  private MqttProfile profile = MqttProfile.STANDARD;

  @Option(
      names = "--mqtt-max-session-expiry",
      order = HelpSections.PROTOCOLS,
      paramLabel = "TIME",
      description =
          "Longest time that messages wait for a client that is away; 0s = not at all (default:"
              + " 24h).")
  private Duration maxSessionExpiry = MqttAdapterConfig.DEFAULT.maxSessionExpiry();

  @Option(
      names = "--mqtt-max-keep-alive",
      order = HelpSections.PROTOCOLS,
      paramLabel = "TIME",
      description =
          "Longest time that a client of MQTT 5 may be silent; 0s = as it likes (default: 0s).")
  private Duration maxKeepAlive = MqttAdapterConfig.DEFAULT.maxKeepAlive();

  @Option(
      names = "--mqtt-disconnect-refused",
      order = HelpSections.PROTOCOLS,
      description =
          "Disconnect a client of MQTT 3 that may not publish what it does; else the message is"
              + " acknowledged and dropped, since MQTT 3 has no other answer.")
  private boolean disconnectRefused;

  /**
   * What lives beside the server.
   *
   * @throws IllegalArgumentException an option is wrong, with a sentence for the user
   */
  Optional<Companion.Factory> companion() {
    if (!mainPort && port == null && tlsPort == null) {
      return Optional.empty();
    }
    MqttAdapterConfig config =
        MqttAdapterConfig.DEFAULT
            .withMainPort(mainPort)
            .withNamespace(checkedNamespace())
            .withProfile(profile)
            .withDisconnectRefused(disconnectRefused)
            .withMaxSessionExpiry(maxSessionExpiry);
    if (maxKeepAlive.isNegative() || maxKeepAlive.toSeconds() > 65_535) {
      throw new IllegalArgumentException(
          "--mqtt-max-keep-alive must be 0s to 65535s, which is the most that MQTT has room for");
    }
    config = config.withMaxKeepAlive(maxKeepAlive);
    if (port != null) {
      config = config.withPort(checkedPort("--mqtt-port", port));
    }
    if (tlsPort != null) {
      config = config.withTlsPort(checkedPort("--mqtts-port", tlsPort));
    }
    MqttAdapterConfig chosen = config;
    Optional<String> where = Optional.ofNullable(host);
    // Not before the log is set up: the adapter's first logger would fix how it is written.
    return Optional.of(server ->
        MqttAdapter.factory(chosen.withHost(where.orElse(server.config().host()))).create(server));
  }

  private Namespace checkedNamespace() {
    try {
      return Namespace.parse(namespace);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--mqtt-namespace: " + e.getMessage(), e);
    }
  }

  private static int checkedPort(String option, int port) {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException(option + " must be 0 to 65535, not " + port);
    }
    return port;
  }
}
