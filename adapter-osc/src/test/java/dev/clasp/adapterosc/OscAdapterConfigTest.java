package dev.clasp.adapterosc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class OscAdapterConfigTest {

  @Test
  void defaultsAreThoseOfTheReference() {
    OscAdapterConfig config = OscAdapterConfig.DEFAULT;
    assertThat(config.udpPort()).hasValue(8000);
    assertThat(config.namespace()).isEqualTo("/osc");
    assertThat(config.timeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(config.autoSubscribe()).isFalse();
  }

  @Test
  void whatIsSetSticks() {
    OscAdapterConfig config =
        OscAdapterConfig.DEFAULT
            .withUdpPort(9000)
            .withNamespace("show/")
            .withTimeout(Duration.ofSeconds(5))
            .withAutoSubscribe(true);
    assertThat(config.udpPort()).hasValue(9000);
    assertThat(config.namespace()).isEqualTo("/show");
    assertThat(config.timeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.autoSubscribe()).isTrue();
  }

  @Test
  void whatCannotWorkIsRefusedWithASentence() {
    assertThatThrownBy(() -> OscAdapterConfig.DEFAULT.withUdpPort(70_000))
        .hasMessage("the UDP port is from 0 to 65535, not 70000");
    assertThatThrownBy(() -> OscAdapterConfig.DEFAULT.withReplyPort(0))
        .hasMessageContaining("reply port");
    assertThatThrownBy(() -> OscAdapterConfig.DEFAULT.withTimeout(Duration.ZERO))
        .hasMessageContaining("time-out");
    assertThatThrownBy(() -> OscAdapterConfig.DEFAULT.withMaxPacket(100_000))
        .hasMessageContaining("65507");
    assertThatThrownBy(() -> OscAdapterConfig.DEFAULT.withMaxSessions(0))
        .hasMessageContaining("room");
  }

  @Test
  void peersAreReadFromText() {
    OscPeer peer = OscPeer.parse("desk.local:9000,out,/mixer/**,rate=30,wide");
    assertThat(peer.host()).isEqualTo("desk.local");
    assertThat(peer.port()).isEqualTo(9000);
    assertThat(peer.direction()).isEqualTo(OscPeer.Direction.OUT);
    assertThat(peer.pattern()).isEqualTo("/mixer/**");
    assertThat(peer.maxRate()).isEqualTo(OptionalInt.of(30));
    assertThat(peer.wide()).contains(true);
    assertThat(OscPeer.parse("[::1]:9000").host()).isEqualTo("::1");
    assertThat(OscPeer.parse("a:1").withToken("secret").toString()).doesNotContain("secret");
    for (String wrong : List.of("", "a", "a:", "a:x", "a:0", "a:1,upwards", "a:1,rate=0", ":9")) {
      assertThatThrownBy(() -> OscPeer.parse(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .message()
          .isNotBlank();
    }
  }

  @Test
  void allowancesAndGroupsAreReadFromText() {
    assertThat(OscAllowance.parse("10.0.0.0/8=secret").token()).contains("secret");
    assertThat(OscAllowance.parse("10.0.0.0/8=secret").toString()).doesNotContain("secret");
    assertThat(OscAllowance.parse("::1").token()).isEmpty();
    assertThat(MulticastGroup.parse("239.0.0.1@eth0").networkInterface()).contains("eth0");
    for (String wrong : List.of("", "host", "10.0.0.0/99", "10.0.0.1=")) {
      assertThatThrownBy(() -> OscAllowance.parse(wrong))
          .isInstanceOf(IllegalArgumentException.class);
    }
    for (String wrong : List.of("", "host", "10.0.0.1", "239.x")) {
      assertThatThrownBy(() -> MulticastGroup.parse(wrong))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
