package dev.clasp.discovery;

import java.util.Map;
import java.util.UUID;

/**
 * A service of another protocol that a program of ours offers. Immutable.
 *
 * @param id by which its host is told from others
 * @param name for people
 * @param type as in {@code _oscjson._tcp}
 * @param port where it listens
 * @param text keys and values of its TXT record; each at most 255 bytes together
 */
public record ServiceAnnouncement(
    UUID id, String name, String type, int port, Map<String, String> text) {

  /**
   * @throws IllegalArgumentException no type, or no port
   */
  public ServiceAnnouncement {
    if (!type.matches("_[a-z0-9-]{1,15}\\._(tcp|udp)")) {
      throw new IllegalArgumentException("a type of service is like _osc._udp, not " + type);
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("a port is 1 to 65535, not " + port);
    }
    text = Map.copyOf(text);
  }
}
