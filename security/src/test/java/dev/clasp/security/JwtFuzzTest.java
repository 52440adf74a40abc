package dev.clasp.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import java.util.Optional;

class JwtFuzzTest {

  private static final JwtKey SECRET = new JwtKey.Secret(Optional.empty(), Jwts.SECRET);

  private static final JwtVerifier.KeySource KEYS =
      new JwtVerifier.KeySource() {
        @Override
        public List<JwtKey> keys() {
          return List.of(SECRET);
        }

        @Override
        public List<JwtKey> freshKeys() {
          return keys();
        }
      };

  private static final JwtVerifier VERIFIER =
      new JwtVerifier(
          JwtConfig.DEFAULT.withSecret(java.nio.file.Path.of("unused")),
          List.of(KEYS),
          new TestClock());

  /** As a token, as header and payload of one, as claims of one that is signed, as a key set. */
  @FuzzTest
  void anyTextGetsAVerdict(FuzzedDataProvider data) {
    String text = data.consumeRemainingAsString();
    if (JwtVerifier.isJwt(text)) {
      assertThat(VERIFIER.verify(text)).isNotInstanceOf(JwtVerdict.Valid.class);
    }
    int line = text.indexOf('\n');
    if (line >= 0) {
      assertThat(VERIFIER.verify(Jwts.unsigned(text.substring(0, line), text.substring(line + 1))))
          .isNotInstanceOf(JwtVerdict.Valid.class);
    }
    assertThat(VERIFIER.verify(Jwts.hs256(text)))
        .isNotInstanceOfAny(JwtVerdict.Forged.class, JwtVerdict.Unknown.class);
    try {
      assertThat(JwtKeys.set(text)).isNotEmpty();
    } catch (TokenFormatException e) {
      assertThat(e.getMessage()).startsWith("it ");
    }
  }
}
