package dev.clasp.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which addresses may be written (design D10). */
class AddressRulesTest {

  private static void assertAllowed(String address) {
    assertThat(AddressRules.violation(address)).as(address).isNull();
    byte[] around = ("x" + address + "*\n").getBytes(StandardCharsets.UTF_8);
    assertThat(AddressRules.violation(around, 1, around.length - 3)).as(address).isNull();
  }

  private static void assertRefused(String address, String... words) {
    assertThat(AddressRules.violation(address)).as(address).isNotNull().contains(words);
    byte[] around = ("/a/" + address + "/a").getBytes(StandardCharsets.UTF_8);
    assertThat(AddressRules.violation(around, 3, around.length - 5))
        .as(address)
        .isNotNull()
        .contains(words);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/a",
        "/a/",
        "/a//b",
        "//",
        "/ ",
        "/A/b",
        "/a.b/c+d(e)[f]{g,h}?!\\",
        "/é/日本/😀",
        "/a/\uFEFF",
        "/\u00A0",
        "/clasp/p2p/announce"
      })
  void everythingElseIsAccepted(String address) {
    assertAllowed(address);
  }

  @Test
  void saysWhatIsWrong() {
    assertRefused("", "empty", "'/'");
    assertRefused("a", "start with '/'");
    assertRefused("lights/1", "start with '/'");
    assertRefused("/a/*", "wildcards", "subscriptions");
    assertRefused("/a/b*c", "wildcards");
    assertRefused("/**", "wildcards");
  }

  @Test
  void controlCharactersAreRefusedWhereverTheyAre() {
    for (int c = 0; c < 0x200; c++) {
      String address = "/a" + Character.toString(c) + "b";
      if (Character.isISOControl(c)) {
        assertRefused(address, "control character", "byte 2");
      } else if (c != '*') {
        assertAllowed(address);
      }
    }
  }

  @Test
  void anAddressHasAtMost1024Bytes() {
    assertAllowed("/" + "a".repeat(1_023));
    assertRefused("/" + "a".repeat(1_024), "1025 bytes", "1024");
    assertAllowed("/a" + "é".repeat(511));
    assertRefused("/" + "é".repeat(512), "1025 bytes");
    assertRefused("/" + "a".repeat(60_000), "60001 bytes");
  }

  @Test
  void anAddressHasAtMost64Segments() {
    assertAllowed("/a".repeat(64));
    assertAllowed("/".repeat(64));
    assertRefused("/a".repeat(65), "65 segments", "64");
    assertRefused("/a".repeat(64) + "/", "65 segments");
  }

  @Test
  void malformedUtf8IsRefused() {
    for (String hex :
        new String[] {"2fff", "2fc3", "2fc328", "2feda080", "2fc0af", "2f61c2", "2f80"}) {
      byte[] bytes = Shorthand.bytes(hex);
      assertThat(AddressRules.violation(bytes, 0, bytes.length)).as(hex).contains("UTF-8");
    }
    assertThat(AddressRules.violation("/\udc00")).contains("UTF-8");
  }

  /** An address that may be written is the pattern for itself alone. */
  @Test
  void whatMayBeWrittenCanBeSubscribed() {
    SplittableRandom random = new SplittableRandom(1);
    char[] characters = {'/', '/', 'a', 'b', '*', ' ', '\n', '?', 'é', '\u0080', '{', '日'};
    int allowed = 0;
    for (int i = 0; i < 20_000; i++) {
      char[] text = new char[random.nextInt(1, 8)];
      for (int k = 0; k < text.length; k++) {
        text[k] = characters[random.nextInt(characters.length)];
      }
      String address = "/" + new String(text).substring(1);
      if (AddressRules.violation(address) == null && !address.contains("//")) {
        AddressPattern pattern = AddressPattern.parse(address);
        assertThat(pattern.isLiteral()).isTrue();
        assertThat(pattern.matches(address)).isTrue();
        assertThat(pattern.matches(address + "x")).isFalse();
        allowed++;
      }
    }
    assertThat(allowed).isGreaterThan(2_000);
  }
}
