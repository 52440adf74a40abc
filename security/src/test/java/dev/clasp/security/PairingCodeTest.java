package dev.clasp.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PairingCodeTest {

  private final SecureRandom random = new SecureRandom();

  @Test
  void aCodeHasSixDigitsAlsoWhenTheNumberIsSmall() {
    SecureRandom seven =
        new SecureRandom() {
          @Override
          public int nextInt(int bound) {
            assertThat(bound).isEqualTo(1_000_000);
            return 7;
          }
        };

    assertThat(PairingCode.random(seven).digits()).isEqualTo("000007");
    assertThat(PairingCode.random(seven).grouped()).isEqualTo("000 007");
  }

  @Test
  void everyDigitAppearsInEveryPlace() {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 2000; i++) {
      String digits = PairingCode.random(random).digits();
      assertThat(digits).matches("[0-9]{6}");
      for (int place = 0; place < digits.length(); place++) {
        seen.add(place + ":" + digits.charAt(place));
      }
    }

    // One is missing by chance less often than once in 10^89 runs.
    assertThat(seen).hasSize(60);
  }

  @ParameterizedTest
  @ValueSource(strings = {"482913", "482 913", " 482913 ", "482-913", "4 8 2 9 1 3"})
  void blanksAndHyphensDoNotCount(String typed) {
    assertThat(PairingCode.parse(typed).orElseThrow().digits()).isEqualTo("482913");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "48291",
        "4829133",
        "48291x",
        "٤٨٢٩١٣",
        "482913\n",
        "+82913",
        "4                             82913"
      })
  void anythingElseIsNoCode(String typed) {
    assertThat(PairingCode.parse(typed)).isEmpty();
  }

  @Test
  void itDoesNotShowItself() {
    assertThat(PairingCode.parse("482913").orElseThrow().toString()).doesNotContain("482");
  }
}
