package dev.clasp.transport;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** The answer to a plain HTTP request. Length and connection headers are added by the server. */
public record HttpReply(int status, String contentType, byte[] body, Map<String, String> headers) {

  public HttpReply {
    headers = Map.copyOf(headers);
  }

  public HttpReply(int status, String contentType, byte[] body) {
    this(status, contentType, body, Map.of());
  }

  public static HttpReply text(int status, String text) {
    return new HttpReply(
        status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
  }

  public HttpReply withHeader(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new HttpReply(status, contentType, body, more);
  }
}
