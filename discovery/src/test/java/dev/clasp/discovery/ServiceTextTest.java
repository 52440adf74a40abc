package dev.clasp.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.Feature;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ServiceTextTest {

  @Test
  void theFourStringsThatEverybodyKnowsComeFirst() {
    assertThat(ServiceText.of(MdnsResponderTest.STUDIO, "Studio"))
        .containsExactly(
            "version=2",
            "name=Studio",
            "features=pesgt",
            "ws=7330",
            "id=00112233-4455-6677-8899-aabbccddeeff",
            "tls=0",
            "tcp=7330",
            "path=/clasp");
  }

  @Test
  void withoutWebSocketThereIsNoPortForIt() {
    Advertisement quicOnly =
        new Advertisement(
            MdnsResponderTest.ID,
            "Q",
            Set.of(Feature.STREAM, Feature.PARAM),
            Map.of("quic", 7331),
            true,
            "/clasp");
    assertThat(ServiceText.of(quicOnly, "Q"))
        .startsWith("version=2", "name=Q", "features=ps")
        .contains("quic=7331", "tls=1")
        .noneMatch(string -> string.startsWith("ws="));
  }

  @Test
  void keysAreTheSameInAnyCaseAndTheFirstWins() {
    assertThat(ServiceText.parse(List.of("WS=1", "ws=2", "Name=a=b", "=x", "flag", "")))
        .containsExactly(Map.entry("ws", "1"), Map.entry("name", "a=b"));
  }

  @Test
  void unknownLettersAreNoFeatures() {
    assertThat(ServiceText.features(Map.of("features", "pxSep?")))
        .containsExactly("param", "event");
    assertThat(ServiceText.features(Map.of())).isEmpty();
  }

  @Test
  void portsThatAreNoneFallBackToTheServiceRecordAndThenToTheUsualOne() {
    ServiceDevice.Place place = new ServiceDevice.Place(FakeLink.ip("10.0.0.2"), "eth0");
    for (String bad : new String[] {"", "0", "65536", "-1", "7330x", "9999999999", "٣"}) {
      assertThat(ServiceDevice.endpoints(Map.of("ws", bad), 4321, place))
          .containsEntry("ws", "ws://10.0.0.2:4321/clasp");
    }
    assertThat(ServiceDevice.endpoints(Map.of(), 0, place))
        .containsEntry("ws", "ws://10.0.0.2:7330/clasp");
    assertThat(ServiceDevice.endpoints(Map.of("ws", "65535"), 4321, place))
        .containsEntry("ws", "ws://10.0.0.2:65535/clasp");
  }

  @Test
  void whatIsEncryptedSaysSo() {
    ServiceDevice.Place place = new ServiceDevice.Place(FakeLink.ip("10.0.0.2"), "eth0");
    assertThat(
            ServiceDevice.endpoints(
                Map.of("ws", "1", "tcp", "2", "quic", "3", "udp", "4", "tls", "1", "path", "/x"),
                9,
                place))
        .containsOnly(
            Map.entry("wss", "wss://10.0.0.2:1/x"),
            Map.entry("tls", "tls://10.0.0.2:2"),
            Map.entry("quic", "quic://10.0.0.2:3"),
            Map.entry("udp", "10.0.0.2:4"));
  }

  @Test
  void aPathThatIsNoneIsNotUsed() {
    ServiceDevice.Place place = new ServiceDevice.Place(FakeLink.ip("10.0.0.2"), "eth0");
    for (String bad :
        new String[] {"clasp", "/a b", "/a\n", "/?token=", "@evil/", "/" + "x".repeat(200)}) {
      assertThat(ServiceDevice.endpoints(Map.of("ws", "1", "path", bad), 9, place))
          .containsEntry("ws", "ws://10.0.0.2:1/clasp");
    }
  }
}
