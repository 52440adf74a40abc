package dev.clasp.cli;

import dev.clasp.bridge.BridgeDefinition;
import dev.clasp.bridgehttp.HttpProvider;
import dev.clasp.protocol.Value;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code clasp http}: other people's APIs and webhooks, or our API on a port of its own. */
@Command(
    name = "http",
    description = {
      "Carry messages between HTTP services and the router, until Ctrl-C.",
      "",
      "Polls, streams of events and webhooks become addresses, and addresses become requests. Without"
          + " any of them it serves the HTTP API of the router on a port of its own.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp http --bind 127.0.0.1:8080                       the HTTP API",
      "  clasp http --poll 'http://192.168.1.20/status#/temp=/room/temp' --every 5s --print",
      "  clasp http --stream 'https://api.example/events#/level=/level' --url-token-file FILE",
      "  clasp http --webhook-in /doors/:name=/door/{name} --bind 0.0.0.0:8080 --secret-file FILE",
      "  clasp http --webhook-out '/show/**=https://hooks.example/clasp' --secret-file FILE",
      "  clasp http --webhook-out '/relay/{id}=GET http://192.168.1.20/rpc/Switch.Set?id={id}&on={value}'",
      "  clasp http --url http://other:3000/api                 all below /http: PUT and POST",
    })
final class HttpCommand implements Callable<Integer> {

  private static final String NAME = "http";

  /** {@code PATTERN=[METHOD ]URL}. */
  private static final Pattern OUT =
      Pattern.compile("([^=]+)=(?:([A-Za-z]+) )?(https?://.*|/.*)", Pattern.DOTALL);

  /** {@code [METHOD ]PATH=ADDRESS}. */
  private static final Pattern IN =
      Pattern.compile("(?:([A-Za-z]+) )?(/[^=]*)=(/.*)", Pattern.DOTALL);

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-b", "--bind"},
      paramLabel = "HOST:PORT",
      description = "Where to listen (default: 127.0.0.1:3000).")
  private @Nullable String bind;

  @Option(
      names = "--base-path",
      paramLabel = "PATH",
      description = "Path of the HTTP API (default: ${DEFAULT-VALUE}).")
  private String basePath = "/api";

  @Option(
      names = "--cors",
      paramLabel = "ORIGIN",
      arity = "0..1",
      fallbackValue = "*",
      description =
          "Web pages of this origin may use what is served; repeat for more; without origin: all.")
  private List<String> cors = new ArrayList<>();

  @Option(
      names = "--tls-cert",
      paramLabel = "FILE",
      description = "Serve over TLS with this certificate (PEM).")
  private @Nullable Path servedCertificate;

  @Option(names = "--tls-key", paramLabel = "FILE", description = "Its key (PEM).")
  private @Nullable Path servedKey;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description =
          "Base of URLs that begin with a slash; alone: what is below the namespace is sent there.")
  private @Nullable String url;

  @Option(
      names = "--poll",
      paramLabel = "URL#/POINTER=/ADDRESS",
      description =
          "Ask for a JSON document and take this out of it; more with & behind it; repeat for more.")
  private List<String> polls = new ArrayList<>();

  @Option(names = "--every", paramLabel = "TIME", description = "How often to ask (default: 5s).")
  private Duration every = Duration.ofSeconds(5);

  @Option(
      names = "--stream",
      paramLabel = "URL#/POINTER=/ADDRESS",
      description = "Read a stream of events (SSE) and take this out of each.")
  private List<String> streams = new ArrayList<>();

  @Option(
      names = "--lines",
      paramLabel = "URL#/POINTER=/ADDRESS",
      description = "Read a stream with one JSON document in each line.")
  private List<String> lines = new ArrayList<>();

  @Option(
      names = "--webhook-out",
      paramLabel = "PATTERN=[METHOD ]URL",
      description =
          "Make a request of each message, POST with address and value unless the method is said;"
              + " {value} and names of the pattern may be in the URL; repeat for more.")
  private List<String> out = new ArrayList<>();

  @Option(
      names = "--webhook-in",
      paramLabel = "[METHOD ]PATH=ADDRESS",
      description =
          "Serve a path with :name and *rest; POST is an event, PUT sets, GET reads; repeat for"
              + " more.")
  private List<String> in = new ArrayList<>();

  @Option(
      names = "--secret-file",
      paramLabel = "FILE",
      description =
          "Sign webhooks with the first line of this file, and take only those that are signed;"
              + " else $CLASP_HTTP_SECRET.")
  private @Nullable Path secretFile;

  @Option(
      names = "--signature",
      paramLabel = "FORM",
      description =
          "timestamped (t=...,v1=...), sha256 (sha256=..., as GitHub) or hex (default:"
              + " ${DEFAULT-VALUE}).")
  private String signature = "timestamped";

  @Option(
      names = "--url-token-file",
      paramLabel = "FILE",
      description = "Bearer token for the other side; else $CLASP_HTTP_TOKEN.")
  private @Nullable Path tokenFile;

  @Option(names = "--url-user", paramLabel = "NAME", description = "User of the other side.")
  private @Nullable String user;

  @Option(
      names = "--url-password-file",
      paramLabel = "FILE",
      description = "File whose first line is the password; else $CLASP_HTTP_PASSWORD.")
  private @Nullable Path passwordFile;

  @Option(
      names = "--header",
      paramLabel = "NAME=TEXT",
      description = "Header for the other side; repeat for more.")
  private Map<String, String> headers = new LinkedHashMap<>();

  @Option(
      names = "--url-ca",
      paramLabel = "FILE",
      description = "Trust servers with certificates by the authorities in this PEM file only.")
  private @Nullable Path authorities;

  @Option(
      names = "--url-fingerprint",
      paramLabel = "SHA256",
      description = "Trust the server with this certificate, whatever its name.")
  private @Nullable String fingerprint;

  @Option(
      names = "--url-insecure",
      description = "Do not check who the server is: somebody on the way may read everything.")
  private boolean insecure;

  @Option(
      names = "--url-cert",
      paramLabel = "FILE",
      description = "Our own certificate (PEM), for servers that ask for one.")
  private @Nullable Path certificate;

  @Option(names = "--url-key", paramLabel = "FILE", description = "Its key (PEM).")
  private @Nullable Path key;

  @Option(
      names = {"--namespace", "--prefix"},
      paramLabel = "ADDRESS",
      description =
          "Where it is in the address space (default: addresses as they are written; for --url alone"
              + " /http).")
  private @Nullable String namespace;

  @Option(names = "--print", description = "Show every message.")
  private boolean print;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Mixin private WaitOption waiting = new WaitOption();

  HttpCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    return new LoneBridge(clasp, connection, waiting, NAME, "messages").run(definition(), print);
  }

  // --- options -----------------------------------------------------------------------------------

  /** What the options say. */
  BridgeDefinition definition() {
    return LoneDefinition.of(
        spec,
        new HttpProvider(),
        namespace != null ? namespace : named() ? "" : "/http",
        settings());
  }

  /** Whether single addresses are said. */
  private boolean named() {
    return Stream.of(polls, streams, lines, out, in).anyMatch(list -> !list.isEmpty());
  }

  private Map<String, Value> settings() {
    Map<String, Value> settings = new LinkedHashMap<>();
    boolean client = named() || url != null;
    settings.put("mode", Value.of(client ? "client" : "server"));
    if (bind != null) {
      settings.put("bind", Value.of(bind));
    } else if (!in.isEmpty()) {
      settings.put("bind", Value.of("127.0.0.1:3000"));
    }
    if (!client) {
      settings.put("base_path", Value.of(basePath));
      LoneDefinition.put(settings, "mount", namespace);
    } else if (bind != null && in.isEmpty()) {
      throw wrong("--bind is for --webhook-in and for the HTTP API, which is served alone");
    }
    if (!cors.isEmpty()) {
      settings.put("cors_origins", Value.of(cors.stream().map(Value::of).toList()));
    }
    LoneDefinition.put(settings, "tls_cert", servedCertificate);
    LoneDefinition.put(settings, "tls_key", servedKey);
    if (named()) {
      settings.put("send", Value.of(out.stream().map(this::rule).toList()));
      settings.put("poll", Value.of(polls.stream().map(text -> source(text, "poll")).toList()));
      List<Value> read = new ArrayList<>();
      streams.forEach(text -> read.add(source(text, "sse")));
      lines.forEach(text -> read.add(source(text, "lines")));
      settings.put("streams", Value.of(read));
      settings.put("endpoints", Value.of(in.stream().map(this::endpoint).toList()));
    }
    if (signs()) {
      secret(settings, "secret", secretFile, "CLASP_HTTP_SECRET");
    }
    login(settings);
    if (!headers.isEmpty()) {
      Map<String, Value> all = new LinkedHashMap<>();
      headers.forEach((name, text) -> all.put(name, Value.of(text)));
      settings.put("headers", Value.of(all));
    }
    base(settings);
    LoneDefinition.put(settings, "ca", authorities);
    LoneDefinition.put(settings, "fingerprint", fingerprint);
    if (insecure) {
      settings.put("insecure", Value.TRUE);
    }
    LoneDefinition.put(settings, "cert", certificate);
    LoneDefinition.put(settings, "key", key);
    return settings;
  }

  private boolean signs() {
    return secretFile != null
        || clasp.terminal().environment().get("CLASP_HTTP_SECRET") != null
            && (!in.isEmpty() || !out.isEmpty());
  }

  private void login(Map<String, Value> settings) {
    if (user != null) {
      settings.put("user", Value.of(user));
      secret(settings, "password", passwordFile, "CLASP_HTTP_PASSWORD");
      if (!settings.containsKey("password") && !settings.containsKey("password_file")) {
        throw wrong(
            "--url-user needs a password: --url-password-file FILE or $CLASP_HTTP_PASSWORD");
      }
    } else if (passwordFile != null) {
      throw wrong("--url-password-file needs --url-user");
    } else if (named() || url != null) {
      secret(settings, "token", tokenFile, "CLASP_HTTP_TOKEN");
    }
  }

  private void secret(
      Map<String, Value> settings, String name, @Nullable Path file, String variable) {
    String said = clasp.terminal().environment().get(variable);
    if (file != null) {
      settings.put(name + "_file", Value.of(file.toString()));
    } else if (said != null && !said.isEmpty()) {
      settings.put(name, Value.of(said));
    }
  }

  /** Credentials are for one server: that of --url, or the only one there is. */
  private void base(Map<String, Value> settings) {
    if (url != null) {
      settings.put("url", Value.of(url));
      return;
    }
    boolean credentials =
        Stream.of("token", "token_file", "user", "headers").anyMatch(settings::containsKey);
    if (!credentials) {
      return;
    }
    List<String> servers =
        Stream.of(polls, streams, lines, out)
            .flatMap(List::stream)
            .map(HttpCommand::server)
            .distinct()
            .toList();
    if (servers.size() == 1) {
      settings.put("url", Value.of(servers.getFirst()));
    } else if (settings.containsKey("headers") || user != null || tokenFile != null) {
      throw wrong("--url says for which server the credentials and headers are");
    } else {
      settings.remove("token");
    }
  }

  private static String server(String text) {
    Matcher matcher = Pattern.compile("https?://[^/?#]+").matcher(text);
    return matcher.find() ? matcher.group() : "";
  }

  /** {@code URL#/pointer=/address&...}. */
  private Value source(String text, String kind) {
    int hash = text.indexOf('#');
    if (hash < 0) {
      throw wrong(
          "'"
              + Printable.escape(text)
              + "' does not say what to take: http://HOST/PATH#/POINTER=/ADDRESS, or #=/ADDRESS for"
              + " all of it");
    }
    Map<String, Value> values = new LinkedHashMap<>();
    for (String part : text.substring(hash + 1).split("&")) {
      int equals = part.indexOf('=');
      if (equals < 0) {
        throw wrong("'" + Printable.escape(part) + "' is not /POINTER=/ADDRESS");
      }
      values.put(part.substring(0, equals), Value.of(part.substring(equals + 1)));
    }
    Map<String, Value> entry = new LinkedHashMap<>();
    entry.put("url", Value.of(text.substring(0, hash)));
    entry.put("values", Value.of(values));
    if (kind.equals("poll")) {
      entry.put("every", Value.of(every.toNanos() / 1e9));
    } else {
      entry.put("kind", Value.of(kind));
    }
    return Value.of(entry);
  }

  private Value rule(String text) {
    Matcher matcher = OUT.matcher(text);
    if (!matcher.matches()) {
      throw wrong("'" + Printable.escape(text) + "' is not PATTERN=[METHOD ]URL");
    }
    Map<String, Value> entry = new LinkedHashMap<>();
    entry.put("match", Value.of(matcher.group(1)));
    entry.put("url", Value.of(matcher.group(3)));
    String method = matcher.group(2);
    entry.put("method", Value.of(method == null ? "POST" : method));
    if (method == null) {
      Map<String, Value> body = new LinkedHashMap<>();
      body.put("address", Value.of("{address}"));
      body.put("value", Value.of("{value}"));
      body.put("type", Value.of("{type}"));
      entry.put("body", Value.of(body));
    }
    if (signs()) {
      entry.put("signature", Value.of(signature));
    }
    return Value.of(entry);
  }

  private Value endpoint(String text) {
    Matcher matcher = IN.matcher(text);
    if (!matcher.matches()) {
      throw wrong("'" + Printable.escape(text) + "' is not [METHOD ]PATH=ADDRESS");
    }
    Map<String, Value> entry = new LinkedHashMap<>();
    entry.put("path", Value.of(matcher.group(2)));
    entry.put("method", Value.of(matcher.group(1) == null ? "POST" : matcher.group(1)));
    entry.put("address", Value.of(matcher.group(3)));
    if (signs()) {
      entry.put("signature", Value.of(signature));
    }
    return Value.of(entry);
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
