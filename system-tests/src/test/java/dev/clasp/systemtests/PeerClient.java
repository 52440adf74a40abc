package dev.clasp.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One published client in a {@link Peer}: its calls as methods, its callbacks as something to wait
 * for.
 */
final class PeerClient {

  private final Peer peer;
  private final String name;
  private final AtomicInteger lastSubscription = new AtomicInteger();
  private final Map<Integer, Watch> watches = new ConcurrentHashMap<>();
  private final Received<JsonNode> events;

  PeerClient(Peer peer, String name) {
    this.peer = peer;
    this.name = name;
    this.events = new Received<>(name);
  }

  void notice(JsonNode notice) {
    if (notice.get("notice").asText().equals("value")) {
      Watch watch = watches.get(notice.get("subscription").intValue());
      if (watch != null) {
        watch.add(notice);
      }
    } else {
      events.add(notice);
    }
  }

  void ended(PeerException reason) {
    String text = String.valueOf(reason.getMessage());
    events.end(text);
    watches.values().forEach(watch -> watch.received().end(text));
  }

  // --- connection --------------------------------------------------------------------------------

  /** Connects; returns the session id. */
  String connect(URI url) {
    return connect(url, Map.of());
  }

  /**
   * @param options of the client, by the names it gives them
   */
  String connect(URI url, Map<String, ?> options) {
    JsonNode answer =
        call("connect", Map.of("url", Json.of(url.toString()), "options", Json.of(options)));
    return answer.get("session").asText();
  }

  void close() {
    call("close");
  }

  String session() {
    return call("session").asText();
  }

  /** What the client calls connected, disconnected, reconnecting and error. */
  Received<JsonNode> events() {
    return events;
  }

  /** Waits for an event of this name. */
  JsonNode awaitEvent(String notice) {
    return events.awaitFirst(
        "event " + notice, event -> event.get("notice").asText().equals(notice));
  }

  /** Returns when the router has worked off everything that this client sent before. */
  PeerClient fence() {
    call("fence");
    return this;
  }

  // --- signals -----------------------------------------------------------------------------------

  /** Subscribes, and returns when the router knows it. */
  Watch subscribe(String pattern) {
    return subscribe(pattern, Map.of());
  }

  /**
   * @param options such as maxRate and epsilon
   */
  Watch subscribe(String pattern, Map<String, ?> options) {
    int id = lastSubscription.incrementAndGet();
    Watch watch = new Watch(this, id, pattern);
    watches.put(id, watch);
    Map<String, JsonNode> arguments = new HashMap<>();
    arguments.put("subscription", Json.of(id));
    arguments.put("pattern", Json.of(pattern));
    if (!options.isEmpty()) {
      arguments.put("options", Json.of(options));
    }
    call("subscribe", arguments);
    fence();
    return watch;
  }

  void unsubscribe(int subscription) {
    call("unsubscribe", Map.of("subscription", Json.of(subscription)));
    fence();
  }

  void set(String address, @Nullable Object value) {
    call("set", step(address, value));
  }

  JsonNode get(String address) {
    return Json.normal(call("get", Map.of("address", Json.of(address))));
  }

  /** The last value that the client remembers by itself. */
  JsonNode cached(String address) {
    return Json.normal(call("cached", Map.of("address", Json.of(address))));
  }

  void emit(String address, @Nullable Object payload) {
    call("emit", step(address, payload));
  }

  /** Without a payload. */
  void emit(String address) {
    call("emit", Map.of("address", Json.of(address)));
  }

  void stream(String address, Object value) {
    call("stream", step(address, value));
  }

  void gesture(String address, int id, String phase, Object payload) {
    call("gesture", gestureStep(address, id, phase, payload));
  }

  void timeline(String address, List<Map<String, Object>> keyframes) {
    call("timeline", Map.of("address", Json.of(address), "keyframes", Json.of(keyframes)));
  }

  /** Sends a bundle that runs at once. */
  void bundle(Item... items) {
    call("bundle", Map.of("items", items(items)));
  }

  /** Sends a bundle for a time; returns that time in microseconds of the router's clock. */
  long bundleAhead(long micros, Item... items) {
    return call("bundle", Map.of("items", items(items), "ahead", Json.of(micros))).longValue();
  }

  void bundleAt(long micros, Item... items) {
    call("bundle", Map.of("items", items(items), "at", Json.of(micros)));
  }

  /** The router's time in microseconds as this client knows it. */
  long time() {
    return call("time").longValue();
  }

  /** The definitions of signals that the router knows; Python only. */
  JsonNode query(String pattern) {
    return call("query", Map.of("pattern", Json.of(pattern)));
  }

  /** The last ERROR of the router; JavaScript only. */
  Optional<JsonNode> lastError() {
    return Optional.of(call("lastError")).filter(JsonNode::isObject);
  }

  /** Message types of the frames that arrived since the last call; JavaScript only. */
  List<Integer> frameTypes() {
    List<Integer> types = new ArrayList<>();
    call("frames").forEach(type -> types.add(type.intValue()));
    return types;
  }

  /** Every byte that the router has sent, up to a megabyte; JavaScript only. */
  byte[] received() {
    return HexFormat.of().parseHex(call("received").asText());
  }

  /** Many calls in a row, without waiting in between. */
  void many(List<Map<String, JsonNode>> steps) {
    call("many", Map.of("steps", Json.of(steps)));
  }

  static Map<String, JsonNode> setStep(String address, @Nullable Object value) {
    return with("set", step(address, value));
  }

  static Map<String, JsonNode> emitStep(String address, @Nullable Object value) {
    return with("emit", step(address, value));
  }

  static Map<String, JsonNode> streamStep(String address, @Nullable Object value) {
    return with("stream", step(address, value));
  }

  static Map<String, JsonNode> moveStep(String address, int id, Object payload) {
    return with("gesture", gestureStep(address, id, "move", payload));
  }

  static Map<String, JsonNode> bundleStep(long atMicros, Item... items) {
    return with("bundle", Map.of("items", items(items), "at", Json.of(atMicros)));
  }

  private static Map<String, JsonNode> with(String what, Map<String, JsonNode> step) {
    Map<String, JsonNode> result = new LinkedHashMap<>(step);
    result.put("do", Json.of(what));
    return result;
  }

  private static Map<String, JsonNode> step(String address, @Nullable Object value) {
    return Map.of("address", Json.of(address), "value", Json.of(value));
  }

  private static Map<String, JsonNode> gestureStep(
      String address, int id, String phase, Object payload) {
    return Map.of(
        "address",
        Json.of(address),
        "gesture",
        Json.of(id),
        "phase",
        Json.of(phase),
        "value",
        Json.of(payload));
  }

  /** A member of a bundle. */
  record Item(String kind, String address, @Nullable Object value) {
    static Item set(String address, @Nullable Object value) {
      return new Item("set", address, value);
    }

    static Item emit(String address, @Nullable Object value) {
      return new Item("emit", address, value);
    }
  }

  private static JsonNode items(Item... items) {
    List<Map<String, List<JsonNode>>> all = new ArrayList<>();
    for (Item item : items) {
      all.add(Map.of(item.kind(), List.of(Json.of(item.address()), Json.of(item.value()))));
    }
    return Json.of(all);
  }

  // --- commands ----------------------------------------------------------------------------------

  JsonNode call(String what) {
    return call(what, Map.of());
  }

  /** Sends a command and does not wait for its answer. */
  CompletableFuture<JsonNode> send(String what, Map<String, JsonNode> arguments) {
    return peer.send(name, what, arguments);
  }

  JsonNode call(String what, Map<String, JsonNode> arguments) {
    return peer.call(name, what, arguments);
  }

  @Override
  public String toString() {
    return name;
  }
}
