package dev.clasp.bridgemqtt;

import dev.clasp.bridge.Namespace;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What an MQTT bridge connects and how. Immutable.
 *
 * @param broker {@code mqtt://host:port}, {@code mqtts://} for TLS, {@code ws://} and {@code
 *     wss://} for MQTT over WebSocket
 * @param version 5, or 3 for MQTT 3.1.1
 * @param clientId what the broker knows the bridge by
 * @param login user and password, if the broker wants one
 * @param topics topic filters to subscribe; none: nothing comes from the broker
 * @param qos 0 to 2, of subscriptions and publications
 * @param keepAlive silence after which the broker is asked whether it is there; 0 = never
 * @param namespace where the topics are in the address space
 * @param publish whether what is written in the namespace goes to the broker
 * @param retain whether the broker keeps parameters; then the values that the router remembers are
 *     published at the start as well
 * @param statusTopic where {@code online} and, as the last will, {@code offline} are published,
 *     retained
 */
public record MqttBridgeConfig(
    URI broker,
    int version,
    String clientId,
    Optional<Login> login,
    List<String> topics,
    int qos,
    Duration keepAlive,
    Namespace namespace,
    boolean publish,
    boolean retain,
    Optional<String> statusTopic) {

  /** Of the broker. The password is in no text. */
  public record Login(String user, String password) {
    @Override
    public String toString() {
      return user;
    }
  }

  /**
   * @throws IllegalArgumentException with a sentence for the user
   */
  public MqttBridgeConfig {
    topics = List.copyOf(topics);
    scheme(broker);
    if (broker.getHost() == null) {
      throw new IllegalArgumentException(
          "the broker is a URL such as mqtt://localhost:1883, not " + broker);
    }
    if (broker.getUserInfo() != null) {
      throw new IllegalArgumentException(
          "user and password do not belong into the URL of the broker, where logs would show them");
    }
    if (version != 3 && version != 5) {
      throw new IllegalArgumentException("the MQTT version is 5 or 3 (3.1.1), not " + version);
    }
    if (qos < 0 || qos > 2) {
      throw new IllegalArgumentException("the QoS is 0, 1 or 2, not " + qos);
    }
    if (keepAlive.isNegative() || keepAlive.toSeconds() > 65_535) {
      throw new IllegalArgumentException("keep-alive must be 0 to 65535 seconds, not " + keepAlive);
    }
    if (topics.isEmpty() && !publish) {
      throw new IllegalArgumentException(
          "nothing to do: no topic to subscribe, and publishing is switched off");
    }
  }

  enum Scheme {
    MQTT(1883, false, false),
    MQTTS(8883, true, false),
    WS(80, false, true),
    WSS(443, true, true);

    final int port;
    final boolean tls;
    final boolean webSocket;

    Scheme(int port, boolean tls, boolean webSocket) {
      this.port = port;
      this.tls = tls;
      this.webSocket = webSocket;
    }
  }

  Scheme scheme() {
    return scheme(broker);
  }

  private static Scheme scheme(URI broker) {
    return switch (String.valueOf(broker.getScheme()).toLowerCase(Locale.ROOT)) {
      case "mqtt", "tcp" -> Scheme.MQTT;
      case "mqtts", "ssl", "tls" -> Scheme.MQTTS;
      case "ws" -> Scheme.WS;
      case "wss" -> Scheme.WSS;
      default ->
          throw new IllegalArgumentException(
              "the broker is a URL such as mqtt://localhost:1883 (or mqtts, ws, wss), not "
                  + broker);
    };
  }

  int port() {
    return broker.getPort() < 0 ? scheme().port : broker.getPort();
  }
}
