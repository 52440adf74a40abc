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
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** {@code clasp socketio}: what its options say; the bridge has tests with real peers. */
class SocketIoCommandTest {

  private final TestTerminal terminal =
      new TestTerminal(Map.of("CLASP_SOCKETIO_TOKEN", "secret"), false);

  private BridgeDefinition definition(String... options) {
    SocketIoCommand command = new SocketIoCommand(new Clasp(terminal.terminal()));
    new CommandLine(command)
        .registerConverter(Duration.class, new DurationText())
        .parseArgs(options);
    return command.definition();
  }

  @Test
  void withAUrlItIsAClient() {
    BridgeDefinition plain = definition("http://localhost:4000");
    assertThat(plain.protocol()).isEqualTo("socketio");
    assertThat(plain.namespace().orElseThrow().prefix()).isEqualTo("/socketio");
    assertThat(plain.profile()).isEqualTo(TypeProfile.COMPATIBLE);
    assertThat(plain.settings())
        .containsEntry("mode", Value.of("client"))
        .containsEntry("url", Value.of("http://localhost:4000"))
        .containsEntry("token", Value.of("secret"));
    assertThat(definition().settings()).doesNotContainKey("url");
  }

  @Test
  void withListenItIsAServer() {
    assertThat(
            definition(
                    "--listen",
                    ":3001",
                    "--room",
                    "/a/**",
                    "--origin",
                    "https://x.example",
                    "--sio-namespace",
                    "/",
                    "--sio-namespace",
                    "admin",
                    "--max-clients",
                    "5")
                .settings())
        .containsEntry("mode", Value.of("server"))
        .containsEntry("listen", Value.of(":3001"))
        .containsEntry("rooms", Value.of(List.of(Value.of("/a/**"))))
        .containsEntry("namespaces", Value.of(List.of(Value.of("/"), Value.of("admin"))))
        .containsEntry("max_clients", Value.of(5));
  }

  @Test
  void optionsOfAClientBecomeSettings() {
    BridgeDefinition all =
        definition(
            "https://show.example",
            "--event",
            "cue",
            "--names",
            "path",
            "--auth",
            "user=foh",
            "--transport",
            "websocket",
            "--no-reconnect",
            "--ack",
            "--ack-timeout",
            "2s",
            "--sio-insecure",
            "--standard",
            "--map",
            "cue=/show/cue");
    assertThat(all.profile()).isEqualTo(TypeProfile.STANDARD);
    assertThat(all.mapping()).isNotEqualTo(Value.NULL);
    assertThat(all.settings())
        .containsEntry("events", Value.of(List.of(Value.of("cue"))))
        .containsEntry("names", Value.of("path"))
        .containsEntry("auth", Value.of(Map.of("user", Value.of("foh"))))
        .containsEntry("reconnect", Value.FALSE)
        .containsEntry("ack_timeout", Value.of(2.0));
  }

  @Test
  void whatDoesNotFitIsSaid() {
    assertWrong("only one of them", "http://x", "--listen", ":1");
    assertWrong("--room needs --listen", "--room", "/a");
    assertWrong("contradict", "--listen", ":1", "--room", "/a", "--no-rooms");
    assertWrong("is perhaps one of the namespaces", "http://x/admin");
    assertWrong("for https://", "http://x", "--sio-insecure");
    assertWrong("polling, websocket", "--transport", "pigeon");
  }

  private void assertWrong(String message, String... options) {
    assertThatThrownBy(() -> definition(options))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining(message);
  }
}
