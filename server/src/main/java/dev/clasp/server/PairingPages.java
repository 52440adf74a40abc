package dev.clasp.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clasp.security.PairingDesk;
import dev.clasp.security.PairingException;
import dev.clasp.security.Scope;
import dev.clasp.security.ScopeException;
import dev.clasp.security.Scopes;
import dev.clasp.server.ApiAccess.Answer;
import dev.clasp.transport.HttpQuery;
import dev.clasp.transport.HttpReply;
import dev.clasp.transport.OriginPolicy;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pairing over HTTP, see {@code docs/pairing.md}: administrators ask for a code at {@code
 * /api/pair}, and clients prove to know it at {@code /api/pair/1} to {@code /3}.
 *
 * <p>The rounds are computed on a thread of their own, one after the other: whoever tries to keep
 * it busy delays other pairings and no signals.
 */
final class PairingPages implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PairingPages.class);

  /** Where all of it is. */
  static final String PATH = "/api/pair";

  /** Longest body in bytes; no message of a pairing comes near it. */
  private static final int MAX_BODY = 16 << 10;

  /** What a code is good for, if nobody says. */
  static final Scopes DEFAULT_SCOPES = Scopes.parseList("read:/**,write:/**");

  /** Rounds that wait. More than a desk has exchanges, so that only strangers are sent away. */
  private static final int MAX_WAITING = 16;

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(2)
                          .maxStringLength(8 << 10)
                          .maxNameLength(32)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final boolean wantsTokens;
  private final Optional<PairingDesk> desk;
  private final ApiAccess access;
  private final Supplier<OriginPolicy> origins;
  private final ThreadPoolExecutor worker =
      new ThreadPoolExecutor(
          1,
          1,
          10,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(MAX_WAITING),
          Thread.ofPlatform().daemon().name("clasp-pairing").factory());

  /**
   * @param wantsTokens whether clients need one
   * @param desk none if there is nowhere to put tokens
   * @param origins pages that may try codes; programs send no Origin
   */
  PairingPages(
      boolean wantsTokens,
      Optional<PairingDesk> desk,
      ApiAccess access,
      Supplier<OriginPolicy> origins) {
    this.wantsTokens = wantsTokens;
    this.desk = desk;
    this.access = access;
    this.origins = origins;
    worker.allowCoreThreadTimeOut(true);
  }

  /** What is answered. */
  static List<String> calls() {
    return List.of(
        "GET " + PATH,
        "POST " + PATH,
        "DELETE " + PATH,
        "POST " + PATH + "/1",
        "POST " + PATH + "/2",
        "POST " + PATH + "/3");
  }

  /** Is this path one of these? */
  static boolean has(String path) {
    return path.equals(PATH) || path.startsWith(PATH + "/");
  }

  /** Answers at once or later, as {@link dev.clasp.transport.HttpHandler} wants it. */
  void handle(HttpQuery query, Consumer<HttpReply> answer) {
    Consumer<HttpReply> to = reply -> answer.accept(reply.withHeader("Cache-Control", "no-store"));
    if (query.body().length > MAX_BODY) {
      to.accept(HttpReply.text(413, "the body is longer than " + MAX_BODY + " bytes\n"));
      return;
    }
    switch (query.path()) {
      case PATH -> code(query, to);
      case PATH + "/1", PATH + "/2", PATH + "/3" -> round(query, to);
      default -> to.accept(HttpReply.text(404, "pairing has " + PATH + " and its rounds 1 to 3\n"));
    }
  }

  // --- the code ----------------------------------------------------------------------------------

  private void code(HttpQuery query, Consumer<HttpReply> to) {
    switch (query.method()) {
      case "GET", "HEAD" -> {
        if (query.header("authorization").isEmpty()) {
          to.accept(json(200, possible()));
        } else {
          administrator(query, to, (desk, _) -> json(200, shown(desk.shown())));
        }
      }
      case "POST" -> administrator(query, to, (desk, scopes) -> show(query, desk, scopes));
      case "DELETE" ->
          administrator(
              query,
              to,
              (desk, _) -> {
                desk.withdraw(by(query));
                return json(200, shown(Optional.empty()));
              });
      default -> to.accept(notAllowed("GET, HEAD, POST, DELETE"));
    }
  }

  private interface Task {
    HttpReply run(PairingDesk desk, Scopes administrator);
  }

  private void administrator(HttpQuery query, Consumer<HttpReply> to, Task task) {
    if (!wantsTokens) {
      to.accept(notNeeded());
      return;
    }
    access.administrator(
        query,
        given ->
            to.accept(
                switch (given) {
                  case Answer.Denied(HttpReply reply) -> reply;
                  case Answer.Granted(Scopes scopes) ->
                      desk.map(d -> task.run(d, scopes)).orElseGet(PairingPages::nowhere);
                }));
  }

  private HttpReply show(HttpQuery query, PairingDesk desk, Scopes administrator) {
    Scopes scopes;
    try {
      scopes = query.body().length == 0 ? DEFAULT_SCOPES : scopes(query.body());
    } catch (ScopeException e) {
      return HttpReply.text(400, e.getMessage() + "\n");
    }
    for (Scope scope : scopes.list()) {
      if (!administrator.permitAll(scope.action(), scope.pattern())) {
        return HttpReply.text(
            403, "nobody can give a right that he does not have: " + scope.action() + "\n");
      }
    }
    return json(201, shown(Optional.of(desk.show(scopes, by(query)))));
  }

  /** {@code {"scopes": "read:/**,write:/**"}}. */
  private static Scopes scopes(byte[] body) {
    JsonNode root;
    try {
      root = JSON.readTree(body);
    } catch (IOException e) {
      throw new ScopeException("the body is not valid JSON, or has a name twice");
    }
    if (!(root instanceof ObjectNode node)
        || node.size() != 1
        || !node.path("scopes").isTextual()) {
      throw new ScopeException(
          "the body must be an object with one field, scopes, a text such as read:/**,write:/**");
    }
    Scopes scopes = Scopes.parseList(node.get("scopes").textValue());
    if (scopes.list().isEmpty()) {
      throw new ScopeException("a token without scopes can do nothing");
    }
    return scopes;
  }

  private static String by(HttpQuery query) {
    return "an administrator at " + LinkConnection.text(query.remote());
  }

  private ObjectNode possible() {
    return JSON.createObjectNode()
        .put("needed", wantsTokens)
        .put("possible", wantsTokens && desk.isPresent());
  }

  private ObjectNode shown(Optional<PairingDesk.Shown> shown) {
    ObjectNode node = possible();
    shown.ifPresent(now -> {
      node.put("code", now.code().digits());
      node.put("secondsLeft", now.left().toMillis() / 1000.0);
      node.put("attemptsLeft", now.attemptsLeft());
      ArrayNode scopes = node.putArray("scopes");
      now.scopes().list().forEach(scope -> scopes.add(scope.text()));
    });
    return node;
  }

  // --- the rounds --------------------------------------------------------------------------------

  private void round(HttpQuery query, Consumer<HttpReply> to) {
    if (!query.method().equals("POST")) {
      to.accept(notAllowed("POST"));
    } else if (!wantsTokens) {
      to.accept(notNeeded());
    } else if (desk.isEmpty()) {
      to.accept(nowhere());
    } else if (!isJson(query)) {
      // A page of another origin can send anything else without being asked for its permission.
      to.accept(HttpReply.text(415, "the content type of a round is application/json\n"));
    } else if (!origins
        .get()
        .allows(query.header("origin").orElse(null), query.header("host").orElse(null))) {
      to.accept(HttpReply.text(403, "pages of this origin may not pair\n"));
    } else {
      compute(() -> round(desk.get(), query), to);
    }
  }

  private void compute(Supplier<HttpReply> round, Consumer<HttpReply> to) {
    try {
      worker.execute(() -> {
        HttpReply reply;
        try {
          reply = round.get();
        } catch (RuntimeException e) {
          LOG.error("a round of pairing failed", e);
          reply = HttpReply.text(500, "internal error\n");
        }
        to.accept(reply);
      });
    } catch (RejectedExecutionException e) {
      to.accept(
          HttpReply.text(503, "too many are pairing at once; try again in a second\n")
              .withHeader("Retry-After", "1"));
    }
  }

  private static HttpReply round(PairingDesk desk, HttpQuery query) {
    try {
      byte[] body = query.body();
      return new HttpReply(
          200,
          "application/json",
          switch (query.path().charAt(query.path().length() - 1)) {
            case '1' -> desk.first(LinkConnection.text(query.remote()), body);
            case '2' -> desk.second(body);
            default -> desk.third(body);
          });
    } catch (PairingException e) {
      int status =
          switch (e.kind()) {
            case MALFORMED -> 400;
            case CLOSED -> 409;
            case REFUSED -> 403;
            // The last three are the client's, about a server.
            case UNAVAILABLE, NOT_NEEDED, UNREACHABLE, NOT_PERMITTED -> 503;
          };
      return HttpReply.text(status, e.getMessage() + "\n");
    }
  }

  private static boolean isJson(HttpQuery query) {
    return query
        .header("content-type")
        .map(type -> type.toLowerCase(Locale.ROOT))
        .filter(type -> type.equals("application/json") || type.startsWith("application/json;"))
        .isPresent();
  }

  // --- answers -----------------------------------------------------------------------------------

  private static HttpReply notNeeded() {
    return HttpReply.text(409, "pairing is not needed: this router lets everybody in\n");
  }

  private static HttpReply nowhere() {
    return HttpReply.text(
        409,
        "this router has no token store to put a new token into; start it with a --token-file that"
            + " is a store of 'clasp token'\n");
  }

  private static HttpReply notAllowed(String methods) {
    return HttpReply.text(405, "only " + methods + " are served here\n")
        .withHeader("Allow", methods);
  }

  private static HttpReply json(int status, ObjectNode node) {
    try {
      return new HttpReply(status, "application/json", JSON.writeValueAsBytes(node));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts and numbers can always be written", e);
    }
  }

  /** What is being computed comes to its end; nothing more is taken. */
  @Override
  public void close() {
    worker.shutdown();
  }
}
