package dev.clasp.bridgemqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bridge.Namespace;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MqttBridgeConfigTest {

  private static MqttBridgeConfig config(String broker, int version, int qos, List<String> topics) {
    return new MqttBridgeConfig(
        URI.create(broker),
        version,
        "id",
        Optional.of(new MqttBridgeConfig.Login("foh", "secret")),
        topics,
        qos,
        Duration.ofSeconds(60),
        Namespace.parse("/mqtt"),
        !topics.isEmpty(),
        false,
        Optional.empty());
  }

  @ParameterizedTest
  @CsvSource({
    "mqtt://h,1883",
    "mqtts://h,8883",
    "ws://h/mqtt,80",
    "wss://h/mqtt,443",
    "mqtt://[::1]:1884,1884"
  })
  void everySchemeHasItsPort(String broker, int port) {
    assertThat(config(broker, 5, 0, List.of("#")).port()).isEqualTo(port);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://h", "h", "localhost:1883", "mqtt:///x", "mqtt://u:p@h"})
  void otherBrokersAreRefused(String broker) {
    assertThatThrownBy(() -> config(broker, 5, 0, List.of("#")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void versionQosAndTopicsAreChecked() {
    assertThatThrownBy(() -> config("mqtt://h", 4, 0, List.of("#"))).hasMessageContaining("3.1.1");
    assertThatThrownBy(() -> config("mqtt://h", 5, 3, List.of("#"))).hasMessageContaining("QoS");
    assertThatThrownBy(() -> config("mqtt://h", 5, 0, List.of()))
        .hasMessageContaining("nothing to do");
  }

  @Test
  void thePasswordIsInNoText() {
    assertThat(config("mqtt://h", 5, 0, List.of("#")).toString()).doesNotContain("secret");
  }
}
