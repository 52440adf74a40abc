package dev.clasp.bridgeartnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeProvider;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.HostPort;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.protocol.Value;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/** What users may write. */
class ArtNetConfigTest {

  private static ArtNetConfig config(Map<String, Value> settings) {
    return ArtNetConfig.of(
        BridgeSettings.of(ArtNetConfig.SETTINGS, settings), TypeProfile.COMPATIBLE);
  }

  @Test
  void withoutSettingsItIsANodeAndAControllerThatSendsToWhoAsks() {
    ArtNetConfig config = config(Map.of());

    assertThat(config.bind()).isEqualTo(new HostPort("0.0.0.0", 6454));
    assertThat(config.send()).isEqualTo(ArtNetConfig.Send.SUBSCRIBED);
    assertThat(config.node()).isTrue();
    assertThat(config.controller()).isTrue();
    assertThat(config.receives(0x7FFF)).isTrue();
    assertThat(config.dmx().input().merge().maxSources()).isEqualTo(2);
    assertThat(config.dmx().input().merge().timeoutNanos()).isEqualTo(10_000_000_000L);
  }

  @Test
  void universesAreWrittenInThreeWays() {
    ArtNetConfig config =
        config(Map.of("universes", Value.of("0-2,17,1/0/15"), "universe", Value.of(5)));

    assertThat(config.universes()).containsExactly(0, 1, 2, 5, 17, 271);
    for (String wrong : new String[] {"x", "32768", "5-3", "0-32767", "128/0/0", "0/16/0"}) {
      assertThatThrownBy(() -> config(Map.of("universes", Value.of(wrong))))
          .as(wrong)
          .isInstanceOf(BridgeException.class)
          .hasMessageContaining(wrong);
    }
  }

  @Test
  void targetsAreHostsAndSendingToThemIsMeantThen() {
    ArtNetConfig config = config(Map.of("targets", Value.of("10.0.0.5,node.local:7000")));

    assertThat(config.send()).isEqualTo(ArtNetConfig.Send.TARGETS);
    assertThat(config.targets())
        .containsExactly(new HostPort("10.0.0.5", 0), new HostPort("node.local", 7000));
  }

  @Test
  void whatDoesNotFitTogetherIsRefused() {
    assertThatThrownBy(() -> config(Map.of("send", Value.of("targets"))))
        .hasMessageContaining("set targets");
    assertThatThrownBy(() -> config(Map.of("controller", Value.FALSE)))
        .hasMessageContaining("subscribed");
    assertThatThrownBy(() -> config(Map.of("short_name", Value.of("x".repeat(18)))))
        .hasMessageContaining("17");
    assertThatThrownBy(() -> config(Map.of("bind", Value.of("[::1]:6454"))))
        .hasMessageContaining("IPv4");
  }

  @Test
  void theHostFindsIt() {
    assertThat(ServiceLoader.load(BridgeProvider.class).stream().map(ServiceLoader.Provider::get))
        .anyMatch(provider -> provider.protocol().equals("artnet"));
  }
}
