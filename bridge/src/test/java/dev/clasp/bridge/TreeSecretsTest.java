package dev.clasp.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TreeSecretsTest {

  private final TreeSecrets secrets = new TreeSecrets(Set.of("secret", "headers"));

  private static Value entry(String url, String secret) {
    return Value.of(
        Map.of(
            "url", Value.of(url),
            "secret", Value.of(secret),
            "headers", Value.of(Map.of("Authorization", Value.of("Bearer " + secret)))));
  }

  private final Value tree = Value.of(List.of(entry("/a", "hush"), entry("/b", "psst")));

  @Test
  void whatIsBelowSuchAFieldIsNotShown() {
    assertThat(secrets.hidden("send", tree).toString())
        .contains("/a", "/b", "Authorization", BridgeHost.HIDDEN)
        .doesNotContain("hush", "psst");
    assertThat(secrets.hidden("headers", Value.of(Map.of("x-key", Value.of("hush")))).toString())
        .doesNotContain("hush");
  }

  @Test
  void whatNobodyChangesStays() {
    Value shown = secrets.hidden("send", tree);
    assertThat(secrets.restored("send", shown, Optional.of(tree))).isEqualTo(tree);
  }

  @Test
  void entriesMayChangePlacesAndGo() {
    Value shown = secrets.hidden("send", Value.of(List.of(entry("/b", "psst"))));
    assertThat(secrets.restored("send", shown, Optional.of(tree)))
        .isEqualTo(Value.of(List.of(entry("/b", "psst"))));
  }

  @Test
  void aSecretThatNobodyKnowsIsRefused() {
    Value strange =
        Value.of(
            List.of(
                Value.of(Map.of("url", Value.of("/c"), "secret", Value.of(BridgeHost.HIDDEN)))));
    assertThatThrownBy(() -> secrets.restored("send", strange, Optional.of(tree)))
        .isInstanceOf(BridgeException.class)
        .hasMessageContaining("send.secret")
        .hasMessageContaining("give it again");
  }
}
