package dev.clasp.cli;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridgeserver.Bridges;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.router.RouterConfig;
import dev.clasp.security.AuditEvent;
import dev.clasp.security.AuditLog;
import dev.clasp.security.Ending;
import dev.clasp.security.Scopes;
import dev.clasp.security.StoredTokenIssuer;
import dev.clasp.security.TokenAuthenticator;
import dev.clasp.security.TokenConfig;
import dev.clasp.security.TokenFormatException;
import dev.clasp.security.TokenStoreFile;
import dev.clasp.server.AdminCall;
import dev.clasp.server.AdminConfig;
import dev.clasp.server.AuditLooks;
import dev.clasp.server.AuditTrail;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.Companion;
import dev.clasp.server.ConfigReloads;
import dev.clasp.server.EventFeed;
import dev.clasp.server.MemoryConfig;
import dev.clasp.server.NetworkConfig;
import dev.clasp.server.PairingConfig;
import dev.clasp.server.Persistence;
import dev.clasp.server.ServerConfig;
import dev.clasp.server.ServerException;
import dev.clasp.server.Traces;
import dev.clasp.transport.InheritedSocket;
import dev.clasp.transport.OriginPolicy;
import dev.clasp.transport.ServiceNotifier;
import dev.clasp.transport.TransportException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code clasp server}: the router, until it is interrupted. */
@Command(
    name = "server",
    description = {
      "Run the router.",
      "",
      "Prints one line with its URLs when it is ready, and runs until Ctrl-C. The same port serves a"
          + " page that shows what happens.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp server",
      "  clasp server --port 0              any free port; the line says which",
      "  clasp server --name 'Main stage' --max-sessions 200",
      "  clasp server --host 0.0.0.0 --token-file tokens.json",
      "                                     only with a token, see 'clasp token'",
      "  clasp server --host 0.0.0.0 --token-file tokens.json --pair",
      "                                     and show a code with which a client gets a token",
      "  clasp server --host 0.0.0.0 --allow-open",
      "                                     everybody on the network may do everything",
      "  clasp server --persist state       values survive a restart",
      "  clasp server --tls-cert clasp-cert.pem --tls-key clasp-key.pem --quic",
      "                                     with TLS and QUIC, see 'clasp cert'",
      "  clasp server --serial '/dev/ttyUSB0?baud=115200'",
      "                                     with a device on a serial port",
    })
final class ServerCommand implements Callable<Integer> {

  /** Which writes are acknowledged. */
  enum Ack {
    QOS,
    ALWAYS;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final RouterConfig ROUTER = RouterConfig.DEFAULT;

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-b", "--host", "--bind"},
      paramLabel = "ADDRESS",
      description = "Address to listen on (default: ${DEFAULT-VALUE}).")
  private String host = ServerConfig.DEFAULT.host();

  @Option(
      names = {"-P", "--port"},
      paramLabel = "PORT",
      description = "Port to listen on; 0 = any free one (default: ${DEFAULT-VALUE}).")
  private int port = ServerConfig.DEFAULT_PORT;

  @Option(
      names = {"-n", "--name"},
      paramLabel = "NAME",
      description = "Name that clients see (default: ${DEFAULT-VALUE}).")
  private String name = ROUTER.name();

  @Option(
      names = "--allow-open",
      description =
          "Listen on an address that others can reach although everybody may do everything.")
  private boolean allowOpen;

  @Option(
      names = "--ack",
      paramLabel = "WHEN",
      description =
          "Acknowledge writes that ask for it (qos), or all of them (always)"
              + " (default: ${DEFAULT-VALUE}).")
  private Ack ack = Ack.QOS;

  @Option(
      names = "--loops",
      paramLabel = "N",
      description = "Event loops; 0 = half of the cores (default: ${DEFAULT-VALUE}).")
  private int loops;

  @Option(
      names = "--max-sessions",
      paramLabel = "N",
      description = "Clients at once; 0 = unlimited (default: ${DEFAULT-VALUE}).")
  private int maxSessions = ROUTER.maxSessions();

  @Option(
      names = "--max-parameters",
      paramLabel = "N",
      description = "Values remembered (default: ${DEFAULT-VALUE}).")
  private int maxParameters = ROUTER.maxParameters();

  @Option(
      names = "--max-subscriptions",
      paramLabel = "N",
      description = "Subscriptions of one client (default: ${DEFAULT-VALUE}).")
  private int maxSubscriptions = ROUTER.maxSubscriptionsPerSession();

  @Option(
      names = "--max-rate",
      paramLabel = "N",
      description = "Messages a second from one client; 0 = unlimited (default: ${DEFAULT-VALUE}).")
  private int maxRate = ROUTER.maxMessagesPerSecond();

  @Option(
      names = "--idle-timeout",
      paramLabel = "SECONDS",
      description =
          "Close a client that is silent for so long; 0 = never (default: ${DEFAULT-VALUE}).")
  private int idleSeconds = (int) TimeUnit.NANOSECONDS.toSeconds(ROUTER.idleNanos());

  @Option(
      names = {"--persist", "--persist-path", "--data-dir"},
      paramLabel = "FOLDER",
      description =
          "Keep the values in this folder, so that they outlive the router; made if it is not there"
              + " (default: they end with the router).")
  private @Nullable Path persist;

  @Option(
      names = "--persist-interval",
      paramLabel = "TIME",
      description =
          "Write what has changed so often (default: 1s). What was set since is lost when the"
              + " process is killed, not when it is stopped.")
  private Duration persistInterval = Persistence.DEFAULT_INTERVAL;

  @Option(
      names = "--allow-origin",
      paramLabel = "ORIGIN",
      description =
          "Let pages of this origin connect, for example https://show.example; * for all. May be"
              + " given several times (default: pages of this machine and network; all if tokens"
              + " are wanted).")
  private List<String> allowedOrigins = new ArrayList<>();

  @Option(
      names = "--drain-timeout",
      paramLabel = "TIME",
      converter = DurationText.class,
      description =
          "When stopping, how long slow clients have to take what waits for them (default:"
              + " ${DEFAULT-VALUE}).",
      defaultValue = "3s")
  private Duration drainTimeout = ServerConfig.DEFAULT.drain();

  @Option(
      names = "--audit",
      paramLabel = "FILE",
      description = "Write who comes, goes and is refused into this file; 'clasp audit' shows it.")
  private @Nullable Path audit;

  @Option(
      names = "--audit-chain",
      description =
          "Number the lines of that file and write into each the hash of the one before, so that"
              + " 'clasp audit verify' finds what was changed.")
  private boolean auditChain;

  @Option(
      names = "--reload-on-change",
      description =
          "Read the settings again, as SIGHUP does, when their file has changed; looked at once a"
              + " second.")
  private boolean reloadOnChange;

  @Option(
      names = "--stop-with-stdin",
      description = "Stop when standard input ends, for programs that start a router.")
  private boolean stopWithStdin;

  @Option(
      names = "--qr",
      description = "Print a QR code of the URL, for phones in the same network.")
  private boolean qr;

  @Option(
      names = "--readiness-lines",
      hidden = true,
      description = "Print what programs wait for that start the reference's router.")
  private boolean readinessLines;

  @Mixin private ConfigOptions configOptions = new ConfigOptions();

  @Mixin private NetworkOptions networkOptions = new NetworkOptions();

  @Mixin private MemoryOptions memoryOptions = new MemoryOptions();

  @Mixin private OperationsOptions operationsOptions = new OperationsOptions();

  @Mixin private DiscoveryOptions discoveryOptions = new DiscoveryOptions();

  @Mixin private OscOptions oscOptions = new OscOptions();

  @Mixin private HttpApiOptions httpApiOptions = new HttpApiOptions();

  @Mixin private MqttOptions mqttOptions = new MqttOptions();

  @Mixin private OscQueryOptions oscQueryOptions = new OscQueryOptions();

  @Mixin private BridgesOptions bridgesOptions = new BridgesOptions();

  @Mixin private AuthOptions authOptions = new AuthOptions();

  @Mixin private PairOptions pairOptions = new PairOptions();

  @Mixin private RouterOptions routerOptions = new RouterOptions();

  /** Of systemd, if it listens for us: then host and port are those of the socket. */
  private Optional<InheritedSocket> inherited = Optional.empty();

  ServerCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  ConfigOptions configOptions() {
    return configOptions;
  }

  @Override
  public Integer call() {
    List<String> args = spec.root().commandLine().getParseResult().originalArgs();
    ServerSettings settings =
        ServerSettings.load(clasp.terminal(), args, spec.root().commandLine());
    try {
      return settings.command().run(settings, args);
    } catch (ParameterException e) {
      String message = String.valueOf(e.getMessage());
      if (settings.concerns(message)) {
        throw new CommandException(ExitStatus.CONFIG, settings.speakOfPlaces(message), e);
      }
      throw wrong(message);
    }
  }

  /**
   * Looks whether all options fit together and the files that they name can be read.
   *
   * @throws ParameterException they do not
   * @throws CommandException a file cannot be used
   */
  void check() {
    config();
    tokens().ifPresent(config -> authenticator(config, trail(null)).close());
  }

  /** Runs with all options in place, wherever they came from. */
  private Integer run(ServerSettings settings, List<String> args) {
    try {
      if (clasp.terminal().environment().containsKey("LISTEN_FDS")) {
        inherited = InheritedSocket.of(clasp.terminal().environment());
      }
    } catch (TransportException e) {
      throw new CommandException(ExitStatus.FAILURE, String.valueOf(e.getMessage()), e);
    }
    // No lambdas with these types: picocli looks at all methods, and would load them at every
    // start.
    if (inherited.isPresent()) {
      host = inherited.get().address().getAddress().getHostAddress();
      port = inherited.get().address().getPort();
    }
    ServerConfig config = config();
    Optional<TokenConfig> tokens = tokens();
    if (tokens.isEmpty() && !allowOpen) {
      networkOptions
          .openRadio()
          .ifPresent(option -> {
            throw wrong(
                option
                    + " without tokens lets everybody in range do everything. Ask for tokens with"
                    + " --token-file, or add --allow-open if that is what you want");
          });
    }
    Optional<TokenStoreFile> store;
    Optional<Scopes> pairScopes;
    try {
      pairScopes = pairOptions.scopes();
      store = pairOptions.store(authOptions.tokenFiles());
    } catch (AuthOptions.Mistake e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
    clasp.startLogging(Clasp.LogLevel.INFO);
    settings.warnings().forEach(clasp::note);
    // Not before: the first logger fixes how the log is written.
    Logger logger = LoggerFactory.getLogger(ServerCommand.class);
    settings.file().ifPresent(file -> logger.info("settings are read from {}", file));
    if (inherited.isPresent()) {
      logger.info("listening on {}", inherited.get());
    }
    if (reloadOnChange && settings.file().isEmpty()) {
      logger.warn("--reload-on-change: there is no file with settings to look at");
    }
    Terminal terminal = clasp.terminal();
    CountDownLatch interrupted = new CountDownLatch(1);
    EventFeed feed = new EventFeed();
    LogTail.attach(feed);
    ConfigReloads reloads = new ConfigReloads();
    AtomicReference<@Nullable ServerReload> reloading = new AtomicReference<>();
    AtomicReference<@Nullable ClaspServer> running = new AtomicReference<>();
    Bridges bridges = bridges(settings);
    AdminConfig admin =
        AdminConfig.of(feed)
            .withMore(bridges.routes())
            .withSettings(() -> effective(reloading, settings))
            .withReload(() -> told(() -> Objects.requireNonNull(reloading.get()).reloadAndSay()))
            .withReloadPreview(() ->
                told(() -> Objects.requireNonNull(reloading.get()).preview())
                    .getBytes(StandardCharsets.UTF_8))
            .withDrain(interrupted::countDown)
            .withLogLevel(Logging::setLevel, Logging::level);
    try (ServiceNotifier notifier = ServiceNotifier.of(terminal.environment());
        Interrupts.Registration _ = terminal.interrupts().onInterrupt(interrupted::countDown);
        // Before the server, so that it is heard while that stops.
        Interrupts.Registration _ =
            terminal
                .interrupts()
                .onImpatience(
                    () -> Optional.ofNullable(running.get()).ifPresent(ClaspServer::hurry));
        Traces traces = traces().orElse(null);
        AuditLog log = audit == null ? null : auditLog(audit);
        TokenAuthenticator authenticator =
            tokens.map(t -> authenticator(t, trail(log, feed))).orElse(null);
        ClaspServer server =
            start(
                operated(
                    bridges,
                    authenticator == null ? config : guarded(config, authenticator, store),
                    reloads,
                    authenticator == null ? admin : knowing(admin, authenticator, store),
                    (log == null ? ServerConfig.NO_AUDIT : new AuditLooks(log))
                        .andThen(feed)
                        .andThen(traces == null ? _ -> {} : traces)))) {
      running.set(server);
      ServerReload reload =
          new ServerReload(
              terminal,
              args,
              settings,
              server,
              bridges,
              reloads,
              new AuditTrail(server.config().audit(), terminal.clock()));
      reloading.set(reload);
      String status = String.join(", ", server.urls());
      // Heard before anybody knows that the router is ready. On a terminal a hangup means that the
      // terminal is gone, and nobody could stop us any more.
      Runnable reloadNow =
          () -> {
            notifier.reloading();
            reload.reloadAndTell();
            notifier.reloaded(status);
          };
      try (Interrupts.Registration _ =
              terminal
                  .interrupts()
                  .onHangup(terminal.outIsTerminal() ? interrupted::countDown : reloadNow);
          ConfigWatch _ =
              reloadOnChange && settings.file().isPresent()
                  ? ConfigWatch.start(settings.file().get(), settings.stamp(), reloadNow)
                  : null) {
        if (authenticator != null) {
          authenticator.start(ending -> {
            trail(log, feed).ending(ending);
            showOut(server, ending);
          });
        }
        terminal.out().println(ready(server));
        if (qr) {
          QrText.print(clasp, server);
        }
        if (readinessLines) {
          readinessLines(server, terminal);
        }
        pairScopes
            .flatMap(scopes -> server.pairing().map(desk -> desk.show(scopes, "--pair")))
            .ifPresent(shown ->
                terminal.out().println(PairOptions.line(shown, server.url(), clasp.json())));
        terminal.out().flush();
        if (stopWithStdin) {
          Thread.ofPlatform()
              .daemon()
              .name("clasp-stdin")
              .start(() -> {
                drain(terminal.in());
                interrupted.countDown();
              });
        }
        notifier.ready(status, server::healthy);
        interrupted.await();
      }
      notifier.stopping();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // The log says why.
    return Optional.ofNullable(running.get()).map(ClaspServer::stateKept).orElse(true)
        ? ExitStatus.OK
        : ExitStatus.FAILURE;
  }

  private Optional<Traces> traces() {
    try {
      return operationsOptions.traces(clasp.terminal().environment());
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private Bridges bridges(ServerSettings settings) {
    try {
      return new Bridges(bridgesOptions.config(settings.bridges(), Optional.ofNullable(persist)));
    } catch (BridgeException e) {
      throw new CommandException(
          ExitStatus.CONFIG, Printable.escape(String.valueOf(e.getMessage())), e);
    }
  }

  private ServerConfig operated(
      Bridges bridges,
      ServerConfig config,
      ConfigReloads reloads,
      AdminConfig admin,
      Consumer<AuditEvent> audit) {
    List<Companion.Factory> all = new ArrayList<>(config.companions());
    all.add(bridges.factory());
    try {
      all.addAll(operationsOptions.companions(reloads, admin, config.network().tls()));
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
    return config.withCompanions(all).withAudit(audit);
  }

  /** With what there is to know of tokens. */
  private static AdminConfig knowing(
      AdminConfig admin, TokenAuthenticator authenticator, Optional<TokenStoreFile> store) {
    AdminConfig knowing = admin.withAuthenticator(authenticator);
    return store.isEmpty() ? knowing : knowing.withTokens(store.get(), authenticator::refresh);
  }

  /** Settings that cannot be used are a mistake of whoever wrote them, and said to who asks. */
  private static String told(Supplier<String> task) {
    try {
      return task.get();
    } catch (CommandException e) {
      throw new AdminCall.Mistake(409, LogSecrets.hide(String.valueOf(e.getMessage())));
    }
  }

  /** What holds, for administrators. */
  private static byte[] effective(
      AtomicReference<@Nullable ServerReload> reloading, ServerSettings atStart) {
    ServerReload reload = reloading.get();
    return (reload == null ? atStart : reload.current()).json().getBytes(StandardCharsets.UTF_8);
  }

  /** What can change while it runs. */
  void applyTo(ClaspServer server) {
    Logging.setLevel(clasp.level(Clasp.LogLevel.INFO));
    server.reconfigure(config());
  }

  /** With a token only; and new ones for a code, if there is a place for them. */
  private ServerConfig guarded(
      ServerConfig config, TokenAuthenticator authenticator, Optional<TokenStoreFile> store) {
    ServerConfig guarded = config.withAuthenticator(authenticator);
    return store
        .map(file ->
            guarded.withPairing(
                new PairingConfig(
                    new StoredTokenIssuer(
                        file,
                        clasp.terminal().clock(),
                        new SecureRandom(),
                        authenticator::refresh))))
        .orElse(guarded);
  }

  /** Who may come in; empty if everybody may. */
  private Optional<TokenConfig> tokens() {
    try {
      Optional<TokenConfig> tokens = authOptions.config();
      if (authOptions.showsTokens()) {
        clasp.note(
            "--token shows the token to everybody who can list the processes of this machine; use"
                + " --token-file");
      }
      return tokens;
    } catch (AuthOptions.Mistake e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private AuditTrail trail(@Nullable AuditLog log) {
    return new AuditTrail(log == null ? ServerConfig.NO_AUDIT : log, clasp.terminal().clock());
  }

  /** To the log and to who follows events. */
  private AuditTrail trail(@Nullable AuditLog log, EventFeed feed) {
    return new AuditTrail(trail(log).log().andThen(feed), clasp.terminal().clock());
  }

  private AuditLog auditLog(Path file) {
    try {
      return AuditLog.open(
          AuditLog.Settings.of(file).withChain(auditChain), clasp.terminal().clock());
    } catch (IOException e) {
      throw new CommandException(
          ExitStatus.FAILURE,
          "the audit log " + Printable.escape(file.toString()) + " cannot be written: " + e,
          e);
    }
  }

  private TokenAuthenticator authenticator(TokenConfig config, AuditTrail trail) {
    try {
      return new TokenAuthenticator(config, clasp.terminal().clock(), trail::login);
    } catch (TokenFormatException e) {
      throw new CommandException(ExitStatus.FAILURE, String.valueOf(e.getMessage()), e);
    }
  }

  /** Ends the sessions of a token that is no longer what it was. */
  private static void showOut(ClaspServer server, Ending ending) {
    switch (ending.cause()) {
      case EXPIRED ->
          server.router().expel(ending::concerns, ErrorCode.TOKEN_EXPIRED, "Token has expired");
      case REVOKED, CHANGED ->
          server.router().expel(ending::concerns, ErrorCode.UNAUTHORIZED, "Token revoked");
    }
  }

  private static void drain(InputStream in) {
    try {
      in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // As good as its end.
    }
  }

  private static ClaspServer start(ServerConfig config) {
    try {
      return ClaspServer.start(config);
    } catch (ServerException e) {
      throw new CommandException(ExitStatus.FAILURE, String.valueOf(e.getMessage()), e);
    }
  }

  /** Of operations.md 4, 5.8 and 6.5, when the sockets are bound. */
  private static void readinessLines(ClaspServer server, Terminal terminal) {
    InetSocketAddress bound = server.address();
    String host =
        bound.getAddress().isAnyLocalAddress() ? "0.0.0.0" : bound.getAddress().getHostAddress();
    String address = host + ":" + bound.getPort();
    terminal.out().println("Listening on: " + address);
    terminal.out().println("WebSocket server listening on " + address);
    terminal.out().println("Router ready, accepting connections...");
  }

  private String ready(ClaspServer server) {
    if (clasp.json()) {
      JsonLine line =
          new JsonLine()
              .put("url", server.url())
              .put("console", server.consoleUrl())
              .put("port", server.address().getPort());
      server.urls().stream()
          .filter(url -> url.startsWith("tcp:"))
          .forEach(url -> line.put("tcp", url));
      return line.put("urls", server.urls()).end();
    }
    return "CLASP router ready: "
        + enumeration(server.urls())
        + " - open "
        + server.consoleUrl()
        + " in a browser";
  }

  /** {@code a}, {@code a and b}, {@code a, b and c}. */
  private static String enumeration(List<String> urls) {
    int last = urls.size() - 1;
    return last == 0
        ? urls.getFirst()
        : String.join(", ", urls.subList(0, last)) + " and " + urls.get(last);
  }

  private ServerConfig config() {
    range("--port", port, 0, 65_535);
    range("--loops", loops, 0, 256);
    range("--max-sessions", maxSessions, 0, 1_000_000);
    range("--max-parameters", maxParameters, 1, 100_000_000);
    range("--max-subscriptions", maxSubscriptions, 1, 1_000_000);
    range("--max-rate", maxRate, 0, 100_000_000);
    range("--idle-timeout", idleSeconds, 0, 1_000_000);
    if (auditChain && audit == null) {
      throw wrong("--audit-chain needs --audit FILE");
    }
    String mistake = routerOptions.mistake();
    if (mistake != null) {
      throw wrong(mistake);
    }
    NetworkConfig network;
    MemoryConfig memory;
    try {
      network = networkOptions.config(host);
      memory = memoryOptions.config();
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
    RouterConfig.Builder router =
        ROUTER.toBuilder()
            .name(name)
            .ackAlways(ack == Ack.ALWAYS)
            .maxSessions(maxSessions)
            .maxParameters(maxParameters)
            .maxSubscriptionsPerSession(maxSubscriptions)
            .maxMessagesPerSecond(maxRate)
            .idleNanos(TimeUnit.SECONDS.toNanos(idleSeconds));
    routerOptions.apply(router);
    ServerConfig server =
        ServerConfig.DEFAULT
            .withHost(host)
            .withPort(port)
            .withAllowOpen(allowOpen)
            .withLoops(loops)
            .withNetwork(network)
            .withDrain(drainTimeout)
            .withRouter(router.build())
            .withMemory(memory)
            .withCompanions(companions());
    if (inherited.isPresent()) {
      server = server.withInherited(inherited.get());
    }
    if (!allowedOrigins.isEmpty()) {
      server = server.withOrigins(new OriginPolicy(Set.copyOf(allowedOrigins)));
    }
    if (persist != null) {
      try {
        server = server.withPersistence(new Persistence(persist, persistInterval));
      } catch (IllegalArgumentException e) {
        throw wrong("--persist-interval: " + e.getMessage());
      }
    }
    return server;
  }

  private List<Companion.Factory> companions() {
    try {
      List<Companion.Factory> all =
          new ArrayList<>(
              discoveryOptions.companions(!loopback(host), port, Optional.ofNullable(persist)));
      httpApiOptions.companion().ifPresent(all::add);
      oscOptions.companion().ifPresent(all::add);
      mqttOptions.companion().ifPresent(all::add);
      oscQueryOptions.companion(name, discoveryOptions.mdns()).ifPresent(all::add);
      return all;
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  /** Only this machine can reach it; also if the name is not known, which is told elsewhere. */
  private static boolean loopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return true;
    }
  }

  private void range(String option, int value, int min, int max) {
    if (value < min || value > max) {
      throw wrong(option + " must be " + min + " to " + max + ", not " + value);
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
