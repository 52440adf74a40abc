package dev.clasp.transport;

import java.util.Set;

/**
 * Answers plain HTTP requests on the port of a {@link LinkServer}. Runs on an event loop: fast, no
 * waiting.
 */
@FunctionalInterface
public interface HttpHandler {

  HttpReply handle(HttpQuery query);

  /** What a server without pages answers: probes are fine, everybody else should upgrade. */
  static HttpReply probesOnly(HttpQuery query) {
    boolean read = query.method().equals("GET") || query.method().equals("HEAD");
    boolean probe = Set.of("/", "/health", "/healthz").contains(query.path());
    return read && probe
        ? HttpReply.text(200, "ok\n")
        : HttpReply.text(426, "this is a CLASP router: connect with a WebSocket\n")
            .withHeader("Upgrade", "websocket");
  }
}
