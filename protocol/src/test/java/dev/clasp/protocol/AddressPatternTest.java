package dev.clasp.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.sun.management.ThreadMXBean;
import dev.clasp.protocol.AddressPattern.GlobstarParent;
import dev.clasp.protocol.AddressPattern.Segment;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressPatternTest {

  private static AddressPattern pattern(String text) {
    return AddressPattern.parse(text);
  }

  private static AddressPattern scope(String text) {
    return AddressPattern.parse(text, GlobstarParent.EXCLUDED);
  }

  // --- the matching table of wire.md 11.3 --------------------------------------------------------

  /** The rows whose last ** is left with nothing: those that a scope does not match. */
  private static final Set<Appendices.Match> PARENTS =
      Set.of(
          new Appendices.Match("/a/**", "/a", "Y"),
          new Appendices.Match("/a/*/b/**", "/a/x/b", "Y"),
          new Appendices.Match("/a/*/**", "/a/b", "Y"),
          new Appendices.Match("/a/**/**", "/a", "Y"));

  static List<Appendices.Match> table() {
    return Appendices.c();
  }

  @Test
  void theTableIsComplete() {
    assertThat(table()).hasSize(98).containsAll(PARENTS).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @MethodSource("table")
  void matchesAsTheTableSays(Appendices.Match row) {
    switch (row.required()) {
      case "Y" -> {
        assertMatches(pattern(row.pattern()), row.address(), true);
        assertMatches(scope(row.pattern()), row.address(), !PARENTS.contains(row));
      }
      case "·" -> {
        assertMatches(pattern(row.pattern()), row.address(), false);
        assertMatches(scope(row.pattern()), row.address(), false);
      }
      case "!" ->
          assertThatExceptionOfType(PatternException.class)
              .isThrownBy(() -> pattern(row.pattern()));
      default -> throw new AssertionError(row);
    }
  }

  /** As text, as bytes, and as bytes in the middle of others. */
  private static void assertMatches(AddressPattern pattern, String address, boolean expected) {
    byte[] bytes = address.getBytes(StandardCharsets.UTF_8);
    byte[] around = ("/a/" + address + "/a/b").getBytes(StandardCharsets.UTF_8);
    assertThat(pattern.matches(address)).isEqualTo(expected);
    assertThat(pattern.matches(bytes, 0, bytes.length)).isEqualTo(expected);
    assertThat(pattern.matches(around, 3, bytes.length)).isEqualTo(expected);
  }

  // --- matching against the naive matcher --------------------------------------------------------

  private static final String[] PIECES = {
    "a", "b", "ab", "*", "**", "a*", "*b", "a*b", "*a*", "a**b", "*", "**", "é", "*é"
  };
  private static final String[] TEXTS = {
    "a", "b", "ab", "aab", "ba", "x", "", "bab", "é", "aé", "*"
  };

  private static String randomPattern(SplittableRandom random, int most) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(1, most + 1); i > 0; i--) {
      text.append('/').append(PIECES[random.nextInt(PIECES.length)]);
    }
    return random.nextInt(10) == 0 ? text.append('/').toString() : text.toString();
  }

  private static String randomAddress(SplittableRandom random, int most) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(1, most + 1); i > 0; i--) {
      text.append('/').append(TEXTS[random.nextInt(TEXTS.length)]);
    }
    return text.toString();
  }

  @ParameterizedTest
  @EnumSource
  void matchesWhatTheNaiveMatcherMatches(GlobstarParent parent) {
    SplittableRandom random = new SplittableRandom(1);
    int matched = 0;
    for (int i = 0; i < 50_000; i++) {
      String text = randomPattern(random, 6);
      String address = randomAddress(random, 7);
      boolean expected = NaiveMatcher.matches(text, address, parent);

      assertThat(AddressPattern.parse(text, parent).matches(address))
          .as("%s on %s", text, address)
          .isEqualTo(expected);
      matched += expected ? 1 : 0;
    }
    assertThat(matched).as("worth its time").isBetween(2_000, 48_000);
  }

  @Test
  void whatIsNoAddressIsNotMatched() {
    for (String text : List.of("/**", "/*", "/a*", "/")) {
      assertThat(pattern(text).matches("")).isFalse();
      assertThat(pattern(text).matches("a/b")).isFalse();
      assertThat(pattern(text).matches("/\ud800")).isFalse();
    }
    assertThat(pattern("/?").matches("/\ud800")).isFalse();
  }

  /** Anything may come out of an encoding that was not checked, but no exception. */
  @Test
  void bytesNeedNotBeUtf8() {
    byte[] bytes = {'/', (byte) 0xFF, '/', (byte) 0x80};

    assertThat(pattern("/*/*").matches(bytes, 0, 4)).isTrue();
    assertThat(pattern("/é*/**").matches(bytes, 0, 4)).isFalse();
  }

  @Test
  void aWildcardInASegmentMeetsAnyCharacters() {
    assertThat(pattern("/日*語").matches("/日本語")).isTrue();
    assertThat(pattern("/日*語").matches("/日語")).isTrue();
    assertThat(pattern("/*😀").matches("/a😀")).isTrue();
    assertThat(pattern("/*😀").matches("/a😁")).isFalse();
    assertThat(pattern("/a*b").matches("/a\nb")).isTrue();
  }

  // --- cost --------------------------------------------------------------------------------------

  /**
   * Patterns on which a matcher with more than one way back needs longer than anybody waits: 2^31
   * ways to fail and more. Here each level has one, which only moves forward.
   */
  @Test
  void pathologicalPatternsAreCheap() {
    assertTimeoutPreemptively(
        Duration.ofMinutes(2),
        () -> {
          AddressPattern globstars = pattern("/**/a".repeat(31) + "/**/b");
          String manySegments = "/a".repeat(64);
          AddressPattern stars = pattern("/" + "a*".repeat(511) + "b");
          String longSegment = "/" + "a".repeat(1_023);
          AddressPattern both = pattern("/**/a*a*a*a*b".repeat(32));
          String mixed = "/aaaaaaaaaaaaaa".repeat(64);
          for (int i = 0; i < 100; i++) {
            assertThat(globstars.matches(manySegments)).isFalse();
            assertThat(globstars.matches(manySegments.substring(4) + "/b/a")).isFalse();
            assertThat(stars.matches(longSegment)).isFalse();
            assertThat(both.matches(mixed)).isFalse();
          }
          assertThat(globstars.matches("/a".repeat(63) + "/b")).isTrue();
          assertThat(stars.matches("/" + "a".repeat(1_022) + "b")).isTrue();
        });
  }

  /** The subset construction needs a state for each subset of the wildcards' positions here. */
  @Test
  void pathologicalPairsAreCheap() {
    assertTimeoutPreemptively(
        Duration.ofMinutes(2),
        () -> {
          AddressPattern outer = pattern("/**/a/" + "*/".repeat(28) + "b/**");
          AddressPattern inner = pattern("/**/a/**/b".repeat(16));
          AddressPattern stars = pattern("/" + "a*".repeat(511) + "b");
          AddressPattern others = pattern("/" + "*a".repeat(511));
          AddressPattern globs = pattern("/**/a*a*a*a*b".repeat(32));
          List<AddressPattern> all = List.of(outer, inner, stars, others, globs);
          for (AddressPattern a : all) {
            for (AddressPattern b : all) {
              assertThat(a.includes(b)).isEqualTo(a.equals(b));
              assertThat(a.intersects(b)).isEqualTo(b.intersects(a));
            }
          }
        });
  }

  @Test
  void matchingAllocatesNothing() {
    List<AddressPattern> patterns =
        List.of(
            pattern("/lights/*/brightness"),
            pattern("/**/b/**/d"),
            pattern("/lights/z*e/**"),
            pattern("/lights/1/brightness"),
            scope("/lights/**"));
    byte[] address = "/lights/1/brightness".getBytes(StandardCharsets.UTF_8);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int matched = 0;
    for (int warmUp = 0; warmUp < 2; warmUp++) {
      matched = 0;
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 1_000; i++) {
        for (int p = 0; p < patterns.size(); p++) {
          matched += patterns.get(p).matches(address, 0, address.length) ? 1 : 0;
        }
      }
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      if (warmUp == 1) {
        assertThat(allocated).isLessThan(1_000);
      }
    }
    assertThat(matched).isEqualTo(3_000);
  }

  // --- set algebra -------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({
    "/a/b, /a/b, true",
    "/a/b, /a/c, false",
    "/a/*, /*/b, true",
    "/a/*, /b/*, false",
    "/a/*, /a/b/*, false",
    "/a/**, /a/*, true",
    "/a/**, /**/z, true",
    "/a/**, /b/**, false",
    "/**/y, /**/z, false",
    "/a*, /*b, true",
    "/a*c, /b*, false",
    "/ab*, /a*, true",
    "/*ab, /*b, true",
    "/*ab, /*ac, false",
    "/a*b, /ab, true",
    "/**, /, true",
    "/*, /, true",
    "/a/*/c, /a/b/*, true",
    "/a/**/b/**/c, /a/b/c, true",
    "/a/**/b/**/c, /a/c/b, false",
    "/a/**/b/**/c, /*/*, false",
    "/a/**/b/**/c, /*/*/*, true",
    "/*/**, /**, true",
    "/**/*/a/*/**, /a/*, false",
    "/**/*/a/*/**, /*/a/*, true",
  })
  void intersectsExactlyIfBothCanMatch(String a, String b, boolean expected) {
    assertThat(pattern(a).intersects(pattern(b))).isEqualTo(expected);
    assertThat(pattern(b).intersects(pattern(a))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "/a/b, /a/b, true",
    "/**, /a/*, true",
    "/**, /**, true",
    "/*/**, /**, true",
    "/**/*, /**, true",
    "/**, /*/**, true",
    "/*/*/**, /**, false",
    "/*/*/**, /**/*/*, true",
    "/a/*, /a/b, true",
    "/a/*, /a/**, false",
    "/a/**, /a/*, true",
    "/a/**, /a, true",
    "/a/**, /ab, false",
    "/a/b*, /a/bc*d, true",
    "/a/b*, /a/*, false",
    "/a*b*c, /axb*yc, true",
    "/a*b*c, /a*c, false",
    "/a*c, /a*b*c, true",
    "/**/b/**, /a/b/c, true",
    "/**/b/**, /a/**/b, true",
    "/**/b/**, /a/**/c, false",
    "/**/b, /**/a/b, true",
    "/a/**/b, /a/b, true",
    "/a/**/b, /a/*/b, true",
    "/a/*/b, /a/**/b, false",
    "/**/a/*/b/**, /**/a/**/b/**, false",
    "/**/a/**/b/**, /**/a/*/b/**, true",
    "/*, /, true",
    "/a/*, /a/, true",
    "/a/**/*/**/b, /a/*/**/b, true",
    "/a/**/*/**/b, /a/**/b, false",
  })
  void includesExactlyIfNothingIsLeftOut(String outer, String inner, boolean expected) {
    assertThat(pattern(outer).includes(pattern(inner))).isEqualTo(expected);
  }

  /** A scope may not widen: what `/a/**` of a subscription adds is not covered by `/a/**`. */
  @Test
  void aScopeDoesNotIncludeTheParent() {
    assertThat(scope("/a/**").includes(pattern("/a/**"))).isFalse();
    assertThat(pattern("/a/**").includes(scope("/a/**"))).isTrue();
    assertThat(scope("/a/**").includes(scope("/a/**"))).isTrue();
    assertThat(scope("/a/**").includes(pattern("/a/*/**"))).isTrue();
    assertThat(scope("/a/**").includes(pattern("/a"))).isFalse();
    assertThat(scope("/a/**").includes(pattern("/a/*"))).isTrue();
    assertThat(scope("/a/*").includes(pattern("/a/**"))).as("wire.md 11.4").isFalse();
    assertThat(scope("/**").includes(pattern("/**"))).as("there is no address above").isTrue();
    assertThat(scope("/a/**").intersects(pattern("/a"))).isFalse();
    assertThat(scope("/a/**").intersects(pattern("/*"))).isFalse();
    assertThat(scope("/a/**").intersects(pattern("/*/"))).isTrue();
  }

  @Test
  void theAlgebraIsThatOfTheAutomata() {
    SplittableRandom random = new SplittableRandom(4);
    GlobstarParent[] parents = GlobstarParent.values();
    int met = 0;
    int included = 0;
    for (int i = 0; i < 10_000; i++) {
      AddressPattern a = AddressPattern.parse(randomPattern(random, 4), parents[random.nextInt(2)]);
      AddressPattern b = AddressPattern.parse(randomPattern(random, 5), parents[random.nextInt(2)]);
      String pair = a + " (" + a.globstarParent() + "), " + b + " (" + b.globstarParent() + ")";

      Optional<byte[]> common = PatternAutomaton.common(a, b);
      Optional<byte[]> leftOut = PatternAutomaton.leftOut(a, b);

      assertThat(a.intersects(b)).as(pair).isEqualTo(common.isPresent());
      assertThat(b.intersects(a)).as(pair).isEqualTo(common.isPresent());
      assertThat(a.includes(b)).as(pair).isEqualTo(leftOut.isEmpty());
      // Witnesses: what proves the relation is matched as the relation says.
      common.ifPresent(address -> {
        assertThat(a.matches(address, 0, address.length)).as(pair).isTrue();
        assertThat(b.matches(address, 0, address.length)).as(pair).isTrue();
      });
      leftOut.ifPresent(address -> {
        assertThat(a.matches(address, 0, address.length)).as(pair).isFalse();
        assertThat(b.matches(address, 0, address.length)).as(pair).isTrue();
      });
      met += common.isPresent() ? 1 : 0;
      included += leftOut.isEmpty() ? 1 : 0;
    }
    assertThat(met).isBetween(1_000, 9_000);
    assertThat(included).isBetween(200, 9_800);
  }

  @Test
  void theAlgebraAgreesWithMatching() {
    SplittableRandom random = new SplittableRandom(5);
    GlobstarParent[] parents = GlobstarParent.values();
    for (int i = 0; i < 5_000; i++) {
      AddressPattern a = AddressPattern.parse(randomPattern(random, 4), parents[random.nextInt(2)]);
      AddressPattern b = AddressPattern.parse(randomPattern(random, 4), parents[random.nextInt(2)]);
      boolean includes = a.includes(b);
      boolean intersects = a.intersects(b);
      for (int n = 0; n < 20; n++) {
        String address = randomAddress(random, 5);
        boolean inA = a.matches(address);
        boolean inB = b.matches(address);
        assertThat(includes && inB && !inA).as("%s includes %s: %s", a, b, address).isFalse();
        assertThat(!intersects && inA && inB).as("%s meets %s: %s", a, b, address).isFalse();
      }
      assertThat(a.includes(a)).isTrue();
      assertThat(a.intersects(a)).isTrue();
      if (includes) {
        assertThat(intersects).as("%s includes %s", a, b).isTrue();
      }
    }
  }

  /** A literal pattern is a set of one address: both relations are matching. */
  @Test
  void forAnAddressIncludingAndIntersectingAreMatching() {
    SplittableRandom random = new SplittableRandom(6);
    GlobstarParent[] parents = GlobstarParent.values();
    for (int i = 0; i < 20_000; i++) {
      AddressPattern pattern =
          AddressPattern.parse(randomPattern(random, 5), parents[random.nextInt(2)]);
      String address = randomAddress(random, 5).replace("*", "a").replaceAll("/+", "/");
      AddressPattern literal = pattern(address);

      assertThat(literal.isLiteral()).isTrue();
      assertThat(pattern.includes(literal)).isEqualTo(pattern.matches(address));
      assertThat(pattern.intersects(literal)).isEqualTo(pattern.matches(address));
      assertThat(literal.intersects(pattern)).isEqualTo(pattern.matches(address));
    }
  }

  @Test
  void includingIsTransitive() {
    SplittableRandom random = new SplittableRandom(8);
    List<AddressPattern> patterns = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      patterns.add(pattern(randomPattern(random, 3)));
    }
    for (AddressPattern a : patterns) {
      for (AddressPattern b : patterns) {
        if (!a.includes(b)) {
          continue;
        }
        for (AddressPattern c : patterns) {
          if (b.includes(c)) {
            assertThat(a.includes(c)).as("%s, %s, %s", a, b, c).isTrue();
          }
          if (b.intersects(c)) {
            assertThat(a.intersects(c)).as("%s, %s, %s", a, b, c).isTrue();
          }
        }
      }
    }
  }

  // --- parsing -----------------------------------------------------------------------------------

  @Test
  void theFormIsCanonical() {
    assertThat(pattern("/a/**/**/b")).isEqualTo(pattern("/a/**/b"));
    assertThat(pattern("/a/x**y"))
        .isEqualTo(pattern("/a/x*y"))
        .hasSameHashCodeAs(pattern("/a/x*y"));
    assertThat(pattern("/a/***")).isEqualTo(pattern("/a/*"));
    assertThat(pattern("/a/**")).isNotEqualTo(scope("/a/**"));
    assertThat(pattern("/a/**/**/b").text()).isEqualTo("/a/**/**/b");
    assertThat(pattern("/a/**/**/b")).hasToString("/a/**/**/b");
    assertThat(pattern("/lights/*/z*e/**/").segments())
        .containsExactly(
            new Segment.Literal("lights"),
            new Segment.AnyOne(),
            new Segment.Glob("z*e"),
            new Segment.AnyMany(),
            new Segment.Literal(""));
    assertThat(pattern("/a/b").isLiteral()).isTrue();
    assertThat(pattern("/").isLiteral()).isTrue();
    assertThat(pattern("/a/b*").isLiteral()).isFalse();
    assertThat(pattern("/a/**").isLiteral()).isFalse();
  }

  private static void assertRefused(String text, String... words) {
    for (GlobstarParent parent : GlobstarParent.values()) {
      assertThatExceptionOfType(PatternException.class)
          .isThrownBy(() -> AddressPattern.parse(text, parent))
          .satisfies(e -> {
            assertThat(e.getMessage()).startsWith("invalid address: ").contains(words);
            assertThat(e.getMessage()).hasSizeLessThan(250);
          });
    }
  }

  /** The text goes to the client in ERROR 202: what is wrong, where, and what would be right. */
  @Test
  void saysWhatIsWrongWithAPattern() {
    assertRefused("", "empty address", "starts with '/'");
    assertRefused("lights/*", "must start with '/'", "lights/*");
    assertRefused("**", "must start with '/'", "**");
    assertRefused("/a//b", "empty segment", "/a//b");
    assertRefused("//", "empty segment");
    assertRefused("/a//", "empty segment");
    assertRefused("/a/\n", "control character", "byte 3");
    assertRefused("/a/\u0085", "control character", "byte 3");
    assertRefused("/\ud800", "UTF-8");
    assertRefused("x".repeat(60_000), "must start with '/'", "xxx…");
    assertRefused("😀".repeat(60_000), "must start with '/'", "😀…");
  }

  @Test
  void aPatternHasAtMost1024Bytes() {
    assertThat(pattern("/" + "a".repeat(1_023)).isLiteral()).isTrue();
    assertRefused("/" + "a".repeat(1_024), "1025 bytes", "1024");
    assertRefused("/" + "é".repeat(512), "1025 bytes", "1024");
    assertRefused("/*".repeat(30_000), "60000 bytes");
  }

  @Test
  void aPatternHasAtMost64Segments() {
    assertThat(pattern("/*".repeat(64)).segments()).hasSize(64);
    assertRefused("/*".repeat(65), "65 segments", "64");
    assertRefused("/**".repeat(65), "65 segments", "64");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/a", "/a/", "/ ", "/a/*", "/a(b/*", "/a[b/*", "/a{b,c}/*", "/\\"})
  void whatTheReferenceRefusesByAccidentIsAPattern(String text) {
    assertThat(pattern(text).text()).isEqualTo(text);
  }
}
