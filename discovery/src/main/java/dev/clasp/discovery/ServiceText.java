package dev.clasp.discovery;

import dev.clasp.protocol.Feature;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/**
 * The TXT record of a service (discovery.md 2.1, 2.5 item 3; RFC 6763 section 6). Strings have a
 * character for each byte.
 */
final class ServiceText {

  /** The value that the reference sends, whatever its documents say. */
  private static final String VERSION = "2";

  private static final int LONGEST_STRING = 255;

  /** For all strings together, so that the answer with everything stays below 512 bytes. */
  private static final int LONGEST = 260;

  /** Keys that are looked at in what others send. */
  private static final int MOST_KEYS = 64;

  private ServiceText() {}

  /**
   * The four strings that everybody knows, in their order, and then ours as far as there is room.
   *
   * @param name as in the name of the service instance
   */
  static List<String> of(Advertisement what, String name) {
    List<String> strings = new ArrayList<>();
    add(strings, "version", VERSION);
    add(strings, "name", name);
    add(strings, "features", letters(what));
    port(strings, what, "ws");
    add(strings, "id", what.id().toString());
    add(strings, "tls", what.tls() ? "1" : "0");
    port(strings, what, "tcp");
    port(strings, what, "quic");
    port(strings, what, "udp");
    add(strings, "path", what.path());
    return strings;
  }

  private static void port(List<String> strings, Advertisement what, String kind) {
    Integer port = what.ports().get(kind);
    if (port != null) {
      add(strings, kind, String.valueOf(port));
    }
  }

  private static void add(List<String> strings, String key, String value) {
    String string = DnsName.raw(key + "=" + value);
    int length = strings.stream().mapToInt(s -> 1 + s.length()).sum();
    if (string.length() <= LONGEST_STRING && length + 1 + string.length() <= LONGEST) {
      strings.add(string);
    }
  }

  /** A letter for each feature; the reference knows these five. */
  private static String letters(Advertisement what) {
    StringBuilder letters = new StringBuilder();
    for (Feature feature : new TreeSet<>(what.features())) {
      switch (feature) {
        case PARAM -> letters.append('p');
        case EVENT -> letters.append('e');
        case STREAM -> letters.append('s');
        case GESTURE -> letters.append('g');
        case TIMELINE -> letters.append('t');
        case FEDERATION -> {}
      }
    }
    return letters.toString();
  }

  /** Names of features; unknown letters are ignored, and without the key there are none. */
  static List<String> features(Map<String, String> text) {
    List<String> names = new ArrayList<>();
    for (char letter : text.getOrDefault("features", "").toCharArray()) {
      String name =
          switch (letter) {
            case 'p' -> "param";
            case 'e' -> "event";
            case 's' -> "stream";
            case 'g' -> "gesture";
            case 't' -> "timeline";
            default -> "";
          };
      if (!name.isEmpty() && !names.contains(name)) {
        names.add(name);
      }
    }
    return names;
  }

  /** Keys in lower case with their values; of a key that comes twice the first (RFC 6763 6.4). */
  static Map<String, String> parse(List<String> strings) {
    Map<String, String> text = new LinkedHashMap<>();
    for (String string : strings) {
      int equals = string.indexOf('=');
      if (equals > 0 && text.size() < MOST_KEYS) {
        text.putIfAbsent(
            string.substring(0, equals).toLowerCase(Locale.ROOT),
            DnsName.text(string.substring(equals + 1)));
      }
    }
    return text;
  }
}
