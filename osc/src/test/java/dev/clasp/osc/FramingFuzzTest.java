package dev.clasp.osc;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any stream gives the same packets in one piece and byte by byte, none too long. */
class FramingFuzzTest {

  private static final int MAX = 100;

  static Stream<byte[]> seeds() {
    return Stream.of(
            "c02f6100002c69000000000001c0",
            "0000000c2f6100002c69000000000001",
            "c0db61c062c0db",
            "00000000000000016100000065")
        .map(HexFormat.of()::parseHex);
  }

  @MethodSource("seeds")
  @FuzzTest
  void piecesMakeNoDifference(byte[] bytes) {
    for (OscFraming.Kind kind : OscFraming.Kind.values()) {
      FramingTest.Collected whole = new FramingTest.Collected();
      boolean ended = feed(kind.decoder(MAX), bytes, bytes.length, whole);
      FramingTest.Collected single = new FramingTest.Collected();
      assertThat(feed(kind.decoder(MAX), bytes, 1, single)).isEqualTo(ended);
      assertThat(single.packets).isEqualTo(whole.packets);
      assertThat(single.damages).isEqualTo(whole.damages);
      assertThat(whole.packets).allMatch(packet -> packet.length() <= 2 * MAX);
    }
  }

  private static boolean feed(OscFraming decoder, byte[] bytes, int piece, OscFrames out) {
    try {
      for (int at = 0; at < bytes.length; at += piece) {
        decoder.feed(bytes, at, Math.min(piece, bytes.length - at), out);
      }
      return false;
    } catch (OscException e) {
      assertThat(e.getMessage()).isNotBlank();
      return true;
    }
  }
}
