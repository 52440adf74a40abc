package dev.clasp.bridgehttp;

import dev.clasp.bridge.JsonValues;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.bridgehttp.HttpConfig.Action;
import dev.clasp.bridgehttp.HttpConfig.InletSpec;
import dev.clasp.client.ClaspClient;
import dev.clasp.protocol.AddressRules;
import dev.clasp.protocol.EncodeException;
import dev.clasp.protocol.MessagePackValues;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import dev.clasp.transport.HttpHandler;
import dev.clasp.transport.HttpQuery;
import dev.clasp.transport.HttpReply;
import dev.clasp.transport.OriginPolicy;
import dev.clasp.web.Problem;
import dev.clasp.web.RouterSessions;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What the bridge serves: webhooks that come in, and values that are read. Refusals are documents
 * as of RFC 9457. Thread-safe; nothing blocks.
 */
final class Inlets implements HttpHandler {

  /** How long the id of a message is remembered. */
  private static final long ID_NANOS = 3_600_000_000_000L;

  private static final int MAX_ID = 200;

  /** A payload of CLASP has 65,535 bytes, with the address. */
  private static final int MAX_VALUE = 64_000;

  private final List<Inlet> inlets;
  private final OriginPolicy origins;
  private final EndpointContext context;
  private final InstantSource clock;
  private final Shown shown;
  private final Optional<HttpHandler> otherwise;
  private final Optional<RouterSessions> sessions;

  /**
   * @param seen of this one only: who fills that of an open endpoint closes no other
   */
  private record Inlet(InletSpec spec, Pace pace, SeenMarks seen) {}

  /**
   * @param origins of web pages that may use it
   * @param otherwise who answers what is not here
   * @param sessions for what is done with the rights of callers
   */
  Inlets(
      List<InletSpec> specs,
      List<String> origins,
      EndpointContext context,
      InstantSource clock,
      Shown shown,
      Optional<HttpHandler> otherwise,
      Optional<RouterSessions> sessions) {
    // The most particular path first; otherwise in the user's order.
    this.inlets =
        specs.stream()
            .sorted(Comparator.comparingInt((InletSpec spec) -> -spec.path().literals()))
            .map(spec -> new Inlet(spec, new Pace(spec.rate()), new SeenMarks()))
            .toList();
    this.origins = new OriginPolicy(Set.copyOf(origins));
    this.context = context;
    this.clock = clock;
    this.shown = shown;
    this.otherwise = otherwise;
    this.sessions = sessions;
  }

  @Override
  public void handle(HttpQuery query, Consumer<HttpReply> answer) {
    if (otherwise.isPresent()
        && inlets.stream()
            .noneMatch(each -> each.spec.path().match(query.path(), true).isPresent())) {
      otherwise.get().handle(query, answer);
    } else {
      replied(query).thenAccept(answer);
    }
  }

  @Override
  public HttpReply refused(String path, HttpReply refusal) {
    return inlets.stream().anyMatch(each -> each.spec.path().match(path, true).isPresent())
        ? refusal
        : otherwise.map(api -> api.refused(path, refusal)).orElse(refusal);
  }

  /** For who cannot wait. */
  @Override
  public HttpReply handle(HttpQuery query) {
    return replied(query)
        .getNow(problem(503, "not yet", "the token is being looked at, ask again"));
  }

  private CompletableFuture<HttpReply> replied(HttpQuery query) {
    context.bytes(query.body().length, 0);
    Optional<String> origin = query.header("origin");
    if (origin.isPresent() && !origins.allows(origin.get(), query.header("host").orElse(null))) {
      return done(
          problem(
              403,
              "foreign origin",
              "pages of another origin may not use this; allow it in cors_origins"));
    }
    CompletableFuture<HttpReply> reply = answered(query);
    return origin.isEmpty()
        ? reply
        : reply.thenApply(plain ->
            plain
                .withHeader("Access-Control-Allow-Origin", origin.get())
                .withHeader("Vary", "Origin")
                .withHeader("Cross-Origin-Resource-Policy", "cross-origin"));
  }

  private static CompletableFuture<HttpReply> done(HttpReply reply) {
    return CompletableFuture.completedFuture(reply);
  }

  private CompletableFuture<HttpReply> answered(HttpQuery query) {
    TreeSet<String> methods = new TreeSet<>();
    for (Inlet inlet : inlets) {
      Optional<Map<String, String>> names = inlet.spec.path().match(query.path(), true);
      if (names.isEmpty()) {
        continue;
      }
      if (takes(inlet.spec, query.method())) {
        return served(inlet, names.get(), query);
      }
      methods.addAll(inlet.spec.methods());
    }
    if (methods.isEmpty()) {
      return done(problem(404, "not found", "nothing is served at this path"));
    }
    String allow = String.join(", ", methods);
    if (query.method().equals("OPTIONS")) {
      return done(
          new HttpReply(204, "text/plain", new byte[0])
              .withHeader("Allow", allow + ", OPTIONS")
              .withHeader("Access-Control-Allow-Methods", allow)
              .withHeader(
                  "Access-Control-Allow-Headers",
                  "authorization, content-type, idempotency-key, x-api-key")
              .withHeader("Access-Control-Max-Age", "600"));
    }
    return done(
        problem(405, "method not allowed", "here it is " + allow).withHeader("Allow", allow));
  }

  private static boolean takes(InletSpec spec, String method) {
    return spec.methods().contains(method)
        || method.equals("HEAD") && spec.methods().contains("GET");
  }

  private CompletableFuture<HttpReply> served(
      Inlet inlet, Map<String, String> path, HttpQuery query) {
    InletSpec spec = inlet.spec;
    if (!spec.guarded() && !spec.open() && !origins.allowsHost(query.header("host").orElse(null))) {
      // It is for this machine only, and a page would not be of it: its owner has pointed a name
      // of his own here (DNS rebinding), which makes it a page of the same origin.
      return done(
          problem(
              403,
              "foreign name",
              "this is for programs of this machine: use 127.0.0.1, or set open or cors_origins"));
    }
    if (!inlet.pace.allows(context.nanoTime())) {
      return done(
          problem(429, "too many requests", "at most " + spec.rate() + " a second")
              .withHeader("Retry-After", "" + inlet.pace.seconds()));
    }
    if (spec.token().isPresent() && !showsToken(spec.token().get(), query)) {
      dropped(query, "no token, or a wrong one");
      return done(unauthorized());
    }
    Optional<String> mark = Optional.empty();
    if (spec.signature().isPresent()) {
      Signature signature = spec.signature().get();
      Optional<String> text = query.header(signature.header().toLowerCase(Locale.ROOT));
      Signature.Verdict verdict =
          text.isEmpty()
              ? new Signature.Verdict.Refused("the header " + signature.header() + " is missing")
              : signature.verify(text.get(), query.body(), clock.instant().getEpochSecond());
      switch (verdict) {
        case Signature.Verdict.Refused(String why) -> {
          dropped(query, why);
          return done(problem(401, "signature refused", why));
        }
        case Signature.Verdict.Genuine(String given) ->
            mark =
                given.isEmpty()
                    ? Optional.empty()
                    : Optional.of("s " + spec.path() + " " + query.path() + " " + given);
      }
    }
    Optional<Map<String, String>> fields = PercentText.form(query.query());
    if (fields.isEmpty()) {
      dropped(query, "its query cannot be read");
      return done(problem(400, "malformed query", "the query string is not name=value&..."));
    }
    Map<String, String> names = new LinkedHashMap<>(path);
    fields.get().forEach((name, text) -> names.put("query_" + name, text));
    return switch (spec.action()) {
      case READ -> read(spec, names, query);
      case SET, EVENT, STREAM, DELETE -> write(inlet, names, fields.get(), query, mark);
    };
  }

  private static HttpReply unauthorized() {
    return problem(401, "unauthorized", "send the token as Authorization: Bearer TOKEN")
        .withHeader("WWW-Authenticate", "Bearer");
  }

  private static boolean showsToken(byte[] token, HttpQuery query) {
    return MessageDigest.isEqual(token, shown(query).orElse("").getBytes(StandardCharsets.UTF_8));
  }

  private static Optional<String> shown(HttpQuery query) {
    return query
        .header("authorization")
        .filter(text -> text.regionMatches(true, 0, "Bearer ", 0, 7))
        .map(text -> text.substring(7).strip())
        .or(() -> query.header("x-api-key"));
  }

  /** The address of a request, if it is one: what is in the open places comes from outside. */
  private static Optional<String> address(InletSpec spec, Map<String, String> names) {
    Optional<String> address =
        spec.address().map(template -> template.fill(name -> segment(name, names)));
    return address.filter(text -> AddressRules.violation(text) == null && !text.contains("\0"));
  }

  private static String segment(String name, Map<String, String> names) {
    String text = names.getOrDefault(name, "");
    // A field of the query is one segment, never more; a NUL makes the address invalid.
    return name.startsWith("query_") && (text.isEmpty() || text.indexOf('/') >= 0) ? "\0" : text;
  }

  private CompletableFuture<HttpReply> read(
      InletSpec spec, Map<String, String> names, HttpQuery query) {
    Optional<String> address = address(spec, names);
    if (address.isEmpty()) {
      return done(problem(400, "no address", "this makes no address"));
    }
    String where = address.get();
    return spec.asCaller()
        ? asCaller(
            query,
            client ->
                client
                    .get(where)
                    .thenApply(found -> value(where, found.map(parameter -> parameter.value()))))
        : done(value(where, shown.get(where)));
  }

  private static HttpReply value(String address, Optional<Value> value) {
    return value.isEmpty()
        ? problem(404, "signal not found", "there is no value at " + address)
        : json(200, Value.of(orderly("address", Value.of(address), "value", value.get())));
  }

  /** With a session of the router that has the rights of the caller's token. */
  private CompletableFuture<HttpReply> asCaller(
      HttpQuery query, Function<ClaspClient, CompletableFuture<HttpReply>> task) {
    Optional<String> token = shown(query);
    if (token.isEmpty()) {
      return done(unauthorized());
    }
    if (sessions.isEmpty()) {
      return done(problem(503, "no router", "this bridge has no way to the router for callers"));
    }
    return sessions
        .get()
        .session(peer(query), token)
        .thenCompose(session -> task.apply(session.client()))
        .exceptionally(failure -> {
          Problem problem = Problem.of(failure);
          HttpReply reply = problem(problem.status(), problem.title(), problem.detail());
          return problem.retryAfterSeconds().isPresent()
              ? reply.withHeader("Retry-After", "" + problem.retryAfterSeconds().getAsInt())
              : reply;
        });
  }

  private CompletableFuture<HttpReply> write(
      Inlet inlet,
      Map<String, String> names,
      Map<String, String> query,
      HttpQuery request,
      Optional<String> signed) {
    InletSpec spec = inlet.spec;
    List<MappedSignal> found = new ArrayList<>();
    List<String> marks = new ArrayList<>();
    Optional<HttpReply> refusal =
        refusal(spec, names, query, request, found)
            .or(() -> again(inlet, request, signed, marks::add));
    if (refusal.isPresent()) {
      return done(refusal.get());
    }
    MappedSignal first = found.getFirst();
    HttpReply taken =
        json(
            200,
            Value.of(
                orderly(
                    "address", Value.of(first.address()),
                    "value", first.value(),
                    "status", Value.of(status(spec.action())))));
    if (spec.asCaller()) {
      return asCaller(
              request,
              client -> {
                List<CompletableFuture<?>> all = new ArrayList<>();
                found.forEach(signal -> all.add(written(client, signal)));
                return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
                    .thenApply(_ -> taken);
              })
          .thenApply(reply -> {
            if (reply.status() >= 400) {
              // It was not carried out: the next attempt of its sender is no repetition.
              marks.forEach(inlet.seen::forget);
            }
            return reply;
          });
    }
    for (MappedSignal signal : found) {
      if (signal.type() == SignalType.PARAM) {
        shown.put(signal.address(), signal.value());
      }
    }
    context.receive(new Parcel(found, false, OptionalLong.empty(), Optional.of(peer(request))));
    return done(taken);
  }

  private static CompletableFuture<?> written(ClaspClient client, MappedSignal signal) {
    return switch (signal.type()) {
      case EVENT -> client.emit(signal.address(), signal.value());
      case STREAM -> client.stream(signal.address(), signal.value());
      default -> client.set(signal.address(), signal.value());
    };
  }

  /** Reads a request; what is wrong with it, if anything is. */
  private Optional<HttpReply> refusal(
      InletSpec spec,
      Map<String, String> names,
      Map<String, String> query,
      HttpQuery request,
      List<MappedSignal> found) {
    if (spec.action() == Action.DELETE) {
      Optional<String> address = address(spec, names);
      address.ifPresent(path -> found.add(new MappedSignal(path, SignalType.PARAM, Value.NULL)));
    } else {
      BodyFormat format = BodyFormat.JSON;
      if (spec.constant().isEmpty() && spec.query().isEmpty()) {
        Optional<BodyFormat> said =
            spec.format()
                .or(() ->
                    request
                        .header("content-type")
                        .map(BodyFormat::ofContentType)
                        .orElse(
                            request.body().length == 0
                                ? Optional.of(BodyFormat.JSON)
                                : Optional.empty()));
        if (said.isEmpty()) {
          dropped(request, "its content type cannot be read");
          return Optional.of(
              problem(
                  415,
                  "unsupported media type",
                  "send application/json, text/plain, application/x-www-form-urlencoded,"
                      + " application/msgpack, application/cbor or application/octet-stream"));
        }
        format = said.get();
      }
      Optional<HttpReply> refusal = taken(spec, names, query, request, format, found);
      if (refusal.isPresent()) {
        return refusal;
      }
    }
    if (found.isEmpty()) {
      dropped(request, "it makes no address");
      return Optional.of(problem(400, "no address", "this makes no address"));
    }
    for (MappedSignal signal : found) {
      if (!fits(signal.value())) {
        dropped(request, "its value is larger than CLASP can carry");
        return Optional.of(
            problem(413, "too large", "a value has at most " + MAX_VALUE + " bytes and 64 levels"));
      }
    }
    return Optional.empty();
  }

  /** Whoever sends it is told, which the host of the bridge could not do. */
  private static boolean fits(Value value) {
    try {
      return MessagePackValues.write(value).length <= MAX_VALUE;
    } catch (EncodeException e) {
      return false;
    }
  }

  private static String status(Action action) {
    return switch (action) {
      case SET -> "set";
      case DELETE -> "deleted";
      case EVENT, STREAM, READ -> "published";
    };
  }

  /** What a request says; a refusal if it cannot be read. */
  private Optional<HttpReply> taken(
      InletSpec spec,
      Map<String, String> names,
      Map<String, String> query,
      HttpQuery request,
      BodyFormat format,
      List<MappedSignal> found) {
    Value document;
    if (spec.constant().isPresent()) {
      document = spec.constant().get();
    } else if (spec.query().isPresent()) {
      String field = spec.query().get();
      if (!query.containsKey(field)) {
        dropped(request, "it has no " + field + " in its query");
        return Optional.of(problem(400, "no value", "the query has no " + field));
      }
      document = BodyFormat.plain(query.get(field));
    } else if (request.body().length == 0 && format == BodyFormat.JSON) {
      document = Value.NULL;
    } else {
      Optional<Value> read = format.value(request.body());
      if (read.isEmpty()) {
        dropped(request, "its body is no " + format.name().toLowerCase(Locale.ROOT));
        return Optional.of(
            problem(
                400, "malformed body", "the body is no " + format.name().toLowerCase(Locale.ROOT)));
      }
      document = read.get();
    }
    List<String> missing = new ArrayList<>();
    if (spec.values().isEmpty()) {
      boolean body = spec.constant().isEmpty() && spec.query().isEmpty();
      Value value =
          body && document instanceof Value.Map(var entries)
              ? entries.getOrDefault("value", document)
              : document;
      address(spec, names)
          .ifPresent(path -> found.add(new MappedSignal(path, type(spec.action()), value)));
    } else {
      Map<String, String> safe = new LinkedHashMap<>();
      names.keySet().forEach(name -> safe.put(name, segment(name, names)));
      spec.values().forEach(each -> each.from(document, safe, found::add, missing::add));
      if (found.isEmpty()) {
        dropped(request, missing.getFirst());
        return Optional.of(problem(422, "nothing to take", missing.getFirst()));
      }
    }
    return Optional.empty();
  }

  private static SignalType type(Action action) {
    return switch (action) {
      case EVENT -> SignalType.EVENT;
      case STREAM -> SignalType.STREAM;
      case SET, DELETE, READ -> SignalType.PARAM;
    };
  }

  /** The same message once more: its sender has not heard the answer, or somebody replays it. */
  private Optional<HttpReply> again(
      Inlet inlet, HttpQuery request, Optional<String> signed, Consumer<String> remembered) {
    InletSpec spec = inlet.spec;
    long now = context.nanoTime();
    Optional<String> id =
        spec.idHeader()
            .flatMap(request::header)
            .filter(text -> text.length() <= MAX_ID)
            .map(text -> "i " + spec.path() + " " + text);
    long tolerance =
        spec.signature().map(each -> 2 * each.toleranceSeconds() * 1_000_000_000L).orElse(0L);
    boolean same = false;
    boolean full = false;
    if (signed.isPresent()) {
      SeenMarks.Sight sight = inlet.seen.look(signed.get(), now, tolerance);
      if (sight == SeenMarks.Sight.NEW) {
        remembered.accept(signed.get());
      }
      same |= sight == SeenMarks.Sight.SEEN;
      full |= sight == SeenMarks.Sight.FULL;
    }
    if (id.isPresent() && !same) {
      SeenMarks.Sight sight = inlet.seen.look(id.get(), now, ID_NANOS);
      if (sight == SeenMarks.Sight.NEW) {
        remembered.accept(id.get());
      }
      same |= sight == SeenMarks.Sight.SEEN;
      full |= sight == SeenMarks.Sight.FULL;
    }
    if (full) {
      dropped(request, "too many messages within the time in which they may not come twice");
      return Optional.of(
          problem(503, "too many messages", "try again later").withHeader("Retry-After", "10"));
    }
    return same
        ? Optional.of(json(200, Value.of(Map.of("status", Value.of("duplicate")))))
        : Optional.empty();
  }

  private void dropped(HttpQuery query, String why) {
    context.dropped(
        query.method()
            + " "
            + (query.path().length() > 200 ? query.path().substring(0, 200) : query.path())
            + " from "
            + peer(query)
            + ": "
            + why);
  }

  private static String peer(HttpQuery query) {
    String text = query.remote().toString();
    return text.startsWith("/") ? text.substring(1) : text;
  }

  private static Map<String, Value> orderly(Object... pairs) {
    Map<String, Value> map = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put((String) pairs[i], (Value) pairs[i + 1]);
    }
    return map;
  }

  private static HttpReply json(int status, Value value) {
    return new HttpReply(
        status, "application/json", JsonValues.text(value).getBytes(StandardCharsets.UTF_8));
  }

  static HttpReply problem(int status, String title, String detail) {
    return new HttpReply(
        status,
        "application/problem+json",
        JsonValues.text(
                Value.of(
                    orderly(
                        "type", Value.of("about:blank"),
                        "title", Value.of(title),
                        "status", Value.of(status),
                        "detail", Value.of(detail))))
            .getBytes(StandardCharsets.UTF_8));
  }
}
