package dev.clasp.server;

import dev.clasp.transport.HttpQuery;
import java.util.Optional;

/**
 * One call of the admin API.
 *
 * @param path behind the prefix; may end with a variable such as <code>{id}</code>, of which that
 *     of an address takes the rest of the path
 */
record AdminRoute(String method, String path, Handler handler) {

  /** What a call does, on a thread of the API. */
  @FunctionalInterface
  interface Handler {
    void handle(AdminCall call);
  }

  private static final String ADDRESS = "{address}";

  /** Does it change something? */
  boolean changes() {
    return !method.equals("GET");
  }

  boolean takes(HttpQuery query) {
    return method.equals(query.method()) || method.equals("GET") && query.method().equals("HEAD");
  }

  /**
   * The variable, not decoded, if the path is one of these; empty text if there is none in it.
   *
   * @param given behind the prefix
   */
  Optional<String> match(String given) {
    int brace = path.indexOf('{');
    if (brace < 0) {
      return path.equals(given) ? Optional.of("") : Optional.empty();
    }
    String start = path.substring(0, brace);
    if (!given.startsWith(start) || given.length() == start.length()) {
      return Optional.empty();
    }
    String rest = given.substring(start.length());
    return path.endsWith(ADDRESS) || rest.indexOf('/') < 0 ? Optional.of(rest) : Optional.empty();
  }
}
