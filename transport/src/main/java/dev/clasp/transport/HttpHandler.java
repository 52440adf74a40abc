package dev.clasp.transport;

import java.util.Set;
import java.util.function.Consumer;

/**
 * Answers plain HTTP requests on the port of a {@link LinkServer}. Runs on an event loop: fast, no
 * waiting.
 */
@FunctionalInterface
public interface HttpHandler {

  HttpReply handle(HttpQuery query);

  /**
   * The same for an answer that may take its time; meanwhile the connection waits.
   *
   * @param answer called once, during this call or later, on any thread; a connection that has
   *     closed meanwhile does not mind
   */
  default void handle(HttpQuery query, Consumer<HttpReply> answer) {
    answer.accept(handle(query));
  }

  /**
   * What is answered to a request that is refused before it is whole: its body is too long, or not
   * as its head says. On an event loop.
   *
   * @param path of the request
   * @param refusal with its status, and a sentence as text
   */
  default HttpReply refused(String path, HttpReply refusal) {
    return refusal;
  }

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
