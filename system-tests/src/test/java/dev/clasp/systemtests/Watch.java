package dev.clasp.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A subscription of a published client, and what its callback was called with. */
final class Watch {

  private final PeerClient client;
  private final int id;
  private final Received<Delivery> received;

  /**
   * A call of the callback.
   *
   * @param meta the parameter of the snapshot that brought it
   * @param timeMillis Unix time of the call
   */
  record Delivery(String address, JsonNode value, Optional<JsonNode> meta, double timeMillis) {}

  Watch(PeerClient client, int id, String pattern) {
    this.client = client;
    this.id = id;
    this.received = new Received<>(client + " on " + pattern);
  }

  void add(JsonNode notice) {
    received.add(
        new Delivery(
            notice.get("address").asText(),
            Json.normal(notice.get("value")),
            Optional.ofNullable(notice.get("meta")),
            notice.get("time").doubleValue()));
  }

  Received<Delivery> received() {
    return received;
  }

  /** Waits for this value. */
  Delivery await(String address, @Nullable Object value) {
    JsonNode wanted = Json.of(value);
    return received.awaitFirst(
        address + " = " + wanted,
        delivery -> delivery.address().equals(address) && delivery.value().equals(wanted));
  }

  /** Waits for something at this address. */
  Delivery await(String address) {
    return received.awaitFirst(address, delivery -> delivery.address().equals(address));
  }

  /** Waits until there are as many, and returns all. */
  List<Delivery> awaitCount(int count) {
    return received.awaitCount(count);
  }

  /** Waits until there are as many at addresses that begin so, and returns those. */
  List<Delivery> awaitBelow(String beginning, int count) {
    return received.awaitAnswer(
        count + " items below " + beginning,
        all ->
            Optional.of(
                    all.stream()
                        .filter(delivery -> delivery.address().startsWith(beginning))
                        .toList())
                .filter(found -> found.size() >= count));
  }

  /** Everything so far. */
  List<Delivery> all() {
    return received.all();
  }

  /** The values so far. */
  List<JsonNode> values() {
    return received.all().stream().map(Delivery::value).toList();
  }

  /** The addresses so far. */
  List<String> addresses() {
    return received.all().stream().map(Delivery::address).toList();
  }

  /** Forgets everything so far. */
  void forget() {
    received.take();
  }

  /** Returns when the router knows that it has ended. */
  void unsubscribe() {
    client.unsubscribe(id);
  }
}
