package dev.clasp.web;

import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transport.HttpHandler;
import dev.clasp.transport.HttpQuery;
import dev.clasp.transport.HttpReply;
import dev.clasp.transport.OriginPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The address space over HTTP: {@code /v1/...} (docs/http-api.md), and the plain paths of the
 * reference below a base path. Every request is made by a session of the router with the rights of
 * its token. Thread-safe; nothing waits.
 */
public final class HttpApi implements HttpHandler, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HttpApi.class);

  private static final int RETRY_MILLIS = 2000;
  private static final long MAX_WAIT_SECONDS = 60;

  /**
   * Who asks for more is answered then: proxies give up after a minute, and so does a connection
   * whose request has no answer ({@code ConnectionLimits.keepAlive}).
   */
  private static final long LONGEST_WAIT_SECONDS = 50;

  private static final int MAX_PATTERNS = 32;
  private static final int DRAIN_SECONDS = 2;

  /** Read when somebody asks: at the start it would open one jar after the other. */
  private static final class OpenApi {
    static final byte[] DESCRIPTION = resource("openapi.json");
  }

  private final RouterSessions sessions;
  private final HttpApiConfig config;
  private final WebClock clock;
  private final PageGuard guard;
  private final CallLimits limits;
  private final LockDesk locks;
  private final PlainApi plain;
  private final Set<FeedWriter> writers = ConcurrentHashMap.newKeySet();
  private final AtomicLongArray counts = new AtomicLongArray(ApiCounter.values().length);
  private volatile boolean draining;

  /**
   * @param sessions closed by the caller
   * @param hosts under which names browsers may reach it, against DNS rebinding
   */
  public HttpApi(
      RouterSessions sessions, HttpApiConfig config, Supplier<OriginPolicy> hosts, WebClock clock) {
    this.sessions = sessions;
    this.config = config;
    this.clock = clock;
    this.guard = new PageGuard(config, hosts);
    this.limits = new CallLimits(config, clock);
    this.locks = new LockDesk(sessions, clock);
    this.plain = new PlainApi(config.namespace());
  }

  /** Whether a path is one of its own. */
  public boolean has(String path) {
    return below("/v1", path) || below(config.basePath(), path);
  }

  private static boolean below(String base, String path) {
    return path.startsWith(base)
        && (path.length() == base.length() || path.charAt(base.length()) == '/');
  }

  public long count(ApiCounter counter) {
    return counts.get(counter.ordinal());
  }

  /** Event streams, snapshots and long polls that are open now. */
  public int streams() {
    return limits.streams();
  }

  /** Locks that are held now. */
  public int locks() {
    return locks.count();
  }

  private void add(ApiCounter counter) {
    counts.incrementAndGet(counter.ordinal());
  }

  /** For who cannot wait. */
  @Override
  public HttpReply handle(HttpQuery query) {
    CompletableFuture<HttpReply> answer = new CompletableFuture<>();
    handle(query, answer::complete);
    return answer.getNow(ApiReplies.problem(Problem.overloaded("this takes a moment, ask again")));
  }

  @Override
  public void handle(HttpQuery query, Consumer<HttpReply> answer) {
    add(ApiCounter.REQUESTS);
    boolean old = !below("/v1", query.path());
    ApiRequest request;
    CompletableFuture<HttpReply> reply;
    try {
      request = new ApiRequest(query);
    } catch (ProblemException e) {
      answer.accept(counted(failed(e, old)));
      return;
    }
    try {
      Optional<Problem> foreign = guard.refusal(request);
      if (foreign.isPresent()) {
        add(ApiCounter.FOREIGN);
        answer.accept(counted(failed(new ProblemException(foreign.get()), old)));
        return;
      }
      reply = answered(request);
    } catch (RuntimeException | StackOverflowError e) {
      reply = CompletableFuture.failedFuture(e);
    }
    reply.whenComplete((right, failure) -> {
      HttpReply given = failure == null ? right : failed(failure, old);
      answer.accept(counted(guard.opened(request, given)));
    });
  }

  /** In the form of all other problems here. */
  @Override
  public HttpReply refused(String path, HttpReply refusal) {
    add(ApiCounter.REQUESTS);
    String type =
        switch (refusal.status()) {
          case 413 -> "too-large";
          case 415 -> "unsupported-media-type";
          case 503 -> "overloaded";
          default -> "bad-request";
        };
    Problem problem =
        Problem.of(
            refusal.status(), type, new String(refusal.body(), StandardCharsets.UTF_8).strip());
    HttpReply reply = below("/v1", path) ? ApiReplies.problem(problem) : PlainApi.problem(problem);
    for (Map.Entry<String, String> header : refusal.headers().entrySet()) {
      reply = reply.withHeader(header.getKey(), header.getValue());
    }
    return counted(reply);
  }

  private HttpReply counted(HttpReply reply) {
    if (reply.status() >= 500) {
      add(ApiCounter.FAILED);
    } else if (reply.status() >= 400) {
      add(ApiCounter.REFUSED);
    }
    if (reply.status() == 429) {
      add(ApiCounter.LIMITED);
    }
    return reply;
  }

  private static HttpReply failed(Throwable failure, boolean old) {
    Problem problem = Problem.of(failure);
    if (problem.status() == 500) {
      LOG.error("a request over HTTP could not be carried out", failure);
    }
    HttpReply reply = old ? PlainApi.problem(problem) : ApiReplies.problem(problem);
    Throwable cause = failure.getCause() instanceof ProblemException e ? e : failure;
    Optional<String> allow = cause instanceof ProblemException e ? e.allow() : Optional.empty();
    return allow.isPresent() ? reply.withHeader("Allow", allow.get()) : reply;
  }

  // --- which ------------------------------------------------------------------------------------

  private CompletableFuture<HttpReply> answered(ApiRequest request) {
    String path = request.path();
    if (request.method().equals("OPTIONS")) {
      HttpReply may = PageGuard.preflight();
      return done(
          request.header("access-control-request-method").isPresent()
              ? may
              : may.withHeader("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"));
    }
    if (path.equals(config.basePath() + "/health")) {
      only(request, "GET, HEAD");
      return done(PlainApi.health());
    }
    if (path.equals("/v1/openapi.json")) {
      only(request, "GET, HEAD");
      return done(
          new HttpReply(200, "application/json", OpenApi.DESCRIPTION)
              .withHeader("Cache-Control", "max-age=300"));
    }
    if (path.equals("/v1") || path.equals("/v1/")) {
      only(request, "GET, HEAD");
      return done(ApiReplies.document(request, 200, index()));
    }
    Optional<String> token = request.token(path.equals("/v1/events") && request.reads());
    String caller = token.map(HttpApi::digest).orElse("host " + request.host());
    if (!limits.request(caller)) {
      throw new ProblemException(
          Problem.tooMany(
              "more than "
                  + config.requestsPerSecond()
                  + " requests a second with this token or from this host"));
    }
    if (draining) {
      throw new ProblemException(Problem.away("this server is stopping"));
    }
    if (!has(path)) {
      // A port of its own asks for everything.
      throw nothingThere(request);
    }
    if (!below("/v1", path)) {
      String rest = ApiRequest.decoded(path.substring(config.basePath().length()), false);
      return both(
          request,
          token,
          (session, listener) -> plain.handle(session.client(), listener, request, rest),
          rest.equals("/signals"));
    }
    return current(request, token, caller, path.substring("/v1/".length()));
  }

  /** Callers are remembered longer than tokens should be. */
  private static String digest(String token) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
      return "token " + HexFormat.of().formatHex(hash, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private CompletableFuture<HttpReply> current(
      ApiRequest request, Optional<String> token, String caller, String path) {
    int slash = path.indexOf('/');
    String what = slash < 0 ? path : path.substring(0, slash);
    String rest = slash < 0 ? "" : ApiRequest.decoded(path.substring(slash), false);
    boolean bare = rest.isEmpty() || rest.equals("/");
    return switch (bare ? what : what + "/") {
      case "state", "list" -> {
        only(request, "GET, HEAD");
        yield listener(request, token, listener -> SignalCalls.list(listener, request));
      }
      case "state/" -> {
        only(request, "GET, HEAD, PUT, PATCH, DELETE");
        yield state(request, token, caller, rest);
      }
      case "emit/" -> {
        only(request, "POST");
        yield session(request, token, session -> SignalCalls.emit(session.client(), request, rest));
      }
      case "stream/" -> {
        only(request, "POST");
        yield session(
            request, token, session -> SignalCalls.stream(session.client(), request, rest));
      }
      case "definitions" -> {
        only(request, "GET, HEAD");
        yield session(
            request, token, session -> SignalCalls.definitions(session.client(), request));
      }
      case "bundle" -> {
        only(request, "POST");
        yield session(request, token, session -> SignalCalls.bundle(session.client(), request));
      }
      case "batch" -> {
        only(request, "POST");
        yield session(request, token, session -> SignalCalls.batch(session.client(), request));
      }
      case "snapshot", "snapshot/" -> {
        only(request, "GET, HEAD");
        yield listener(
            request, token, listener -> snapshot(listener, request, caller, bare ? "" : rest));
      }
      case "events" -> {
        only(request, "GET, HEAD");
        yield listener(request, token, listener -> events(listener, request, caller));
      }
      case "locks", "locks/" -> locks(request, token, caller, bare ? "" : rest.substring(1));
      default -> throw nothingThere(request);
    };
  }

  private static ProblemException nothingThere(ApiRequest request) {
    return new ProblemException(
        Problem.of(
            404,
            "no-such-path",
            "there is nothing at "
                + shown(request.path())
                + "; what there is, is told at /v1/openapi.json"));
  }

  private static String shown(String path) {
    String cut = path.length() > 200 ? path.substring(0, 200) + "..." : path;
    return cut.replaceAll("[^\\x20-\\x7e]", "?");
  }

  private CompletableFuture<HttpReply> state(
      ApiRequest request, Optional<String> token, String caller, String address) {
    if (request.reads()) {
      long wait = wait(request);
      if (wait == 0) {
        return session(
            request, token, session -> StateCalls.get(session.client(), request, address));
      }
      limits.streamBegins(caller);
      CompletableFuture<HttpReply> reply;
      try {
        reply =
            both(
                request,
                token,
                (session, listener) ->
                    StateCalls.await(session.client(), listener, request, address, wait, clock),
                true);
      } catch (RuntimeException e) {
        reply = CompletableFuture.failedFuture(e);
      }
      return reply.whenComplete((_, _) -> limits.streamEnds(caller));
    }
    Optional<String> lock = request.header("clasp-lock");
    CompletableFuture<RouterSession> session =
        lock.isPresent()
            ? CompletableFuture.completedFuture(locks.holder(token, lock.get()))
            : sessions.session(request.peer(), token);
    return session.thenCompose(open ->
        switch (request.method()) {
          case "PUT" -> StateCalls.put(open.client(), request, address);
          case "PATCH" -> StateCalls.patch(open.client(), request, address);
          default -> StateCalls.delete(open.client(), request, address);
        });
  }

  /** {@code wait=30s}, or {@code wait=30}; in nanoseconds. */
  private static long wait(ApiRequest request) {
    Optional<String> text = request.parameter("wait");
    if (text.isEmpty()) {
      return 0;
    }
    if (text.get().matches("[0-9]{1,3}s?")) {
      long seconds = Long.parseLong(text.get().replace("s", ""));
      if (seconds >= 1 && seconds <= MAX_WAIT_SECONDS) {
        return Math.min(seconds, LONGEST_WAIT_SECONDS) * 1_000_000_000L;
      }
    }
    throw new ProblemException(Problem.badRequest("wait must be 1s to " + MAX_WAIT_SECONDS + "s"));
  }

  private CompletableFuture<HttpReply> locks(
      ApiRequest request, Optional<String> token, String caller, String id) {
    if (id.isEmpty()) {
      only(request, "POST");
      // Nothing of the body is read for somebody whose token the router does not know.
      return session(request, token, _ -> locks.take(request, caller, token, "/v1/locks"));
    }
    only(request, "GET, HEAD, PUT, DELETE");
    return done(
        request.method().equals("DELETE")
            ? locks.giveBack(token, id)
            : locks.lock(request, token, id));
  }

  // --- what takes its time -----------------------------------------------------------------------

  private CompletableFuture<HttpReply> events(
      RouterSession listener, ApiRequest request, String caller) {
    if (!MediaType.accepts(request.header("accept"), "text/event-stream")) {
      throw new ProblemException(
          Problem.of(
              406, "not-acceptable", "events come as text/event-stream; that is not in Accept"));
    }
    List<String> patterns = request.parameters("pattern", MAX_PATTERNS);
    Set<SignalType> types = EnumSet.noneOf(SignalType.class);
    for (String each : request.parameters("type", MAX_PATTERNS)) {
      for (String name : each.split(",")) {
        types.add(type(name.strip()));
      }
    }
    String resume =
        request
            .header("last-event-id")
            .or(() -> request.parameter("last_event_id"))
            .map(String::strip)
            .orElse("");
    int capacity = (int) request.number("capacity", 16, 16_384, Feed.CAPACITY);
    return stream(
        request,
        caller,
        () ->
            listener.feed(patterns.isEmpty() ? List.of("/**") : patterns, types, capacity, resume),
        "text/event-stream",
        (feed, place) -> {
          add(ApiCounter.STREAMS);
          return HttpReply.stream(
                  200,
                  "text/event-stream",
                  body -> {
                    place.used();
                    FeedWriter[] me = new FeedWriter[1];
                    FeedWriter writer =
                        FeedWriter.events(
                            feed,
                            body,
                            clock,
                            config.heartbeat().toNanos(),
                            RETRY_MILLIS,
                            () -> {
                              place.free();
                              forget(me);
                            });
                    remember(me, writer, body);
                  })
              .withHeader("Cache-Control", "no-store, no-transform")
              .withHeader("X-Accel-Buffering", "no");
        });
  }

  /**
   * An answer that goes out for as long as a feed has something, and takes a place of the caller's.
   *
   * @param begin makes the feed
   * @param reply once its present values are there; frees the place at the end
   */
  private CompletableFuture<HttpReply> stream(
      ApiRequest request,
      String caller,
      Supplier<Feed> begin,
      String type,
      BiFunction<Feed, Place, HttpReply> reply) {
    limits.streamBegins(caller);
    Place place = new Place(caller);
    Feed feed;
    try {
      feed = begin.get();
    } catch (RuntimeException e) {
      place.free();
      throw e;
    }
    return feed.present()
        .thenApply(_ -> {
          Optional<Problem> refused = feed.end();
          if (refused.isPresent()) {
            throw new ProblemException(refused.get());
          }
          if (request.method().equals("HEAD")) {
            feed.close();
            place.free();
            return new HttpReply(200, type, new byte[0]);
          }
          place.expire(feed);
          return reply.apply(feed, place);
        })
        .whenComplete((_, failure) -> {
          if (failure != null) {
            feed.close();
            place.free();
          }
        });
  }

  private void remember(FeedWriter[] me, FeedWriter writer, dev.clasp.transport.HttpBody body) {
    synchronized (me) {
      me[0] = writer;
      writers.add(writer);
    }
    body.whenEnded(() -> forget(me));
    if (draining) {
      var _ = writer.stop(Problem.away("this server is stopping"));
    }
  }

  private void forget(FeedWriter[] me) {
    synchronized (me) {
      if (me[0] != null) {
        writers.remove(me[0]);
      }
    }
  }

  /** One of the places for streams, given back once. */
  private final class Place {
    private final String caller;
    private final AtomicBoolean freed = new AtomicBoolean();
    private final AtomicBoolean begun = new AtomicBoolean();

    Place(String caller) {
      this.caller = caller;
    }

    void used() {
      begun.set(true);
    }

    /** A connection that has closed before the answer never asks for the body. */
    void expire(Feed feed) {
      clock.schedule(
          () -> {
            if (begun.compareAndSet(false, true)) {
              feed.close();
              free();
            }
          },
          30_000_000_000L);
    }

    void free() {
      if (freed.compareAndSet(false, true)) {
        limits.streamEnds(caller);
      }
    }
  }

  private static SignalType type(String name) {
    for (SignalType type : SignalType.values()) {
      if (type.name().toLowerCase(Locale.ROOT).equals(name)) {
        return type;
      }
    }
    throw new ProblemException(
        Problem.badRequest("type must be param, event, stream, gesture or timeline"));
  }

  private CompletableFuture<HttpReply> snapshot(
      RouterSession listener, ApiRequest request, String caller, String prefix) {
    String pattern = (prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix);
    if (pattern.contains("*")) {
      throw new ProblemException(
          Problem.badRequest("a snapshot is of a prefix such as /lights; for patterns: /v1/list"));
    }
    if (!MediaType.accepts(request.header("accept"), "application/x-ndjson")
        && !MediaType.accepts(request.header("accept"), "application/jsonl")
        && !MediaType.accepts(request.header("accept"), "application/json")) {
      throw new ProblemException(
          Problem.of(
              406,
              "not-acceptable",
              "a snapshot comes as application/x-ndjson; that is not in Accept"));
    }
    return stream(
        request,
        caller,
        () -> listener.feed(List.of(pattern + "/**"), Set.of(SignalType.PARAM)),
        "application/x-ndjson",
        (feed, place) -> {
          // What changes from now on is not part of it.
          feed.stopHere();
          return HttpReply.stream(
              200,
              "application/x-ndjson",
              body -> {
                place.used();
                FeedWriter.lines(feed, body, clock, config.heartbeat().toNanos(), place::free);
              });
        });
  }

  // --- sessions ----------------------------------------------------------------------------------

  private interface Call {
    CompletableFuture<HttpReply> with(RouterSession session);
  }

  private CompletableFuture<HttpReply> session(
      ApiRequest request, Optional<String> token, Call call) {
    return sessions.session(request.peer(), token).thenCompose(call::with);
  }

  private CompletableFuture<HttpReply> listener(
      ApiRequest request, Optional<String> token, Call call) {
    return sessions.listener(request.peer(), token).thenCompose(call::with);
  }

  /** With a session, and one that listens if it is needed. */
  private CompletableFuture<HttpReply> both(
      ApiRequest request,
      Optional<String> token,
      BiFunction<RouterSession, RouterSession, CompletableFuture<HttpReply>> call,
      boolean listens) {
    CompletableFuture<RouterSession> session = sessions.session(request.peer(), token);
    return session.thenCompose(open ->
        (listens ? sessions.listener(request.peer(), token) : session)
            .thenCompose(listener -> call.apply(open, listener)));
  }

  private static void only(ApiRequest request, String allowed) {
    if (!List.of(allowed.split(", ")).contains(request.method())) {
      throw ProblemException.wrongMethod(allowed);
    }
  }

  private static CompletableFuture<HttpReply> done(HttpReply reply) {
    return CompletableFuture.completedFuture(reply);
  }

  private Value index() {
    Map<String, Value> map = new LinkedHashMap<>();
    map.put("name", Value.of("CLASP HTTP API"));
    map.put("openapi", Value.of("/v1/openapi.json"));
    map.put("plain", Value.of(config.basePath()));
    return Value.of(map);
  }

  private static byte[] resource(String name) {
    try (InputStream in = HttpApi.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing in the program");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // --- the end -----------------------------------------------------------------------------------

  /**
   * Ends event streams, whose clients come back elsewhere, and refuses new requests. Waits up to 2
   * s until they are told.
   */
  public void drain() {
    draining = true;
    CompletableFuture<?>[] told =
        writers.stream()
            .map(writer -> writer.stop(Problem.away("this server is stopping")))
            .toArray(CompletableFuture[]::new);
    try {
      CompletableFuture.allOf(told).get(DRAIN_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.debug("some event streams could not be told that the server stops", e);
    }
  }

  /** Ends everything but the sessions. Idempotent. */
  @Override
  public void close() {
    drain();
    locks.close();
  }
}
