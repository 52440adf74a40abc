package dev.clasp.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenStoreTest {

  /** As the reference writes it. */
  private static final String REFERENCE =
      """
      {
        "tokens": {
          "cpsk_b2c3d4e5f60718293a4b5c6d7e8f9012": {
            "token": "cpsk_b2c3d4e5f60718293a4b5c6d7e8f9012",
            "subject": null,
            "scopes": ["admin:/**"],
            "expires_at": null,
            "created_at": 1700000100
          },
          "cpsk_a1b2c3d4e5f60718293a4b5c6d7e8f90": {
            "token": "cpsk_a1b2c3d4e5f60718293a4b5c6d7e8f90",
            "subject": "desk",
            "scopes": ["read:/**", "write:/lights/**"],
            "expires_at": 1800000000,
            "created_at": 1700000000,
            "metadata": {"room": "foh"}
          }
        }
      }
      """;

  static TokenEntry entry(String token) {
    return new TokenEntry(
        TokenDigest.of(token),
        Optional.of("desk"),
        ScopesTest.scopes("read:/a"),
        OptionalLong.of(10),
        OptionalLong.of(20),
        OptionalLong.of(5),
        Map.of("k", "v"));
  }

  /** Not even clasp token prune could read it any more. */
  @Test
  void aStoreTakesNoMoreTokensThanCanBeReadAgain() {
    TokenStore store = TokenStore.empty();
    for (int i = 0; i < TokenTable.MAX; i++) {
      store.add(Optional.empty(), entry("token " + i));
    }
    assertThatExceptionOfType(TokenFormatException.class)
        .isThrownBy(() -> store.add(Optional.empty(), entry("one more")))
        .withMessageContaining("no room for more");
  }

  @Test
  void theStoreOfTheReferenceIsReadOldestFirst() {
    TokenStore store = TokenStore.parse(REFERENCE);
    assertThat(store.tokens()).hasSize(2);
    StoredToken desk = store.tokens().getFirst();
    assertThat(desk.secret()).hasValue("cpsk_a1b2c3d4e5f60718293a4b5c6d7e8f90");
    assertThat(desk.entry().subject()).hasValue("desk");
    assertThat(desk.entry().scopes()).isEqualTo(ScopesTest.scopes("read:/**", "write:/lights/**"));
    assertThat(desk.entry().expiresAt()).hasValue(1_800_000_000);
    assertThat(desk.entry().createdAt()).hasValue(1_700_000_000);
    assertThat(desk.entry().metadata()).containsExactly(Map.entry("room", "foh"));
    assertThat(store.tokens().getLast().entry().expiresAt()).isEmpty();
  }

  @Test
  void whatOursWritesIsInTheFormOfTheReference() {
    TokenStore store = TokenStore.empty();
    store.add(Optional.of("cpsk_abc"), entry("cpsk_abc"));
    assertThat(store.toJson().replaceAll("\\s", ""))
        .isEqualTo(
            "{\"tokens\":{\"cpsk_abc\":{\"token\":\"cpsk_abc\",\"subject\":\"desk\",\"scopes\":[\"read:/a\"],"
                + "\"not_before\":10,\"expires_at\":20,\"created_at\":5,\"metadata\":{\"k\":\"v\"}}}}");
    assertThat(TokenStore.parse(store.toJson()).tokens()).isEqualTo(store.tokens());
  }

  @Test
  void aStoreMayKnowDigestsOnly() {
    TokenStore store = TokenStore.empty();
    store.add(Optional.empty(), entry("cpsk_abc"));
    assertThat(store.toJson())
        .contains(TokenDigest.of("cpsk_abc").text())
        .doesNotContain("cpsk_abc");
    TokenStore read = TokenStore.parse(store.toJson());
    assertThat(read.tokens().getFirst().secret()).isEmpty();
    assertThat(read.table().find(TokenDigest.of("cpsk_abc"))).hasValue(entry("cpsk_abc"));
  }

  @Test
  void whatOnlyOthersKnowSurvivesAChange() {
    TokenStore store =
        TokenStore.parse(
            REFERENCE
                .replace("\"subject\": \"desk\",", "\"subject\": \"desk\", \"colour\": [1],")
                .replace("\"tokens\"", "\"version\": 7, \"tokens\""));
    store.expire(store.tokens().getFirst(), 42);
    store.remove(store.tokens().getLast());
    assertThat(store.toJson().replaceAll("\\s", ""))
        .contains("\"version\":7", "\"colour\":[1]", "\"expires_at\":42")
        .doesNotContain("cpsk_b2c3");
    assertThat(store.tokens())
        .singleElement()
        .satisfies(t -> assertThat(t.entry().expiresAt()).hasValue(42));
  }

  @Test
  void aTokenIsThereOnce() {
    TokenStore store = TokenStore.empty();
    store.add(Optional.empty(), entry("cpsk_abc"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store.add(Optional.of("cpsk_abc"), entry("cpsk_abc")));
    assertThat(store.remove(store.tokens().getFirst())).isTrue();
    assertThat(store.tokens()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | object 'tokens'",
        "[] | object 'tokens'",
        "{} | object 'tokens'",
        "{\"tokens\":[]} | object 'tokens'",
        "{\"tokens\":{\"cpsk_secret\":{}},} | not valid JSON",
        "{\"tokens\":{\"cpsk_secret\":{\"scopes\":[]},\"cpsk_secret\":{}}} | not valid JSON, or has a"
            + " name twice at line 1",
        "{\"tokens\":{}} x | not valid JSON",
        "{\"tokens\":{\"secret\":{\"scopes\":[]}}} | token 1: a token begins with cpsk_",
        "{\"tokens\":{\"cpsk_secret\":7}} | must be an object",
        "{\"tokens\":{\"cpsk_secret\":{}}} | 'scopes' must be a list",
        "{\"tokens\":{\"cpsk_secret\":{\"scopes\":[1]}}} | 'scopes' must be a list",
        "{\"tokens\":{\"cpsk_secret\":{\"scopes\":[\"go:/a\"]}}} | action of a scope",
        "{\"tokens\":{\"cpsk_secret\":{\"scopes\":[],\"token\":\"cpsk_x\"}}} | 'token' must be the same",
        "{\"tokens\":{\"cpsk_secret\":{\"scopes\":[],\"expires_at\":\"1\"}}} | 'expires_at' must be",
        "{\"tokens\":{\"cpsk_secret\":{\"scopes\":[],\"expires_at\":1.5}}} | 'expires_at' must be",
        "{\"tokens\":{\"cpsk_secret\":{\"scopes\":[],\"expires_at\":-1}}} | 'expires_at' must be",
        "{\"tokens\":{\"cpsk_secret\":{\"scopes\":[],\"created_at\":99999999999999999999}}} |"
            + " 'created_at' must be",
        "{\"tokens\":{\"cpsk_secret\":{\"scopes\":[],\"subject\":1}}} | 'subject' must be a text",
        "{\"tokens\":{\"cpsk_secret\":{\"scopes\":[],\"metadata\":[]}}} | 'metadata' must be a map",
        "{\"tokens\":{\"cpsk_secret\":{\"scopes\":[],\"metadata\":{\"a\":1}}}} | 'metadata' must be a map",
      })
  void whatIsWrongIsSaidWithoutTheToken(String json, String message) {
    assertThatExceptionOfType(TokenFormatException.class)
        .isThrownBy(() -> TokenStore.parse(json))
        .withMessageContaining(message)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
  }

  @Test
  void aTokenInClearAndAsDigestIsAMistakeForARouter() {
    String digest = TokenDigest.of("cpsk_abc").text();
    TokenStore store =
        TokenStore.parse(
            "{\"tokens\":{\"cpsk_abc\":{\"scopes\":[]},\"" + digest + "\":{\"scopes\":[]}}}");
    assertThatExceptionOfType(TokenFormatException.class)
        .isThrownBy(store::table)
        .withMessageContaining("twice");
  }

  @Test
  void noSecretIsInTheTextOfAToken() {
    assertThat(TokenStore.parse(REFERENCE).tokens().toString()).doesNotContain("cpsk_");
  }
}
