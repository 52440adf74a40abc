package dev.clasp.osc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.osc.OscArgument.Blob;
import dev.clasp.osc.OscArgument.Bool;
import dev.clasp.osc.OscArgument.Float32;
import dev.clasp.osc.OscArgument.Float64;
import dev.clasp.osc.OscArgument.Impulse;
import dev.clasp.osc.OscArgument.Int32;
import dev.clasp.osc.OscArgument.Int64;
import dev.clasp.osc.OscArgument.Nil;
import dev.clasp.osc.OscArgument.Text;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class OscCodecTest {

  /** bridges.md 3.6. */
  static Stream<Arguments> golden() {
    return Stream.of(
        Arguments.of(
            "2F 31 2F 66 61 64 65 72 31 00 00 00 2C 66 00 00 3F 40 00 00",
            new OscMessage("/1/fader1", new Float32(0.75f))),
        Arguments.of(
            "2F 31 2F 66 61 64 65 72 31 00 00 00 2C 64 00 00 3F E8 00 00 00 00 00 00",
            new OscMessage("/1/fader1", new Float64(0.75))),
        Arguments.of("2F 62 00 00 2C 69 00 00 00 00 00 01", new OscMessage("/b", new Int32(1))),
        Arguments.of("2F 62 00 00 2C 54 00 00", new OscMessage("/b", Bool.TRUE)),
        Arguments.of("2F 67 6F 00 2C 00 00 00", new OscMessage("/go")),
        Arguments.of(
            "23 62 75 6E 64 6C 65 00 00 00 00 00 00 00 00 01 00 00 00 0C"
                + " 2F 61 00 00 2C 69 00 00 00 00 00 01",
            new OscBundle(OscTimeTag.IMMEDIATELY, List.of(new OscMessage("/a", new Int32(1))))));
  }

  @ParameterizedTest
  @MethodSource("golden")
  void goldenBytesAreReadAndWritten(String hex, OscPacket packet) throws OscException {
    byte[] bytes = hex(hex);
    assertThat(OscCodec.decode(bytes)).isEqualTo(packet);
    assertThat(OscCodec.encode(packet)).isEqualTo(bytes);
  }

  @Test
  void timeTagsAreUnixMicroseconds() {
    OscTimeTag tag = OscTimeTag.ofUnixMicros(1_704_067_200_500_000L);
    assertThat(HexFormat.of().withUpperCase().toHexDigits(tag.bits()))
        .isEqualTo("E93C7F0080000000");
    for (long micros = 1_704_067_200_000_000L; micros < 1_704_067_200_010_000L; micros += 7) {
      assertThat(OscTimeTag.ofUnixMicros(micros).unixMicros()).isEqualTo(micros);
    }
    assertThat(OscTimeTag.IMMEDIATELY.immediately()).isTrue();
  }

  @Test
  void everyTypeComesBack() throws OscException {
    OscMessage all =
        new OscMessage(
            "/all/types",
            new Int32(-7),
            new Int64(Long.MIN_VALUE),
            new Float32(0.1f),
            new Float64(Math.PI),
            new Text("größer"),
            new OscArgument.Symbol("sym"),
            new Blob(new byte[] {1, 2, 3}),
            new OscArgument.Time(OscTimeTag.ofUnixMicros(1_704_067_200_500_000L)),
            new OscArgument.Char('x'),
            new OscArgument.Rgba(0x11223344),
            new OscArgument.Midi(0x00903C7F),
            Bool.TRUE,
            Bool.FALSE,
            Nil.NIL,
            Impulse.IMPULSE,
            new OscArgument.Array(
                List.of(new Int32(1), new OscArgument.Array(List.of(new Text("in"))))));
    assertThat(OscCodec.decode(OscCodec.encode(all))).isEqualTo(all);
  }

  @Test
  void blobsOfEveryLengthKeepTheArgumentBehindThem() throws OscException {
    for (int length = 0; length <= 9; length++) {
      byte[] bytes = new byte[length];
      Arrays.fill(bytes, (byte) 0xC0);
      OscMessage message = new OscMessage("/b", new Blob(bytes), new Int32(length));
      byte[] packet = OscCodec.encode(message);
      assertThat(packet.length % 4).isZero();
      assertThat(OscCodec.decode(packet)).isEqualTo(message);
    }
  }

  @Test
  void bundlesInBundlesKeepTheirTimes() throws OscException {
    OscBundle inner =
        new OscBundle(
            OscTimeTag.ofUnixMicros(2_000_000), List.of(new OscMessage("/b", new Float32(1))));
    OscBundle outer =
        new OscBundle(OscTimeTag.ofUnixMicros(1_000_000), List.of(new OscMessage("/a"), inner));
    assertThat(OscCodec.decode(OscCodec.encode(outer))).isEqualTo(outer);
  }

  // --- patience ----------------------------------------------------------------------------------

  @Test
  void withoutTypeTagsThereAreNoArguments() throws OscException {
    assertThat(OscCodec.decode(hex("2F 67 6F 00"))).isEqualTo(new OscMessage("/go"));
    assertThat(OscCodec.decode(hex("2F 67 6F 00 00 00 00 2A"))).isEqualTo(new OscMessage("/go"));
  }

  @Test
  void paddingAtTheVeryEndMayBeMissing() throws OscException {
    assertThat(OscCodec.decode(hex("2F 62 00 00 2C 73 00 00 61 00")))
        .isEqualTo(new OscMessage("/b", new Text("a")));
    assertThat(OscCodec.decode(hex("2F 62 00 00 2C 62 00 00 00 00 00 01 07")))
        .isEqualTo(new OscMessage("/b", new Blob(new byte[] {7})));
  }

  @Test
  void zerosBehindTheEndAreIgnored() throws OscException {
    byte[] message = OscCodec.encode(new OscMessage("/b", new Int32(1)));
    assertThat(OscCodec.decode(Arrays.copyOf(message, 64)))
        .isEqualTo(new OscMessage("/b", new Int32(1)));
    byte[] bundle =
        OscCodec.encode(
            new OscBundle(OscTimeTag.IMMEDIATELY, List.of(new OscMessage("/b", new Int32(1)))));
    assertThat(OscCodec.decode(Arrays.copyOf(bundle, 64))).isEqualTo(OscCodec.decode(bundle));
  }

  @Test
  void textThatIsNotUtf8IsLatin1() throws OscException {
    byte[] packet = OscCodec.encode(new OscMessage("/b", new Text("xxx")));
    packet[8] = (byte) 0xE4;
    assertThat(OscCodec.decode(packet)).isEqualTo(new OscMessage("/b", new Text("äxx")));
  }

  @Test
  void theAnswerOfAConsoleMayLackItsSlash() throws OscException {
    byte[] answer = "node\0\0\0\0,s\0\0/-prefs\0".getBytes(StandardCharsets.US_ASCII);
    assertThat(OscCodec.decode(answer)).isEqualTo(new OscMessage("/node", new Text("/-prefs")));
  }

  @Test
  void onlyTheRangeIsRead() throws OscException {
    byte[] packet = OscCodec.encode(new OscMessage("/b", new Text("a")));
    byte[] around = new byte[packet.length + 7];
    Arrays.fill(around, (byte) 0x55);
    System.arraycopy(packet, 0, around, 3, packet.length);
    assertThat(OscCodec.decode(around, 3, packet.length))
        .isEqualTo(new OscMessage("/b", new Text("a")));
  }

  // --- refusals ----------------------------------------------------------------------------------

  static Stream<Arguments> refusals() {
    return Stream.of(
        Arguments.of("", "empty"),
        Arguments.of("41 42 43 00", "begins with a slash"),
        Arguments.of("2F 61 62 63", "the address at byte 0 does not end"),
        Arguments.of("2F 62 00 00 2C 69", "the type tags at byte 4 does not end"),
        Arguments.of("2F 62 00 00 2C 69 00 00 00 00", "only 2 bytes for argument 1 of type 'i'"),
        Arguments.of("2F 62 00 00 2C 71 00 00", "/b has an argument of the unknown type 'q'"),
        Arguments.of("2F 62 00 00 2C 62 00 00 7F FF FF FF", "a blob of 2147483647 bytes"),
        Arguments.of("2F 62 00 00 2C 62 00 00 FF FF FF FF", "a blob of 4294967295 bytes"),
        Arguments.of("2F 62 00 00 2C 5B 00 00", "a [ without a ]"),
        Arguments.of("2F 62 00 00 2C 5D 00 00", "a ] without a ["),
        Arguments.of("2F 62 00 00 2C 00 00 00 01 02 03 04", "4 bytes too many"),
        Arguments.of("23 62 75 6E 64 6C 65 00 00", "neither a message nor a bundle"),
        Arguments.of(
            "23 62 75 6E 64 6C 65 00 00 00 00 00 00 00 00 01 00 00 00 0C 2F 61 00 00",
            "an element of 12 bytes at byte 16, but 4 are left"),
        Arguments.of(
            "23 62 75 6E 64 6C 65 00 00 00 00 00 00 00 00 01 FF FF FF FC 2F 61 00 00",
            "an element of 4294967292 bytes"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void whatCannotBeReadIsNamed(String hex, String why) {
    assertThatThrownBy(() -> OscCodec.decode(hex(hex)))
        .isInstanceOf(OscException.class)
        .hasMessageContaining(why);
  }

  @Test
  void everyBeginningOfAPacketIsAPacketOrARefusal() {
    byte[] packet =
        OscCodec.encode(
            new OscBundle(
                OscTimeTag.IMMEDIATELY,
                List.of(
                    new OscMessage("/a", new Int32(1), new Blob(new byte[5])),
                    new OscMessage("/b", new Text("text"), new Float64(1)))));
    for (int length = 0; length < packet.length; length++) {
      try {
        OscCodec.decode(packet, 0, length);
      } catch (OscException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }

  @Test
  void depthIsBounded() {
    OscPacket packet = new OscMessage("/a");
    for (int i = 0; i < OscCodec.MAX_DEPTH; i++) {
      packet = new OscBundle(OscTimeTag.IMMEDIATELY, List.of(packet));
    }
    OscPacket deepest = packet;
    assertThat(OscCodec.encode(deepest)).isNotEmpty();
    OscPacket tooDeep = new OscBundle(OscTimeTag.IMMEDIATELY, List.of(deepest));
    assertThatThrownBy(() -> OscCodec.encode(tooDeep)).isInstanceOf(IllegalArgumentException.class);
    byte[] arrays =
        ("/a\0\0," + "[".repeat(17) + "]".repeat(17) + "\0").getBytes(StandardCharsets.US_ASCII);
    assertThatThrownBy(() -> OscCodec.decode(arrays))
        .isInstanceOf(OscException.class)
        .hasMessageContaining("deeper than 16");
  }

  @Test
  void elementsAreBounded() {
    byte[] many =
        ("/a\0\0," + "T".repeat(OscCodec.MAX_ELEMENTS) + "\0").getBytes(StandardCharsets.US_ASCII);
    assertThatThrownBy(() -> OscCodec.decode(many))
        .isInstanceOf(OscException.class)
        .hasMessageContaining("more than 65535 elements");
  }

  @Test
  void whatCannotBeWrittenIsNamed() {
    OscEncoder encoder = new OscEncoder(64);
    assertThatThrownBy(() -> encoder.encode(new OscMessage("no/slash")))
        .hasMessageContaining("begins with a slash");
    assertThatThrownBy(() -> encoder.encode(new OscMessage("/a", new Text("a\0b"))))
        .hasMessageContaining("NUL");
    assertThatThrownBy(() -> encoder.encode(new OscMessage("/a", new Blob(new byte[64]))))
        .hasMessageContaining("more than 64 bytes");
    assertThat(encoder.encode(new OscMessage("/a"))).as("goes on").isEqualTo(8);
  }

  @Test
  void anEncoderIsUsedAgain() throws OscException {
    OscEncoder encoder = new OscEncoder(OscCodec.MAX_DATAGRAM);
    for (int length : new int[] {2000, 1, 700, 0}) {
      OscMessage message = new OscMessage("/a", new Text("ä".repeat(length)), new Int32(length));
      int size = encoder.encode(message);
      assertThat(OscCodec.decode(encoder.buffer(), 0, size)).isEqualTo(message);
    }
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }
}
