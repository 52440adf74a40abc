package dev.clasp.discovery;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/**
 * A service that is announced by mDNS, of whatever type. Immutable.
 *
 * @param id by which its host is told from others
 * @param name for people
 * @param type its type, as {@code _osc._udp.local}
 * @param port where it listens
 * @param text strings of its TXT record, given the name that it really has; a character for each
 *     byte
 */
record MdnsService(
    UUID id, String name, DnsName type, int port, Function<String, List<String>> text) {

  /** A router, as {@code _clasp._tcp}. */
  static MdnsService of(Advertisement what) {
    int port =
        what.ports()
            .getOrDefault(
                "ws",
                what.ports()
                    .getOrDefault("tcp", what.ports().values().stream().findFirst().orElse(0)));
    return new MdnsService(
        what.id(), what.name(), MdnsRole.SERVICE, port, name -> ServiceText.of(what, name));
  }

  /** Any other service. */
  static MdnsService of(ServiceAnnouncement what) {
    return new MdnsService(
        what.id(), what.name(), type(what.type()), what.port(), _ -> strings(what.text()));
  }

  /** {@code _osc._udp} in the domain of the local network. */
  static DnsName type(String text) {
    String[] labels = text.split("\\.", -1);
    if (labels.length != 2) {
      throw new IllegalArgumentException("a type of service is like _osc._udp, not " + text);
    }
    return DnsName.of(labels[0], labels[1], "local");
  }

  /** An empty record is one empty string (RFC 6763 section 6.1). */
  private static List<String> strings(Map<String, String> text) {
    return text.isEmpty()
        ? List.of("")
        : text.entrySet().stream()
            .map(entry -> DnsName.raw(entry.getKey() + "=" + entry.getValue()))
            .toList();
  }
}
