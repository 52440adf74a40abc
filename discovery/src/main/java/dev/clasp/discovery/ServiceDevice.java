package dev.clasp.discovery;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** From what a server says of itself to a device (discovery.md 2.2, 2.5 items 7 and 8). */
final class ServiceDevice {

  /** When nobody says otherwise. */
  private static final int DEFAULT_PORT = 7330;

  private static final String DEFAULT_PATH = "/clasp";

  /** Addresses told of one device. */
  private static final int ADDRESSES = 8;

  /** Further keys told of one device. */
  private static final int META = 16;

  private ServiceDevice() {}

  /** An address, with the name of the interface that leads to it. */
  record Place(InetAddress address, String link) {

    /** As in a URL: IPv6 in brackets, with the interface if it is of one link only (RFC 6874). */
    String inUrl() {
      String text = address.getHostAddress();
      int zone = text.indexOf('%');
      String plain = zone < 0 ? text : text.substring(0, zone);
      if (address instanceof Inet4Address) {
        return plain;
      }
      return address.isLinkLocalAddress() ? "[" + plain + "%25" + link + "]" : "[" + plain + "]";
    }

    /** IPv4 before IPv6, and what is of one link only behind both. */
    int rank() {
      return (address.isLinkLocalAddress() ? 2 : 0) + (address instanceof Inet4Address ? 0 : 1);
    }
  }

  /**
   * A device that was found by multicast DNS.
   *
   * @param srvPort of its service record
   * @param places at least one, the best first
   */
  static Device ofService(
      DnsName instance, int srvPort, Map<String, String> text, List<Place> places, long now) {
    String id = DisplayText.of(instance.text());
    String name = text.getOrDefault("name", "");
    Map<String, String> endpoints = endpoints(text, srvPort, places.getFirst());
    Map<String, String> meta = meta(text);
    List<String> addresses = new ArrayList<>();
    places.stream().limit(ADDRESSES).map(Place::inUrl).forEach(addresses::add);
    meta.put("addresses", String.join(",", addresses));
    return new Device(
        id,
        stableId(text.get("id")),
        DisplayText.of(name.isBlank() ? instance.first() : name),
        DeviceInfo.DEFAULT.withFeatures(ServiceText.features(text)).withMeta(meta),
        endpoints,
        EnumSet.of(Mechanism.MDNS),
        now,
        now);
  }

  /**
   * Where a server listens, from keys and values that it tells.
   *
   * @param otherwise port of the WebSocket if the text does not say; 0 = unknown
   */
  static Map<String, String> endpoints(Map<String, String> text, int otherwise, Place place) {
    boolean tls = "1".equals(text.get("tls"));
    int ws =
        port(text.get("ws"))
            .orElse(otherwise > 0 && otherwise <= 65_535 ? otherwise : DEFAULT_PORT);
    String host = place.inUrl();
    Map<String, String> endpoints = new HashMap<>();
    OptionalInt tcp = port(text.get("tcp"));
    // A server that names other ports and none for the WebSocket has none (discovery.md 2.5, 3).
    if (text.containsKey("ws") || tcp.isEmpty()) {
      endpoints.put(
          tls ? "wss" : "ws",
          (tls ? "wss://" : "ws://") + host + ":" + ws + path(text.get("path")));
    }
    tcp.ifPresent(port ->
        endpoints.put(tls ? "tls" : "tcp", (tls ? "tls://" : "tcp://") + host + ":" + port));
    port(text.get("quic")).ifPresent(port -> endpoints.put("quic", "quic://" + host + ":" + port));
    port(text.get("udp")).ifPresent(port -> endpoints.put("udp", host + ":" + port));
    return endpoints;
  }

  private static OptionalInt port(@Nullable String text) {
    if (text == null || text.isEmpty() || text.length() > 5) {
      return OptionalInt.empty();
    }
    int port = 0;
    for (char c : text.toCharArray()) {
      if (c < '0' || c > '9') {
        return OptionalInt.empty();
      }
      port = 10 * port + (c - '0');
    }
    return port > 0 && port <= 65_535 ? OptionalInt.of(port) : OptionalInt.empty();
  }

  /** Nothing but what a path is made of, or the usual one. */
  private static String path(@Nullable String text) {
    return text != null && text.length() <= 128 && text.matches("/[A-Za-z0-9._~/-]*")
        ? text
        : DEFAULT_PATH;
  }

  static Optional<String> stableId(@Nullable String text) {
    if (text == null || text.length() != 36) {
      return Optional.empty();
    }
    try {
      return Optional.of(UUID.fromString(text).toString());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Map<String, String> meta(Map<String, String> text) {
    Map<String, String> meta = new HashMap<>();
    text.forEach((key, value) -> {
      switch (key) {
        case "version", "name", "features", "ws", "id", "tls", "tcp", "quic", "udp", "path" -> {}
        default -> {
          if (meta.size() < META) {
            meta.put(DisplayText.of(key), DisplayText.of(value));
          }
        }
      }
    });
    return meta;
  }
}
