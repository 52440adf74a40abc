package dev.clasp.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenConfigTest {

  private static final Path FILE = Path.of("x");

  private static List<String> mistakes(JwtConfig jwt) {
    return TokenConfig.NOBODY.withJwt(jwt).mistakes();
  }

  @Test
  void somethingToCheckTokensWithIsNeeded() {
    assertThat(TokenConfig.NOBODY.mistakes()).singleElement().asString().contains("token file");
    assertThat(TokenConfig.NOBODY.withFiles(List.of(FILE)).mistakes()).isEmpty();
    assertThat(TokenConfig.NOBODY.withLines(List.of("x")).mistakes()).isEmpty();
    assertThat(mistakes(JwtConfig.DEFAULT.withPublicKey(FILE))).isEmpty();
  }

  @Test
  void jwtsNeedKeysThatFitTheAlgorithms() {
    assertThat(mistakes(JwtConfig.DEFAULT)).singleElement().asString().contains("a key set");
    assertThat(mistakes(JwtConfig.DEFAULT.withSecret(FILE))).isEmpty();
    assertThat(
            mistakes(
                JwtConfig.DEFAULT.withPublicKey(FILE).withAlgorithms(Set.of(JwtAlgorithm.HS256))))
        .singleElement()
        .asString()
        .contains("no secret");
    assertThat(
            mistakes(
                JwtConfig.DEFAULT.withSecret(FILE).withAlgorithms(EnumSet.of(JwtAlgorithm.RS256))))
        .singleElement()
        .asString()
        .contains("HS256 is not allowed");
    assertThat(mistakes(JwtConfig.DEFAULT.withKeySet(FILE).withAlgorithms(Set.of())))
        .singleElement()
        .asString()
        .contains("at least one");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://id.example/keys",
        "HTTPS://id.example/keys",
        "http://localhost:1/keys",
        "http://127.0.0.1:1/keys",
        "http://[::1]:1/keys"
      })
  void keySetsComeOverHttpsOrFromThisMachine(String url) {
    assertThat(mistakes(JwtConfig.DEFAULT.withKeySet(URI.create(url)))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://id.example/keys",
        "file:///keys",
        "keys",
        "https:keys",
        "ftp://localhost/k",
        "https://user:secret@id.example/keys"
      })
  void andFromNowhereElse(String url) {
    assertThat(mistakes(JwtConfig.DEFAULT.withKeySet(URI.create(url))))
        .singleElement()
        .asString()
        .contains("https://")
        .doesNotContain("secret");
  }

  @Test
  void limitsHaveRanges() {
    TokenConfig good = TokenConfig.NOBODY.withFiles(List.of(FILE));
    assertThat(good.withLimits(new LoginLimits(0, 0)).mistakes()).hasSize(2);
    assertThat(
            new TokenConfig(
                    good.files(),
                    List.of(),
                    Scopes.NONE,
                    Optional.empty(),
                    LoginLimits.DEFAULT,
                    1_000_000)
                .mistakes())
        .singleElement()
        .asString()
        .contains("65536");
    JwtConfig d = JwtConfig.DEFAULT.withPublicKey(FILE);
    assertThat(
            mistakes(
                new JwtConfig(
                    d.algorithms(),
                    d.secretFile(),
                    d.publicKeyFile(),
                    d.keySetFile(),
                    d.keySetUrl(),
                    d.issuer(),
                    d.audience(),
                    d.revokedFile(),
                    Duration.ofHours(1))))
        .singleElement()
        .asString()
        .contains("skew");
  }

  @Test
  void linesAreNotInItsText() {
    assertThat(TokenConfig.NOBODY.withLines(List.of("cpsk_secret")).toString())
        .doesNotContain("cpsk_secret");
  }
}
