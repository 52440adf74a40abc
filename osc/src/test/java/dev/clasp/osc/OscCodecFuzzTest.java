package dev.clasp.osc;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes are a packet that can be written again, or a sentence. */
class OscCodecFuzzTest {

  static Stream<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    OscMessage all =
        new OscMessage(
            "/all",
            new OscArgument.Int32(1),
            new OscArgument.Int64(2),
            new OscArgument.Float32(3),
            new OscArgument.Float64(4),
            new OscArgument.Text("ü"),
            new OscArgument.Symbol("s"),
            new OscArgument.Blob(new byte[5]),
            new OscArgument.Time(OscTimeTag.IMMEDIATELY),
            new OscArgument.Char('c'),
            new OscArgument.Rgba(1),
            new OscArgument.Midi(2),
            OscArgument.Bool.TRUE,
            OscArgument.Bool.FALSE,
            OscArgument.Nil.NIL,
            OscArgument.Impulse.IMPULSE,
            new OscArgument.Array(List.of(new OscArgument.Array(List.of()))));
    seeds.add(OscCodec.encode(all));
    seeds.add(
        OscCodec.encode(
            new OscBundle(
                OscTimeTag.IMMEDIATELY,
                List.of(all, new OscBundle(new OscTimeTag(5), List.of(new OscMessage("/x")))))));
    OscCodecTest.golden()
        .map(each -> (OscPacket) each.get()[1])
        .map(OscCodec::encode)
        .forEach(seeds::add);
    return seeds.stream();
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyBytesAreAPacketOrARefusal(byte[] bytes) {
    OscPacket packet;
    try {
      packet = OscCodec.decode(bytes);
    } catch (OscException e) {
      assertThat(e.getMessage()).isNotBlank().hasSizeLessThan(300);
      return;
    }
    byte[] again = OscCodec.encode(packet);
    try {
      // Of the bytes: NaN is not always equal to itself.
      assertThat(OscCodec.encode(OscCodec.decode(again))).isEqualTo(again);
    } catch (OscException e) {
      throw new AssertionError(packet.toString(), e);
    }
    values(packet);
  }

  private static void values(OscPacket packet) {
    switch (packet) {
      case OscBundle bundle -> bundle.elements().forEach(OscCodecFuzzTest::values);
      case OscMessage message -> {
        Value value = OscProfile.STANDARD.value(message.arguments());
        List<OscArgument> back =
            OscProfile.STANDARD.arguments(SignalType.PARAM, value, new OscStyle(true, true));
        assertThat(OscCodec.encode(new OscMessage("/back", back))).isNotEmpty();
        assertThat(OscAddresses.decode(OscAddresses.encode(message.address())))
            .isEqualTo(message.address());
      }
    }
  }
}
