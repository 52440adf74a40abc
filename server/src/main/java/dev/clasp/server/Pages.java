package dev.clasp.server;

import dev.clasp.router.Router;
import dev.clasp.transport.HttpHandler;
import dev.clasp.transport.HttpQuery;
import dev.clasp.transport.HttpReply;

/** What the main port answers to plain HTTP: the console, the status, the probes. */
final class Pages implements HttpHandler {

  private final Router router;
  private final ConsoleFiles console;

  Pages(Router router, ConsoleFiles console) {
    this.router = router;
    this.console = console;
  }

  @Override
  public HttpReply handle(HttpQuery query) {
    if (!query.method().equals("GET") && !query.method().equals("HEAD")) {
      return HttpReply.text(405, "only GET and HEAD are served here\n")
          .withHeader("Allow", "GET, HEAD");
    }
    return switch (query.path()) {
      case "/health", "/healthz", "/ready" -> HttpReply.text(200, "ok\n");
      case "/api/status" ->
          new HttpReply(200, "application/json", StatusJson.of(router))
              .withHeader("Cache-Control", "no-store");
      default -> console.serve(query.path());
    };
  }
}
