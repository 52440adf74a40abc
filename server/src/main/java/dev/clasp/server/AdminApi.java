package dev.clasp.server;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clasp.discovery.QrPicture;
import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.PatternException;
import dev.clasp.protocol.Value;
import dev.clasp.router.Administration;
import dev.clasp.router.SessionDetail;
import dev.clasp.router.SessionStatus;
import dev.clasp.security.Cpsk;
import dev.clasp.security.Identity;
import dev.clasp.security.Scopes;
import dev.clasp.security.StoredToken;
import dev.clasp.security.TokenAuthenticator;
import dev.clasp.security.TokenDigest;
import dev.clasp.security.TokenEntry;
import dev.clasp.security.TokenFormatException;
import dev.clasp.security.TokenStoreFile;
import dev.clasp.transport.HttpQuery;
import dev.clasp.transport.HttpReply;
import dev.clasp.transport.OriginPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /admin/v1}: looking at a running server and changing it, over HTTP (docs/admin-api.md).
 *
 * <p>If tokens are wanted, whoever calls needs one of {@code admin:/**}. On an open router only
 * this machine may call, and what changes something must say so in a way that no web page can
 * without asking first: with the content type of JSON or the header {@value #HEADER}. Every call is
 * told to the audit log.
 *
 * <p>Calls are made on one thread of the API, one after the other: whoever keeps it busy delays
 * other administrators and no signals.
 */
public final class AdminApi implements Companion {

  private static final Logger LOG = LoggerFactory.getLogger(AdminApi.class);

  /** Where all of it is. */
  static final String PREFIX = "/admin/v1";

  /** Says that a request is meant; its value does not matter. */
  static final String HEADER = "X-Clasp-Admin";

  private static final int MAX_WAITING = 64;
  private static final int MAX_SESSIONS = 1000;
  private static final int MAX_EVENTS = 256;
  private static final long MAX_WAIT_SECONDS = 30;
  private static final int MAX_SUBJECT = 256;

  /** So that it fits into a close frame with the words before it. */
  private static final int MAX_REASON = 80;

  private static final Duration LONGEST_TOKEN = Duration.ofDays(3660);
  private static final Set<String> LEVELS = Set.of("trace", "debug", "info", "warn", "error");
  private static final CloseReason DISCONNECTED =
      new CloseReason(CloseReason.POLICY, "disconnected by an administrator");

  private final ClaspServer server;
  private final AdminConfig config;
  private final SecureRandom random = new SecureRandom();
  private final PageCursors cursors = new PageCursors();
  private final Semaphore waiting = new Semaphore(MAX_WAITING);
  private final ScheduledThreadPoolExecutor worker;
  private final List<AdminRoute> routes;

  private AdminApi(ClaspServer server, AdminConfig config) {
    this.server = server;
    this.config = config;
    this.worker =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("clasp-admin").factory());
    worker.setKeepAliveTime(10, TimeUnit.SECONDS);
    worker.allowCoreThreadTimeOut(true);
    worker.setRemoveOnCancelPolicy(true);
    List<AdminRoute> own =
        List.of(
            new AdminRoute("GET", "/info", this::info),
            new AdminRoute("GET", "/stats", this::stats),
            new AdminRoute("GET", "/config", this::settings),
            new AdminRoute("GET", "/sessions", this::sessions),
            new AdminRoute("GET", "/sessions/{id}", this::session),
            new AdminRoute("DELETE", "/sessions/{id}", this::disconnect),
            new AdminRoute("GET", "/state", this::state),
            new AdminRoute("PUT", "/state/{address}", this::put),
            new AdminRoute("DELETE", "/state/{address}", this::delete),
            new AdminRoute("DELETE", "/locks/{address}", this::unlock),
            new AdminRoute("GET", "/tokens", this::tokens),
            new AdminRoute("POST", "/tokens", this::makeToken),
            new AdminRoute("DELETE", "/tokens/{id}", this::revokeToken),
            new AdminRoute("POST", "/may", this::may),
            new AdminRoute("POST", "/qr", this::qr),
            new AdminRoute("GET", "/reload", this::previewReload),
            new AdminRoute("POST", "/reload", this::reload),
            new AdminRoute("POST", "/drain", this::drain),
            new AdminRoute("POST", "/snapshot", this::snapshot),
            new AdminRoute("GET", "/log-level", this::currentLevel),
            new AdminRoute("PUT", "/log-level", this::logLevel),
            new AdminRoute("GET", "/diagnostics", this::diagnostics),
            new AdminRoute("GET", "/limits", this::limits),
            new AdminRoute("PUT", "/limits", this::changeLimits),
            new AdminRoute("GET", "/events", this::events),
            new AdminRoute("GET", "/openapi.yaml", this::description));
    this.routes = Stream.concat(own.stream(), config.more().stream()).toList();
  }

  /** Makes the API for a server. */
  public static Factory factory(AdminConfig config) {
    return server -> new AdminApi(server, config);
  }

  /** Every call, as {@code GET /admin/v1/info}. */
  List<String> calls() {
    return routes.stream().map(route -> route.method() + " " + PREFIX + route.path()).toList();
  }

  @Override
  public String name() {
    return "admin";
  }

  @Override
  public boolean has(String path) {
    return path.equals(PREFIX) || path.startsWith(PREFIX + "/");
  }

  // --- who may call ------------------------------------------------------------------------------

  @Override
  public void handle(HttpQuery query, Consumer<HttpReply> answer) {
    Consumer<HttpReply> to = reply -> answer.accept(reply.withHeader("Cache-Control", "no-store"));
    String path = query.path().substring(PREFIX.length());
    AdminRoute route = null;
    String variable = "";
    Set<String> methods = new LinkedHashSet<>();
    for (AdminRoute each : routes) {
      Optional<String> found = each.match(path);
      if (found.isPresent()) {
        methods.add(each.method());
        if (each.takes(query)) {
          route = each;
          variable = found.get();
        }
      }
    }
    if (!hostIsOurs(query)) {
      to.accept(HttpReply.text(403, "administration is not done under this host name\n"));
    } else if (methods.isEmpty()) {
      to.accept(
          HttpReply.text(404, "there is no such call; " + PREFIX + "/openapi.yaml has them all\n"));
    } else if (route == null) {
      to.accept(
          HttpReply.text(405, "only " + String.join(", ", methods) + " are served here\n")
              .withHeader("Allow", String.join(", ", methods)));
    } else {
      admit(query, route, variable, to);
    }
  }

  /** A name that somebody else owns may point here. */
  private boolean hostIsOurs(HttpQuery query) {
    return server.config().effectiveOrigins().allowsHost(query.header("host").orElse(null));
  }

  private void admit(HttpQuery query, AdminRoute route, String variable, Consumer<HttpReply> to) {
    if (!server.config().wantsTokens()) {
      Optional<String> refusal = refusalOfOpenRouter(query, route);
      if (refusal.isPresent()) {
        server.trail().apiDenied(query.path(), LinkConnection.text(query.remote()), 403);
        to.accept(HttpReply.text(403, refusal.get()));
        return;
      }
    }
    server
        .access()
        .administratorIdentity(
            query,
            caller -> {
              switch (caller) {
                case ApiAccess.Caller.Unknown(HttpReply reply) -> to.accept(reply);
                case ApiAccess.Caller.Known(Identity who) -> run(query, route, variable, who, to);
              }
            });
  }

  private Optional<String> refusalOfOpenRouter(HttpQuery query, AdminRoute route) {
    if (!local(query)) {
      return Optional.of(
          "this router lets everybody in, so it is administered from its own machine only\n");
    }
    return route.changes() && !meant(query)
        ? Optional.of(
            "what changes something needs Content-Type: application/json or the header "
                + HEADER
                + ": 1, and must not come from a page of another origin\n")
        : Optional.empty();
  }

  /** From this machine, and not by a proxy on it that speaks for others. */
  private static boolean local(HttpQuery query) {
    return query.remote() instanceof InetSocketAddress address
        && address.getAddress() != null
        && address.getAddress().isLoopbackAddress()
        && query.header("x-forwarded-for").isEmpty()
        && query.header("forwarded").isEmpty();
  }

  /** Browsers let a page of another origin send neither without asking us first. */
  private boolean meant(HttpQuery query) {
    boolean json =
        query
            .header("content-type")
            .map(type -> type.toLowerCase(Locale.ROOT))
            .filter(type -> type.equals("application/json") || type.startsWith("application/json;"))
            .isPresent();
    return (json || query.header(HEADER.toLowerCase(Locale.ROOT)).isPresent())
        && server
            .config()
            .origins()
            .orElse(OriginPolicy.LOCAL)
            .allows(query.header("origin").orElse(null), query.header("host").orElse(null));
  }

  private void run(
      HttpQuery query, AdminRoute route, String variable, Identity who, Consumer<HttpReply> to) {
    if (!waiting.tryAcquire()) {
      to.accept(tooMany());
      return;
    }
    AtomicBoolean answered = new AtomicBoolean();
    Consumer<HttpReply> reply =
        answer -> {
          if (answered.compareAndSet(false, true)) {
            waiting.release();
            audit(query, who, answer.status());
            to.accept(answer);
          }
        };
    try {
      worker.execute(() -> call(query, route, variable, who, reply));
    } catch (RejectedExecutionException e) {
      reply.accept(HttpReply.text(503, "the server is stopping\n"));
    }
  }

  private static void call(
      HttpQuery query, AdminRoute route, String variable, Identity who, Consumer<HttpReply> reply) {
    try {
      route
          .handler()
          .handle(
              new AdminCall(query, who, AdminCall.decoded(variable.replace("+", "%2B")), reply));
    } catch (AdminCall.Mistake e) {
      reply.accept(HttpReply.text(e.status(), e.getMessage() + "\n"));
    } catch (ServerException e) {
      reply.accept(HttpReply.text(500, e.getMessage() + "\n"));
    } catch (PatternException | IllegalArgumentException e) {
      reply.accept(HttpReply.text(400, e.getMessage() + "\n"));
    } catch (RuntimeException e) {
      LOG.error("{} {} failed", route.method(), route.path(), e);
      reply.accept(HttpReply.text(500, "internal error, see the log\n"));
    }
  }

  private static HttpReply tooMany() {
    return HttpReply.text(503, "too many are asking at once\n").withHeader("Retry-After", "1");
  }

  /** Whoever listens to events is told of once: the event of asking would be an answer. */
  private void audit(HttpQuery query, Identity who, int status) {
    boolean listening =
        query.path().equals(PREFIX + "/events")
            && (query.query().contains("after=") || query.header("last-event-id").isPresent());
    if (!listening) {
      server
          .trail()
          .administered(
              query.method() + " " + query.path(),
              LinkConnection.text(query.remote()),
              who,
              status);
    }
  }

  private static <T> T given(Optional<T> what, String sentence) {
    return what.orElseThrow(() -> new AdminCall.Mistake(501, sentence));
  }

  // --- the server --------------------------------------------------------------------------------

  private void info(AdminCall call) {
    call.json(200, info());
  }

  private byte[] info() {
    return AdminJson.object(json -> {
      json.writeStringField("name", server.router().config().name());
      json.writeStringField("version", Version.number());
      json.writeStringField("commit", Version.commit());
      json.writeStringField("runtime", "java " + Runtime.version());
      json.writeStringField(
          "platform",
          System.getProperty("os.name")
              + " "
              + System.getProperty("os.version")
              + " "
              + System.getProperty("os.arch"));
      json.writeNumberField("processors", Runtime.getRuntime().availableProcessors());
      json.writeStringField("started", StatusJson.instant(server.router().startedMicros()));
      json.writeStringField("phase", server.phase().name().toLowerCase(Locale.ROOT));
      json.writeBooleanField("tokens", server.config().wantsTokens());
      json.writeArrayFieldStart("urls");
      for (String url : server.urls()) {
        json.writeString(url);
      }
      json.writeEndArray();
    });
  }

  private void stats(AdminCall call) {
    call.json(200, status());
  }

  private byte[] status() {
    return StatusJson.of(
        server.router(), server.door(), server.others(), server.watch(), server.stateStatus());
  }

  private void diagnostics(AdminCall call) {
    call.reply()
        .accept(
            new HttpReply(200, "application/zip", Diagnostics.zip(server, config, info(), status()))
                .withHeader("Content-Disposition", "attachment; filename=clasp-diagnostics.zip"));
  }

  private void previewReload(AdminCall call) {
    call.json(
        200,
        given(config.reloadPreview(), "this program has no configuration to read again").get());
  }

  private void currentLevel(AdminCall call) {
    String level = given(config.currentLevel(), "the level of this log is not known").get();
    call.json(200, AdminJson.object(json -> json.writeStringField("level", level)));
  }

  /** A text as a QR code: in the body, because a token must not be in a URL. */
  private void qr(AdminCall call) {
    String text =
        AdminJson.text(AdminJson.read(call.query().body(), Set.of("text")), "text")
            .filter(t -> !t.isEmpty())
            .orElseThrow(() -> new AdminCall.Mistake(400, "text is missing"));
    call.reply()
        .accept(
            new HttpReply(
                200, "image/svg+xml", QrPicture.of(text).svg().getBytes(StandardCharsets.UTF_8)));
  }

  private void may(AdminCall call) {
    new MayCall(config.authenticator()).handle(call);
  }

  private void settings(AdminCall call) {
    Supplier<byte[]> settings =
        given(config.settings(), "this program does not tell its configuration");
    call.json(200, settings.get());
  }

  private void reload(AdminCall call) {
    String outcome =
        given(config.reload(), "this program has no configuration to read again").get();
    call.json(200, AdminJson.object(json -> json.writeStringField("outcome", outcome)));
  }

  private void drain(AdminCall call) {
    Runnable drain = given(config.drain(), "this program cannot be stopped from here");
    call.text(202, "stopping");
    drain.run();
  }

  private void snapshot(AdminCall call) {
    Optional<Runnable> write =
        config.snapshot().or(() -> server.keeper().map(_ -> server::writeState));
    given(write, "the values of this router are not kept on a disk").run();
    call.done();
  }

  private void logLevel(AdminCall call) {
    Consumer<String> set = given(config.logLevel(), "the level of this log cannot be changed");
    String level =
        AdminJson.text(AdminJson.read(call.query().body(), Set.of("level")), "level")
            .filter(LEVELS::contains)
            .orElseThrow(() ->
                new AdminCall.Mistake(400, "level must be trace, debug, info, warn or error"));
    set.accept(level);
    call.done();
  }

  private void limits(AdminCall call) {
    call.json(200, AdminLimits.json(server.config()));
  }

  private void changeLimits(AdminCall call) {
    List<String> words = new ArrayList<>();
    server.reconfigure(now -> {
      AdminLimits.Change change = AdminLimits.change(now, call.query().body());
      words.addAll(change.words());
      return change.config();
    });
    if (!words.isEmpty()) {
      LOG.info("limits changed by {}: {}", call.peer(), String.join(", ", words));
    }
    limits(call);
  }

  private void description(AdminCall call) {
    try (InputStream in = AdminApi.class.getResourceAsStream("/META-INF/clasp-api/openapi.yaml")) {
      if (in == null) {
        throw new AdminCall.Mistake(501, "this build has no description of its API");
      }
      call.reply().accept(new HttpReply(200, "application/yaml", in.readAllBytes()));
    } catch (IOException e) {
      throw new IllegalStateException("the class path can be read", e);
    }
  }

  // --- sessions ----------------------------------------------------------------------------------

  private static final Comparator<SessionStatus> OLDEST_FIRST =
      Comparator.comparingLong(SessionStatus::connectedMicros).thenComparing(SessionStatus::id);

  private static String cursor(SessionStatus session) {
    return session.connectedMicros() + "_" + session.id();
  }

  private void sessions(AdminCall call) {
    int limit = (int) call.number("limit", 100, MAX_SESSIONS);
    Optional<String> cursor = call.parameter("cursor");
    long micros = 0;
    String id = "";
    if (cursor.isPresent()) {
      String[] parts = cursor.get().split("_", 2);
      if (parts.length < 2 || !parts[0].matches("[0-9]{1,18}")) {
        throw new AdminCall.Mistake(400, "cursor must be what the page before said under next");
      }
      micros = Long.parseLong(parts[0]);
      id = parts[1];
    }
    long afterMicros = micros;
    String afterId = id;
    List<SessionStatus> rest =
        server.router().sessionStatus().stream()
            .sorted(OLDEST_FIRST)
            .filter(s ->
                s.connectedMicros() > afterMicros
                    || s.connectedMicros() == afterMicros && s.id().compareTo(afterId) > 0)
            .toList();
    List<SessionStatus> page = rest.subList(0, Math.min(limit, rest.size()));
    call.json(
        200,
        AdminJson.object(json -> {
          json.writeArrayFieldStart("sessions");
          for (SessionStatus session : page) {
            json.writeStartObject();
            AdminJson.session(json, session);
            json.writeEndObject();
          }
          json.writeEndArray();
          if (page.size() < rest.size() && !page.isEmpty()) {
            json.writeStringField("next", cursor(page.getLast()));
          }
        }));
  }

  private Administration administration() {
    return new Administration(server.router(), server.anyLane());
  }

  private void session(AdminCall call) {
    administration()
        .session(call.variable())
        .whenComplete((found, failure) -> {
          if (failure != null) {
            call.text(503, "the event loop of this session does not answer");
          } else if (found.isEmpty()) {
            call.text(404, "there is no session of this id");
          } else {
            SessionDetail detail = found.get();
            double seconds =
                (server.router().clock().unixMicros() - detail.status().connectedMicros()) / 1e6;
            call.json(200, AdminJson.detail(detail, seconds));
          }
        });
  }

  private void disconnect(AdminCall call) {
    CloseReason reason =
        call.parameter("reason")
            .map(String::strip)
            .filter(text -> !text.isEmpty())
            .map(AdminApi::disconnected)
            .orElse(DISCONNECTED);
    if (administration().disconnect(call.variable(), reason)) {
      call.done();
    } else {
      call.text(404, "there is no session of this id");
    }
  }

  private static CloseReason disconnected(String why) {
    if (why.length() > MAX_REASON || why.chars().anyMatch(Character::isISOControl)) {
      throw new AdminCall.Mistake(
          400, "reason must be at most " + MAX_REASON + " characters on one line");
    }
    return new CloseReason(CloseReason.POLICY, DISCONNECTED.text() + ": " + why);
  }

  // --- state -------------------------------------------------------------------------------------

  private void state(AdminCall call) {
    call.json(
        200,
        DumpJson.parameters(
            server.router(),
            AddressPattern.parse(call.parameter("pattern").orElse("/**")),
            (int) call.number("limit", 100, DumpJson.MAX_ENTRIES),
            call.parameter("cursor"),
            Scopes.ALL,
            cursors));
  }

  private void put(AdminCall call) {
    ObjectNode body = AdminJson.read(call.query().body(), Set.of("value"));
    JsonNode node = body.get("value");
    if (node == null) {
      throw new AdminCall.Mistake(400, "the body must be an object with the field value");
    }
    Value value = JsonValue.of(node);
    administration()
        .set("/" + call.variable(), value, call.who(), call.peer())
        .whenComplete((outcome, failure) -> answer(call, outcome, failure));
  }

  private void delete(AdminCall call) {
    administration()
        .delete("/" + call.variable())
        .whenComplete((outcome, failure) -> answer(call, outcome, failure));
  }

  private void unlock(AdminCall call) {
    administration()
        .breakLock("/" + call.variable(), call.who(), call.peer())
        .whenComplete((outcome, failure) -> answer(call, outcome, failure));
  }

  private static void answer(
      AdminCall call, Administration.@Nullable Outcome outcome, @Nullable Throwable failure) {
    if (failure != null) {
      LOG.error("{} {} failed", call.query().method(), call.query().path(), failure);
      call.text(500, "internal error, see the log");
      return;
    }
    switch (Objects.requireNonNull(outcome)) {
      case Administration.Outcome.Done() -> call.done();
      case Administration.Outcome.Absent() -> call.text(404, "there is nothing at this address");
      case Administration.Outcome.Refused(int code, String text) ->
          call.text(
              switch (code) {
                case ErrorCode.LOCK_HELD -> 409;
                case ErrorCode.FORBIDDEN -> 403;
                case ErrorCode.TOO_MANY -> 429;
                default -> 400;
              },
              text);
    }
  }

  // --- tokens ------------------------------------------------------------------------------------

  private TokenStoreFile store() {
    return given(
        config.tokens(),
        "this router has no token store; start it with a --token-file that is a store of 'clasp"
            + " token'");
  }

  private static <T> T stored(Supplier<T> task) {
    try {
      return task.get();
    } catch (TokenFormatException e) {
      throw new AdminCall.Mistake(500, String.valueOf(e.getMessage()));
    }
  }

  /**
   * Those of the store, and behind them those of other files and lines, which only whoever keeps
   * these can take back.
   */
  private void tokens(AdminCall call) {
    if (config.authenticator().isEmpty()) {
      store();
    }
    List<TokenEntry> stored =
        config.tokens().map(store -> stored(() -> store.read().tokens())).orElse(List.of()).stream()
            .map(StoredToken::entry)
            .toList();
    Set<TokenDigest> listed = new HashSet<>();
    stored.forEach(entry -> listed.add(entry.digest()));
    List<TokenEntry> elsewhere =
        config.authenticator().map(TokenAuthenticator::entries).orElse(List.of()).stream()
            .filter(entry -> listed.add(entry.digest()))
            .sorted(
                Comparator.<TokenEntry>comparingLong(entry -> entry.createdAt().orElse(0))
                    .thenComparing(TokenEntry::id))
            .toList();
    Map<String, Integer> sessions = server.router().sessionsByToken();
    call.json(
        200,
        AdminJson.object(json -> {
          json.writeArrayFieldStart("tokens");
          for (TokenEntry entry : stored) {
            listed(json, entry, true, sessions);
          }
          for (TokenEntry entry : elsewhere) {
            listed(json, entry, false, sessions);
          }
          json.writeEndArray();
        }));
  }

  private void listed(
      JsonGenerator json, TokenEntry entry, boolean stored, Map<String, Integer> sessions)
      throws IOException {
    json.writeStartObject();
    AdminJson.token(json, entry);
    Optional<Instant> used = config.authenticator().flatMap(a -> a.lastUsed(entry.id()));
    if (used.isPresent()) {
      json.writeStringField("last_used", used.get().truncatedTo(ChronoUnit.MILLIS).toString());
    }
    json.writeNumberField("sessions", sessions.getOrDefault(entry.id(), 0));
    json.writeBooleanField("stored", stored);
    json.writeEndObject();
  }

  private void makeToken(AdminCall call) {
    TokenStoreFile store = store();
    ObjectNode body =
        AdminJson.read(call.query().body(), Set.of("scopes", "subject", "expires_in_seconds"));
    Scopes scopes =
        Scopes.parseList(
            AdminJson.text(body, "scopes")
                .orElseThrow(() ->
                    new AdminCall.Mistake(
                        400, "scopes is missing: a text such as read:/**,write:/lights/**")));
    if (scopes.list().isEmpty()) {
      throw new AdminCall.Mistake(400, "a token without scopes can do nothing");
    }
    Optional<String> subject = AdminJson.text(body, "subject");
    if (subject.filter(s -> s.isBlank() || s.length() > MAX_SUBJECT).isPresent()) {
      throw new AdminCall.Mistake(400, "subject must be 1 to " + MAX_SUBJECT + " characters");
    }
    long now = Instant.now().getEpochSecond();
    String token = Cpsk.generate(random);
    TokenEntry entry =
        new TokenEntry(
            TokenDigest.of(token),
            subject,
            scopes,
            OptionalLong.empty(),
            lifetime(body).isPresent()
                ? OptionalLong.of(now + lifetime(body).getAsLong())
                : OptionalLong.empty(),
            OptionalLong.of(now),
            Map.of("source", "admin"));
    stored(() ->
        store.change(tokens -> {
          tokens.add(Optional.empty(), entry);
          return true;
        }));
    config.tokensChanged().run();
    server.trail().tokenMade(entry.id(), subject, scopes.toString(), call.who(), call.peer());
    call.json(
        201,
        AdminJson.object(json -> {
          json.writeStringField("token", token);
          AdminJson.token(json, entry);
        }));
  }

  private static OptionalLong lifetime(ObjectNode body) {
    JsonNode seconds = body.get("expires_in_seconds");
    if (seconds == null || seconds.isNull()) {
      return OptionalLong.empty();
    }
    if (!seconds.isIntegralNumber()
        || !seconds.canConvertToLong()
        || seconds.longValue() < 1
        || seconds.longValue() > LONGEST_TOKEN.toSeconds()) {
      throw new AdminCall.Mistake(
          400, "expires_in_seconds must be 1 to " + LONGEST_TOKEN.toSeconds());
    }
    return OptionalLong.of(seconds.longValue());
  }

  private void revokeToken(AdminCall call) {
    TokenStoreFile store = store();
    // The id is all that anybody but the holder knows, and whoever has two alike loses both.
    boolean found =
        stored(() ->
            store.change(tokens -> {
              List<StoredToken> named =
                  tokens.tokens().stream()
                      .filter(token -> token.entry().id().equals(call.variable()))
                      .toList();
              named.forEach(tokens::remove);
              return !named.isEmpty();
            }));
    if (!found) {
      call.text(404, "there is no token of this id in the store");
      return;
    }
    config.tokensChanged().run();
    // Whether or not the router looks at the file by itself.
    server
        .router()
        .expel(
            identity -> identity.tokenId().equals(call.variable()),
            ErrorCode.UNAUTHORIZED,
            "Token revoked");
    call.done();
  }

  // --- events ------------------------------------------------------------------------------------

  /**
   * What happened after a number; if nothing did, waits for it for a while. As JSON, or as an event
   * stream (HTML Living Standard 9.2) that ends after each answer: browsers come back by
   * themselves, with the number of the last event that they have.
   */
  private void events(AdminCall call) {
    Optional<String> lastId = call.query().header("last-event-id").filter(id -> !id.isEmpty());
    if (lastId.isPresent() && !lastId.get().matches("[0-9]{1,18}")) {
      throw new AdminCall.Mistake(400, "Last-Event-ID must be a number");
    }
    long after =
        lastId.isPresent()
            ? Long.parseLong(lastId.get())
            : call.number("after", 0, Long.MAX_VALUE / 10);
    int limit = Math.max(1, (int) call.number("limit", 100, MAX_EVENTS));
    long wait = call.number("wait", 10, MAX_WAIT_SECONDS);
    Set<String> kinds = kinds(call);
    EventFeed feed = config.events();
    // Numbers begin anew with the server.
    long known = after > feed.last() ? 0 : after;
    AtomicBoolean done = new AtomicBoolean();
    EventFeed.Waiter waiter =
        () -> {
          if (done.compareAndSet(false, true)) {
            // Not on the thread on which something happened: it has signals to move.
            later(call, () -> tell(call, feed.after(known, limit, kinds), feed.last()));
          }
        };
    if (wait == 0 || !feed.await(known, kinds, waiter)) {
      if (wait == 0 || !feed.after(known, 1, kinds).isEmpty()) {
        waiter.wake();
      } else {
        // Too many wait already. An answer at once would be followed by the next question at once.
        worker.schedule(waiter::wake, 1, TimeUnit.SECONDS);
      }
      return;
    }
    worker.schedule(
        () -> {
          feed.forget(waiter);
          waiter.wake();
        },
        wait,
        TimeUnit.SECONDS);
  }

  private static Set<String> kinds(AdminCall call) {
    Optional<String> kind = call.parameter("kind").filter(text -> !text.isEmpty());
    if (kind.isPresent() && !EventFeed.KINDS.contains(kind.get())) {
      throw new AdminCall.Mistake(400, "kind must be audit or log");
    }
    return kind.map(Set::of).orElse(EventFeed.KINDS);
  }

  private void later(AdminCall call, Runnable task) {
    try {
      worker.execute(task);
    } catch (RejectedExecutionException e) {
      call.text(503, "the server is stopping");
    }
  }

  private static void tell(AdminCall call, List<EventFeed.Event> events, long last) {
    boolean stream =
        call.query()
            .header("accept")
            .filter(accept -> accept.contains("text/event-stream"))
            .isPresent();
    if (!stream) {
      call.json(200, AdminJson.events(events, last));
      return;
    }
    StringBuilder text = new StringBuilder("retry: 1000\n\n");
    for (EventFeed.Event event : events) {
      text.append("id: ")
          .append(event.number())
          .append("\nevent: ")
          .append(event.kind())
          .append("\ndata: ")
          .append(event.json())
          .append("\n\n");
    }
    call.reply()
        .accept(
            new HttpReply(
                200, "text/event-stream", text.toString().getBytes(StandardCharsets.UTF_8)));
  }

  @Override
  public void close() {
    worker.shutdownNow();
  }
}
