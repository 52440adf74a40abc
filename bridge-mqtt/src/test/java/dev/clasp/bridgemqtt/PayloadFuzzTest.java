package dev.clasp.bridgemqtt;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.protocol.Value;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a broker brings is a value or nothing. */
class PayloadFuzzTest {

  static Stream<byte[]> seeds() {
    return Stream.of(
            "bf61610161629f0203ffff",
            "7f657374726561646d696e67ff",
            "c249010000000000000000",
            "82a3616263cb3ff199999999999a",
            "7b22246279746573223a2241513d3d227d",
            "0880d0c3f4a8311216080210aed1c3f4a831180a200375000020416a00180112",
            "7b227e223a2261222c22737461745f74223a227e2f73227d")
        .map(HexFormat.of()::parseHex);
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyBytesAreAValueOrNothing(byte[] payload) {
    for (PayloadFormat format : PayloadFormat.values()) {
      Optional<Value> value = format.value(payload);
      if (value.isPresent() && (format == PayloadFormat.CBOR || format == PayloadFormat.MSGPACK)) {
        assertThat(format.value(format.bytes(value.get()))).isEqualTo(value);
      }
    }
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyBytesAreAPayloadOfSparkplugOrNone(byte[] payload) {
    SparkplugPayload.read(payload)
        .ifPresent(read -> assertThat(read.metrics()).doesNotContainNull());
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyBytesAreAConfigurationOrNone(byte[] payload) {
    EndpointContext context = new FakeContext();
    HomeAssistant found = new HomeAssistant("homeassistant", "/devices", context);
    Set<String> topics = new HashSet<>();
    for (String topic :
        new String[] {
          "homeassistant/light/a/config",
          "homeassistant/device/a/config",
          "homeassistant/cover/n/a/config"
        }) {
      topics.addAll(found.config(new Letter(topic, payload, 0, true, false)).fresh());
    }
    for (String topic : topics) {
      found.state(new Letter(topic, payload, 0, true, false));
    }
    ValueTemplate.parse(new String(payload, StandardCharsets.UTF_8));
    assertThat(found.offers()).hasSize(found.things());
  }
}
