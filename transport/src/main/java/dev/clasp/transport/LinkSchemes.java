package dev.clasp.transport;

import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;

/** The transports that other modules add. */
final class LinkSchemes {

  /** Looked for once, and only when a URL names none of our own. */
  private static final class Found {
    private static final Map<String, LinkScheme> BY_NAME = find();

    private static Map<String, LinkScheme> find() {
      Map<String, LinkScheme> found = new TreeMap<>();
      for (LinkScheme scheme :
          ServiceLoader.load(LinkScheme.class, LinkScheme.class.getClassLoader())) {
        found.put(scheme.name(), scheme);
      }
      return found;
    }
  }

  private LinkSchemes() {}

  /** The transport that a URL names, if it is one of another module. */
  static Optional<LinkScheme> of(URI uri) {
    String name = uri.getScheme();
    return name == null || Target.Scheme.of(name).isPresent()
        ? Optional.empty()
        : Optional.ofNullable(Found.BY_NAME.get(name.toLowerCase(Locale.ROOT)));
  }

  /** Of all of them. */
  static Set<String> names() {
    return Found.BY_NAME.keySet();
  }

  /** What URLs may begin with: {@code ws://, wss://, ... or serial:}. */
  static String all() {
    StringBuilder text = new StringBuilder();
    for (Target.Scheme scheme : Target.Scheme.values()) {
      text.append(text.isEmpty() ? "" : ", ").append(scheme.text());
    }
    for (String name : Found.BY_NAME.keySet()) {
      text.append(", ").append(name).append(':');
    }
    int last = text.lastIndexOf(", ");
    return text.replace(last, last + 2, " or ").toString();
  }
}
