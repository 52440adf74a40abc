package dev.clasp.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clasp.protocol.DecodeException.Kind;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sessions captured from the npm and the Python client, and frames derived from other clients. */
class SessionVectorsTest {

  static List<Vectors.Entry> frames() {
    return Vectors.sessionFrames().stream().filter(entry -> !unknown(entry)).toList();
  }

  private static boolean unknown(Vectors.Entry entry) {
    return entry.decoded().get("message").path("type").asText().startsWith("UNKNOWN");
  }

  @Test
  void allFramesAreHere() {
    assertThat(frames()).hasSize(234);
  }

  @ParameterizedTest
  @MethodSource("frames")
  void decodesToWhatIsDescribed(Vectors.Entry entry) {
    byte[] bytes = entry.bytes();
    JsonNode decoded = entry.decoded();

    FrameCodec.Frame frame = FrameCodec.decode(bytes, 0, bytes.length);

    byte[] payload = Vectors.payload(bytes);
    assertThat(payload).hasSize(decoded.get("payloadLength").intValue());
    assertThat(frame.qos().ordinal()).isEqualTo(decoded.get("qos").intValue());
    assertThat(frame.timestampMicros().isPresent())
        .isEqualTo(decoded.get("hasTimestamp").booleanValue());
    assertThat(bytes.length - frame.length()).isEqualTo(decoded.get("extraBytes").intValue());
    JsonNode expected = decoded.get("message");
    JsonNode actual;
    if (expected.path("encoding").asText().equals("msgpack")) {
      expected = SessionJson.normal(expected.get("message"));
      actual = SessionJson.describeNamed(frame.message(), expected);
    } else {
      expected = SessionJson.normal(expected);
      actual = SessionJson.describe(frame.message(), payload, 0, payload.length);
    }
    assertThat(expected.equals(SessionJson.LENIENT, actual))
        .as("expected %s%n but was %s", expected, actual)
        .isTrue();
  }

  /**
   * Every frame that does not re-encode to its own bytes has to be listed here, with the reason.
   */
  @Test
  void reencodesToTheSamePayloadExceptForKnownReasons() {
    Map<String, String> different = new TreeMap<>();
    for (Vectors.Entry entry : frames()) {
      byte[] payload = Vectors.payload(entry.bytes());
      byte[] again = MessageCodec.encode(MessageCodec.decode(payload, 0, payload.length));
      String before = HexFormat.of().formatHex(payload);
      if (!before.equals(HexFormat.of().formatHex(again))) {
        different.put(before, entry.toString());
      }
    }

    assertThat(different.keySet()).containsExactlyInAnyOrderElementsOf(DIFFERENT.keySet());
  }

  private static final String NARROW = "i8, i16, i32 and f32 are written as i64 and f64";
  private static final String MESSAGE_PACK = "MessagePack is read, never written";

  private static final String NO_TOKEN = "the token field that the embedded router leaves out";

  private static final Map<String, String> DIFFERENT =
      Map.ofEntries(
          Map.entry("020100000000000000000000000000", NO_TOKEN),
          Map.entry("210200142f6c69676874732f332f6272696768746e657373ff", NARROW),
          Map.entry("210300142f6c69676874732f342f6272696768746e657373fffe", NARROW),
          Map.entry("210400142f6c69676874732f352f6272696768746e657373fffffffd", NARROW),
          Map.entry("210600142f6c69676874732f362f6272696768746e6573733f000000", NARROW),
          Map.entry(
              "83a474797065a3534554a761646472657373b52f6c69676874732f31322f6272696768"
                  + "746e657373a576616c7565cb3fd999999999999a",
              MESSAGE_PACK),
          Map.entry(
              "84a474797065a548454c4c4fa776657273696f6e03a46e616d65b4434c415350204272"
                  + "69646765204d6f6e69746f72a8666561747572657393a5706172616da56576656e74a6"
                  + "73747265616d",
              MESSAGE_PACK),
          Map.entry(
              "82a474797065a55155455259a77061747465726eab2f73656e736f72732f2a2a", MESSAGE_PACK),
          Map.entry(
              "83a474797065a642554e444c45a974696d657374616d70c0a86d657373616765739383"
                  + "a474797065a3534554a761646472657373a82f6c696768742f31a576616c7565cb3ff0"
                  + "00000000000083a474797065a3534554a761646472657373a82f6c696768742f32a576"
                  + "616c75650784a474797065a75055424c495348a761646472657373ad2f6375652f636f"
                  + "6d706c657465a67369676e616ca56576656e74a77061796c6f616481a3637565a178",
              MESSAGE_PACK),
          Map.entry(
              "83a474797065a642554e444c45a974696d657374616d70cf00060a24181fc6a0a86d65"
                  + "7373616765739183a474797065a3534554a761646472657373a82f6c696768742f33a5"
                  + "76616c7565c3",
              MESSAGE_PACK),
          Map.entry("2106000d2f73656e736f72732f74656d7041ac0000", NARROW),
          Map.entry("2104000e2f73656e736f72732f636f756e74fffffff9", NARROW),
          Map.entry("2020000f2f627574746f6e2f7072657373656401063f800000", NARROW),
          Map.entry("204000082f616363656c2f7801063e800000", NARROW));

  @Test
  void anUnknownMessageTypeIsNamedSo() {
    List<Vectors.Entry> entries =
        Vectors.sessionFrames().stream().filter(SessionVectorsTest::unknown).toList();

    assertThat(entries)
        .isNotEmpty()
        .allSatisfy(entry -> assertRefused(entry, Kind.UNKNOWN_MESSAGE_TYPE));
  }

  @Test
  void whatIsNoFrameIsRefusedByItsFirstByte() {
    List<Vectors.Entry> entries =
        Vectors.SESSIONS.stream()
            .flatMap(file -> Vectors.of(file).stream())
            .filter(entry -> entry.decoded().has("bad") || entry.decoded().has("text"))
            .toList();

    assertThat(entries).hasSize(2).allSatisfy(entry -> assertRefused(entry, Kind.BAD_MAGIC));
  }

  private static void assertRefused(Vectors.Entry entry, Kind kind) {
    byte[] bytes = entry.bytes();
    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() -> FrameCodec.decode(bytes, 0, bytes.length))
        .matches(e -> e.kind() == kind, kind.name());
  }
}
