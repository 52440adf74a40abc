package dev.clasp.web;

import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Settings of the HTTP API. Immutable.
 *
 * @param enabled whether it is served
 * @param basePath of the plain API: {@code /api}
 * @param namespace below which the addresses of the plain API are, for reading and writing; empty:
 *     {@code /api/lights/1} is {@code /lights/1}. {@code /v1} has the addresses of the router
 * @param corsOrigins pages of these origins may use it, besides those that it comes from itself;
 *     {@code *} for all
 * @param requestsPerSecond of one token, or of one host without; twice as many at once. 0: any
 *     number
 * @param streams open event streams, snapshots and long polls together
 * @param streamsPerCaller of one token, or of one host without
 * @param heartbeat between comments on a quiet event stream, so that proxies keep it open
 */
public record HttpApiConfig(
    boolean enabled,
    String basePath,
    String namespace,
    Set<String> corsOrigins,
    int requestsPerSecond,
    int streams,
    int streamsPerCaller,
    Duration heartbeat) {

  public static final HttpApiConfig DEFAULT =
      new HttpApiConfig(true, "/api", "", Set.of(), 2000, 5000, 2000, Duration.ofSeconds(15));

  /**
   * @throws IllegalArgumentException with a sentence
   */
  public HttpApiConfig {
    basePath = path("base path", basePath);
    namespace = path("namespace", namespace);
    corsOrigins =
        corsOrigins.stream()
            .map(origin -> origin.endsWith("/") ? origin.substring(0, origin.length() - 1) : origin)
            .map(origin -> origin.toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());
    if (basePath.isEmpty() || basePath.equals("/v1") || basePath.startsWith("/v1/")) {
      throw new IllegalArgumentException(
          "the base path must be a path other than /v1, such as /api, not '" + basePath + "'");
    }
    if (requestsPerSecond < 0 || streams < 0 || streamsPerCaller < 0) {
      throw new IllegalArgumentException("limits must not be negative");
    }
    if (heartbeat.isNegative() || heartbeat.isZero()) {
      throw new IllegalArgumentException("the heartbeat must be more than nothing");
    }
  }

  private static String path(String what, String text) {
    String path = text;
    while (path.endsWith("/")) {
      path = path.substring(0, path.length() - 1);
    }
    if (!path.isEmpty() && !path.startsWith("/")) {
      path = "/" + path;
    }
    if (path.contains("*") || path.contains("//") || path.contains("?") || path.contains("%")) {
      throw new IllegalArgumentException(
          "the " + what + " must be a path such as /api, not '" + text + "'");
    }
    return path;
  }

  public HttpApiConfig withEnabled(boolean value) {
    return new HttpApiConfig(
        value,
        basePath,
        namespace,
        corsOrigins,
        requestsPerSecond,
        streams,
        streamsPerCaller,
        heartbeat);
  }

  public HttpApiConfig withBasePath(String value) {
    return new HttpApiConfig(
        enabled,
        value,
        namespace,
        corsOrigins,
        requestsPerSecond,
        streams,
        streamsPerCaller,
        heartbeat);
  }

  public HttpApiConfig withNamespace(String value) {
    return new HttpApiConfig(
        enabled,
        basePath,
        value,
        corsOrigins,
        requestsPerSecond,
        streams,
        streamsPerCaller,
        heartbeat);
  }

  public HttpApiConfig withCorsOrigins(Set<String> value) {
    return new HttpApiConfig(
        enabled,
        basePath,
        namespace,
        value,
        requestsPerSecond,
        streams,
        streamsPerCaller,
        heartbeat);
  }

  public HttpApiConfig withRequestsPerSecond(int value) {
    return new HttpApiConfig(
        enabled, basePath, namespace, corsOrigins, value, streams, streamsPerCaller, heartbeat);
  }

  public HttpApiConfig withStreams(int all, int perCaller) {
    return new HttpApiConfig(
        enabled, basePath, namespace, corsOrigins, requestsPerSecond, all, perCaller, heartbeat);
  }

  public HttpApiConfig withHeartbeat(Duration value) {
    return new HttpApiConfig(
        enabled,
        basePath,
        namespace,
        corsOrigins,
        requestsPerSecond,
        streams,
        streamsPerCaller,
        value);
  }
}
