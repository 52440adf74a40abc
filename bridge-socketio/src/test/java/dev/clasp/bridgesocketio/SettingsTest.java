package dev.clasp.bridgesocketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be set, and what does not fit together. */
class SettingsTest {

  private static BridgeSettings settings(Map<String, Value> given) {
    return BridgeSettings.of(SocketIoSettings.ALL, given);
  }

  private static ClientConfig client(Map<String, Value> given) {
    return ClientConfig.of(settings(given));
  }

  private static ServerConfig server(Map<String, Value> given) {
    return ServerConfig.of(settings(given));
  }

  private static void refuses(String message, Map<String, Value> given) {
    assertThatThrownBy(() -> new SocketIoProvider().check(settings(given)))
        .isInstanceOf(BridgeException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aClientByDefault() {
    ClientConfig plain = client(Map.of());
    assertThat(plain.url()).hasToString("http://localhost:3000/");
    assertThat(plain.namespaces()).containsExactly("/");
    assertThat(plain.events()).containsExactly("*");
    assertThat(plain.reconnect()).isTrue();
    assertThat(plain.ackTimeout()).isEmpty();
    assertThat(plain.names(TypeProfile.COMPATIBLE).style()).isEqualTo(EventNames.Style.LAST);
    assertThat(plain.names(TypeProfile.STANDARD).style()).isEqualTo(EventNames.Style.PATH);
  }

  @Test
  void theKeysOfTheReferencesServiceAreThere() {
    // bridges.md 2.11: source_addr, sio_namespace, events, auth
    Map<String, Value> config =
        new SocketIoProvider()
            .fromService(
                "show.example:3000",
                "",
                Map.of(
                    "sio_namespace", Value.of("/admin"),
                    "events", Value.of(List.of(Value.of("a"), Value.of("b"))),
                    "auth", Value.of(Map.of("token", Value.of("x"), "n", Value.of(1)))));
    ClientConfig read = client(config);
    assertThat(read.url()).hasToString("http://show.example:3000/");
    assertThat(read.namespaces()).containsExactly("/admin");
    assertThat(read.events()).containsExactly("a", "b");
    assertThat(read.auth().fields()).containsEntry("token", "x").containsEntry("n", "1");
    assertThat(read.toString()).doesNotContain("=x");
  }

  @Test
  void aServerIsForThisMachineOnly() {
    for (String text : List.of(":3001", "3001")) {
      assertThat(
              server(Map.of("mode", Value.of("server"), "listen", Value.of(text))).listen().host())
          .isEqualTo("127.0.0.1");
    }
    assertThat(server(Map.of("listen", Value.of("0.0.0.0:1"))).listen().host())
        .isEqualTo("0.0.0.0");
  }

  @Test
  void theTokenCanBeInAFile(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("token"), "open sesame\n");
    ServerConfig read = server(Map.of("token_file", Value.of(file.toString())));
    assertThat(read.token().orElseThrow().text()).isEqualTo("open sesame");
    assertThat(read.toString()).doesNotContain("sesame");
    refuses("only one", Map.of("token", Value.of("a"), "token_file", Value.of(file.toString())));
    refuses("cannot be read", Map.of("token_file", Value.of(folder + "/none")));
  }

  @Test
  void whatDoesNotFitIsSaid() {
    Value server = Value.of("server");
    refuses("perhaps one of the namespaces", Map.of("url", Value.of("http://x/admin")));
    refuses("must be such as", Map.of("url", Value.of("ftp://x")));
    refuses("neither user", Map.of("url", Value.of("http://a:b@x")));
    refuses("no namespace", Map.of("namespaces", Value.of(List.of(Value.of("/a,b")))));
    refuses("1 to 32", Map.of("namespaces", Value.of(List.of())));
    refuses("path is such as", Map.of("path", Value.of("/a b")));
    refuses("polling", Map.of("transports", Value.of(List.of())));
    refuses("auth is a map", Map.of("auth", Value.of(1)));
    refuses("shorter", Map.of("reconnect_delay_max", Value.of("100ms")));
    refuses("ack_timeout", Map.of("ack_timeout", Value.of("0s")));
    refuses("for https://", Map.of("insecure", Value.TRUE));
    refuses("belong together", Map.of("mode", server, "cert", Value.of("x")));
    refuses("cert and key", Map.of("mode", server, "ca", Value.of("x")));
    refuses("max_clients", Map.of("mode", server, "max_clients", Value.of(0)));
    refuses(
        "rooms",
        Map.of("mode", server, "rooms", Value.of(List.of(Value.of("/" + "x".repeat(2000))))));
    refuses(
        "token is for shared",
        Map.of("mode", server, "sessions", Value.of("own"), "token", Value.of("x")));
  }
}
