package dev.clasp.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenLinesTest {

  private static final String LONG = "cpsk_0123456789abcdef0123456789abcdef";

  private static TokenTable parse(String text) {
    return TokenLines.parse(text, Scopes.NONE);
  }

  private static TokenEntry only(String text) {
    TokenTable table = parse(text);
    assertThat(table.entries()).hasSize(1);
    return table.entries().values().iterator().next();
  }

  @Test
  void aLineIsATokenAndItsScopes() {
    TokenTable table =
        parse(
            """
            # the desk
            cpsk_desk_0123456789abcdef write:/lights/**,read:/**

              cpsk_view_0123456789abcdef   read:/lights/**, read:/show/*
            """);
    assertThat(table.warnings()).isEmpty();
    assertThat(table.find(TokenDigest.of("cpsk_desk_0123456789abcdef")).orElseThrow().scopes())
        .isEqualTo(ScopesTest.scopes("write:/lights/**", "read:/**"));
    assertThat(table.find(TokenDigest.of("cpsk_view_0123456789abcdef")).orElseThrow().scopes())
        .isEqualTo(ScopesTest.scopes("read:/lights/**", "read:/show/*"));
    assertThat(table.find(TokenDigest.of("cpsk_other"))).isEmpty();
  }

  @Test
  void fieldsFollowTheScopes() {
    TokenEntry entry =
        only(
            LONG
                + " read:/a=b/**,write:/c expires=2027-01-01T00:00:00Z subject=foh"
                + " not_before=1700000000");
    assertThat(entry.scopes()).isEqualTo(ScopesTest.scopes("read:/a=b/**", "write:/c"));
    assertThat(entry.expiresAt()).hasValue(Instant.parse("2027-01-01T00:00:00Z").getEpochSecond());
    assertThat(entry.notBefore()).hasValue(1_700_000_000);
    assertThat(entry.subject()).isEqualTo(Optional.of("foh"));
  }

  @Test
  void withoutScopesThereAreNoRightsAndAWarning() {
    TokenTable table = parse(LONG + "\n");
    assertThat(table.find(TokenDigest.of(LONG)).orElseThrow().scopes()).isEqualTo(Scopes.NONE);
    assertThat(table.warnings())
        .singleElement()
        .asString()
        .contains("line 1", "may do nothing", TokenDigest.of(LONG).id())
        .doesNotContain(LONG);
  }

  @Test
  void defaultScopesMayBeGivenForLinesWithoutAny() {
    Scopes admin = ScopesTest.scopes("admin:/**");
    TokenTable table = TokenLines.parse(LONG + " subject=x\ncpsk_" + LONG + " read:/a", admin);
    assertThat(table.find(TokenDigest.of(LONG)).orElseThrow().scopes()).isEqualTo(admin);
    assertThat(table.find(TokenDigest.of("cpsk_" + LONG)).orElseThrow().scopes())
        .isEqualTo(ScopesTest.scopes("read:/a"));
    assertThat(table.warnings()).hasSize(1);
  }

  @Test
  void aDigestMayStandForTheToken() {
    assertThat(only(TokenDigest.of("cpsk_x").text() + " read:/a").digest())
        .isEqualTo(TokenDigest.of("cpsk_x"));
  }

  @Test
  void shortTokensAreWarnedOf() {
    assertThat(parse("cpsk_stage read:/a").warnings())
        .singleElement()
        .asString()
        .contains("guessed");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "stage-secret read:/a | line 1: a token begins with cpsk_",
        "cpsk_ read:/a | line 1: a token begins with cpsk_",
        "cpsk_secret read:a | line 1: in the scope 'read:a'",
        "cpsk_secret { | line 1: a scope is an action",
        "cpsk_secret read:/a expire=1 | line 1: there is no field 'expire'",
        "cpsk_secret read:/a expires=soon | line 1: expires= takes a time",
        "cpsk_secret read:/a expires=1 expires=2 | line 1: 'expires=' is there twice",
        "cpsk_secret read:/a not_before=5 expires=5 | line 1: not_before= must be earlier",
        "cpsk_secret read:/a subject=x read:/b | line 1: scopes have commas",
        "cpsk_secret read:/a write:/b | line 1: scopes have commas",
      })
  void whatIsWrongIsSaidWithTheLineButNotTheToken(String line, String message) {
    assertThatExceptionOfType(TokenFormatException.class)
        .isThrownBy(() -> parse(line))
        .withMessageStartingWith(message)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
  }

  @Test
  void theSameTokenTwiceIsAMistake() {
    assertThatExceptionOfType(TokenFormatException.class)
        .isThrownBy(() -> parse(LONG + " read:/a\n\n" + LONG + " read:/b"))
        .withMessageContaining("line 3")
        .withMessageContaining(TokenDigest.of(LONG).id());
  }
}
