package dev.clasp.bridgesocketio;

import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.protocol.AddressRules;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Events and their namespaces as paths, and back: event {@code x} of namespace {@code /admin} is
 * path {@code /admin/x}. Immutable.
 *
 * @param namespaces the longest first
 */
record EventNames(Style style, List<String> namespaces, TypeProfile profile) {

  /** What an event is called that goes out. */
  enum Style {
    /** {@code msg} for {@code /chat/msg}, as bridges always did. */
    LAST,
    /** {@code chat/msg}. */
    PATH,
    /** {@code /chat/msg}. */
    ADDRESS;

    static Style of(String name) {
      return valueOf(name.toUpperCase(Locale.ROOT));
    }
  }

  /** What the other side makes of connections itself; packets with these names are errors. */
  private static final Set<String> RESERVED =
      Set.of(
          "connect",
          "connect_error",
          "disconnect",
          "disconnecting",
          "newListener",
          "removeListener",
          "error");

  /** An event of a namespace. */
  record Place(String namespace, String event) {}

  EventNames {
    namespaces =
        namespaces.stream()
            .distinct()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toList();
  }

  /**
   * The path of an event.
   *
   * @return empty if its name cannot be an address
   */
  Optional<String> path(String namespace, String event) {
    String inside = event.startsWith("/") ? event : "/" + event;
    String path = namespace.equals("/") ? inside : namespace + inside;
    return inside.length() > 1 && isAddress(path) ? Optional.of(path) : Optional.empty();
  }

  static boolean isAddress(String path) {
    return path.length() <= AddressRules.MAX_BYTES && AddressRules.violation(path) == null;
  }

  /** Where a path belongs; empty if no namespace of ours has it. */
  Optional<String> namespaceOf(String path) {
    return namespaces.stream()
        .filter(each -> each.equals("/") || path.startsWith(each + "/"))
        .findFirst();
  }

  /** A path without its namespace; begins with a slash. */
  static String inside(String namespace, String path) {
    return namespace.equals("/") ? path : path.substring(namespace.length());
  }

  Optional<Place> place(String path) {
    return namespaceOf(path).map(namespace -> new Place(namespace, event(namespace, path)));
  }

  static boolean isReserved(String event) {
    return RESERVED.contains(event);
  }

  String event(String namespace, String path) {
    String inside = inside(namespace, path);
    return switch (style) {
      case LAST -> inside.substring(inside.lastIndexOf('/') + 1);
      case PATH -> inside.substring(1);
      case ADDRESS -> inside;
    };
  }

  /**
   * What an event becomes: one argument its value, several an array, none an event without value.
   */
  MappedSignal signal(String path, List<Value> arguments) {
    Value value =
        switch (arguments.size()) {
          case 0 -> Value.NULL;
          case 1 -> arguments.getFirst();
          default -> Value.of(arguments);
        };
    boolean event = arguments.isEmpty() || profile == TypeProfile.STANDARD;
    return new MappedSignal(path, event ? SignalType.EVENT : SignalType.PARAM, value);
  }

  /** The arguments of an event that goes out: one, or none for an event without value. */
  static List<Value> arguments(MappedSignal signal) {
    return signal.type() == SignalType.EVENT && signal.value().equals(Value.NULL)
        ? List.of()
        : List.of(signal.value());
  }
}
