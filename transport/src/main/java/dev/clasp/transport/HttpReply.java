package dev.clasp.transport;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The answer to a plain HTTP request. Length and connection headers are added by the server.
 *
 * @param stream sends the body piece by piece, in place of {@link #body}; called once on the loop
 *     of the connection, after the head has been written, and not for HEAD
 */
public record HttpReply(
    int status,
    String contentType,
    byte[] body,
    Map<String, String> headers,
    Optional<Consumer<HttpBody>> stream) {

  public HttpReply {
    headers = Map.copyOf(headers);
  }

  public HttpReply(int status, String contentType, byte[] body, Map<String, String> headers) {
    this(status, contentType, body, headers, Optional.empty());
  }

  public HttpReply(int status, String contentType, byte[] body) {
    this(status, contentType, body, Map.of());
  }

  public static HttpReply text(int status, String text) {
    return new HttpReply(
        status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
  }

  /** One whose body takes its time. */
  public static HttpReply stream(int status, String contentType, Consumer<HttpBody> stream) {
    return new HttpReply(status, contentType, new byte[0], Map.of(), Optional.of(stream));
  }

  public HttpReply withHeader(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new HttpReply(status, contentType, body, more, stream);
  }
}
