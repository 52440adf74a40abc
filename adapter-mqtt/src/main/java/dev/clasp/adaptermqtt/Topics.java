package dev.clasp.adaptermqtt;

import dev.clasp.bridge.MqttTopic;
import dev.clasp.bridge.Namespace;
import java.util.Optional;

/**
 * Topics as addresses and back (bridges.md 12.4, 12.6), by the rule of {@link MqttTopic}: {@code
 * sensors/temp} is {@code /mqtt/sensors/temp}, and {@code /a} is {@code /mqtt//a}.
 */
final class Topics {

  private final Namespace namespace;

  Topics(Namespace namespace) {
    this.namespace = namespace;
  }

  Namespace namespace() {
    return namespace;
  }

  String address(String topic) {
    return namespace.address(MqttTopic.escaped(topic));
  }

  /**
   * The topic of an address; empty if it is outside the namespace or no topic can be called so: one
   * has no {@code +}, {@code #} or zero character (MQTT 5.0 section 4.7).
   */
  Optional<String> topic(String address) {
    return namespace.name(address).map(MqttTopic::unescaped).filter(MqttTopic::isName);
  }
}
