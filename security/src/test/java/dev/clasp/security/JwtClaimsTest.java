package dev.clasp.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.clasp.protocol.AddressPattern;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JwtClaimsTest {

  private static Scopes scopes(String json) {
    return JwtClaims.parse(json).scopes();
  }

  @Test
  void rightsAreInTheClaimClasp() {
    assertThat(
            scopes(
                """
                {"clasp": {"read": ["/a/**", "/b"], "write": ["/c"], "emit": ["/d/*"], "subscribe": ["/e"],
                  "more": 1}, "sf": {"write": ["/**"]}, "scope": "admin:/**"}
                """))
        .isEqualTo(ScopesTest.scopes("read:/a/**", "read:/b", "read:/e", "write:/c", "write:/d/*"));
  }

  @Test
  void orInTheOlderClaimSf() {
    assertThat(scopes("{\"sf\":{\"read\":[\"/a\"]},\"scope\":\"admin:/**\"}"))
        .isEqualTo(ScopesTest.scopes("read:/a"));
  }

  @Test
  void orInATextInWhichWordsOfOthersAreLeftOut() {
    assertThat(scopes("{\"scope\":\"openid read:/a/** profile:x  admin:/b api:read\"}"))
        .isEqualTo(ScopesTest.scopes("read:/a/**", "admin:/b"));
  }

  @Test
  void orNowhere() {
    assertThat(scopes("{}")).isEqualTo(Scopes.NONE);
    assertThat(scopes("{\"clasp\":{},\"scope\":\"admin:/**\"}")).isEqualTo(Scopes.NONE);
  }

  @Test
  void constraintsKeepTheirOrder() {
    assertThat(
            JwtClaims.parse(
                    """
                    {"clasp": {"write": ["/**"], "constraints": {
                      "/lights/*": {"range": [0, 1], "maxRate": 60},
                      "/**": {"maxRate": 0.5},
                      "/x": {"range": [-1.5, -1.5]}}}}
                    """)
                .constraints())
        .satisfiesExactly(
            c -> {
              assertThat(c.pattern()).isEqualTo(AddressPattern.parse("/lights/*"));
              assertThat(c.range()).hasValue(new Constraint.Range(0, 1));
              assertThat(c.maxRate()).isEqualTo(OptionalDouble.of(60));
            },
            c -> {
              assertThat(c.pattern()).isEqualTo(AddressPattern.parse("/**"));
              assertThat(c.range()).isEmpty();
              assertThat(c.maxRate()).isEqualTo(OptionalDouble.of(0.5));
            },
            c -> {
              assertThat(c.range()).hasValue(new Constraint.Range(-1.5, -1.5));
              assertThat(c.maxRate()).isEmpty();
            });
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "`` | no JSON object",
        "[] | no JSON object",
        "{\"a\":1,\"a\":2} | name twice",
        "{\"a\": | not valid JSON",
        "{\"clasp\":[]} | 'clasp' must be an object",
        "{\"sf\":null} | 'sf' must be an object",
        "{\"clasp\":{\"read\":\"/a\"}} | 'clasp.read' must be a list",
        "{\"clasp\":{\"emit\":[1]}} | 'clasp.emit' must be a list",
        "{\"sf\":{\"read\":[\"a\"]}} | 'sf.read': in the scope 'read:a'",
        "{\"scope\":[\"read:/a\"]} | 'scope' must be a text",
        "{\"scope\":\"read:/a/[x/*\"} | 'scope': in the scope",
        "{\"clasp\":{\"constraints\":[]}} | 'clasp.constraints' must be an object",
        "{\"clasp\":{\"constraints\":{\"a\":{}}}} | 'clasp.constraints', 'a': invalid address",
        "{\"clasp\":{\"constraints\":{\"/a\":1}}} | a constraint is an object",
        "{\"clasp\":{\"constraints\":{\"/a\":{\"maxrate\":1}}}} | there is no constraint 'maxrate'",
        "{\"clasp\":{\"constraints\":{\"/a\":{\"maxRate\":-1}}}} | 'maxRate' is a number",
        "{\"clasp\":{\"constraints\":{\"/a\":{\"maxRate\":1e999}}}} | 'maxRate' is a number",
        "{\"clasp\":{\"constraints\":{\"/a\":{\"range\":[1]}}}} | 'range' is a list of two",
        "{\"clasp\":{\"constraints\":{\"/a\":{\"range\":[2,1]}}}} | 'range' is a list of two",
        "{\"clasp\":{\"constraints\":{\"/a\":{\"range\":[\"0\",1]}}}} | 'range' is a list of two",
        "{\"sub\":1} | 'sub' must be a text",
        "{\"aud\":[1]} | 'aud' must be a text",
        "{\"nbf\":\"x\"} | 'nbf' must be Unix seconds",
      })
  void whatIsWrongIsSaid(String json, String message) {
    assertThatExceptionOfType(TokenFormatException.class)
        .isThrownBy(() -> JwtClaims.parse(json))
        .withMessageContaining(message);
  }

  @Test
  void depthAndCountsAreLimited() {
    assertThatExceptionOfType(TokenFormatException.class)
        .isThrownBy(() -> JwtClaims.parse("{\"a\":" + "[".repeat(2000) + "]".repeat(2000) + "}"));
    String many = "\"/a\",".repeat(256) + "\"/a\"";
    assertThatExceptionOfType(TokenFormatException.class)
        .isThrownBy(() -> JwtClaims.parse("{\"clasp\":{\"read\":[" + many + "]}}"))
        .withMessageContaining("256");
  }
}
