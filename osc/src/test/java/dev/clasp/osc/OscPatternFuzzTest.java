package dev.clasp.osc;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any text is a pattern or a sentence; the input is a pattern, a line feed and an address. */
class OscPatternFuzzTest {

  static Stream<byte[]> seeds() {
    return Stream.of(
            "/ch/*/mute\n/ch/1/mute",
            "/{a,b}[!c-d]?\n/axy",
            "//x\n/a/b/x",
            "/a[\n/",
            "/*a*a*a*a*a\n/aaaaaaaaaaaaaaaaaaab")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyTextIsAPatternOrARefusal(byte[] bytes) {
    String[] lines = new String(bytes, StandardCharsets.UTF_8).split("\n", 2);
    String address = lines.length < 2 ? "/a" : lines[1];
    try {
      OscPattern pattern = OscPattern.compile(lines[0]);
      boolean matches = pattern.matches(address);
      assertThat(pattern.select(List.of(address)).isEmpty()).isEqualTo(!matches);
      if (!OscPattern.isPattern(lines[0])) {
        assertThat(matches).isEqualTo(address.equals(lines[0]));
      } else if (lines[0].length() + address.length() < 24
          && lines[0].indexOf('\uFFFD') < 0
          && lines[0].codePoints().allMatch(c -> c < 0x80)
          && address.codePoints().allMatch(c -> c < 0x80)) {
        assertThat(matches).isEqualTo(NaivePattern.matches(lines[0], address));
      }
    } catch (OscException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }
}
