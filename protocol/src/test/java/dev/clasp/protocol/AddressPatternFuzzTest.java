package dev.clasp.protocol;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.clasp.protocol.AddressPattern.GlobstarParent;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any texts as two patterns and an address: patterns or declared errors that agree with each other.
 * The input is a byte for the modes and three lines.
 */
class AddressPatternFuzzTest {

  static Stream<byte[]> seeds() {
    return Appendices.c().stream()
        .map(row ->
            ("0" + row.pattern() + "\n/a/*/b/**\n" + row.address())
                .getBytes(StandardCharsets.UTF_8));
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyTextsArePatternsOrADeclaredError(byte[] bytes) {
    if (bytes.length == 0) {
      return;
    }
    byte[][] lines = {new byte[0], new byte[0], new byte[0]};
    int from = 1;
    for (int i = 0; i < lines.length && from <= bytes.length; i++) {
      int to = from;
      while (to < bytes.length && (bytes[to] != '\n' || i == lines.length - 1)) {
        to++;
      }
      lines[i] = Arrays.copyOfRange(bytes, from, to);
      from = to + 1;
    }
    PatternProperties.check(
        new String(lines[0], StandardCharsets.UTF_8),
        mode(bytes[0]),
        new String(lines[1], StandardCharsets.UTF_8),
        mode(bytes[0] >> 1),
        lines[2]);
  }

  private static GlobstarParent mode(int bit) {
    return (bit & 1) == 0 ? GlobstarParent.MATCHES : GlobstarParent.EXCLUDED;
  }
}
