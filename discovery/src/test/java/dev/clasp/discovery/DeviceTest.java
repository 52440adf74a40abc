package dev.clasp.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The model: discovery.md 10.1. */
class DeviceTest {

  private static Device device(Map<String, String> endpoints) {
    return new Device(
        "id",
        Optional.empty(),
        "name",
        DeviceInfo.DEFAULT,
        endpoints,
        Set.of(Mechanism.MANUAL),
        100,
        100);
  }

  @Test
  void aNewDeviceHasIdAndNameAndNoEndpoints() {
    Device device = device(Map.of());
    assertThat(device.id()).isEqualTo("id");
    assertThat(device.name()).isEqualTo("name");
    assertThat(device.endpoints()).isEmpty();
    assertThat(device.url()).isEmpty();
  }

  @Test
  void endpointsAreKeptAndTheEncryptedOneIsPreferred() {
    Map<String, String> endpoints =
        Map.of("ws", "ws://h:1", "udp", "192.0.2.1:7331", "wss", "wss://h:2");
    assertThat(device(endpoints).endpoints()).isEqualTo(endpoints);
    assertThat(device(endpoints).url()).contains("wss://h:2");
    assertThat(device(Map.of("udp", "192.0.2.1:7331")).url()).isEmpty();
  }

  @Test
  void itIsStaleAfterMoreThanTheLimit() {
    Device device = device(Map.of());
    long limit = Duration.ofSeconds(10).toNanos();
    assertThat(device.stale(100 + limit, limit)).isFalse();
    assertThat(device.stale(101 + limit, limit)).isTrue();
    assertThat(device.stale(101, 0)).isTrue();
    assertThat(device.seen(101 + limit).stale(101 + limit, limit)).isFalse();
    assertThat(device.seen(500).discoveredNanos()).isEqualTo(100);
  }

  @Test
  void infoHasTheDefaultsOfTheReference() {
    assertThat(DeviceInfo.DEFAULT.features()).isNotEmpty();
    assertThat(DeviceInfo.DEFAULT.bridge()).isFalse();
    assertThat(DeviceInfo.DEFAULT.version()).isEqualTo(1);
    assertThat(DeviceInfo.DEFAULT.withFeatures(List.of("param", "event", "gesture")).features())
        .hasSize(3)
        .contains("gesture");
    DeviceInfo bridge = new DeviceInfo(1, List.of(), true, Optional.of("osc"), Map.of());
    assertThat(bridge.bridge()).isTrue();
    assertThat(bridge.bridgeProtocol()).contains("osc");
    assertThatThrownBy(() -> new DeviceInfo(256, List.of(), false, Optional.empty(), Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
