package dev.clasp.bridge;

import dev.clasp.protocol.Value;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A look at a bridge. Immutable.
 *
 * @param namespace that holds, with a slash in front; empty for the root
 * @param detail about the state, for people: what it listens on, why it is down; may be empty
 * @param since when the state began
 * @param lastError may be long over
 * @param nextTry when it is started again, if it waits for that
 * @param details of the protocol: peers, ports
 */
public record BridgeStatus(
    String name,
    String protocol,
    String namespace,
    BridgeDirection direction,
    boolean enabled,
    BridgeState state,
    String detail,
    Instant since,
    Optional<String> lastError,
    Optional<Instant> lastErrorAt,
    Optional<Instant> nextTry,
    Optional<Instant> lastActivity,
    Counts counts,
    LatencySummary latencyIn,
    LatencySummary latencyOut,
    Map<String, Value> details) {

  /**
   * What it has done since it was added.
   *
   * @param in signals that the router took
   * @param out signals that went to the other side
   * @param received signals that came from the other side
   * @param dropped signals lost, of either way: refused, not to be expressed, too many events
   * @param limited of those, events beyond a rate cap
   * @param coalesced values that a newer one replaced while they waited
   * @param echoes own signals that came back and went no further
   * @param loops signals that went round in circles and were stopped
   * @param unmapped signals that no rule takes
   * @param errors everything that went wrong, the dropped ones included
   * @param restarts starts after the first
   * @param reconnects times that the other side came back
   * @param bytesIn of the other protocol
   * @param bytesOut of the other protocol
   * @param waitingIn signals that wait for the router now
   * @param waitingOut signals that wait for the other side now
   */
  public record Counts(
      long in,
      long out,
      long received,
      long dropped,
      long limited,
      long coalesced,
      long echoes,
      long loops,
      long unmapped,
      long errors,
      long restarts,
      long reconnects,
      long bytesIn,
      long bytesOut,
      long waitingIn,
      long waitingOut) {

    public Map<String, Value> toMap() {
      Map<String, Value> tree = new LinkedHashMap<>();
      tree.put("in", Value.of(in));
      tree.put("out", Value.of(out));
      tree.put("received", Value.of(received));
      tree.put("dropped", Value.of(dropped));
      tree.put("limited", Value.of(limited));
      tree.put("coalesced", Value.of(coalesced));
      tree.put("echoes", Value.of(echoes));
      tree.put("loops", Value.of(loops));
      tree.put("unmapped", Value.of(unmapped));
      tree.put("errors", Value.of(errors));
      tree.put("restarts", Value.of(restarts));
      tree.put("reconnects", Value.of(reconnects));
      tree.put("bytes_in", Value.of(bytesIn));
      tree.put("bytes_out", Value.of(bytesOut));
      tree.put("waiting_in", Value.of(waitingIn));
      tree.put("waiting_out", Value.of(waitingOut));
      return tree;
    }
  }

  public BridgeStatus {
    details = Map.copyOf(details);
  }

  /** For JSON: times as ISO 8601, what is unknown left out. */
  public Value toValue() {
    Map<String, Value> tree = new LinkedHashMap<>();
    tree.put("name", Value.of(name));
    tree.put("protocol", Value.of(protocol));
    tree.put("namespace", Value.of(namespace));
    tree.put("direction", word(direction));
    tree.put("enabled", Value.of(enabled));
    tree.put("state", word(state));
    tree.put("detail", Value.of(detail));
    tree.put("since", Value.of(since.toString()));
    lastError.ifPresent(text -> tree.put("last_error", Value.of(text)));
    lastErrorAt.ifPresent(at -> tree.put("last_error_at", Value.of(at.toString())));
    nextTry.ifPresent(at -> tree.put("next_try", Value.of(at.toString())));
    lastActivity.ifPresent(at -> tree.put("last_activity", Value.of(at.toString())));
    tree.put("counts", Value.of(counts.toMap()));
    tree.put("latency_in", latency(latencyIn));
    tree.put("latency_out", latency(latencyOut));
    if (!details.isEmpty()) {
      tree.put("details", Value.of(details));
    }
    return Value.of(tree);
  }

  private static Value latency(LatencySummary latency) {
    Map<String, Value> tree = new LinkedHashMap<>();
    tree.put("count", Value.of(latency.count()));
    tree.put("p50_us", Value.of(latency.p50()));
    tree.put("p99_us", Value.of(latency.p99()));
    tree.put("max_us", Value.of(latency.max()));
    return Value.of(tree);
  }

  private static Value word(Enum<?> choice) {
    return Value.of(choice.name().toLowerCase(Locale.ROOT));
  }
}
