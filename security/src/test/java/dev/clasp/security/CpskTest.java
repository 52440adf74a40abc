package dev.clasp.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CpskTest {

  @Test
  void aNewTokenHas32DigitsOf62() {
    SecureRandom random = new SecureRandom();
    Set<String> tokens = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      String token = Cpsk.generate(random);
      assertThat(token).matches("cpsk_[0-9A-Za-z]{32}");
      assertThat(Cpsk.violation(token)).isEmpty();
      tokens.add(token);
    }
    assertThat(tokens).hasSize(1000);
  }

  @Test
  void everyDigitIsAsLikelyAsEveryOther() {
    Random random = new Random(62);
    Map<Integer, Integer> counts = new HashMap<>();
    int tokens = 20_000;
    for (int i = 0; i < tokens; i++) {
      Cpsk.generate(random).substring(5).chars().forEach(c -> counts.merge(c, 1, Integer::sum));
    }
    assertThat(counts).hasSize(62);
    double expected = tokens * 32 / 62.0;
    double chiSquare =
        counts.values().stream().mapToDouble(n -> (n - expected) * (n - expected) / expected).sum();
    // 61 degrees of freedom: above 110 in one of ten thousand runs. With "modulo 62" of six bits
    // the
    // first two digits would be twice as likely, which gives more than 10,000.
    assertThat(chiSquare).isLessThan(110);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpsk_a", "cpsk_0123456789abcdef0123456789abcdef", "cpsk_!~{}"})
  void whateverFollowsThePrefixIsSecretAndOpaque(String token) {
    assertThat(Cpsk.violation(token)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "cpsk_", "admin-token", "CPSK_abc", "cpsk_a b", "cpsk_ü", "cpsk_a\n"})
  void otherTokensAreRefusedWithoutShowingThem(String token) {
    assertThat(Cpsk.violation(token))
        .hasValueSatisfying(sentence -> {
          assertThat(sentence).startsWith("a token ");
          if (token.length() > 5) {
            assertThat(sentence).doesNotContain(token);
          }
        });
  }

  @Test
  void aTokenHasAtMost512Bytes() {
    assertThat(Cpsk.violation("cpsk_" + "a".repeat(507))).isEmpty();
    assertThat(Cpsk.violation("cpsk_" + "a".repeat(508)))
        .hasValueSatisfying(s -> assertThat(s).contains("512"));
  }

  @Test
  void theIdIsTheBeginningOfTheDigest() {
    // printf cpsk_test | sha256sum
    TokenDigest digest = TokenDigest.of("cpsk_test");
    assertThat(digest.text()).startsWith("sha256:" + digest.id()).hasSize(71);
    assertThat(digest.id()).matches("[0-9a-f]{8}");
    assertThat(digest.toString()).isEqualTo(digest.id());
    assertThat(TokenDigest.parse(digest.text())).hasValue(digest);
    assertThat(TokenDigest.parse(digest.text().toUpperCase(java.util.Locale.ROOT))).isEmpty();
    assertThat(TokenDigest.parse("sha256:" + "z".repeat(64))).isEmpty();
    assertThat(TokenDigest.of("abc").text())
        .isEqualTo("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assertThat(TokenDigest.of("abc"))
        .isNotEqualTo(TokenDigest.of("abd"))
        .hasSameHashCodeAs(TokenDigest.of("abc"));
  }
}
