package dev.clasp.bridgeosc;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.HostPort;
import dev.clasp.osc.OscFraming;
import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.PatternException;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Somebody who gets what the router has.
 *
 * @param framing of a TCP connection; empty for UDP
 * @param filter of the addresses as the target sees them; empty for all
 * @param width of numbers, 32 or 64 bits
 */
record TargetSpec(
    HostPort address,
    Optional<OscFraming.Kind> framing,
    Optional<AddressPattern> filter,
    int width) {

  private static final String SETTING = "targets";
  private static final int MAX = 256;

  /** A text, a list of texts with commas, a map, or a list of such. */
  static List<TargetSpec> parse(Value value, int width) {
    List<TargetSpec> targets = new ArrayList<>();
    add(value, width, targets);
    if (targets.size() > MAX) {
      throw BridgeException.lasting("there are at most " + MAX + " targets");
    }
    return List.copyOf(targets);
  }

  private static void add(Value value, int width, List<TargetSpec> targets) {
    switch (value) {
      case Value.Null _ -> {}
      case Value.Text(String text) -> {
        for (String part : text.split(",")) {
          if (!part.isBlank()) {
            targets.add(words(part.strip(), width));
          }
        }
      }
      case Value.Array(var values) -> values.forEach(each -> add(each, width, targets));
      case Value.Map(var entries) -> targets.add(map(entries, width));
      case Value.Bool _, Value.Int _, Value.Float _, Value.Bytes _ ->
          throw BridgeException.lasting(SETTING + " must be host:port, not " + value);
    }
  }

  /** {@code udp://host:port filter=/a/** width=64}. */
  private static TargetSpec words(String text, int width) {
    String[] words = text.split("\\s+");
    String filter = "";
    int bits = width;
    for (int i = 1; i < words.length; i++) {
      if (words[i].startsWith("filter=")) {
        filter = words[i].substring("filter=".length());
      } else if (words[i].matches("width=\\d{1,3}")) {
        bits = OscConfig.width(Long.parseLong(words[i].substring("width=".length())), SETTING);
      } else {
        throw BridgeException.lasting(
            SETTING + ": behind host:port there may be filter= and width=, not " + words[i]);
      }
    }
    return target(words[0], filter, bits);
  }

  private static TargetSpec map(Map<String, Value> entries, int width) {
    String url = "";
    String filter = "";
    int bits = width;
    for (var entry : entries.entrySet()) {
      Value value = entry.getValue();
      switch (entry.getKey()) {
        case "url", "address" -> url = text(value);
        case "filter" -> filter = text(value);
        case "width" ->
            bits = OscConfig.width(value instanceof Value.Int(long n) ? n : -1, SETTING);
        default ->
            throw BridgeException.lasting(
                SETTING + ": a target has url, filter and width, not " + entry.getKey());
      }
    }
    return target(url, filter, bits);
  }

  private static String text(Value value) {
    if (value instanceof Value.Text(String text)) {
      return text;
    }
    throw BridgeException.lasting(SETTING + ": not a text: " + value);
  }

  private static TargetSpec target(String url, String filter, int width) {
    int scheme = url.indexOf("://");
    String name = scheme < 0 ? "udp" : url.substring(0, scheme).toLowerCase(Locale.ROOT);
    Optional<OscFraming.Kind> framing =
        switch (name) {
          case "udp", "osc", "osc.udp" -> Optional.empty();
          case "tcp", "osc.tcp", "tcp-length" -> Optional.of(OscFraming.Kind.LENGTH);
          case "tcp-slip", "slip" -> Optional.of(OscFraming.Kind.SLIP);
          default ->
              throw BridgeException.lasting(
                  SETTING + " begin with udp://, tcp:// or tcp-slip://, not " + name + "://");
        };
    String rest = (scheme < 0 ? url : url.substring(scheme + 3)).replaceAll("/+$", "");
    HostPort address = HostPort.parse(SETTING, rest, -1);
    if (address.port() == 0) {
      throw BridgeException.lasting(SETTING + ": there is no port 0: " + url);
    }
    try {
      return new TargetSpec(
          address.host().isEmpty() ? new HostPort("localhost", address.port()) : address,
          framing,
          filter.isEmpty() ? Optional.empty() : Optional.of(AddressPattern.parse(filter)),
          width);
    } catch (PatternException e) {
      throw BridgeException.lasting(SETTING + ": filter: " + e.getMessage());
    }
  }

  /** Over a connection? */
  boolean stream() {
    return framing.isPresent();
  }

  @Override
  public String toString() {
    String scheme =
        framing.map(kind -> kind == OscFraming.Kind.SLIP ? "tcp-slip" : "tcp").orElse("udp");
    return scheme + "://" + address;
  }
}
