package dev.clasp.discovery;

import dev.clasp.protocol.Feature;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * What a server says of itself. Immutable.
 *
 * @param id the same over all mechanisms, by which those who find it see that it is one
 * @param name for people
 * @param ports where it listens, by kind: {@code ws}, {@code tcp}, {@code quic}, {@code udp}. Those
 *     for {@code ws} and {@code tcp} may be the same
 * @param tls whether {@code ws} and {@code tcp} are encrypted
 * @param path of the WebSocket
 */
public record Advertisement(
    UUID id,
    String name,
    Set<Feature> features,
    Map<String, Integer> ports,
    boolean tls,
    String path) {

  public Advertisement {
    features = Set.copyOf(features);
    ports = Map.copyOf(ports);
  }
}
