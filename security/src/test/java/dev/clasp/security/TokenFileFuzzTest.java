package dev.clasp.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

class TokenFileFuzzTest {

  /** In either format; errors are declared, and a store survives being written. */
  @FuzzTest
  void anyTextIsATokenFileOrADeclaredError(FuzzedDataProvider data) {
    String text = data.consumeRemainingAsString();
    TokenTable table;
    try {
      table = TokenFile.parse(text, Scopes.NONE);
    } catch (TokenFormatException e) {
      assertThat(e.getMessage()).hasSizeBetween(10, 1000);
      return;
    }
    assertThat(table.entries())
        .allSatisfy((digest, entry) -> {
          assertThat(entry.digest()).isEqualTo(digest);
          assertThat(table.named(entry.id())).contains(entry);
        });
    if (text.stripLeading().startsWith("{")) {
      String written = TokenStore.parse(text).toJson();
      assertThat(TokenStore.parse(written).table()).isEqualTo(table);
    }
  }
}
