package dev.clasp.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The router behind the options of the reference's {@code clasp-router} and {@code clasp-relay}
 * (operations.md 4, 5.1, 6.5), so that scripts and programs which start those can start ours. They
 * are translated into options of {@code clasp server}; what we do not have is refused by name,
 * never ignored.
 */
abstract class CompatibleServer implements Callable<Integer> {

  private static final String ALPHABET =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  private static final int TOKEN_CHARACTERS = 32;

  private final Clasp clasp;
  private final String standardName;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--listen",
      paramLabel = "ADDRESS:PORT",
      description = "Where to listen; also -l (default: 0.0.0.0:7330).")
  private @Nullable String listen;

  @Option(names = "--host", paramLabel = "ADDRESS", description = "Address of every listener.")
  private @Nullable String host;

  @Option(
      names = {"-p", "--ws-port", "--port"},
      paramLabel = "PORT",
      description = "Port for WebSocket and TCP (default: 7330).")
  private @Nullable Integer port;

  @Option(
      names = {"-t", "--transport"},
      paramLabel = "TRANSPORT",
      description = "websocket, tcp or quic (default: websocket and tcp on the one port).")
  private @Nullable String transport;

  @Option(names = "--no-websocket", description = "No WebSocket.")
  private boolean noWebSocket;

  @Option(
      names = {"-n", "--name"},
      paramLabel = "NAME",
      description = "Name that clients see.")
  private @Nullable String name;

  @Option(
      names = {"-a", "--announce"},
      description = "Announce it by mDNS.")
  private boolean announce;

  @Option(
      names = "--quic-port",
      paramLabel = "PORT",
      description = "Listen for QUIC; needs --cert and --key.")
  private @Nullable Integer quicPort;

  @Option(names = "--quic", hidden = true, description = "With --quic-port.")
  private boolean quic;

  @Option(names = "--cert", paramLabel = "FILE", description = "Certificate (PEM).")
  private @Nullable Path certificate;

  @Option(names = "--key", paramLabel = "FILE", description = "Its private key (PEM).")
  private @Nullable Path key;

  @Option(
      names = {"-C", "--config"},
      paramLabel = "FILE",
      description = "Settings, see 'clasp config'.")
  private @Nullable Path config;

  @Option(
      names = {"--auth-mode", "--auth"},
      paramLabel = "MODE",
      description = "open or authenticated.")
  private @Nullable String authMode;

  @Option(names = "--token-file", paramLabel = "FILE", description = "Tokens that let in.")
  private List<Path> tokenFiles = new ArrayList<>();

  @Option(names = "--token", paramLabel = "LINE", description = "'TOKEN SCOPE,SCOPE'.")
  private List<String> tokens = new ArrayList<>();

  @Option(
      names = {"--admin-token", "--admin-token-path"},
      paramLabel = "FILE",
      description = "A file with a token that may do everything; made if it is not there.")
  private @Nullable Path adminToken;

  @Option(
      names = "--max-sessions",
      paramLabel = "N",
      description = "Clients at once; 0 = unlimited.")
  private @Nullable Integer maxSessions;

  @Option(
      names = "--session-timeout",
      paramLabel = "SECONDS",
      description = "Close a client that is silent for so long; 0 = never.")
  private @Nullable Integer sessionTimeout;

  @Option(
      names = "--param-ttl",
      paramLabel = "SECONDS",
      description = "Forget a value that nobody wrote for so long; 0 = never.")
  private @Nullable String paramTtl;

  @Option(
      names = "--signal-ttl",
      paramLabel = "SECONDS",
      description = "Forget what a client announced, so long after it left; 0 = never.")
  private @Nullable String signalTtl;

  @Option(names = "--no-ttl", description = "Forget nothing.")
  private boolean noTtl;

  @Option(names = "--cors-origin", paramLabel = "ORIGINS", description = "Pages that may connect.")
  private @Nullable String corsOrigin;

  @Option(
      names = {"--persist", "--persist-path"},
      arity = "0..1",
      fallbackValue = "clasp-state",
      paramLabel = "PATH",
      description = "Keep the values here: a folder; a file of the reference is not read.")
  private @Nullable Path persist;

  @Option(
      names = "--persist-interval",
      paramLabel = "SECONDS",
      description = "Write what has changed so often.")
  private @Nullable String persistInterval;

  @Option(
      names = "--drain-timeout",
      paramLabel = "SECONDS",
      description = "How long slow clients have when it stops (default: 30).")
  private String drainTimeout = "30";

  @Option(
      names = "--metrics-port",
      paramLabel = "PORT",
      description = "Serve /metrics on this port.")
  private @Nullable Integer metricsPort;

  @Option(names = "--metrics", hidden = true, description = "With --metrics-port.")
  private boolean metrics;

  @Option(
      names = "--health-port",
      paramLabel = "PORT",
      description = "Answer /healthz and /readyz on this port; 0 = do not.")
  private @Nullable Integer healthPort;

  @Option(names = "--health", hidden = true, description = "With --health-port.")
  private boolean health;

  @Option(
      names = "--rendezvous-port",
      paramLabel = "PORT",
      description = "Be a rendezvous server too, on this port; 0 = do not.")
  private @Nullable Integer rendezvousPort;

  @Option(
      names = "--rendezvous-ttl",
      paramLabel = "SECONDS",
      description = "Forget a device that has not been heard of for so long.")
  private @Nullable String rendezvousTtl;

  @Option(
      names = {"-v", "--verbose"},
      description = "Log everything.")
  private boolean verbose;

  @Option(
      names = {"--mqtt-port", "--mqtt"},
      arity = "0..1",
      fallbackValue = "1883",
      paramLabel = "PORT",
      description = "Let MQTT clients in (default: ${FALLBACK-VALUE}).")
  private @Nullable Integer mqttPort;

  @Option(
      names = "--mqtt-namespace",
      paramLabel = "ADDRESS",
      description = "What stands before every topic (default: /mqtt).")
  private @Nullable String mqttNamespace;

  @Option(
      names = {"--osc-port", "--osc"},
      arity = "0..1",
      fallbackValue = "8000",
      paramLabel = "PORT",
      description = "Let OSC programs in (UDP port, default: ${FALLBACK-VALUE}).")
  private @Nullable Integer oscPort;

  @Option(
      names = "--osc-namespace",
      paramLabel = "ADDRESS",
      description = "What stands before every OSC address (default: /osc).")
  private @Nullable String oscNamespace;

  @Option(
      names = {
        "--auth-port",
        "--auth-db",
        "--token-ttl",
        "--journal",
        "--journal-path",
        "--journal-backend",
        "--journal-defra-url",
        "--journal-memory",
        "--journal-batch-size",
        "--journal-flush-ms",
        "--journal-compact-before",
        "--journal-compact-age",
        "--defra-url",
        "--trust-anchor",
        "--cap-max-depth",
        "--registry-db",
        "--rules",
        "--lenses",
        "--app-config",
        "--federation",
        "--federation-hub",
        "--federation-id",
        "--federation-namespace",
        "--federation-token"
      },
      arity = "0..1",
      fallbackValue = "given",
      hidden = true,
      description = "Of the reference, and not here.")
  private List<String> absent = new ArrayList<>();

  /**
   * {@code -l} is where to listen here, and the level of the log everywhere else; {@code
   * clasp-relay healthcheck} is for images (operations.md 10.2).
   */
  static String[] understood(String... args) {
    boolean ours = args.length > 0 && List.of("router", "relay").contains(args[0]);
    if (ours && args.length > 1 && args[1].equals("healthcheck")) {
      return Arrays.copyOfRange(args, 1, args.length);
    }
    return ours
        ? Arrays.stream(args).map(arg -> arg.equals("-l") ? "--listen" : arg).toArray(String[]::new)
        : args;
  }

  CompatibleServer(Clasp clasp, String standardName) {
    this.clasp = clasp;
    this.standardName = standardName;
  }

  @Override
  public Integer call() {
    refuseWhatIsAbsent();
    List<String> args = new ArrayList<>();
    if (clasp.logLevel != null || verbose) {
      args.add("--log-level=" + (verbose ? "debug" : clasp.logLevel));
    }
    args.add("--log-format=" + clasp.logFormat);
    args.add("--output=" + clasp.output);
    args.add("server");
    args.add("--readiness-lines");
    listener(args);
    access(args);
    add(args, "--config", config);
    add(args, "--name", name == null && config == null ? standardName : name);
    add(args, "--max-sessions", maxSessions);
    add(args, "--idle-timeout", sessionTimeout);
    add(args, "--param-ttl", noTtl ? null : paramTtl);
    add(args, "--signal-ttl", noTtl ? null : signalTtl);
    add(args, "--drain-timeout", drainTimeout);
    if (noTtl) {
      args.add("--no-ttl");
    }
    if (announce) {
      args.add("--announce");
    }
    if (rendezvousPort != null && rendezvousPort != 0) {
      args.add("--rendezvous=" + rendezvousPort);
    }
    add(args, "--rendezvous-ttl", rendezvousTtl);
    side(args, "--metrics-port", metrics, metricsPort);
    side(args, "--health-port", health, healthPort);
    // As the reference: on the address of every listener.
    args.add("--metrics-host=" + (host == null ? "0.0.0.0" : host));
    args.add("--health-host=" + (host == null ? "0.0.0.0" : host));
    if (corsOrigin != null) {
      Arrays.stream(corsOrigin.split(",", -1))
          .map(String::strip)
          .forEach(origin -> args.add("--allow-origin=" + origin));
    }
    if (mqttPort != null) {
      add(args, "--mqtt-port", mqttPort);
      // As the reference: whatever is published is a value.
      args.add("--mqtt-profile=compat");
    }
    add(args, "--mqtt-namespace", mqttNamespace);
    add(args, "--osc", oscPort);
    add(args, "--osc-namespace", oscNamespace);
    state(args);
    more(args);
    return CommandLines.run(clasp.terminal(), args.toArray(String[]::new));
  }

  /** What else a subclass has. */
  void more(List<String> args) {}

  static void add(List<String> args, String option, @Nullable Object value) {
    if (value != null) {
      args.add(option + "=" + value);
    }
  }

  private static void side(
      List<String> args, String option, boolean wanted, @Nullable Integer number) {
    if (number != null && number != 0) {
      args.add(option + "=" + number);
    } else if (wanted && number == null) {
      args.add(option);
    }
  }

  private void refuseWhatIsAbsent() {
    if (absent.isEmpty()) {
      return;
    }
    Set<String> names =
        Set.of(
            spec.optionsMap().values().stream()
                .filter(option -> List.of(option.names()).contains("--auth-port"))
                .findFirst()
                .orElseThrow()
                .names());
    String first =
        spec.root().commandLine().getParseResult().originalArgs().stream()
            .map(arg -> arg.replaceFirst("=.*", ""))
            .filter(names::contains)
            .findFirst()
            .orElse("an option");
    throw new ParameterException(
        spec.commandLine(),
        first
            + " is of a part of the reference that this router does not have"
            + switch (first) {
              case "--auth-port", "--auth-db", "--token-ttl" ->
                  ": make tokens with 'clasp token' and name their file with --token-file";
              default -> "; leave it out";
            });
  }

  private void listener(List<String> args) {
    String address = host;
    Integer number = port;
    if (listen != null) {
      int colon = listen.lastIndexOf(':');
      String tail = listen.substring(colon + 1);
      if (colon < 0 || !tail.matches("[0-9]{1,5}")) {
        throw new ParameterException(
            spec.commandLine(),
            "--listen must be ADDRESS:PORT, not '" + Printable.escape(listen) + "'");
      }
      address = listen.substring(0, colon).replaceAll("[\\[\\]]", "");
      number = Integer.valueOf(tail);
    }
    String kind = transport == null ? "" : transport.toLowerCase(Locale.ROOT);
    switch (kind) {
      case "" -> {
        if (noWebSocket) {
          args.add("--protocol=tcp");
        }
      }
      // The page, the probes and raw TCP share the port with WebSocket in any case.
      case "websocket", "ws", "tcp" -> {}
      case "quic" -> {
        if (quicPort == null) {
          quicPort = number == null ? 7330 : number;
        }
      }
      default ->
          throw new ParameterException(
              spec.commandLine(),
              "--transport must be websocket, tcp or quic, not '" + Printable.escape(kind) + "'");
    }
    // Where the file says it, these have no say of their own.
    if (address != null || config == null) {
      args.add("--host=" + (address == null ? "0.0.0.0" : address));
    }
    add(args, "--port", number == null && config == null ? Integer.valueOf(7330) : number);
    add(args, "--tls-cert", certificate);
    add(args, "--tls-key", key);
    if (quicPort != null) {
      args.add("--quic=" + quicPort);
    } else if (quic) {
      args.add("--quic");
    }
  }

  private void access(List<String> args) {
    boolean wanted = !tokenFiles.isEmpty() || !tokens.isEmpty() || adminToken != null;
    add(args, "--auth", authMode);
    tokenFiles.forEach(file -> args.add("--token-file=" + file));
    tokens.forEach(token -> args.add("--token=" + token));
    if (adminToken != null) {
      args.add("--token=" + adminToken(adminToken) + " admin:/**");
    }
    if (!wanted && config == null && !"authenticated".equalsIgnoreCase(authMode)) {
      // As the reference: open on all addresses. The router warns of it.
      args.add("--allow-open");
    }
  }

  /** The token in the file, or a new one that is written there. */
  private static String adminToken(Path file) {
    try {
      if (Files.exists(file)) {
        String token = Files.readString(file).strip();
        if (!token.matches("cpsk_[\\x21-\\x7e]{1,507}")) {
          throw new CommandException(
              ExitStatus.FAILURE,
              Printable.escape(file.toString()) + " holds no token: it must begin with cpsk_");
        }
        return token;
      }
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
    } catch (IOException e) {
      throw new CommandException(
          ExitStatus.FAILURE, Printable.escape(file.toString()) + " cannot be read: " + e, e);
    }
    StringBuilder token = new StringBuilder("cpsk_");
    new SecureRandom()
        .ints(TOKEN_CHARACTERS, 0, ALPHABET.length())
        .forEach(i -> token.append(ALPHABET.charAt(i)));
    try (SecretFile secret = SecretFile.open(file)) {
      secret.write(token + "\n");
    }
    return token.toString();
  }

  private void state(List<String> args) {
    if (persist != null) {
      Path folder = Files.isRegularFile(persist) ? Path.of(persist + ".d") : persist;
      if (!folder.equals(persist)) {
        clasp.note(
            "the values are kept in the folder "
                + Printable.escape(folder.toString())
                + "; the file beside it is not read");
      }
      args.add("--persist=" + folder);
      add(args, "--persist-interval", persistInterval);
    }
  }
}
