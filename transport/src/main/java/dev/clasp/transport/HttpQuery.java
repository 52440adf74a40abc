package dev.clasp.transport;

import java.net.SocketAddress;
import java.util.Map;
import java.util.Optional;

/**
 * A plain HTTP request.
 *
 * @param path without query string
 * @param query the query string, empty if none
 * @param remote where it came from
 * @param headers by lower-case name; the last of several lines, of {@code X-Forwarded-For} and
 *     {@code Forwarded} all of them
 */
public record HttpQuery(
    SocketAddress remote,
    String method,
    String path,
    String query,
    Map<String, String> headers,
    byte[] body) {

  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }
}
