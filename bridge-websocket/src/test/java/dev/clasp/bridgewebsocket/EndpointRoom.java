package dev.clasp.bridgewebsocket;

import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Endpoints with a host that remembers; all are closed at the end. */
final class EndpointRoom implements AutoCloseable {

  private static final WebSocketProvider PROVIDER = new WebSocketProvider();

  private final List<AutoCloseable> open = new ArrayList<>();

  <T extends AutoCloseable> T closing(T what) {
    open.add(what);
    return what;
  }

  Endpoint endpoint(WsContext context, Map<String, Value> settings) {
    Endpoint endpoint =
        closing(PROVIDER.create(BridgeSettings.of(WebSocketConfig.SETTINGS, settings), context));
    endpoint.start();
    return endpoint;
  }

  /** A server on a free port. */
  Endpoint server(WsContext context, Map<String, Value> settings) {
    Map<String, Value> all = new LinkedHashMap<>(settings);
    all.put("mode", Value.of("server"));
    all.putIfAbsent("bind", Value.of("127.0.0.1:0"));
    return endpoint(context, all);
  }

  Endpoint client(WsContext context, String url, Map<String, Value> settings) {
    Map<String, Value> all = new LinkedHashMap<>(settings);
    all.put("url", Value.of(url));
    all.putIfAbsent("reconnect_delay", Value.of("10ms"));
    return endpoint(context, all);
  }

  static WsContext compatible() {
    return new WsContext(TypeProfile.COMPATIBLE);
  }

  static WsContext standard() {
    return new WsContext(TypeProfile.STANDARD);
  }

  static long port(Endpoint server) {
    return ((Value.Int) server.details().getOrDefault("port", Value.of(0))).value();
  }

  static String url(Endpoint server) {
    return "ws://127.0.0.1:" + port(server) + "/";
  }

  static long clients(Endpoint server) {
    return ((Value.Int) server.details().getOrDefault("clients", Value.of(0))).value();
  }

  static Parcel param(String path, Value value) {
    return Parcel.of(new MappedSignal(path, SignalType.PARAM, value));
  }

  static Parcel event(String path, Value value) {
    return Parcel.of(new MappedSignal(path, SignalType.EVENT, value));
  }

  @Override
  public void close() {
    for (AutoCloseable each : open.reversed()) {
      try {
        each.close();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }
}
