package dev.clasp.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScopePatternTest {

  private static boolean matches(String pattern, String address) {
    return ScopePattern.parse(pattern).matches(address);
  }

  /** Every row of operations.md 7.3. */
  @ParameterizedTest
  @CsvSource({
    "/a/**, /a, false",
    "/a/**, /a/, true",
    "/a/**, /a/b, true",
    "/a/**, /a/b/c, true",
    "/a/*, /a/b, true",
    "/a/*, /a/b/c, false",
    "/a/*, /a/, true",
    "/a/*, /a/**, true",
    "/a/*, /a/*, true",
    "/a/**, /**, false",
    "/a/**/c, /a/c, true",
    "/a/**/c, /a/b/x/c, true",
    "/a/*/*, /a/b, false",
    "/**, /, true",
    "/**, /a, true",
    "/**, /a/b, true",
    "/*, /, true",
    "/*, /a, true",
    "/a*, /a, true",
    "/a*, /abc, true",
    "/a**, /abc, true",
    "/a**, /a/b, true",
    "/a/b*c/d, /a/bxc/d, true",
    "/a/?/*, /a/x/y, true",
    "/a/[xy]/*, /a/x/y, true",
  })
  void matchesAsTheTableSays(String pattern, String address, boolean expected) {
    assertThat(matches(pattern, address)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/a/**/c | /a/xc | false",
        "/a/**/c | /a/b/xc | false",
        "/a/**/c | /a//c | true",
        "/**/c | /c | true",
        "/**/**/c | /c | true",
        "/a/** | /ab | false",
        "/a/**b | /a/x/yb | true",
        "/a/***/c | /a/b/c | true",
        "/a/?/* | /a/xx/y | false",
        "/a/?/* | /a//y | false",
        "/a/?/* | /a/ü/y | true",
        "/a/?/* | /a/\uD83C\uDFB5/y | true",
        "/a/[xy]/* | /a/z/y | false",
        "/a/[a-c]/* | /a/b/y | true",
        "/a/[!a-c]/* | /a/b/y | false",
        "/a/[!a-c]/* | /a/d/y | true",
        "/a/[^a-c]/* | /a/d/y | true",
        "/a[!b]c/* | /a/c/x | false",
        "/a/[]x]/* | /a/]/y | true",
        "/a/[x-]/* | /a/-/y | true",
        "/a/[*]/* | /a/*/y | true",
        "/a/[*]/* | /a/b/y | false",
        "/a/[ä-ö]/* | /a/é/y | true",
        "/a/{x,y}/* | /a/x/1 | true",
        "/a/{x,y}/* | /a/y/1 | true",
        "/a/{x,y}/* | /a/z/1 | false",
        "/a/{x,y{1,2}}/* | /a/y2/1 | true",
        "/a/{x,y{1,2}}/* | /a/y/1 | false",
        "/a/{,b}c/* | /a/c/1 | true",
        "/a/{b/c,d}/* | /a/b/c/1 | true",
        "/a/{*,b/*}/e | /a/b/d/e | true",
        "/a/{2}/* | /a/2/x | true",
        "/a.b/* | /axb/c | false",
        "/a/(x/* | /a/(x/b | true",
        "/a/x)/* | /a/x)/b | true",
        "/a,b/* | /a,b/c | true",
        "/A/* | /a/b | false",
        "/a/* | a/b | false",
        "/a/* | /a | false",
      })
  void matchesBeyondTheTable(String pattern, String address, boolean expected) {
    assertThat(matches(pattern, address)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"/a/? | /a/b", "/a/[xy] | /a/x", "/a/{x,y} | /a/x", "/a/{x | /a/x"})
  void withoutAStarEveryOtherSignIsOrdinary(String pattern, String address) {
    assertThat(matches(pattern, address)).isFalse();
    assertThat(matches(pattern, pattern)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "\"\" | starts with '/'",
        "a/b | starts with '/'",
        "!/a/** | starts with '/'",
        "\" /a\" | starts with '/'",
        "/a//b | empty segment",
        "/a/[x/* | no ']'",
        "/a/*/[x | no ']'",
        "/a/*/[ | no ']'",
        "/a/[z-a]/* | wrong way round",
        "/a/{x/* | no '}'",
        "/a/x}/* | no '{'",
        "/{{{{{{{{{{{a}}}}}}}}}}}/* | 10 levels",
      })
  void whatIsWrongIsSaid(String pattern, String message) {
    assertThatExceptionOfType(ScopeException.class)
        .isThrownBy(() -> ScopePattern.parse(pattern))
        .withMessageContaining(message);
  }

  @Test
  void controlCharactersLengthAndDepthAreLimited() {
    assertThatExceptionOfType(ScopeException.class)
        .isThrownBy(() -> ScopePattern.parse("/a\u0007/*"))
        .withMessageContaining("control character");
    assertThatExceptionOfType(ScopeException.class)
        .isThrownBy(() -> ScopePattern.parse("/*" + "a".repeat(1023)))
        .withMessageContaining("1024");
    assertThatExceptionOfType(ScopeException.class)
        .isThrownBy(() -> ScopePattern.parse("/*".repeat(65)))
        .withMessageContaining("64");
    assertThat(matches("/*".repeat(64), "/a".repeat(64))).isTrue();
    assertThat(matches("/{{{{{{{{{{a}}}}}}}}}}/*", "/a/b")).isTrue();
  }

  @Test
  void longPatternsMatchLikeShortOnes() {
    String words = "{one,two,three,four,five,six,seven,eight,nine,ten,eleven,twelve,thirteen}";
    ScopePattern pattern = ScopePattern.parse("/x/*/" + words + "/*/" + words + "/**");
    assertThat(pattern.matches("/x/1/seven/2/thirteen/3/4")).isTrue();
    assertThat(pattern.matches("/x/1/seven/2/thirteen")).isFalse();
    assertThat(pattern.matches("/x/1/seven/2/fourteen/3")).isFalse();
    ScopePattern exact = ScopePattern.parse("/x/*/" + words + "/*/" + words);
    assertThat(exact.matches("/x/1/ten/2/two")).isTrue();
    assertThat(exact.matches("/x/1/ten/2/two/")).isFalse();
  }

  @Test
  void hostilePatternsTakeNoLongerThanTheirLength() {
    String stars = "/" + "*a".repeat(400) + "/**" + "{,a}".repeat(40);
    byte[] address =
        ("/" + "a".repeat(1000) + "b").getBytes(java.nio.charset.StandardCharsets.UTF_8);
    ScopePattern pattern = ScopePattern.parse(stars);
    // Backtracking would not come back within the age of the universe.
    assertThat(pattern.matches(address, 0, address.length)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/a/* | /a/b | true",
        "/a/* | /a/* | true",
        "/a/* | /a/** | false",
        "/a/* | /a/b** | false",
        "/a** | /a/b/** | true",
        "/a/** | /a | false",
        "/a/** | /a/*/b | true",
        "/a/{x,y}/* | /a/[xy]/* | true",
        "/a/[xy]/* | /a/?/* | false",
        "/** | /{a,b}** | true",
        "/*/** | /** | false",
        "/a/**/c | /a/*/c | true",
        "/a/**/c | /a/**/b/c | true",
      })
  void inclusionOfPatterns(String outer, String inner, boolean expected) {
    assertThat(ScopePattern.parse(outer).includes(ScopePattern.parse(inner))).isEqualTo(expected);
  }

  @Test
  void twoPatternsAreEqualIfTheirTextsAre() {
    assertThat(ScopePattern.parse("/a/*"))
        .isEqualTo(ScopePattern.parse("/a/*"))
        .hasSameHashCodeAs(ScopePattern.parse("/a/*"))
        .isNotEqualTo(ScopePattern.parse("/a/**"))
        .hasToString("/a/*");
  }
}
