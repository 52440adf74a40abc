package dev.clasp.transport;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which web pages may open a WebSocket to a router without authentication (D19): pages of this
 * machine, pages from the host that the router itself is reached at, and configured ones. Programs
 * send no Origin and are not concerned.
 *
 * <p>"From the same host" means that Origin and Host name the same host, whatever the ports, and
 * that it is an address, {@code localhost}, a name without dots or one that ends like names of
 * private networks, such as {@code .local}: a foreign domain that its owner points at this machine
 * (DNS rebinding) agrees too, but is none of these.
 *
 * @param allowed further origins such as {@code https://show.example}; {@code *} allows all, {@code
 *     null} those of local files and of sandboxed frames of any page
 */
public record OriginPolicy(Set<String> allowed) {

  /** Nothing configured. */
  public static final OriginPolicy LOCAL = new OriginPolicy(Set.of());

  /** Any page: for a router that wants tokens, which no page has unless somebody gives it one. */
  public static final OriginPolicy ANY = new OriginPolicy(Set.of("*"));

  private static final String HOST = "([a-z0-9._-]{1,255}|\\[[0-9a-f:.]{2,45}])(?::[0-9]{1,5})?";

  /** Scheme, host and port as browsers write them (RFC 6454 section 6.2). */
  private static final Pattern ORIGIN = Pattern.compile("[a-z][a-z0-9+.-]*://" + HOST);

  /**
   * Endings that nobody can buy: RFC 6762, RFC 8375, ICANN 2024, and what routers for homes use.
   */
  private static final Set<String> PRIVATE_NAMES =
      Set.of(".local", ".home.arpa", ".internal", ".lan");

  private static final Pattern AUTHORITY = Pattern.compile(HOST);

  public OriginPolicy {
    allowed =
        allowed.stream()
            .map(origin -> origin.endsWith("/") ? origin.substring(0, origin.length() - 1) : origin)
            .map(origin -> origin.toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());
  }

  /** May a page of this origin connect? */
  public boolean allows(@Nullable String origin, @Nullable String hostHeader) {
    if (origin == null || allowed.contains("*")) {
      return true;
    }
    String lower = origin.toLowerCase(Locale.ROOT);
    if (allowed.contains(lower)) {
      return true;
    }
    Matcher page = ORIGIN.matcher(lower);
    if (!page.matches()) {
      return false;
    }
    String host = page.group(1);
    return isLoopback(host) || isLocalName(host) && host.equals(hostOf(hostHeader));
  }

  /**
   * May the router's own pages be shown under this name? Else a foreign name that points here (DNS
   * rebinding) would make them readable to the pages of its owner.
   *
   * @param hostHeader null if the client sent none, as no browser does
   */
  public boolean allowsHost(@Nullable String hostHeader) {
    if (hostHeader == null || allowed.contains("*")) {
      return true;
    }
    String host = hostOf(hostHeader);
    return host != null
        && (isLoopback(host)
            || isLocalName(host)
            || allowed.stream()
                .map(ORIGIN::matcher)
                .anyMatch(origin -> origin.matches() && host.equals(origin.group(1))));
  }

  private static @Nullable String hostOf(@Nullable String authority) {
    if (authority == null) {
      return null;
    }
    Matcher matcher = AUTHORITY.matcher(authority.toLowerCase(Locale.ROOT));
    return matcher.matches() ? matcher.group(1) : null;
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
        || PRIVATE_NAMES.stream().anyMatch(host::endsWith)
        || host.indexOf('.') < 0;
  }
}
