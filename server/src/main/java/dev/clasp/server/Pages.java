package dev.clasp.server;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.PatternException;
import dev.clasp.router.Router;
import dev.clasp.transport.HttpHandler;
import dev.clasp.transport.HttpQuery;
import dev.clasp.transport.HttpReply;
import dev.clasp.transport.OriginPolicy;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** What the main port answers to plain HTTP: the console, the status, the probes. */
final class Pages implements HttpHandler {

  private final Router router;
  private final Optional<Supplier<StateKeeper.Status>> state;
  private final ConsoleFiles console;
  private final OriginPolicy origins;
  private final BooleanSupplier healthy;
  private final BooleanSupplier ready;

  /**
   * @param state how the writing of the state goes, if it is written
   * @param healthy whether the process works; else it should be restarted
   * @param ready whether new clients should come here
   */
  Pages(
      Router router,
      Optional<Supplier<StateKeeper.Status>> state,
      ConsoleFiles console,
      OriginPolicy origins,
      BooleanSupplier healthy,
      BooleanSupplier ready) {
    this.router = router;
    this.state = state;
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
      case "/api/status" -> guarded(query, () -> StatusJson.of(router, state.map(Supplier::get)));
      case "/api/subscriptions" ->
          guarded(query, () -> DumpJson.subscriptions(router, limit(query)));
      case "/api/parameters" ->
          guarded(
              query,
              () ->
                  DumpJson.parameters(
                      router, pattern(query), limit(query), parameter(query, "after")));
      default -> console.serve(query.path());
    };
  }

  private static HttpReply probe(boolean good, String yes, String no) {
    return HttpReply.text(good ? 200 : 503, (good ? yes : no) + "\n")
        .withHeader("Cache-Control", "no-store");
  }

  /** An answer for people of this machine and for pages that may connect. */
  private HttpReply guarded(HttpQuery query, Supplier<byte[]> json) {
    if (!origins.allowsHost(query.header("host").orElse(null))) {
      return HttpReply.text(
          403,
          "the status is not shown under this host name; use the address or localhost, or allow the"
              + " origin in the router's settings\n");
    }
    try {
      return new HttpReply(200, "application/json", json.get())
          .withHeader("Cache-Control", "no-store");
    } catch (PatternException | IllegalArgumentException e) {
      return HttpReply.text(400, e.getMessage() + "\n");
    }
  }

  private static AddressPattern pattern(HttpQuery query) {
    return AddressPattern.parse(parameter(query, "pattern").orElse("/**"));
  }

  private static int limit(HttpQuery query) {
    String text = parameter(query, "limit").orElse("100");
    if (!text.matches("[0-9]{1,4}") || Integer.parseInt(text) > DumpJson.MAX_ENTRIES) {
      throw new IllegalArgumentException("limit must be 0 to " + DumpJson.MAX_ENTRIES);
    }
    return Integer.parseInt(text);
  }

  private static Optional<String> parameter(HttpQuery query, String name) {
    for (String part : query.query().split("&")) {
      if (part.startsWith(name + "=")) {
        return Optional.of(
            URLDecoder.decode(part.substring(name.length() + 1), StandardCharsets.UTF_8));
      }
    }
    return Optional.empty();
  }
}
