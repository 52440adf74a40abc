package dev.clasp.serial;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever was on the line before: behind a quiet time HELLO is found. The first byte chooses the
 * framing and the pieces.
 */
class HelloFinderFuzzTest {

  static Stream<byte[]> seeds() {
    byte[] set = Lines.set("/a", 1);
    byte[] half = Arrays.copyOf(Lines.HELLO, Lines.HELLO.length - 1);
    return Stream.of(0, 1, 2, 33)
        .flatMap(first ->
            Stream.of(
                Lines.concat(new byte[] {first.byteValue()}, set, half),
                Lines.concat(
                    new byte[] {first.byteValue()}, Lines.bytes("53 53 7f ff 53 41 00 01 01"))));
  }

  @MethodSource("seeds")
  @FuzzTest
  void nothingHidesHelloForLong(byte[] bytes) {
    if (bytes.length == 0) {
      return;
    }
    SerialFraming framing = SerialFraming.values()[(bytes[0] & 0x1F) % 3];
    int piece = 1 + ((bytes[0] & 0xFF) >> 5);
    SerialSettings settings = SerialSettings.parse("x?framing=" + framing);
    HelloFinder finder = settings.helloFinder();
    for (int at = 1; at < bytes.length; at += piece) {
      finder.take(bytes, at, Math.min(piece, bytes.length - at));
    }
    finder.quiet();
    byte[] hello = settings.coding().encode(Lines.HELLO, 0, Lines.HELLO.length);
    Optional<HelloFinder.Found> found = finder.take(hello, 0, hello.length);

    assertThat(found.orElseThrow().hello()).isEqualTo(Lines.HELLO);
  }
}
