package dev.clasp.bridgehttp;

import dev.clasp.bridge.JsonValues;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.PeerProgram;
import dev.clasp.transform.MappedSignal;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A bridge without a host, and what the tests do with it. */
final class HttpRoom implements AutoCloseable {

  static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
  private static final String NODE = "apt-get install nodejs (18 or newer)";

  final TimedContext context = new TimedContext();
  final HttpEndpoint endpoint;

  /**
   * @param json settings; single quotes stand for double ones
   */
  HttpRoom(String json) {
    this(json, InstantSource.fixed(NOW));
  }

  HttpRoom(String json, InstantSource clock) {
    this.endpoint = new HttpEndpoint(config(json), context, clock, new SplittableRandom(1));
  }

  static HttpConfig config(String json) {
    Value tree = JsonValues.parse(json.replace('\'', '"')).orElseThrow();
    return HttpConfig.of(BridgeSettings.of(HttpConfig.SETTINGS, ((Value.Map) tree).entries()));
  }

  HttpRoom start() {
    endpoint.start();
    return this;
  }

  String url() {
    return "http://127.0.0.1:"
        + ((Value.Int) endpoint.details().getOrDefault("port", Value.NULL)).value();
  }

  void set(String path, Value value) {
    endpoint.send(Parcel.of(new MappedSignal(path, SignalType.PARAM, value)));
  }

  void emit(String path, Value value) {
    endpoint.send(Parcel.of(new MappedSignal(path, SignalType.EVENT, value)));
  }

  /** The next signal that comes in: {@code PARAM /a 1}. */
  String next() {
    List<String> lines = new ArrayList<>();
    for (MappedSignal signal : context.next().signals()) {
      lines.add(signal.type() + " " + signal.address() + " " + JsonValues.text(signal.value()));
    }
    return String.join("\n", lines);
  }

  @Override
  public void close() {
    endpoint.close();
  }

  // --- the other side ----------------------------------------------------------------------------

  /** The server with moods, in Node. */
  record Server(PeerProgram program, int port) implements AutoCloseable {

    String url() {
      return "http://127.0.0.1:" + port;
    }

    /** The next request whose line has this in it. */
    Map<String, Value> request(String part) {
      String line = program.awaitLine(part);
      return ((Value.Map) JsonValues.parse(line.substring("REQ ".length())).orElseThrow())
          .entries();
    }

    @Override
    public void close() {
      program.close();
    }
  }

  static Server server(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of("node", Path.of("src/test/resources/peers/server.mjs").toAbsolutePath() + ""));
    command.addAll(List.of(arguments));
    return server(command);
  }

  static Server serverWith(String name, String value) {
    return server(
        List.of(
            "env",
            name + "=" + value,
            "node",
            Path.of("src/test/resources/peers/server.mjs").toAbsolutePath() + ""));
  }

  private static Server server(List<String> command) {
    PeerProgram program = PeerProgram.start(NODE, Path.of("."), command);
    return new Server(
        program, Integer.parseInt(program.awaitLine("PORT ").substring("PORT ".length())));
  }

  static String text(Map<String, Value> request, String name) {
    return ((Value.Text) request.getOrDefault(name, Value.NULL)).value();
  }

  static Map<String, Value> headers(Map<String, Value> request) {
    return ((Value.Map) request.getOrDefault("headers", Value.NULL)).entries();
  }
}
