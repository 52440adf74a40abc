package dev.clasp.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.AddressPattern.GlobstarParent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** What must hold for any texts as patterns and addresses. */
final class PatternProperties {

  /** Up to here the naive matcher and the automata, which are exponential, come to an end. */
  private static final int FEW_WILDCARDS = 4;

  private static final int SHORT = 24;

  private PatternProperties() {}

  /** Patterns or declared errors, which agree with each other and with slower ways to know. */
  static void check(String a, GlobstarParent parentA, String b, GlobstarParent parentB, byte[] at) {
    Optional<AddressPattern> patternA = parse(a, parentA);
    Optional<AddressPattern> patternB = parse(b, parentB);
    patternA.ifPresent(pattern -> checkMatching(pattern, at));
    patternB.ifPresent(pattern -> checkMatching(pattern, at));
    if (patternA.isPresent() && patternB.isPresent()) {
      checkPair(patternA.get(), patternB.get(), at);
    }
  }

  private static Optional<AddressPattern> parse(String text, GlobstarParent parent) {
    AddressPattern pattern;
    try {
      pattern = AddressPattern.parse(text, parent);
    } catch (PatternException e) {
      assertThat(e.getMessage()).startsWith("invalid address: ").hasSizeLessThan(400);
      return Optional.empty();
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    assertThat(pattern.text()).isEqualTo(text);
    assertThat(bytes.length).isBetween(1, AddressRules.MAX_BYTES);
    assertThat(pattern.segments()).hasSizeBetween(1, AddressRules.MAX_SEGMENTS);
    assertThat(pattern.includes(pattern)).isTrue();
    assertThat(pattern.intersects(pattern)).isTrue();
    assertThat(pattern.isLiteral()).isEqualTo(!text.contains("*"));
    if (pattern.isLiteral()) {
      assertThat(AddressRules.violation(text)).isNull();
      assertThat(pattern.matches(text)).isTrue();
    }
    return Optional.of(pattern);
  }

  private static void checkMatching(AddressPattern pattern, byte[] address) {
    boolean matches = pattern.matches(address, 0, address.length);
    byte[] around = new byte[address.length + 6];
    java.util.Arrays.fill(around, (byte) '/');
    System.arraycopy(address, 0, around, 3, address.length);
    assertThat(pattern.matches(around, 3, address.length)).isEqualTo(matches);
    // The other mode differs by the parent only: it never matches more.
    if (pattern.globstarParent() == GlobstarParent.EXCLUDED && matches) {
      assertThat(AddressPattern.parse(pattern.text()).matches(address, 0, address.length)).isTrue();
    }
    String text = new String(address, StandardCharsets.UTF_8);
    boolean isText = java.util.Arrays.equals(text.getBytes(StandardCharsets.UTF_8), address);
    if (isText) {
      assertThat(pattern.matches(text)).isEqualTo(matches);
      if (wildcards(pattern) <= FEW_WILDCARDS) {
        assertThat(NaiveMatcher.matches(pattern.text(), text, pattern.globstarParent()))
            .isEqualTo(matches);
      }
    }
    if (matches && AddressRules.violation(address, 0, address.length) == null) {
      assertThat(text).startsWith("/");
    }
  }

  private static void checkPair(AddressPattern a, AddressPattern b, byte[] address) {
    boolean meets = a.intersects(b);
    boolean includes = a.includes(b);
    boolean included = b.includes(a);
    assertThat(b.intersects(a)).isEqualTo(meets);
    if (includes || included) {
      assertThat(meets).isTrue();
    }
    boolean inA = a.matches(address, 0, address.length);
    boolean inB = b.matches(address, 0, address.length);
    assertThat(inA && inB && !meets).isFalse();
    assertThat(includes && inB && !inA).isFalse();
    assertThat(included && inA && !inB).isFalse();
    if (a.equals(b)) {
      assertThat(List.of(includes, included)).containsOnly(true);
      assertThat(a).hasSameHashCodeAs(b);
    }
    if (b.isLiteral()) {
      assertThat(includes).isEqualTo(a.matches(b.text()));
      assertThat(meets).isEqualTo(a.matches(b.text()));
    }
    if (isSmall(a) && isSmall(b)) {
      assertThat(PatternAutomaton.common(a, b).isPresent()).isEqualTo(meets);
      assertThat(PatternAutomaton.leftOut(a, b).isEmpty()).isEqualTo(includes);
      assertThat(PatternAutomaton.leftOut(b, a).isEmpty()).isEqualTo(included);
    }
  }

  private static boolean isSmall(AddressPattern pattern) {
    return pattern.text().length() <= SHORT && wildcards(pattern) <= FEW_WILDCARDS + 2;
  }

  private static long wildcards(AddressPattern pattern) {
    return pattern.text().chars().filter(c -> c == '*').count();
  }
}
