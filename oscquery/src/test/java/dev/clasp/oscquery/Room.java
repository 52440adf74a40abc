package dev.clasp.oscquery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.clasp.client.ClaspClient;
import dev.clasp.protocol.Message.Range;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.Message.SignalMeta;
import dev.clasp.protocol.SignalType;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.ServerConfig;
import dev.clasp.testkit.Eventually;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/** A router, a client of it, and an OSCQuery server that shows it; all on ports of their own. */
final class Room implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  final ClaspServer router = ClaspServer.start(ServerConfig.DEFAULT.withPort(0).withLoops(1));
  final ClaspClient desk = client("desk");
  private final ClaspClient shown = client("oscquery");
  final OscQueryServer server;
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<AutoCloseable> open = new ArrayList<>();

  /** What the server knows of signals besides their values. */
  volatile List<SignalDefinition> definitions = List.of();

  Room() {
    this(config -> config);
  }

  Room(UnaryOperator<OscQueryConfig> change) {
    OscQueryConfig config =
        OscQueryConfig.DEFAULT
            .withPort(0)
            .withOscPort(OptionalInt.of(0))
            .withDefinitions(java.time.Duration.ofMillis(100));
    server =
        OscQueryServer.start(
            change.apply(config), shown, () -> CompletableFuture.completedFuture(definitions));
  }

  ClaspClient client(String name) {
    return ClaspClient.builder(router.url()).name(name).connectBlocking();
  }

  static SignalDefinition fader(String address, double min, double max) {
    return new SignalDefinition(
        address,
        SignalType.PARAM,
        Optional.of("float"),
        Optional.of("rw"),
        Optional.of(
            new SignalMeta(
                Optional.of("percent"),
                Optional.of(new Range(min, max)),
                Optional.empty(),
                Optional.of("a fader"))));
  }

  static SignalDefinition definition(
      String address, SignalType type, String datatype, String access) {
    return new SignalDefinition(
        address, type, Optional.of(datatype), Optional.of(access), Optional.empty());
  }

  long counter(String name) {
    return server.counters().getOrDefault(name, -1L);
  }

  String url() {
    return server.urls().getFirst();
  }

  HttpResponse<String> get(String target) {
    return get(target, "X-Nothing", "to say");
  }

  HttpResponse<String> get(String target, String header, String value) {
    return send(HttpRequest.newBuilder(URI.create(url() + target)).header(header, value).build());
  }

  HttpResponse<String> send(HttpRequest request) {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** The node of a path, once it is there. */
  JsonNode node(String target) {
    Eventually.is("GET " + target, () -> get(target).statusCode() == 200);
    return json(get(target).body());
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new AssertionError(text, e);
    }
  }

  Program program() {
    Program program = Program.connect(URI.create(url().replace("http", "ws")));
    open.add(program);
    return program;
  }

  /** Sends OSC by UDP to the server. */
  void osc(byte[] packet) {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.send(new DatagramPacket(packet, packet.length, server.oscAddress().orElseThrow()));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  void has(String address, Object value) {
    Eventually.is(
        () -> address + " = " + value + ", it is " + desk.blocking().get(address),
        () ->
            desk.blocking()
                .get(address)
                .filter(parameter -> parameter.value().equals(value))
                .isPresent());
  }

  @Override
  public void close() {
    for (AutoCloseable each : open) {
      try {
        each.close();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
    server.close();
    shown.close();
    desk.close();
    router.close();
    http.close();
  }
}
