package dev.clasp.bridgemqtt;

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
import dev.clasp.server.ServerConfig;
import dev.clasp.testkit.Eventually;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** A router, a client of it that sees everything, and a host with MQTT bridges. */
final class BridgeRoom implements AutoCloseable {

  final ClaspServer router = ClaspServer.start(ServerConfig.DEFAULT.withPort(0).withLoops(1));
  final ClaspClient desk = client("desk");
  final List<String> seen = new CopyOnWriteArrayList<>();
  final List<String> events = new CopyOnWriteArrayList<>();
  final BridgeHost host =
      BridgeHost.perBridge(
          List.of(new MqttProvider()),
          name -> CompletableFuture.completedFuture(client(name)),
          event -> events.add(event.toString()));

  BridgeRoom() {
    desk.subscribe("/**", signal -> seen.add(line(signal))).active().join();
  }

  private static String line(Signal signal) {
    return switch (signal) {
      case Signal.Change change -> "SET " + change.address() + " " + change.value();
      case Signal.Event event -> "EVENT " + event.address() + " " + event.value();
      default -> signal.toString();
    };
  }

  ClaspClient client(String name) {
    return ClaspClient.builder(router.url()).name(name).connectBlocking();
  }

  /** Adds a bridge and waits until it works. */
  void bridge(String name, Map<String, Value> settings, TypeProfile profile) {
    define(name, settings, profile);
    awaitRunning(name);
  }

  void define(String name, Map<String, Value> settings, TypeProfile profile) {
    define(name, settings, profile, Value.NULL);
  }

  void define(String name, Map<String, Value> settings, TypeProfile profile, Value mapping) {
    Map<String, Value> all = new LinkedHashMap<>(settings);
    host.add(
        BridgeDefinition.of(name, "mqtt", all)
            .withNamespace(Namespace.parse("/" + name))
            .withMapping(mapping)
            .withProfile(profile));
  }

  BridgeStatus status(String name) {
    return host.status(name).orElseThrow();
  }

  void awaitRunning(String name) {
    Eventually.is(
        () -> name + " runs, it is " + status(name) + events,
        () -> status(name).state() == BridgeState.RUNNING);
  }

  void awaitState(String name, BridgeState state) {
    Eventually.is(
        () -> name + " is " + state + ", it is " + status(name),
        () -> status(name).state() == state);
  }

  void has(String address, Value value) {
    Eventually.is(
        () -> address + " = " + value + ", it is " + desk.blocking().get(address) + "; " + events,
        () -> desk.blocking().get(address).map(Parameter::value).equals(Optional.of(value)));
  }

  void awaitSeen(String line) {
    Eventually.is(() -> line + " comes, only " + seen + events, () -> seen.contains(line));
  }

  long times(String line) {
    return seen.stream().filter(line::equals).count();
  }

  @Override
  public void close() {
    host.close();
    desk.close();
    router.close();
  }
}
