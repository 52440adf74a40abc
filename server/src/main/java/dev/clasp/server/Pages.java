package dev.clasp.server;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.PatternException;
import dev.clasp.router.Router;
import dev.clasp.security.Scopes;
import dev.clasp.server.ApiAccess.Answer;
import dev.clasp.transport.HttpHandler;
import dev.clasp.transport.HttpQuery;
import dev.clasp.transport.HttpReply;
import dev.clasp.transport.Listener;
import dev.clasp.transport.Lobby;
import dev.clasp.transport.OriginPolicy;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** What the main port answers to plain HTTP: the console, the status, the probes. */
final class Pages implements HttpHandler {

  private final Router router;
  private final Supplier<Lobby> door;
  private final Supplier<List<Listener>> listeners;
  private final Optional<Supplier<StateKeeper.Status>> state;
  private final ConsoleFiles console;
  private final Supplier<OriginPolicy> origins;
  private final ApiAccess access;
  private final PairingPages pairing;
  private final TicketPages tickets;
  private final PageCursors cursors = new PageCursors();
  private final HealthPages health;
  private final LoopWatch watch;
  private final Supplier<List<Companion>> companions;

  /**
   * @param door who may come in, for all listeners
   * @param listeners those besides the one that serves these pages
   * @param state how the writing of the state goes, if it is written
   * @param health whether the process works, and whether new clients should come here
   * @param watch what is known of the event loops
   * @param companions who serve pages too
   */
  Pages(
      Router router,
      Supplier<Lobby> door,
      Supplier<List<Listener>> listeners,
      Optional<Supplier<StateKeeper.Status>> state,
      ConsoleFiles console,
      Supplier<OriginPolicy> origins,
      ApiAccess access,
      PairingPages pairing,
      TicketPages tickets,
      HealthPages health,
      LoopWatch watch,
      Supplier<List<Companion>> companions) {
    this.router = router;
    this.door = door;
    this.listeners = listeners;
    this.state = state;
    this.console = console;
    this.origins = origins;
    this.access = access;
    this.pairing = pairing;
    this.tickets = tickets;
    this.health = health;
    this.watch = watch;
    this.companions = companions;
  }

  /** What is answered besides the console, the probes and what others serve. */
  static List<String> calls() {
    return List.of("GET /api/status", "GET /api/subscriptions", "GET /api/parameters");
  }

  /** For what is answered at once; the API may have to look at a token first. */
  @Override
  public HttpReply handle(HttpQuery query) {
    AtomicReference<HttpReply> answer =
        new AtomicReference<>(
            HttpReply.text(503, "the token is being looked at, ask again\n")
                .withHeader("Retry-After", "1"));
    handle(query, answer::set);
    return answer.get();
  }

  @Override
  public HttpReply refused(String path, HttpReply refusal) {
    if (HealthPages.has(path) || PairingPages.has(path) || TicketPages.has(path)) {
      return refusal;
    }
    for (Companion companion : companions.get()) {
      if (companion.has(path)) {
        return companion.refused(path, refusal);
      }
    }
    return refusal;
  }

  @Override
  public void handle(HttpQuery query, Consumer<HttpReply> answer) {
    if (HealthPages.has(query.path())) {
      answer.accept(health.handle(query));
      return;
    }
    if (PairingPages.has(query.path())) {
      pairing.handle(query, answer);
      return;
    }
    if (TicketPages.has(query.path())) {
      tickets.handle(query, answer);
      return;
    }
    for (Companion companion : companions.get()) {
      if (companion.has(query.path())) {
        companion.handle(query, answer);
        return;
      }
    }
    if (!query.method().equals("GET") && !query.method().equals("HEAD")) {
      answer.accept(
          HttpReply.text(405, "only GET and HEAD are served here\n")
              .withHeader("Allow", "GET, HEAD"));
      return;
    }
    switch (query.path()) {
      case "/api/status" ->
          guarded(
              query,
              access::administrator,
              _ ->
                  StatusJson.of(
                      router, door.get(), listeners.get(), watch, state.map(Supplier::get)),
              answer);
      case "/api/subscriptions" ->
          guarded(
              query,
              access::administrator,
              _ -> DumpJson.subscriptions(router, limit(query)),
              answer);
      case "/api/parameters" ->
          guarded(
              query,
              access::reader,
              reader ->
                  DumpJson.parameters(
                      router,
                      pattern(query),
                      limit(query),
                      parameter(query, "after"),
                      reader,
                      cursors),
              answer);
      default ->
          answer.accept(
              console.serve(query.path(), query.headers().getOrDefault("accept-encoding", "")));
    }
  }

  /** An answer for people of this machine and for pages that may connect, as far as they may. */
  private void guarded(
      HttpQuery query,
      BiConsumer<HttpQuery, Consumer<Answer>> right,
      Function<Scopes, byte[]> json,
      Consumer<HttpReply> answer) {
    if (origins.get().allowsHost(query.header("host").orElse(null))) {
      right.accept(query, given -> answer.accept(page(given, json)));
    } else {
      answer.accept(
          HttpReply.text(
              403,
              "the status is not shown under this host name; use the address or localhost, or"
                  + " allow the origin in the router's settings\n"));
    }
  }

  private static HttpReply page(Answer given, Function<Scopes, byte[]> json) {
    return switch (given) {
      case Answer.Denied(HttpReply reply) -> reply;
      case Answer.Granted(Scopes scopes) -> {
        try {
          yield new HttpReply(200, "application/json", json.apply(scopes))
              .withHeader("Cache-Control", "no-store");
        } catch (PatternException | IllegalArgumentException e) {
          yield HttpReply.text(400, e.getMessage() + "\n");
        }
      }
    };
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
