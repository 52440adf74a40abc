package dev.clasp.bridgesocketio;

import dev.clasp.bridge.BridgeDefinition;
import dev.clasp.bridge.BridgeHost;
import dev.clasp.bridge.BridgeState;
import dev.clasp.bridge.BridgeStatus;
import dev.clasp.bridge.Namespace;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.Parameter;
import dev.clasp.client.Signal;
import dev.clasp.protocol.Value;
import dev.clasp.server.ClaspServer;
import dev.clasp.testkit.Eventually;
import dev.clasp.testkit.PeerProgram;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** A router, a client of it that sees everything, a host with a bridge, and programs of Node.js. */
final class SocketRoom implements AutoCloseable {

  static final String INSTALL =
      "install the packages nodejs and npm, and run npm ci in system-tests/peers/node";

  private static final Path NODE = Path.of("..", "system-tests", "peers", "node");

  final ClaspServer router =
      ClaspServer.start(dev.clasp.server.ServerConfig.DEFAULT.withPort(0).withLoops(1));
  final ClaspClient desk = client("desk");
  final List<String> seen = new CopyOnWriteArrayList<>();
  final List<String> events = new CopyOnWriteArrayList<>();
  final BridgeHost host =
      BridgeHost.perBridge(
          List.of(new SocketIoProvider()),
          name -> CompletableFuture.completedFuture(client(name)),
          event -> events.add(event.toString()));
  private final List<AutoCloseable> programs = new ArrayList<>();

  SocketRoom() {
    desk.subscribe("/**", signal -> seen.add(line(signal))).active().join();
  }

  private static String line(Signal signal) {
    return switch (signal) {
      case Signal.Change change -> "SET " + change.address() + " " + change.value();
      case Signal.Event event -> "EVENT " + event.address() + " " + event.value();
      default -> signal.toString();
    };
  }

  private ClaspClient client(String name) {
    return ClaspClient.builder(router.url()).name(name).connectBlocking();
  }

  /** A bridge that is a server, on a port of its own. */
  String server(Map<String, Value> settings, TypeProfile profile) {
    Map<String, Value> all = new LinkedHashMap<>(settings);
    all.put("mode", Value.of("server"));
    all.putIfAbsent("listen", Value.of("127.0.0.1:0"));
    define(all, profile);
    awaitState(BridgeState.RUNNING);
    return "http://127.0.0.1:" + port(status().details());
  }

  /** Where a server listens. */
  static int port(Map<String, Value> details) {
    if (details.get("port") instanceof Value.Int(long port)) {
      return (int) port;
    }
    throw new AssertionError("no port: " + details);
  }

  void define(Map<String, Value> settings, TypeProfile profile) {
    host.add(
        BridgeDefinition.of("web", "socketio", settings)
            .withNamespace(Namespace.parse("/web"))
            .withProfile(profile));
  }

  PeerProgram node(String script, String... arguments) {
    List<String> command = new ArrayList<>(List.of("node", script));
    command.addAll(List.of(arguments));
    PeerProgram program = PeerProgram.start(INSTALL, NODE, command);
    programs.add(program);
    return program;
  }

  BridgeStatus status() {
    return host.status("web").orElseThrow();
  }

  void awaitState(BridgeState state) {
    Eventually.is(
        () -> "web is " + state + ", it is " + status() + events, () -> status().state() == state);
  }

  void has(String address, Value value) {
    Eventually.is(
        () -> address + " = " + value + ", it is " + desk.blocking().get(address) + "; " + events,
        () -> desk.blocking().get(address).map(Parameter::value).equals(Optional.of(value)));
  }

  void awaitSeen(String line) {
    Eventually.is(() -> line + " comes, only " + seen + events, () -> seen.contains(line));
  }

  @Override
  public void close() {
    for (AutoCloseable program : programs) {
      try {
        program.close();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
    host.close();
    desk.close();
    router.close();
  }
}
