package dev.clasp.transport;

import static dev.clasp.transport.BareStreams.frame;
import static dev.clasp.transport.BareStreams.into;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any stream in any pieces gives the frames that a simple reader of the whole stream finds, and
 * giving up ends. The first byte chooses the pieces.
 */
class BareCodingFuzzTest {

  /** Small, so that the limit is met. */
  private static final int MAX = 40;

  static Stream<byte[]> seeds() {
    byte[] good = Wire.concat(frame((byte) 1), new byte[] {7, 0x53}, frame((byte) 2, (byte) 0x53));
    byte[] damaged = good.clone();
    damaged[3] = 30;
    return Stream.of(good, damaged, new byte[] {0x53, 0x53, 0x53, 0x53, 0x53})
        .flatMap(b ->
            Stream.of((byte) 0, (byte) 3, (byte) 100)
                .map(piece -> Wire.concat(new byte[] {piece}, b)));
  }

  @MethodSource("seeds")
  @FuzzTest
  void piecesMakeNoDifference(byte[] bytes) {
    if (bytes.length == 0) {
      return;
    }
    byte[] stream = Arrays.copyOfRange(bytes, 1, bytes.length);
    int piece = 1 + (bytes[0] & 0xFF);
    List<String> frames = new ArrayList<>();
    BareCoding coding = new BareCoding(MAX);
    for (int at = 0; at < stream.length; at += piece) {
      coding.decode(stream, at, Math.min(piece, stream.length - at), into(frames));
      assertThat(coding.announced()).isBetween(0, MAX);
    }
    assertThat(frames).isEqualTo(BareStreams.naive(stream, MAX));
    for (int i = 0; i < MAX && coding.waiting(); i++) {
      coding.stalled(into(frames));
    }
    assertThat(coding.waiting()).as("given up at last").isFalse();
  }
}
