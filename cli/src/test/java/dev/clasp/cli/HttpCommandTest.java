package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bridge.BridgeDefinition;
import dev.clasp.bridge.JsonValues;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridgehttp.HttpProvider;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** {@code clasp http}: what its options say. */
class HttpCommandTest {

  private static BridgeDefinition definition(Map<String, String> environment, String... options) {
    HttpCommand command =
        new HttpCommand(new Clasp(new TestTerminal(environment, false).terminal()));
    new CommandLine(command)
        .registerConverter(Duration.class, new DurationText())
        .parseArgs(options);
    BridgeDefinition definition = command.definition();
    HttpProvider provider = new HttpProvider();
    provider.check(BridgeSettings.of(provider.settings(), definition.settings()));
    return definition;
  }

  private static BridgeDefinition definition(String... options) {
    return definition(Map.of(), options);
  }

  private static String setting(BridgeDefinition definition, String name) {
    return JsonValues.text(definition.settings().getOrDefault(name, Value.NULL));
  }

  @Test
  void withoutOptionsItServesTheApiOnThisMachine() {
    BridgeDefinition plain = definition();
    assertThat(plain.protocol()).isEqualTo("http");
    assertThat(plain.namespace().orElseThrow().prefix()).isEqualTo("/http");
    assertThat(plain.settings())
        .containsOnlyKeys("mode", "base_path")
        .containsEntry("mode", Value.of("server"))
        .containsEntry("base_path", Value.of("/api"));
  }

  @Test
  void theFlagsOfTheReferenceAreThere() {
    BridgeDefinition server = definition("-b", "127.0.0.1:8080", "--base-path", "/x", "--cors");
    assertThat(server.settings())
        .containsEntry("bind", Value.of("127.0.0.1:8080"))
        .containsEntry("base_path", Value.of("/x"));
    assertThat(setting(server, "cors_origins")).isEqualTo("[\"*\"]");
  }

  @Test
  void aPollSaysWhatGoesWhere() {
    BridgeDefinition poll =
        definition(
            "--poll",
            "http://192.0.2.1/status?x=1#/temp=/room/temp&/a/0=/first",
            "--poll",
            "http://192.0.2.2/text#=/text",
            "--every",
            "500ms");
    assertThat(poll.namespace().orElseThrow().prefix()).isEmpty();
    assertThat(setting(poll, "poll"))
        .isEqualTo(
            "[{\"url\":\"http://192.0.2.1/status?x=1\",\"values\":{\"/temp\":\"/room/temp\","
                + "\"/a/0\":\"/first\"},\"every\":0.5},{\"url\":\"http://192.0.2.2/text\","
                + "\"values\":{\"\":\"/text\"},\"every\":0.5}]");
    assertThat(setting(poll, "send")).isEqualTo("[]");
  }

  @Test
  void webhooksGoBothWaysAndAreSigned() {
    BridgeDefinition both =
        definition(
            Map.of("CLASP_HTTP_SECRET", "s3cret"),
            "--webhook-out",
            "/show/**=https://hooks.example/clasp",
            "--webhook-out",
            "/relay/{id}=GET http://192.0.2.1/rpc/Switch.Set?id={id}&on={value}",
            "--webhook-in",
            "/doors/:name=/door/{name}",
            "--webhook-in",
            "PUT /level=/level",
            "--signature",
            "sha256");
    assertThat(both.settings())
        .containsEntry("secret", Value.of("s3cret"))
        .containsEntry("bind", Value.of("127.0.0.1:3000"));
    assertThat(setting(both, "send"))
        .startsWith(
            "[{\"match\":\"/show/**\",\"url\":\"https://hooks.example/clasp\",\"method\":\"POST\","
                + "\"body\":{\"address\":\"{address}\",\"value\":\"{value}\",\"type\":\"{type}\"},"
                + "\"signature\":\"sha256\"}")
        .contains("\"url\":\"http://192.0.2.1/rpc/Switch.Set?id={id}&on={value}\"");
    assertThat(setting(both, "endpoints"))
        .contains("{\"path\":\"/doors/:name\",\"method\":\"POST\",\"address\":\"/door/{name}\"")
        .contains("{\"path\":\"/level\",\"method\":\"PUT\",\"address\":\"/level\"");
  }

  @Test
  void aBaseUrlAloneGetsEverythingBelowTheNamespace() {
    BridgeDefinition mirror = definition("--url", "http://192.0.2.1:3000/api");
    assertThat(mirror.namespace().orElseThrow().prefix()).isEqualTo("/http");
    assertThat(mirror.settings())
        .containsEntry("mode", Value.of("client"))
        .containsEntry("url", Value.of("http://192.0.2.1:3000/api"))
        .doesNotContainKey("send");
  }

  @Test
  void credentialsAreForTheOnlyServerOrForThatOfTheUrl() {
    BridgeDefinition one =
        definition(Map.of("CLASP_HTTP_TOKEN", "t"), "--stream", "https://api.example/events#/a=/a");
    assertThat(one.settings())
        .containsEntry("url", Value.of("https://api.example"))
        .containsEntry("token", Value.of("t"));
    assertThatThrownBy(() ->
            definition("--header", "X-Key=1", "--poll", "http://a/#=/a", "--poll", "http://b/#=/b"))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining("--url says for which server");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "--poll http://a/x; does not say what to take",
        "--poll http://a/x#y; is not /POINTER=/ADDRESS",
        "--webhook-in x=/a; is not [METHOD ]PATH=ADDRESS",
        "--webhook-out /a=ftp://x; is not PATTERN=[METHOD ]URL",
        "--webhook-in /a=/a --bind 0.0.0.0:80; is open to everybody",
        "--poll http://a/#=/a --bind :80; --bind is for",
        "--url-user me --poll http://a/#=/a; needs a password",
        "--url http://me:secret@a/; do not belong into a URL",
        "--tls-cert x; belong together",
        "--namespace /*; --namespace"
      })
  void whatCannotWorkIsSaidBeforeAnythingIsConnected(String options, String said) {
    assertThatThrownBy(() -> definition(options.split(" ")))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining(said);
  }
}
