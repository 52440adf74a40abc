package dev.clasp.osc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OscPatternTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "/a/b /a/b true",
        "/a/b /a/bc false",
        "/ch/*/mute /ch/01/mute true",
        "/ch/*/mute /ch/01/x/mute false",
        "/ch/?? /ch/01 true",
        "/ch/?? /ch/1 false",
        "/ch/[0-3][0-9] /ch/27 true",
        "/ch/[!0-3] /ch/2 false",
        "/ch/[!0-3] /ch/x true",
        "/x[a-] /x- true",
        "/x[abc-e] /xd true",
        "/x[!-~]y /x/y false",
        "/{fader,knob}/1 /knob/1 true",
        "/{fader,knob}/1 /knobs/1 false",
        "/{a,ab}c /abc true",
        "/{,x}y /y true",
        "//mute /ch/1/mute true",
        "//mute /mute true",
        "//mute /ch/1/unmute false",
        "/ch//mute /ch/mute true",
        "/ch//mute /ch/1/2/mute true",
        "/ch// /ch/1/2 true",
        "/ch// /ch false",
        "/*1*2* /a1b2c true",
        "/gr?sse /größse false",
        "/gr??e /größe true",
        "/? /🎚 true",
      })
  void examples(String pattern, String address, boolean matches) throws OscException {
    assertThat(OscPattern.compile(pattern).matches(address)).isEqualTo(matches);
  }

  @Test
  void randomPatternsAgreeWithTheNaiveMatcher() throws OscException {
    Random random = new Random(7);
    String[] pieces = {
      "a", "b", "/", "//", "?", "*", "[ab]", "[!a]", "[a-b]", "{a,bb}", "{,b/}", "{ab,a}"
    };
    int matches = 0;
    for (int i = 0; i < 300_000; i++) {
      StringBuilder pattern = new StringBuilder("/");
      for (int n = random.nextInt(7); n > 0; n--) {
        pattern.append(pieces[random.nextInt(pieces.length)]);
      }
      StringBuilder address = new StringBuilder("/");
      for (int n = random.nextInt(8); n > 0; n--) {
        address.append("abc/".charAt(random.nextInt(4)));
      }
      boolean expected = NaivePattern.matches(pattern.toString(), address.toString());
      matches += expected ? 1 : 0;
      assertThat(OscPattern.compile(pattern.toString()).matches(address.toString()))
          .as("%s on %s", pattern, address)
          .isEqualTo(expected);
    }
    assertThat(matches).isGreaterThan(1000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "/a[", "/{a,b"})
  void whatIsNoPatternIsRefused(String text) {
    assertThatThrownBy(() -> OscPattern.compile(text)).isInstanceOf(OscException.class);
  }

  @Test
  void patternsAreTooLongAtSomePoint() {
    assertThatThrownBy(() -> OscPattern.compile("/" + "*".repeat(512)))
        .hasMessageContaining("at most 512");
  }

  @Test
  void hostilePatternsTakeNoLongerThanTheProductOfTheLengths() {
    Assertions.assertTimeout(
        Duration.ofSeconds(5),
        () -> {
          OscPattern pattern = OscPattern.compile("/" + "*a".repeat(250) + "b");
          assertThat(pattern.matches("/" + "a".repeat(1000))).isFalse();
          OscPattern levels = OscPattern.compile("/a" + "//a".repeat(160));
          assertThat(levels.matches("/a".repeat(500) + "b")).isFalse();
        });
  }

  @Test
  void aSearchThatTakesTooLongIsGivenUp() throws OscException {
    OscPattern pattern = OscPattern.compile("/" + "*a".repeat(250) + "b");
    List<String> many = Collections.nCopies(10_000, "/" + "a".repeat(1000));
    assertThatThrownBy(() -> pattern.select(many))
        .isInstanceOf(OscException.class)
        .hasMessageContaining("takes too long");
  }

  @Test
  void aPatternIsTold() {
    for (String pattern : List.of("/a*", "/?", "/[a]", "/{a}", "//a", "/a//b")) {
      assertThat(OscPattern.isPattern(pattern)).as(pattern).isTrue();
    }
    for (String address : List.of("/a", "/a/b/", "/a#b", "/")) {
      assertThat(OscPattern.isPattern(address)).as(address).isFalse();
    }
  }

  @Test
  void selectsInOrder() throws OscException {
    assertThat(OscPattern.compile("/ch/*/mute").select(List.of("/ch/2/mute", "/x", "/ch/1/mute")))
        .containsExactly("/ch/2/mute", "/ch/1/mute");
  }
}
