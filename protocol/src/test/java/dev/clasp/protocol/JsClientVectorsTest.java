package dev.clasp.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every frame that the encoder of the npm client wrote (wire.md appendix E). */
class JsClientVectorsTest {

  static List<Vectors.Entry> frames() {
    return Vectors.of(Vectors.JS_CLIENT);
  }

  @Test
  void allFramesAreHere() {
    assertThat(frames()).hasSize(339);
  }

  @ParameterizedTest
  @MethodSource("frames")
  void decodesToWhatIsDescribed(Vectors.Entry entry) {
    byte[] bytes = entry.bytes();

    FrameCodec.Frame frame = FrameCodec.decode(bytes, 0, bytes.length);

    assertThat(VectorJson.describe(frame.message()))
        .isEqualTo(VectorJson.normal(entry.json().get("message")));
    assertThat(frame.length()).isEqualTo(bytes.length);
    JsonNode header = entry.json().get("frame");
    assertThat(frame.qos()).isEqualTo(qos(header.get("qos").textValue()));
    assertThat(bytes[1] & 0x07).isEqualTo(header.get("encoding").intValue());
    if (header.has("timestamp")) {
      assertThat(frame.timestampMicros())
          .hasValue(Long.parseUnsignedLong(header.get("timestamp").textValue()));
    } else {
      assertThat(frame.timestampMicros()).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("frames")
  void reencodesToTheSamePayload(Vectors.Entry entry) {
    byte[] payload = Vectors.payload(entry.bytes());

    Message message = MessageCodec.decode(payload, 0, payload.length);

    assertThat(HexFormat.of().formatHex(MessageCodec.encode(message)))
        .isEqualTo(HexFormat.of().formatHex(payload));
  }

  /** The header too, where it holds what we write: encoding 1 and a QoS that is not reserved. */
  @ParameterizedTest
  @MethodSource("canonicalFrames")
  void reencodesToTheSameFrame(Vectors.Entry entry) {
    byte[] bytes = entry.bytes();
    FrameCodec.Frame frame = FrameCodec.decode(bytes, 0, bytes.length);

    byte[] again =
        frame.timestampMicros().isPresent()
            ? FrameCodec.encode(frame.message(), frame.qos(), frame.timestampMicros().getAsLong())
            : FrameCodec.encode(frame.message(), frame.qos());

    assertThat(HexFormat.of().formatHex(again)).isEqualTo(entry.hex());
  }

  static List<Vectors.Entry> canonicalFrames() {
    return frames().stream()
        .filter(entry -> (entry.bytes()[1] & 0x07) == 1 && (entry.bytes()[1] & 0xC0) != 0xC0)
        .toList();
  }

  @Test
  void nearlyAllHeadersAreCanonical() {
    assertThat(canonicalFrames()).hasSizeGreaterThan(300);
    assertThat(canonicalFrames().stream().filter(entry -> (entry.bytes()[1] & 0x20) != 0))
        .isNotEmpty();
  }

  private static Qos qos(String name) {
    return switch (name) {
      case "confirm" -> Qos.CONFIRM;
      case "commit" -> Qos.COMMIT;
      case "fire", "reserved" -> Qos.FIRE;
      default -> throw new IllegalArgumentException(name);
    };
  }
}
