package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bridge.BridgeDefinition;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** {@code clasp websocket}: what its options say; the tests of the bridge have real peers. */
class WebSocketCommandTest {

  private BridgeDefinition definition(Map<String, String> environment, String... options) {
    WebSocketCommand command =
        new WebSocketCommand(new Clasp(new TestTerminal(environment, false).terminal()));
    new CommandLine(command)
        .registerConverter(Duration.class, new DurationText())
        .parseArgs(options);
    return command.definition();
  }

  private BridgeDefinition definition(String... options) {
    return definition(Map.of(), options);
  }

  @Test
  void withoutOptionsItIsAServerForThisMachine() {
    BridgeDefinition plain = definition();
    assertThat(plain.protocol()).isEqualTo("websocket");
    assertThat(plain.namespace().orElseThrow().prefix()).isEqualTo("/ws");
    assertThat(plain.profile()).isEqualTo(TypeProfile.COMPATIBLE);
    assertThat(plain.settings())
        .containsEntry("mode", Value.of("server"))
        .containsEntry("format", Value.of("json"))
        .doesNotContainKeys("bind", "token", "relay");
  }

  @Test
  void aUrlMakesItAClient() {
    assertThat(definition("wss://show.example/live", "--header", "X-Room=1").settings())
        .containsEntry("mode", Value.of("client"))
        .containsEntry("url", Value.of("wss://show.example/live"))
        .containsEntry("headers", Value.of(Map.of("X-Room", Value.of("1"))));
  }

  @Test
  void theFlagsOfTheReferenceAreThere() {
    assertThat(definition("-m", "server", "-u", "127.0.0.1:8080").settings())
        .containsEntry("mode", Value.of("server"))
        .containsEntry("bind", Value.of("127.0.0.1:8080"));
    assertThat(definition("--mode", "client", "--url", "ws://a:1").settings())
        .containsEntry("mode", Value.of("client"))
        .containsEntry("url", Value.of("ws://a:1"));
  }

  @Test
  void everyOptionIsASetting() {
    BridgeDefinition definition =
        definition(
            Map.of("CLASP_WEBSOCKET_TOKEN", "secret"),
            "--listen",
            ":9000",
            "--path",
            "/live",
            "--format",
            "cbor",
            "--namespace",
            "/",
            "--policy",
            "prefix",
            "--standard",
            "--no-relay",
            "--protocol",
            "show.v1",
            "--origin",
            "https://show.example",
            "--ping",
            "5s",
            "--no-compression",
            "--max-message",
            "1000",
            "--max-clients",
            "3",
            "--map",
            "a/{n}=/b/{n}");
    assertThat(definition.profile()).isEqualTo(TypeProfile.STANDARD);
    assertThat(definition.namespace().orElseThrow().prefix()).isEmpty();
    assertThat(definition.mapping()).isNotEqualTo(Value.NULL);
    assertThat(definition.settings())
        .containsEntry("bind", Value.of(":9000"))
        .containsEntry("path", Value.of("/live"))
        .containsEntry("format", Value.of("cbor"))
        .containsEntry("namespace_policy", Value.of("prefix"))
        .containsEntry("relay", Value.FALSE)
        .containsEntry("protocols", Value.of(List.of(Value.of("show.v1"))))
        .containsEntry("origins", Value.of(List.of(Value.of("https://show.example"))))
        .containsEntry("token", Value.of("secret"))
        .containsEntry("ping_interval", Value.of(5.0))
        .containsEntry("compression", Value.FALSE)
        .containsEntry("max_message", Value.of(1000))
        .containsEntry("max_clients", Value.of(3));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ws://a --listen :1",
        "--mode client",
        "--mode peer",
        "--mode server ws://a",
        "--format xml",
        "ws://a --format json-rpc",
        "ws://a --socket-cert a.pem",
        "http://a",
        "--header X=1",
        "--namespace /a/*",
        "--max-message 1",
      })
  void whatCannotBeIsTold(String options) {
    assertThatThrownBy(() -> definition(options.split(" ", -1)))
        .isInstanceOf(ParameterException.class)
        .hasMessageMatching("(?s).{5,}");
  }
}
