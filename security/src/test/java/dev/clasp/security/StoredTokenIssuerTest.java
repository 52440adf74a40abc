package dev.clasp.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredTokenIssuerTest {

  private static final Instant NOW = Instant.parse("2027-01-01T00:00:00Z");

  @TempDir private Path folder;

  private TokenStoreFile store() {
    return new TokenStoreFile(folder.resolve("tokens.json"));
  }

  @Test
  void theStoreKnowsWhatTheTokenMayDoAndNotTheToken() throws Exception {
    TokenIssuer issuer = new StoredTokenIssuer(store(), () -> NOW, new SecureRandom(), () -> {});

    TokenIssuer.Issued issued = issuer.issue(Scopes.parseList("read:/a/**"), "FOH laptop");

    assertThat(issued.token()).startsWith("cpsk_");
    assertThat(issued.toString()).doesNotContain(issued.token());
    assertThat(Files.readString(store().path())).doesNotContain(issued.token());
    assertThat(store().read().tokens())
        .singleElement()
        .satisfies(stored -> {
          assertThat(stored.secret()).isEmpty();
          assertThat(stored.entry().digest()).isEqualTo(TokenDigest.of(issued.token()));
          assertThat(stored.entry().id()).isEqualTo(issued.id());
          assertThat(stored.entry().subject()).hasValue("FOH laptop");
          assertThat(stored.entry().createdAt()).hasValue(NOW.getEpochSecond());
          assertThat(stored.entry().metadata()).containsEntry("source", "pairing");
        });
  }

  @Test
  void theRouterKnowsTheTokenAsSoonAsTheClientHasIt() {
    store().create();
    List<Login> logins = new ArrayList<>();
    try (TokenAuthenticator router =
        new TokenAuthenticator(
            TokenConfig.NOBODY.withFiles(List.of(store().path())), () -> NOW, report -> {})) {
      TokenIssuer issuer =
          new StoredTokenIssuer(store(), () -> NOW, new SecureRandom(), router::refresh);
      for (int i = 0; i < 5; i++) {
        String token = issuer.issue(Scopes.parseList("read:/**"), "client " + i).token();
        router.authenticate(Optional.of(token), "192.0.2.1:1", logins::add);
      }
    }

    assertThat(logins).hasSize(5).hasOnlyElementsOfType(Login.Admitted.class);
  }

  @Test
  void aStoreThatIsMadeIsEmptyAndStaysWhatItIs() {
    assertThat(store().looksLikeStore()).isFalse();
    store().create();
    assertThat(store().looksLikeStore()).isTrue();
    assertThat(store().read().tokens()).isEmpty();
    new StoredTokenIssuer(store(), () -> NOW, new SecureRandom(), () -> {}).issue(Scopes.NONE, "x");

    store().create();

    assertThat(store().read().tokens()).hasSize(1);
  }

  @Test
  void whatCannotBeStoredIsNoToken() throws Exception {
    Files.writeString(store().path(), "cpsk_abc read:/**\n");
    assertThat(store().looksLikeStore()).isFalse();
    TokenIssuer issuer =
        new StoredTokenIssuer(
            store(),
            () -> NOW,
            new SecureRandom(),
            () -> {
              throw new AssertionError("nothing has changed");
            });

    assertThatThrownBy(() -> issuer.issue(Scopes.NONE, "x"))
        .isInstanceOf(TokenFormatException.class)
        .hasMessageContaining("tokens.json");
  }
}
