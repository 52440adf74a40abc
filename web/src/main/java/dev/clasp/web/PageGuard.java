package dev.clasp.web;

import dev.clasp.transport.HttpReply;
import dev.clasp.transport.OriginPolicy;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Which pages in browsers may use the API (WHATWG Fetch, CORS protocol): those that come from the
 * same host and port, and those of the configured origins. All others are refused whatever they
 * ask, also what a browser would send without asking first.
 */
final class PageGuard {

  private static final String METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";

  private final HttpApiConfig config;
  private final Supplier<OriginPolicy> hosts;

  /**
   * @param hosts under which names this may be reached by a browser
   */
  PageGuard(HttpApiConfig config, Supplier<OriginPolicy> hosts) {
    this.config = config;
    this.hosts = hosts;
  }

  /** Why a request is not answered. */
  Optional<Problem> refusal(ApiRequest request) {
    if (!hosts.get().allowsHost(request.header("host").orElse(null))) {
      return Optional.of(
          Problem.of(
              403,
              "foreign-host",
              "this is not served under this host name; use the address or localhost, or allow the"
                  + " origin in the router's settings"));
    }
    Optional<String> origin = request.header("origin");
    if (origin.isEmpty() || listed(origin.get()) || sameHost(origin.get(), request)) {
      return Optional.empty();
    }
    return Optional.of(
        Problem.of(
            403,
            "foreign-origin",
            "pages of another origin may not use this; list the origin in the settings of the HTTP"
                + " API if it is yours"));
  }

  private boolean listed(String origin) {
    return config.corsOrigins().contains("*")
        || config.corsOrigins().contains(origin.toLowerCase(Locale.ROOT));
  }

  private static boolean sameHost(String origin, ApiRequest request) {
    Optional<String> host = request.header("host");
    if (host.isEmpty()) {
      return false;
    }
    try {
      URI page = new URI(origin.toLowerCase(Locale.ROOT));
      String scheme = page.getScheme();
      String authority = page.getAuthority();
      if (authority == null || !("http".equals(scheme) || "https".equals(scheme))) {
        return false;
      }
      // Browsers leave the port of the scheme out on both sides.
      return authority.equals(host.get().toLowerCase(Locale.ROOT));
    } catch (URISyntaxException e) {
      return false;
    }
  }

  /** The answer to a browser that asks what it may send. */
  static HttpReply preflight() {
    return ApiReplies.empty(204)
        .withHeader("Access-Control-Allow-Methods", METHODS)
        .withHeader(
            "Access-Control-Allow-Headers",
            "Authorization, Content-Type, Accept, If-Match, If-None-Match, Last-Event-ID,"
                + " Clasp-Lock")
        .withHeader("Access-Control-Max-Age", "600");
  }

  /** Adds what lets the page of a listed origin read the answer. */
  HttpReply opened(ApiRequest request, HttpReply reply) {
    Optional<String> origin = request.header("origin");
    if (config.corsOrigins().isEmpty()) {
      return reply;
    }
    HttpReply varied =
        reply.headers().containsKey("Vary")
            ? reply
            : reply.withHeader("Vary", "Accept, Authorization, Origin");
    if (origin.isEmpty() || !listed(origin.get())) {
      return varied;
    }
    return varied
        .withHeader("Access-Control-Allow-Origin", origin.get())
        .withHeader("Access-Control-Expose-Headers", "ETag, Location, Retry-After, Clasp-Next")
        .withHeader("Cross-Origin-Resource-Policy", "cross-origin");
  }
}
