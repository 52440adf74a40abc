package dev.clasp.bridgewebsocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.BridgeDefinition;
import dev.clasp.bridge.BridgeHost;
import dev.clasp.bridge.BridgeState;
import dev.clasp.bridge.Namespace;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.Parameter;
import dev.clasp.protocol.Value;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.ServerConfig;
import dev.clasp.testkit.Eventually;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The bridge in its host, with a router: whose addresses they are. */
class HostedBridgeTest {

  private final ClaspServer router =
      ClaspServer.start(ServerConfig.DEFAULT.withPort(0).withLoops(1));
  private final ClaspClient desk = ClaspClient.builder(router.url()).name("desk").connectBlocking();
  private final BridgeHost host =
      BridgeHost.perBridge(
          List.of(new WebSocketProvider()),
          name ->
              CompletableFuture.completedFuture(
                  ClaspClient.builder(router.url()).name(name).connectBlocking()),
          _ -> {});

  @AfterEach
  void close() {
    host.close();
    desk.close();
    router.close();
  }

  private TestSocket connect(TypeProfile profile) {
    host.add(
        BridgeDefinition.of(
                "pages",
                "websocket",
                Map.of("mode", Value.of("server"), "bind", Value.of("127.0.0.1:0")))
            .withNamespace(Namespace.parse("/ws"))
            .withProfile(profile));
    Eventually.is(
        "it runs", () -> host.status("pages").orElseThrow().state() == BridgeState.RUNNING);
    Map<String, Value> details = host.status("pages").orElseThrow().details();
    TestSocket socket =
        TestSocket.open(
            "ws://127.0.0.1:"
                + ((Value.Int) details.getOrDefault("port", Value.of(0))).value()
                + "/");
    Eventually.is(
        "the client is there",
        () ->
            host.status("pages")
                .orElseThrow()
                .details()
                .getOrDefault("clients", Value.of(0))
                .equals(Value.of(1)));
    return socket;
  }

  private void has(String address, Value value) {
    Eventually.is(
        address + " = " + value,
        () -> desk.blocking().get(address).map(Parameter::value).equals(Optional.of(value)));
  }

  @Test
  void verbatimAddressesAreThoseOfTheRouter() {
    try (TestSocket socket = connect(TypeProfile.COMPATIBLE)) {
      socket.send("{\"address\":\"/lights/1\",\"value\":0.5}");
      has("/lights/1", Value.of(0.5));
      socket.send("hello");
      has("/ws/text", Value.of("hello"));
      // Not in the namespace; then one that is.
      desk.blocking().set("/lights/2", Value.of(1));
      desk.blocking().set("/ws/a", Value.of(2));
      assertThat(socket.text()).isEqualTo("{\"address\":\"/ws/a\",\"value\":2}");
    }
  }

  @Test
  void inTheProfileStandardTheyAreBelowTheNamespace() {
    try (TestSocket socket = connect(TypeProfile.STANDARD)) {
      socket.send("{\"address\":\"/lights/1\",\"value\":0.5}");
      has("/ws/lights/1", Value.of(0.5));
      desk.blocking().set("/ws/a", Value.of(2));
      assertThat(socket.text()).isEqualTo("{\"address\":\"/a\",\"value\":2}");
    }
  }
}
