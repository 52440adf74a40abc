package dev.clasp.bridgehttp;

import dev.clasp.bridge.Namespace;
import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeSetting;
import dev.clasp.bridge.spi.BridgeSetting.Kind;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.ClientTlsSettings;
import dev.clasp.bridge.spi.HostPort;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transport.ClientTls;
import dev.clasp.transport.ServerTls;
import dev.clasp.transport.TlsFileException;
import dev.clasp.web.HttpApiConfig;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What a bridge does over HTTP. Immutable; files are read when it is made.
 *
 * @param server whether it serves the HTTP API
 * @param listen where it listens; empty: it only asks
 * @param api where the API is and who may use it, in server mode
 * @param origins of pages that may use it; {@code *} for all
 * @param attempts for a request that may work later
 * @param queue requests that may wait
 * @param concurrency requests at once
 * @param initial whether the values that the router has already are sent at the start
 */
record HttpConfig(
    boolean server,
    Optional<URI> base,
    Optional<HostPort> listen,
    HttpApiConfig api,
    List<String> origins,
    Optional<ServerTls.Source> serverTls,
    ClientTls tls,
    Duration timeout,
    int maxBody,
    Caller.Redirects redirects,
    int attempts,
    int queue,
    int concurrency,
    boolean initial,
    List<OutRule> send,
    List<PollSpec> polls,
    List<StreamSpec> streams,
    List<InletSpec> inlets) {

  private static final int MAX_SECRET_BYTES = 4096;
  private static final int MAX_ENTRIES = 500;

  /** Least and most time between two polls. */
  static final Duration MIN_EVERY = Duration.ofMillis(100);

  private static final Duration MAX_EVERY = Duration.ofDays(1);

  static final List<BridgeSetting> SETTINGS =
      List.of(
          new BridgeSetting(
              "mode",
              Kind.CHOICE,
              Value.of("server"),
              "server: the HTTP API of the router on a port of its own; client: requests to others.",
              List.of("server", "client")),
          new BridgeSetting(
              "url",
              Kind.TEXT,
              Value.NULL,
              "Base URL of the other side (client); URLs that begin with a slash are behind it."),
          new BridgeSetting(
              "bind",
              Kind.ENDPOINT,
              Value.NULL,
              "Where to listen: 127.0.0.1:3000 in server mode; for webhooks in client mode."),
          new BridgeSetting("base_path", Kind.TEXT, Value.of("/api"), "Path of the API (server)."),
          new BridgeSetting(
              "mount",
              Kind.TEXT,
              Value.of(""),
              "Address below which that path is: /stage makes /api/lamp address /stage/lamp"
                  + " (server)."),
          new BridgeSetting(
              "cors_origins",
              Kind.LIST,
              Value.NULL,
              "Origins of web pages that may use what is served, as https://panel.example; * for"
                  + " all."),
          new BridgeSetting(
              "tls_cert", Kind.TEXT, Value.NULL, "PEM file with the certificate to serve with."),
          new BridgeSetting("tls_key", Kind.TEXT, Value.NULL, "PEM file with its key."),
          new BridgeSetting(
              "endpoints",
              Kind.TREE,
              Value.NULL,
              "List of what is served: maps with path, method, address, and how it is checked."),
          new BridgeSetting(
              "send",
              Kind.TREE,
              Value.NULL,
              "List of what becomes a request: maps with match, url, method, body, signature. None:"
                  + " PUT and POST behind the base URL; an empty list: nothing."),
          new BridgeSetting(
              "poll",
              Kind.TREE,
              Value.NULL,
              "List of what is asked for: maps with url, every and values."),
          new BridgeSetting(
              "poll_every",
              Kind.DURATION,
              Value.of("0s"),
              "How often the CLASP HTTP API behind the base URL is polled; 0 = not."),
          new BridgeSetting(
              "poll_endpoints",
              Kind.LIST,
              Value.of(List.of(Value.of("/api/signals"))),
              "What is polled there."),
          new BridgeSetting(
              "streams",
              Kind.TREE,
              Value.NULL,
              "List of streams of events to read: maps with url, kind (sse or lines) and values."),
          new BridgeSetting(
              "headers", Kind.TREE, Value.NULL, "Map of headers for the server of the base URL."),
          new BridgeSetting(
              "token", Kind.SECRET, Value.NULL, "Bearer token for the server of the base URL."),
          new BridgeSetting(
              "token_file",
              Kind.TEXT,
              Value.NULL,
              "File whose first line is the token, instead of token."),
          new BridgeSetting(
              "user", Kind.TEXT, Value.NULL, "User for the server of the base URL (Basic)."),
          new BridgeSetting("password", Kind.SECRET, Value.NULL, "Password of the user."),
          new BridgeSetting(
              "password_file",
              Kind.TEXT,
              Value.NULL,
              "File whose first line is the password, instead of password."),
          new BridgeSetting(
              "secret",
              Kind.SECRET,
              Value.NULL,
              "What webhooks are signed with, both ways, unless an entry has its own."),
          new BridgeSetting(
              "secret_file",
              Kind.TEXT,
              Value.NULL,
              "File whose first line is the secret, instead of secret."),
          new BridgeSetting(
              "ca",
              Kind.TEXT,
              Value.NULL,
              "PEM file with the authorities that are trusted, and no others."),
          new BridgeSetting(
              "fingerprint",
              Kind.TEXT,
              Value.NULL,
              "SHA-256 of the other side's certificate: trust it whatever its name."),
          new BridgeSetting(
              "insecure",
              Kind.SWITCH,
              Value.FALSE,
              "Do not check who the other side is: somebody on the way may read everything."),
          new BridgeSetting(
              "cert", Kind.TEXT, Value.NULL, "PEM file with the bridge's own certificate."),
          new BridgeSetting("key", Kind.TEXT, Value.NULL, "PEM file with its key."),
          new BridgeSetting(
              "timeout", Kind.DURATION, Value.of("30s"), "For a request and its whole answer."),
          new BridgeSetting(
              "max_body",
              Kind.INTEGER,
              Value.of(1 << 20),
              "Bytes of an answer or event, 1 to 16777216; longer ones are dropped."),
          new BridgeSetting(
              "redirects",
              Kind.CHOICE,
              Value.of("same_host"),
              "Which redirects are followed; credentials never go to another host.",
              List.of("never", "same_host", "anywhere")),
          new BridgeSetting(
              "attempts",
              Kind.INTEGER,
              Value.of(6),
              "How often a request is tried while the server is away or busy, 1 to 100."),
          new BridgeSetting(
              "queue", Kind.INTEGER, Value.of(1000), "Requests that may wait, 1 to 100000."),
          new BridgeSetting("concurrency", Kind.INTEGER, Value.of(4), "Requests at once, 1 to 64."),
          new BridgeSetting(
              "initial",
              Kind.SWITCH,
              Value.FALSE,
              "Send the values that the router has already when the bridge starts."));

  /**
   * Something to ask for again and again.
   *
   * @param body of the request
   * @param format empty: as the server says, or JSON
   * @param values none: the documents of CLASP's own API
   * @param always whether unchanged values are passed on
   */
  record PollSpec(
      URI uri,
      Duration every,
      String method,
      Map<String, String> headers,
      Optional<byte[]> body,
      Optional<BodyFormat> format,
      List<Extraction> values,
      SignalType type,
      boolean always) {}

  /**
   * Something that is listened to.
   *
   * @param lines one JSON document in each line, not events
   * @param events types that count; none: all
   * @param idle silence after which it is connected again; zero: never
   */
  record StreamSpec(
      URI uri,
      boolean lines,
      Map<String, String> headers,
      Set<String> events,
      List<Extraction> values,
      SignalType type,
      Duration idle) {}

  /** What a request to the bridge does. */
  enum Action {
    READ,
    SET,
    EVENT,
    STREAM,
    DELETE
  }

  /**
   * Something that is served.
   *
   * @param address with the names of the path
   * @param values none: one value, for the address
   * @param query which field of the query is the value; empty: the body
   * @param constant the value, whatever comes
   * @param token that must be shown
   * @param rate requests a second; 0 = any number
   * @param asCaller whether it is done with the rights of the caller's own token; then the address
   *     is complete, not below the namespace
   * @param open whether everybody may use it who reaches it
   * @param idHeader header whose repetition means that it is the same message again
   */
  record InletSpec(
      PathTemplate path,
      Set<String> methods,
      Action action,
      Optional<Template> address,
      List<Extraction> values,
      Optional<BodyFormat> format,
      Optional<String> query,
      Optional<Value> constant,
      Optional<byte[]> token,
      Optional<Signature> signature,
      Optional<String> idHeader,
      double rate,
      boolean asCaller,
      boolean open,
      String description) {

    boolean guarded() {
      return token.isPresent() || signature.isPresent() || asCaller;
    }
  }

  // --- reading -----------------------------------------------------------------------------------

  private static final BridgeSetting URL =
      new BridgeSetting("url", Kind.TEXT, Value.NULL, "Complete, or behind the base URL.");
  private static final BridgeSetting METHOD =
      new BridgeSetting("method", Kind.TEXT, Value.NULL, "GET, POST and so on.");
  private static final BridgeSetting HEADERS =
      new BridgeSetting("headers", Kind.TREE, Value.NULL, "Map of headers.");
  private static final BridgeSetting VALUES =
      new BridgeSetting("values", Kind.TREE, Value.NULL, "From JSON pointers to addresses.");
  private static final BridgeSetting ADDRESS =
      new BridgeSetting("address", Kind.TEXT, Value.NULL, "Below the namespace.");
  private static final BridgeSetting TYPE =
      new BridgeSetting(
          "type", Kind.CHOICE, Value.of("param"), "Signal.", List.of("param", "event", "stream"));
  private static final BridgeSetting FORMAT =
      new BridgeSetting("format", Kind.CHOICE, Value.NULL, "Of the body.", BodyFormat.keys());
  private static final List<BridgeSetting> SIGNING =
      List.of(
          new BridgeSetting("signature", Kind.CHOICE, Value.NULL, "Form.", Signature.Form.keys()),
          new BridgeSetting("signature_header", Kind.TEXT, Value.NULL, "Name of the header."),
          new BridgeSetting("tolerance", Kind.DURATION, Value.of("5m"), "Of the clocks."),
          new BridgeSetting("secret", Kind.SECRET, Value.NULL, "What it is signed with."),
          new BridgeSetting("secret_file", Kind.TEXT, Value.NULL, "File with it."));

  private static final List<BridgeSetting> SEND =
      with(
          SIGNING,
          new BridgeSetting("match", Kind.TEXT, Value.of("/**"), "Paths."),
          new BridgeSetting("types", Kind.LIST, Value.NULL, "param, event, stream."),
          URL,
          METHOD,
          HEADERS,
          new BridgeSetting("body", Kind.TREE, Value.NULL, "With places."),
          FORMAT,
          new BridgeSetting("content_type", Kind.TEXT, Value.NULL, "If it has another name."),
          new BridgeSetting("idempotency", Kind.SWITCH, Value.NULL, "Idempotency-Key."));

  private static final List<BridgeSetting> POLL =
      List.of(
          URL,
          new BridgeSetting("every", Kind.DURATION, Value.of("5s"), "Pause."),
          METHOD,
          HEADERS,
          new BridgeSetting("body", Kind.TREE, Value.NULL, "Of the request."),
          FORMAT,
          VALUES,
          ADDRESS,
          TYPE,
          new BridgeSetting("always", Kind.SWITCH, Value.FALSE, "Also what has not changed."));

  private static final List<BridgeSetting> STREAM =
      List.of(
          URL,
          new BridgeSetting(
              "kind", Kind.CHOICE, Value.of("sse"), "Of stream.", List.of("sse", "lines")),
          HEADERS,
          new BridgeSetting("events", Kind.LIST, Value.NULL, "Types of events that count."),
          VALUES,
          ADDRESS,
          TYPE,
          new BridgeSetting("idle", Kind.DURATION, Value.of("5m"), "Longest silence."));

  private static final List<BridgeSetting> INLET =
      with(
          SIGNING,
          new BridgeSetting("path", Kind.TEXT, Value.NULL, "With :name and *rest."),
          new BridgeSetting("method", Kind.LIST, Value.NULL, "One or several."),
          ADDRESS,
          new BridgeSetting("clasp_address", Kind.TEXT, Value.NULL, "The same as address."),
          new BridgeSetting(
              "action",
              Kind.CHOICE,
              Value.NULL,
              "What it does.",
              List.of("read", "set", "event", "stream", "delete")),
          VALUES,
          new BridgeSetting("pointer", Kind.TEXT, Value.NULL, "Where the value is in the body."),
          new BridgeSetting("query", Kind.TEXT, Value.NULL, "Which field of the query it is."),
          new BridgeSetting("constant", Kind.TREE, Value.NULL, "The value, whatever comes."),
          FORMAT,
          new BridgeSetting("token", Kind.SECRET, Value.NULL, "That must be shown."),
          new BridgeSetting("token_file", Kind.TEXT, Value.NULL, "File with it."),
          new BridgeSetting("scope", Kind.TEXT, Value.NULL, "Rights of the caller's token."),
          new BridgeSetting("required_scope", Kind.TEXT, Value.NULL, "The same as scope."),
          new BridgeSetting("id_header", Kind.TEXT, Value.NULL, "Same id, same message."),
          new BridgeSetting("open", Kind.SWITCH, Value.FALSE, "Everybody may."),
          new BridgeSetting("rate_limit", Kind.NUMBER, Value.of(0), "Requests a second."),
          new BridgeSetting("enabled", Kind.SWITCH, Value.TRUE, "Whether it counts."),
          new BridgeSetting("description", Kind.TEXT, Value.of(""), "For people."));

  private static List<BridgeSetting> with(List<BridgeSetting> some, BridgeSetting... more) {
    List<BridgeSetting> all = new ArrayList<>(List.of(more));
    all.addAll(some);
    return List.copyOf(all);
  }

  /**
   * Reads the settings.
   *
   * @throws BridgeException (lasting) they do not fit together, a file cannot be used
   */
  static HttpConfig of(BridgeSettings settings) {
    try {
      return new Reader(settings).read();
    } catch (IllegalArgumentException | TlsFileException e) {
      throw BridgeException.lasting(String.valueOf(e.getMessage()));
    }
  }

  private static final class Reader {

    private final BridgeSettings settings;
    private final boolean server;
    private final Optional<URI> base;
    private final Map<String, String> credentials;

    Reader(BridgeSettings settings) {
      this.settings = settings;
      this.server = settings.text("mode").orElseThrow().equals("server");
      this.base = text(settings, "url").map(url -> url("url", url));
      this.credentials = credentials();
      if (server && base.isPresent()) {
        throw new IllegalArgumentException("url is for mode client; a server has bind");
      }
      if (!credentials.isEmpty() && base.isEmpty()) {
        throw new IllegalArgumentException(
            "token, user and headers are for the server of url, and there is none; entries of send"
                + " and poll may have headers of their own");
      }
    }

    HttpConfig read() {
      List<OutRule> send = send();
      List<PollSpec> polls = polls();
      List<StreamSpec> streams =
          each("streams", STREAM, (fields, where) -> stream(fields)).stream().toList();
      List<InletSpec> inlets = new ArrayList<>();
      each("endpoints", INLET, (fields, where) -> inlet(fields))
          .forEach(spec -> spec.ifPresent(inlets::add));
      Optional<HostPort> listen =
          text(settings, "bind")
              .map(text -> HostPort.parse("bind", text, 3000))
              .or(() -> server ? Optional.of(new HostPort("127.0.0.1", 3000)) : Optional.empty());
      if (listen.isEmpty() && !inlets.isEmpty()) {
        throw new IllegalArgumentException("endpoints need bind: where they are served");
      }
      if (!server && send.isEmpty() && polls.isEmpty() && streams.isEmpty() && inlets.isEmpty()) {
        throw new IllegalArgumentException(
            "nothing to do: mode client needs url, or something in send, poll, streams or"
                + " endpoints");
      }
      listen.ifPresent(where -> guarded(where, inlets));
      return new HttpConfig(
          server,
          base,
          listen,
          HttpApiConfig.DEFAULT
              .withBasePath(basePath(settings.text("base_path").orElse("/api")))
              .withNamespace(Namespace.parse(settings.text("mount").orElse("")).prefix())
              .withCorsOrigins(Set.copyOf(origins())),
          origins(),
          serverTls(),
          ClientTlsSettings.read(settings),
          range(settings.duration("timeout").orElseThrow(), "timeout"),
          settings.whole("max_body", 1, 1 << 24),
          switch (settings.text("redirects").orElseThrow()) {
            case "never" -> Caller.Redirects.NEVER;
            case "anywhere" -> Caller.Redirects.ANYWHERE;
            default -> Caller.Redirects.SAME_HOST;
          },
          settings.whole("attempts", 1, 100),
          settings.whole("queue", 1, 100_000),
          settings.whole("concurrency", 1, 64),
          settings.on("initial"),
          send,
          polls,
          streams,
          List.copyOf(inlets));
    }

    /** Whoever reaches it may do what it does: that must be meant. */
    private static void guarded(HostPort where, List<InletSpec> inlets) {
      if (where.host().equals("localhost")
          || where.host().startsWith("127.")
          || where.host().equals("::1")) {
        return;
      }
      for (InletSpec inlet : inlets) {
        if (!inlet.guarded() && !inlet.open()) {
          throw new IllegalArgumentException(
              "endpoint "
                  + inlet.path()
                  + " is open to everybody who reaches "
                  + where
                  + ": give it token or signature, or say open: true");
        }
      }
    }

    private interface One<T> {
      T read(BridgeSettings fields, String where);
    }

    private <T> List<T> each(String name, List<BridgeSetting> declared, One<T> one) {
      List<T> all = new ArrayList<>();
      switch (settings.tree(name)) {
        case Value.Null _ -> {}
        case Value.Array(List<Value> items) -> {
          if (items.size() > MAX_ENTRIES) {
            throw new IllegalArgumentException(name + ": at most " + MAX_ENTRIES);
          }
          for (int i = 0; i < items.size(); i++) {
            String where = name + " " + (i + 1);
            if (!(items.get(i) instanceof Value.Map(Map<String, Value> given))) {
              throw new IllegalArgumentException(where + " must be a map");
            }
            try {
              all.add(one.read(BridgeSettings.of(declared, given), where));
            } catch (IllegalArgumentException | BridgeException e) {
              throw new IllegalArgumentException(where + ": " + e.getMessage(), e);
            }
          }
        }
        default -> throw new IllegalArgumentException(name + " must be a list of maps");
      }
      return all;
    }

    // --- out -------------------------------------------------------------------------------------

    private List<OutRule> send() {
      if (settings.tree("send").equals(Value.NULL)) {
        // As published bridges do (bridges.md 9.3).
        return base.isEmpty()
            ? List.of()
            : List.of(
                new OutRule(
                    PathTemplate.parse("/**"),
                    EnumSet.of(SignalType.PARAM, SignalType.EVENT, SignalType.STREAM),
                    Template.parse("{address}", _ -> true),
                    base,
                    Optional.empty(),
                    Map.of(),
                    credentials,
                    Optional.empty(),
                    BodyFormat.JSON,
                    Optional.empty(),
                    Optional.empty(),
                    false));
      }
      return each("send", SEND, (fields, where) -> rule(fields));
    }

    private OutRule rule(BridgeSettings fields) {
      PathTemplate match = PathTemplate.parse(fields.text("match").orElseThrow());
      Predicate<String> known =
          name -> Set.of("address", "value", "type").contains(name) || match.names().contains(name);
      String target =
          text(fields, "url")
              .orElseGet(() ->
                  base.map(_ -> "{address}")
                      .orElseThrow(() -> new IllegalArgumentException("url is missing")));
      boolean complete = complete(target);
      if (!complete && base.isEmpty()) {
        throw new IllegalArgumentException("url must be complete, as there is no base URL");
      }
      if (complete) {
        url("url", target.replaceAll("\\{[^{}]*\\}", "x"));
        if (target.matches("[^:]*://[^/?#]*\\{.*")) {
          throw new IllegalArgumentException("the host of url has no places for names");
        }
      }
      Set<SignalType> types = EnumSet.noneOf(SignalType.class);
      for (String type : fields.list("types")) {
        if (!List.of("param", "event", "stream").contains(type)) {
          throw new IllegalArgumentException("types are param, event and stream, not " + type);
        }
        types.add(Extraction.type(type));
      }
      if (types.isEmpty()) {
        types = EnumSet.of(SignalType.PARAM, SignalType.EVENT, SignalType.STREAM);
      }
      BodyFormat format = fields.text("format").map(BodyFormat::of).orElse(BodyFormat.JSON);
      Optional<Value> body =
          Optional.of(fields.tree("body")).filter(tree -> !tree.equals(Value.NULL));
      body.ifPresent(tree -> OutRule.check(tree, known));
      Map<String, Template> headers = new LinkedHashMap<>();
      headers(fields.tree("headers"))
          .forEach((name, text) -> headers.put(name, Template.parse(text, known)));
      Optional<Signature> signature = signature(fields);
      boolean goesToBase =
          base.isPresent()
              && (!complete
                  || Caller.sameOrigin(
                      base.get(), url("url", target.replaceAll("\\{[^{}]*\\}", "x"))));
      return new OutRule(
          match,
          types,
          Template.parse(target, known),
          complete ? Optional.empty() : base,
          text(fields, "method").map(Reader::method),
          headers,
          goesToBase ? credentials : Map.of(),
          body,
          format,
          text(fields, "content_type"),
          signature,
          fields.has("idempotency") ? fields.on("idempotency") : signature.isPresent());
    }

    private Optional<Signature> signature(BridgeSettings fields) {
      Optional<String> form = fields.text("signature");
      Optional<String> own = secret(fields, "secret");
      if (form.isEmpty() && own.isEmpty()) {
        return Optional.empty();
      }
      String secret =
          own.or(() -> secret(settings, "secret"))
              .filter(text -> !text.isEmpty())
              .orElseThrow(
                  () -> new IllegalArgumentException("a signature needs secret or secret_file"));
      Signature.Form kind = form.map(Signature.Form::of).orElse(Signature.Form.TIMESTAMPED);
      String header = text(fields, "signature_header").orElse(kind.header());
      checkHeader(header);
      return Optional.of(
          new Signature(
              secret.getBytes(StandardCharsets.UTF_8),
              kind,
              header,
              Math.max(1, fields.duration("tolerance").orElseThrow().toSeconds())));
    }

    // --- in --------------------------------------------------------------------------------------

    private List<PollSpec> polls() {
      List<PollSpec> all = new ArrayList<>(each("poll", POLL, (fields, where) -> poll(fields)));
      Duration every = settings.duration("poll_every").orElse(Duration.ZERO);
      if (!every.isZero()) {
        URI start = base.orElseThrow(() -> new IllegalArgumentException("poll_every needs url"));
        for (String endpoint : settings.list("poll_endpoints")) {
          all.add(
              new PollSpec(
                  url("poll_endpoints", OutRule.joined(start.toString(), endpoint)),
                  every(every),
                  "GET",
                  credentials,
                  Optional.empty(),
                  Optional.of(BodyFormat.JSON),
                  List.of(),
                  SignalType.PARAM,
                  false));
        }
      }
      return List.copyOf(all);
    }

    private PollSpec poll(BridgeSettings fields) {
      URI uri = target(fields);
      Optional<BodyFormat> format = fields.text("format").map(BodyFormat::of);
      Optional<byte[]> body =
          Optional.of(fields.tree("body"))
              .filter(tree -> !tree.equals(Value.NULL))
              .map(tree ->
                  tree instanceof Value.Text(String text)
                      ? text.getBytes(StandardCharsets.UTF_8)
                      : BodyFormat.JSON.bytes(tree));
      SignalType type = Extraction.type(fields.text("type").orElseThrow());
      Map<String, String> headers = allHeaders(fields, uri);
      if (body.isPresent()) {
        headers.putIfAbsent("Content-Type", BodyFormat.JSON.contentType());
      }
      return new PollSpec(
          uri,
          every(fields.duration("every").orElseThrow()),
          method(text(fields, "method").orElse(body.isPresent() ? "POST" : "GET")),
          headers,
          body,
          format,
          values(fields, type, _ -> false),
          type,
          fields.on("always"));
    }

    private List<Extraction> values(
        BridgeSettings fields, SignalType type, Predicate<String> known) {
      List<Extraction> values =
          new ArrayList<>(Extraction.list(fields.tree("values"), type, known));
      text(fields, "address")
          .ifPresent(address ->
              values.add(Extraction.one("", Map.of(), Optional.empty(), address, type, known)));
      return List.copyOf(values);
    }

    private StreamSpec stream(BridgeSettings fields) {
      URI uri = target(fields);
      boolean lines = fields.text("kind").orElseThrow().equals("lines");
      SignalType type = Extraction.type(fields.text("type").orElseThrow());
      return new StreamSpec(
          uri,
          lines,
          allHeaders(fields, uri),
          Set.copyOf(fields.list("events")),
          values(fields, type, name -> !lines && name.equals("event")),
          type,
          fields.duration("idle").orElse(Duration.ZERO));
    }

    /** Not one behind the base URL; there may be another URL in its query. */
    private static boolean complete(String url) {
      return url.matches("(?s)[A-Za-z][A-Za-z0-9+.-]*://.*");
    }

    private URI target(BridgeSettings fields) {
      String text =
          text(fields, "url").orElseThrow(() -> new IllegalArgumentException("url is missing"));
      if (complete(text)) {
        return url("url", text);
      }
      return url(
          "url",
          OutRule.joined(
              base.orElseThrow(() ->
                      new IllegalArgumentException("url must be complete, as there is no base URL"))
                  .toString(),
              text));
    }

    private Map<String, String> allHeaders(BridgeSettings fields, URI uri) {
      Map<String, String> all = new LinkedHashMap<>();
      if (base.filter(start -> Caller.sameOrigin(start, uri)).isPresent()) {
        all.putAll(credentials);
      }
      all.putAll(headers(fields.tree("headers")));
      return all;
    }

    private Optional<InletSpec> inlet(BridgeSettings fields) {
      PathTemplate path =
          PathTemplate.parse(
              text(fields, "path")
                  .orElseThrow(() -> new IllegalArgumentException("path is missing")));
      List<String> given = fields.list("method").stream().map(Reader::method).toList();
      Set<String> methods = given.isEmpty() ? Set.of("GET") : Set.copyOf(given);
      Action action =
          fields
              .text("action")
              .map(text -> Action.valueOf(text.toUpperCase(Locale.ROOT)))
              .orElseGet(() -> usual(methods));
      Predicate<String> known =
          name -> path.names().contains(name) || name.matches("query_[A-Za-z0-9_]+");
      Optional<Template> address =
          text(fields, "address")
              .or(() -> text(fields, "clasp_address"))
              .map(text -> Template.parse(text.startsWith("/") ? text : "/" + text, known));
      SignalType type =
          switch (action) {
            case EVENT -> SignalType.EVENT;
            case STREAM -> SignalType.STREAM;
            case READ, SET, DELETE -> SignalType.PARAM;
          };
      List<Extraction> values =
          new ArrayList<>(Extraction.list(fields.tree("values"), type, known));
      Optional<String> pointer = text(fields, "pointer");
      if (pointer.isPresent()) {
        values.add(
            Extraction.one(
                pointer.get(),
                Map.of(),
                Optional.empty(),
                address
                    .map(Template::toString)
                    .orElseThrow(() -> new IllegalArgumentException("pointer needs an address")),
                type,
                known));
      }
      if (address.isEmpty() && values.isEmpty()) {
        throw new IllegalArgumentException("address is missing: what it is about");
      }
      if (action == Action.READ && address.isEmpty()) {
        throw new IllegalArgumentException("what is read has an address");
      }
      Optional<Value> constant =
          Optional.of(fields.tree("constant")).filter(tree -> !tree.equals(Value.NULL));
      double rate = fields.number("rate_limit").orElse(0);
      if (rate < 0 || rate > 1e6) {
        throw new IllegalArgumentException("rate_limit is requests a second, 0 to 1000000");
      }
      return fields.on("enabled")
          ? Optional.of(
              new InletSpec(
                  path,
                  methods,
                  action,
                  address,
                  List.copyOf(values),
                  fields.text("format").map(BodyFormat::of),
                  text(fields, "query"),
                  constant,
                  secret(fields, "token").map(text -> text.getBytes(StandardCharsets.UTF_8)),
                  signature(fields),
                  text(fields, "id_header").map(text -> text.toLowerCase(Locale.ROOT)),
                  rate,
                  asCaller(fields),
                  fields.on("open"),
                  fields.text("description").orElse("")))
          : Optional.empty();
    }

    private static boolean asCaller(BridgeSettings fields) {
      boolean scope = text(fields, "scope").or(() -> text(fields, "required_scope")).isPresent();
      if (scope && (text(fields, "token").isPresent() || text(fields, "token_file").isPresent())) {
        throw new IllegalArgumentException(
            "only one of scope and token: with scope, callers have tokens of the router");
      }
      return scope;
    }

    /** What a method usually means (bridges.md 9.2). */
    private static Action usual(Set<String> methods) {
      if (methods.size() > 1) {
        throw new IllegalArgumentException("with several methods, action says what is done");
      }
      return switch (methods.iterator().next()) {
        case "GET", "HEAD" -> Action.READ;
        case "POST" -> Action.EVENT;
        case "DELETE" -> Action.DELETE;
        default -> Action.SET;
      };
    }

    // --- common ----------------------------------------------------------------------------------

    private static String method(String text) {
      String method = text.toUpperCase(Locale.ROOT);
      if (!List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE").contains(method)) {
        throw new IllegalArgumentException(
            "method is GET, HEAD, POST, PUT, PATCH or DELETE, not " + text);
      }
      return method;
    }

    private static Duration every(Duration every) {
      if (every.compareTo(MIN_EVERY) < 0 || every.compareTo(MAX_EVERY) > 0) {
        throw new IllegalArgumentException("every must be 100ms to 24h, not " + every);
      }
      return every;
    }

    private static Duration range(Duration time, String name) {
      if (time.compareTo(Duration.ofMillis(10)) < 0 || time.compareTo(Duration.ofHours(1)) > 0) {
        throw new IllegalArgumentException(name + " must be 10ms to 1h, not " + time);
      }
      return time;
    }

    private Map<String, String> credentials() {
      Map<String, String> all = new LinkedHashMap<>(headers(settings.tree("headers")));
      Optional<String> token = secret(settings, "token");
      Optional<String> user = text(settings, "user");
      Optional<String> password = secret(settings, "password");
      if (token.isPresent() && user.isPresent()) {
        throw new IllegalArgumentException("only one of token and user");
      }
      if (password.isPresent() && user.isEmpty()) {
        throw new IllegalArgumentException("a password needs a user");
      }
      token.ifPresent(text -> all.put("Authorization", "Bearer " + visible(text, "token")));
      user.ifPresent(name ->
          all.put(
              "Authorization",
              "Basic "
                  + Base64.getEncoder()
                      .encodeToString(
                          (name + ":" + password.orElse("")).getBytes(StandardCharsets.UTF_8))));
      return all;
    }

    private static String visible(String text, String name) {
      if (!text.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
        throw new IllegalArgumentException(name + " has characters that no token has");
      }
      return text;
    }

    private static Map<String, String> headers(Value tree) {
      Map<String, String> all = new LinkedHashMap<>();
      switch (tree) {
        case Value.Null _ -> {}
        case Value.Map(Map<String, Value> entries) ->
            entries.forEach((name, value) -> {
              checkHeader(name);
              String text = BodyFormat.text(value);
              if (text.chars().anyMatch(c -> c < ' ' || c == 0x7F || c > 0xFF)) {
                throw new IllegalArgumentException("header " + name + " has control characters");
              }
              all.put(name, text);
            });
        default -> throw new IllegalArgumentException("headers must be a map");
      }
      return all;
    }

    private static void checkHeader(String name) {
      if (!name.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
          || Set.of("host", "connection", "content-length", "expect", "upgrade")
              .contains(name.toLowerCase(Locale.ROOT))) {
        throw new IllegalArgumentException("a header cannot be called " + name);
      }
    }

    private static Optional<String> text(BridgeSettings fields, String name) {
      return fields.text(name).filter(text -> !text.isEmpty());
    }

    private static Optional<String> secret(BridgeSettings fields, String name) {
      Optional<String> said = text(fields, name);
      Optional<String> file = text(fields, name + "_file");
      if (said.isPresent() && file.isPresent()) {
        throw new IllegalArgumentException("only one of " + name + " and " + name + "_file");
      }
      return file.isPresent() ? Optional.of(firstLine(file.get())) : said;
    }

    private static String firstLine(String file) {
      try {
        Path path = Path.of(file);
        if (Files.size(path) > MAX_SECRET_BYTES) {
          throw new IllegalArgumentException(file + " is too long for a file with a secret");
        }
        return Files.readString(path).lines().findFirst().orElse("");
      } catch (IOException | InvalidPathException e) {
        throw new IllegalArgumentException("cannot read " + file + ": " + e.getMessage(), e);
      }
    }

    private static URI url(String name, String text) {
      URI uri;
      try {
        uri = new URI(text);
      } catch (URISyntaxException e) {
        throw new IllegalArgumentException(
            name + " must be a URL such as http://192.168.1.20/status, not " + text, e);
      }
      if (uri.getRawUserInfo() != null) {
        throw new IllegalArgumentException(
            name + ": user and password do not belong into a URL, where logs would show them");
      }
      if (uri.getHost() == null || !text.matches("(?i)https?://.*")) {
        throw new IllegalArgumentException(
            name + " must be a URL such as http://192.168.1.20/status, not " + text);
      }
      return uri;
    }

    private static String basePath(String text) {
      String path = text;
      while (path.endsWith("/")) {
        path = path.substring(0, path.length() - 1);
      }
      if (!path.matches("(/[A-Za-z0-9._~-]+)+")) {
        throw new IllegalArgumentException(
            "base_path is a path such as /api, of letters, digits and . _ ~ -, not " + text);
      }
      return path;
    }

    private List<String> origins() {
      List<String> all = settings.list("cors_origins");
      for (String origin : all) {
        if (!origin.equals("*") && !origin.matches("https?://[^/*\\s]+")) {
          throw new IllegalArgumentException(
              "cors_origins are like https://panel.example, or *; not " + origin);
        }
      }
      return all;
    }

    private Optional<ServerTls.Source> serverTls() {
      Optional<String> cert = text(settings, "tls_cert");
      Optional<String> key = text(settings, "tls_key");
      if (cert.isPresent() != key.isPresent()) {
        throw new IllegalArgumentException("tls_cert and tls_key belong together");
      }
      return cert.map(file ->
          new ServerTls.Source(
              Path.of(file),
              Path.of(key.orElseThrow()),
              Optional.empty(),
              ServerTls.Clients.NOT_ASKED));
    }
  }
}
