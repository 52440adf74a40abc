package dev.clasp.osc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OscAddressesTest {

  @ParameterizedTest
  @CsvSource({
    "/1/fader1, /1/fader1",
    "/a b#1, /a%20b%231",
    "'/x[1]{2}?,', /x%5B1%5D%7B2%7D%3F%2C",
    "/100%, /100%",
    "/50%25, /50%2525",
    "/a%2Fb, /a%2Fb",
    "/größe, /größe",
  })
  void forbiddenCharactersAreEncodedAndComeBack(String clasp, String osc) {
    assertThat(OscAddresses.encode(clasp)).isEqualTo(osc);
    assertThat(OscAddresses.decode(osc)).isEqualTo(clasp);
  }

  @Test
  void smallLettersAreUnderstoodToo() {
    assertThat(OscAddresses.decode("/a%3fb%5b")).isEqualTo("/a?b[");
  }

  @Test
  void patternsCanBeAddresses() {
    assertThat(OscAddresses.literal("/ch/*/mute")).isEqualTo("/ch/%2A/mute");
    assertThat(OscAddresses.encode("/ch/%2A/mute")).isEqualTo("/ch/%2A/mute");
  }

  @Test
  void everyAddressComesBack() {
    Random random = new Random(42);
    String letters = "ab/ #,?[]{}%205F7dBbCÄ";
    for (int i = 0; i < 200_000; i++) {
      StringBuilder address = new StringBuilder("/");
      for (int n = random.nextInt(12); n > 0; n--) {
        address.append(letters.charAt(random.nextInt(letters.length())));
      }
      String osc = OscAddresses.encode(address.toString());
      assertThat(osc).doesNotContainAnyWhitespaces().doesNotContain("#", ",", "?", "[", "{");
      assertThat(OscAddresses.decode(osc)).isEqualTo(address.toString());
    }
  }
}
