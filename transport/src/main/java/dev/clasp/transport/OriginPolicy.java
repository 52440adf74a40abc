package dev.clasp.transport;

import java.net.URI;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which web pages may open a WebSocket to a router without authentication (D19): pages of this
 * machine, pages that the router itself served, and configured ones. Programs send no Origin and
 * are not concerned.
 *
 * <p>"Served by the router itself" means that Origin and Host agree and the host is an address,
 * {@code localhost} or a {@code .local} name: a foreign domain that its owner points at this
 * machine (DNS rebinding) agrees too, but is none of these.
 *
 * @param allowed further origins such as {@code https://show.example}; {@code *} allows all, {@code
 *     null} those of local files
 */
public record OriginPolicy(Set<String> allowed) {

  /** Nothing configured. */
  public static final OriginPolicy LOCAL = new OriginPolicy(Set.of());

  public OriginPolicy {
    allowed = Set.copyOf(allowed);
  }

  /** May a page of this origin connect? */
  public boolean allows(@Nullable String origin, @Nullable String hostHeader) {
    if (origin == null || allowed.contains("*") || allowed.contains(origin)) {
      return true;
    }
    URI uri;
    try {
      uri = URI.create(origin);
    } catch (IllegalArgumentException e) {
      return false;
    }
    String host = uri.getHost();
    if (host == null) {
      return false;
    }
    host = host.toLowerCase(Locale.ROOT);
    return isLoopback(host)
        || (uri.getRawAuthority().equalsIgnoreCase(hostHeader) && isLocalName(host));
  }

  private static boolean isLoopback(String host) {
    return host.equals("localhost")
        || host.endsWith(".localhost")
        || host.equals("[::1]")
        || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
  }

  private static boolean isLocalName(String host) {
    return host.startsWith("[")
        || host.matches("\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}")
        || host.endsWith(".local")
        || host.indexOf('.') < 0;
  }
}
