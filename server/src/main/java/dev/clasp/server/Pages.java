package dev.clasp.server;

import dev.clasp.router.Router;
import dev.clasp.transport.HttpHandler;
import dev.clasp.transport.HttpQuery;
import dev.clasp.transport.HttpReply;
import dev.clasp.transport.OriginPolicy;
import java.util.function.BooleanSupplier;

/** What the main port answers to plain HTTP: the console, the status, the probes. */
final class Pages implements HttpHandler {

  private final Router router;
  private final ConsoleFiles console;
  private final OriginPolicy origins;
  private final BooleanSupplier healthy;
  private final BooleanSupplier ready;

  /**
   * @param healthy whether the process works; else it should be restarted
   * @param ready whether new clients should come here
   */
  Pages(
      Router router,
      ConsoleFiles console,
      OriginPolicy origins,
      BooleanSupplier healthy,
      BooleanSupplier ready) {
    this.router = router;
    this.console = console;
    this.origins = origins;
    this.healthy = healthy;
    this.ready = ready;
  }

  @Override
  public HttpReply handle(HttpQuery query) {
    if (!query.method().equals("GET") && !query.method().equals("HEAD")) {
      return HttpReply.text(405, "only GET and HEAD are served here\n")
          .withHeader("Allow", "GET, HEAD");
    }
    return switch (query.path()) {
      case "/health", "/healthz", "/livez" -> probe(healthy.getAsBoolean(), "ok", "stuck");
      case "/ready", "/readyz" -> probe(ready.getAsBoolean(), "ready", "stopping");
      case "/api/status" -> status(query);
      default -> console.serve(query.path());
    };
  }

  private static HttpReply probe(boolean good, String yes, String no) {
    return HttpReply.text(good ? 200 : 503, (good ? yes : no) + "\n")
        .withHeader("Cache-Control", "no-store");
  }

  private HttpReply status(HttpQuery query) {
    if (!origins.allowsHost(query.header("host").orElse(null))) {
      return HttpReply.text(
          403,
          "the status is not shown under this host name; use the address or localhost, or allow the"
              + " origin in the router's settings\n");
    }
    return new HttpReply(200, "application/json", StatusJson.of(router))
        .withHeader("Cache-Control", "no-store");
  }
}
