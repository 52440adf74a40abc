package dev.clasp.server;

import dev.clasp.transport.HttpQuery;
import java.util.Optional;

/**
 * One call of the admin API. Immutable.
 *
 * @param path behind the prefix; may have one variable such as <code>{id}</code>, a segment; that
 *     of an address ends the path and takes all the rest
 */
public record AdminRoute(String method, String path, Handler handler) {

  /** What a call does, on the one thread of the API: must not wait. */
  @FunctionalInterface
  public interface Handler {

    /**
     * Answers, now or later.
     *
     * @throws AdminCall.Mistake the caller is told
     * @throws IllegalArgumentException the caller is told, with status 400
     */
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
    String end = path.substring(path.indexOf('}') + 1);
    if (!given.startsWith(start)
        || !given.endsWith(end)
        || given.length() <= start.length() + end.length()) {
      return Optional.empty();
    }
    String variable = given.substring(start.length(), given.length() - end.length());
    return path.endsWith(ADDRESS) || variable.indexOf('/') < 0
        ? Optional.of(variable)
        : Optional.empty();
  }
}
