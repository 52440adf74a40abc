package dev.clasp.adaptermqtt;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.clasp.bridge.MqttTopic;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any bytes of a client: packets or a {@link PacketException}, never another failure, and never
 * more memory than what came.
 */
class PacketFuzzTest {

  static Stream<byte[]> seeds() {
    return Stream.of(
            "100D00044D51545404020000000161",
            "101000044D515454050200000005110000000161",
            "101900044D5154540406000000016100017700046761 6E65",
            "30060001746F6E65",
            "3407000174000100 61".replace(" ", ""),
            "3016000171131608000172090002CAFE26000161000162",
            "820600010001610082060002000161FF",
            "A20500010001 61".replace(" ", ""),
            "40020001500200026202000370020004C000E000",
            "E00105F00118",
            "10FFFFFF7F")
        .map(text -> HexFormat.of().parseHex(text.replace(" ", "")));
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyBytes(byte[] bytes) {
    for (Level level : Level.values()) {
      PacketStream stream = new PacketStream(1 << 16);
      try {
        int used =
            stream.parse(
                bytes,
                0,
                bytes.length,
                (first, b, offset, length) -> {
                  PacketDecoder.decode(first, b, offset, length, level);
                  return true;
                });
        assertThat(used).isBetween(0, bytes.length);
        assertThat(stream.needed()).isGreaterThan(0);
      } catch (PacketException e) {
        assertThat(e.reason()).isGreaterThanOrEqualTo(Reason.UNSPECIFIED);
        assertThat(e.text()).isNotBlank();
      }
    }
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyFilterAndTopic(byte[] bytes) {
    String text = new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
    assertThat(MqttTopic.unescaped(MqttTopic.escaped(text))).isEqualTo(text);
    TopicFilter.parse(text)
        .ifPresent(filter -> {
          filter.matches(text);
          assertThat(filter.patterns("/mqtt", true)).hasSize(1);
        });
  }
}
