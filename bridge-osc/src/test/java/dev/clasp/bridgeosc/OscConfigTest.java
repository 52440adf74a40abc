package dev.clasp.bridgeosc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bridge.spi.AllowList;
import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeProvider;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.HostPort;
import dev.clasp.osc.OscArgument;
import dev.clasp.osc.OscMessage;
import dev.clasp.protocol.Value;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OscConfigTest {

  private static OscConfig config(Map<String, Value> settings) {
    return OscConfig.of(BridgeSettings.of(OscConfig.SETTINGS, settings));
  }

  @Test
  void theProviderIsFound() {
    assertThat(ServiceLoader.load(BridgeProvider.class).stream().map(each -> each.get().protocol()))
        .contains("osc");
  }

  @Test
  void nothingHasToBeSet() {
    OscConfig config = config(Map.of());
    assertThat(config.bind()).isEqualTo(new HostPort("127.0.0.1", 8000));
    assertThat(config.targets()).isEmpty();
    assertThat(config.reply()).isFalse();
  }

  @Test
  void whoTalksToTheNetworkListensToIt() {
    assertThat(config(Map.of("targets", Value.of("192.168.1.20:9000"))).bind())
        .isEqualTo(new HostPort("", 8000));
    assertThat(config(Map.of("multicast", Value.of("239.0.0.1"))).bind())
        .isEqualTo(new HostPort("", 8000));
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:9000, 127.0.0.1, 9000",
    ":9000, '', 9000",
    "9000, '', 9000",
    "host.local, host.local, 8000",
    "[::1]:9000, ::1, 9000",
    "[::1], ::1, 8000",
    "::1, ::1, 8000",
  })
  void endpointsAreReadInEveryForm(String text, String host, int port) {
    assertThat(HostPort.parse("bind", text, 8000)).isEqualTo(new HostPort(host, port));
  }

  @Test
  void targetsAreTextsOrMaps() {
    List<TargetSpec> targets =
        TargetSpec.parse(
            Value.of(
                List.of(
                    Value.of("a:1, tcp://b:2"),
                    Value.of("tcp-slip://c:3 filter=/x/** width=64"),
                    Value.of(Map.of("url", Value.of("udp://d:4"), "width", Value.of(64))))),
            32);
    assertThat(targets.stream().map(TargetSpec::toString))
        .containsExactly("udp://a:1", "tcp://b:2", "tcp-slip://c:3", "udp://d:4");
    assertThat(targets.stream().map(TargetSpec::width)).containsExactly(32, 32, 64, 64);
    assertThat(targets.get(2).filter().orElseThrow().text()).isEqualTo("/x/**");
  }

  @Test
  void phrasesAreMessages() {
    assertThat(Phrase.parse("hello", "/sub \"my name\" 1 -0.5 true x"))
        .isEqualTo(
            new OscMessage(
                "/sub",
                new OscArgument.Text("my name"),
                new OscArgument.Int32(1),
                new OscArgument.Float32(-0.5f),
                OscArgument.Bool.TRUE,
                new OscArgument.Text("x")));
    assertThat(Phrase.repeated("/xremote every 9s").interval()).isEqualTo(Duration.ofSeconds(9));
    assertThat(Phrase.repeated("/a 1 every 250 ms").interval()).isEqualTo(Duration.ofMillis(250));
    assertThat(Phrase.repeated("/a every 9").interval()).isEqualTo(Duration.ofSeconds(9));
  }

  @Test
  void networksAreAllowed() {
    AllowList allow = AllowList.parse(List.of("10.1.0.0/15", "192.168.1.7", "fe80::/10"));
    assertThat(allow.allows(InetAddress.ofLiteral("10.0.255.255"))).isTrue();
    assertThat(allow.allows(InetAddress.ofLiteral("10.1.2.3"))).isTrue();
    assertThat(allow.allows(InetAddress.ofLiteral("10.2.0.0"))).isFalse();
    assertThat(allow.allows(InetAddress.ofLiteral("192.168.1.7"))).isTrue();
    assertThat(allow.allows(InetAddress.ofLiteral("192.168.1.8"))).isFalse();
    assertThat(allow.allows(InetAddress.ofLiteral("fe80::1"))).isTrue();
    assertThat(allow.allows(InetAddress.ofLiteral("::1"))).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "targets|host|host:port",
        "targets|http://a:1|udp://",
        "targets|a:1 speed=9|filter= and width=",
        "targets|a:70000|host:port",
        "bind|a b:1|bind must be host:port",
        "width|31|width must be 32 or 64",
        "keepalive|/xremote|every 9s",
        "keepalive|/x every 1ms|more often",
        "hello|xremote|begins with its address",
        "allow|10.0.0.0/33|allow has addresses",
        "allow|myhost|allow has addresses",
        "reply_port|0|reply_port must be from 1 to 65535",
        "transport|none|needs targets",
      })
  void whatCannotWorkIsNamed(String name, String value, String why) {
    assertThatThrownBy(() -> config(Map.of(name, Value.of(value))))
        .isInstanceOf(BridgeException.class)
        .hasMessageContaining(why)
        .matches(e -> ((BridgeException) e).lasting());
  }
}
