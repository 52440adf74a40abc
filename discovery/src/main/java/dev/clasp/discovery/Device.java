package dev.clasp.discovery;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A CLASP server that was found (discovery.md 1.1). Immutable.
 *
 * <p>What it says of itself comes from the network and nobody has vouched for it.
 *
 * @param id of the mechanism that found it first; the same in all events about it
 * @param stableId by which a server is the same over all mechanisms, if it has one
 * @param name for people; free of control characters
 * @param endpoints kind to URL or {@code ip:port}: {@code ws}, {@code wss}, {@code tcp}, {@code
 *     quic}, {@code udp}
 * @param sources mechanisms by which it was found
 * @param discoveredNanos when it was first seen, by {@link System#nanoTime}
 * @param lastSeenNanos when it was last seen
 */
public record Device(
    String id,
    Optional<String> stableId,
    String name,
    DeviceInfo info,
    Map<String, String> endpoints,
    Set<Mechanism> sources,
    long discoveredNanos,
    long lastSeenNanos) {

  public Device {
    endpoints = Collections.unmodifiableMap(new TreeMap<>(endpoints));
    sources = Collections.unmodifiableSet(EnumSet.copyOf(sources));
  }

  /** The URL to connect to: encrypted before plain, WebSocket before what is less common. */
  public Optional<String> url() {
    for (String kind : new String[] {"wss", "ws", "quic", "tls", "tcp"}) {
      if (endpoints.containsKey(kind)) {
        return Optional.of(endpoints.get(kind));
      }
    }
    return Optional.empty();
  }

  /** Not seen for longer than this. */
  public boolean stale(long nowNanos, long limitNanos) {
    return nowNanos - lastSeenNanos > limitNanos;
  }

  public Device seen(long nowNanos) {
    return new Device(id, stableId, name, info, endpoints, sources, discoveredNanos, nowNanos);
  }
}
