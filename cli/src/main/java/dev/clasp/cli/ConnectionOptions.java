package dev.clasp.cli;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.client.ClientEvent;
import dev.clasp.transport.ClientTls;
import dev.clasp.transport.EventLoops;
import dev.clasp.transport.LinkClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where the router is and how to get in: the options of every command that connects. */
final class ConnectionOptions {

  static final String DEFAULT_SERVER = "ws://localhost:7330";

  /**
   * The loop of all clients of this process; it ends with the process. One of each client's own
   * would be waited for when the client is closed, and then a thread of Netty's that lives on for a
   * second, which {@link ProcessInterrupts#exit} would have to end.
   */
  private static final class ProcessLoop {
    static final EventLoops LOOP = EventLoops.create("clasp-client-loop", 1);

    static {
      used = true;
    }
  }

  private static volatile boolean used;

  /**
   * The process ends: its loop, if there is one, waits in Java from now on. For a thread that waits
   * in native code, as loops do, the JVM itself would wait for 0.3 s.
   */
  static void rest() {
    if (used) {
      ProcessLoop.LOOP.rest();
    }
  }

  private static final int MAX_TOKEN_FILE = 8192;
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);

  /** When to try again. */
  enum Reconnect {
    /** The command does one thing and ends. */
    NEVER,
    /** When a connection is lost, not when there is no router at the start. */
    WHEN_LOST,
    /** Also at the start, until a router answers. */
    ALWAYS
  }

  @Option(
      names = {"-s", "--server", "--router"},
      paramLabel = "URL",
      order = HelpSections.CONNECTION,
      description = {
        "The router; also $CLASP_SERVER. 'auto' looks for one.",
        "Default: " + DEFAULT_SERVER
      })
  private String server = DEFAULT_SERVER;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      order = HelpSections.CONNECTION + 1,
      description =
          "Token for routers that ask for one. Better in $CLASP_TOKEN: others can see the command"
              + " line.")
  private @Nullable String token;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      order = HelpSections.CONNECTION + 1,
      description = "The token is the first line of this file; goes before --token.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      order = HelpSections.CONNECTION + 2,
      description = "Name that the router shows for this client.")
  private @Nullable String name;

  @Option(
      names = "--answer-timeout",
      paramLabel = "TIME",
      order = HelpSections.CONNECTION + 3,
      description = "How long to wait for the router to answer (default: 5s).")
  private Duration answerTimeout = DEFAULT_TIMEOUT;

  @Option(
      names = "--rendezvous",
      paramLabel = "URL",
      order = HelpSections.CONNECTION + 9,
      description = "A rendezvous server that --server auto asks too; also $CLASP_RENDEZVOUS.")
  private @Nullable String rendezvous;

  @Option(
      names = "--trust-found",
      order = HelpSections.CONNECTION + 10,
      description = "Send the token also to a router that --server auto has found.")
  private boolean trustFound;

  @Mixin private TlsOptions tlsOptions = new TlsOptions();

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  /** What --server auto has found. */
  private @Nullable String found;

  /** Whom to trust. */
  ClientTls tls() {
    try {
      return tlsOptions.tls();
    } catch (IllegalArgumentException e) {
      throw new CommandException(
          ExitStatus.USAGE, Printable.escape(String.valueOf(e.getMessage())), e);
    }
  }

  /**
   * The router's URL in full.
   *
   * @throws CommandException it is to be found, and is not
   */
  String url() {
    if (!AutoServer.isMeant(server)) {
      return fullUrl(server);
    }
    String url = found;
    if (url == null) {
      url =
          new AutoServer(
                  server,
                  Optional.ofNullable(rendezvous),
                  token().isPresent() && !trustFound,
                  tlsOptions.namesTheRouter(),
                  this::note)
              .url();
      found = url;
    }
    return url;
  }

  private void note(String text) {
    CommandSpec spec = command;
    if (spec != null) {
      PrintWriter err = spec.commandLine().getErr();
      err.println("clasp: " + text);
      err.flush();
    }
  }

  /** The token, if one is given. */
  Optional<String> token() {
    Path file = tokenFile;
    if (file != null) {
      // Once: what is used is what was looked at.
      token = firstLine(file);
      tokenFile = null;
    }
    return Optional.ofNullable(token);
  }

  private static String firstLine(Path file) {
    String name = Printable.escape(file.toString());
    try (InputStream in = Files.newInputStream(file)) {
      byte[] text = in.readNBytes(MAX_TOKEN_FILE);
      // Editors of Windows begin with a mark.
      String line =
          new String(text, StandardCharsets.UTF_8)
              .replace("\uFEFF", "")
              .lines()
              .findFirst()
              .orElse("")
              .strip();
      if (line.isEmpty() || line.contains(" ") || line.startsWith("{")) {
        throw new CommandException(
            ExitStatus.FAILURE,
            name + " holds no token: --token-file wants a file with nothing but a token in a line");
      }
      return line;
    } catch (IOException e) {
      throw new CommandException(
          ExitStatus.FAILURE, "the token in " + name + " cannot be read: " + e, e);
    }
  }

  /** What the client is to be called, if the user says so. */
  Optional<String> name() {
    return Optional.ofNullable(name);
  }

  /** How long to wait for the router. */
  Duration answerTimeout() {
    return answerTimeout;
  }

  /** For commands that take the URL as an argument too. */
  void useServer(String url) {
    server = url;
    found = null;
  }

  /**
   * Lets people leave out what is obvious: {@code stage.local} is {@code ws://stage.local:7330}.
   */
  static String fullUrl(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.startsWith("http://")) {
      return "ws://" + text.substring("http://".length());
    }
    if (lower.startsWith("https://")) {
      return "wss://" + text.substring("https://".length());
    }
    if (text.contains("://") || LinkClient.isOfAModule(text) && !text.matches("[^:]*:[0-9]+")) {
      return text;
    }
    boolean port = text.matches(".*:[0-9]+(/.*)?") && !text.endsWith("]");
    return "ws://" + text + (port || text.contains("/") ? "" : ":7330");
  }

  /**
   * Connects.
   *
   * @param command that connects, for the name that others see
   * @param reconnect what happens when there is no router, or no longer one
   * @throws CommandException nobody is there
   * @throws ClaspException anything else
   */
  ClaspClient connect(String command, Reconnect reconnect, Consumer<? super ClientEvent> listener) {
    try {
      ClaspClient.Builder builder =
          ClaspClient.builder(url())
              .name(name == null ? "clasp " + command : name)
              .connectTimeout(answerTimeout)
              .requestTimeout(answerTimeout)
              .reconnect(reconnect != Reconnect.NEVER)
              .awaitRouter(reconnect == Reconnect.ALWAYS)
              .clockSync(false)
              .loops(ProcessLoop.LOOP)
              .tls(tls())
              .listener(listener);
      token().ifPresent(builder::token);
      return builder.connectBlocking();
    } catch (ClaspException e) {
      if (nobodyListens(e)) {
        throw new CommandException(ExitStatus.UNAVAILABLE, noRouter(), e);
      }
      throw e;
    }
  }

  private static boolean nobodyListens(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ConnectException) {
        return true;
      }
    }
    return false;
  }

  private String noRouter() {
    return "No router answers at "
        + url()
        + ". "
        + (url().matches("(?i)(ws|wss|tcp|tls)://(localhost|127\\.0\\.0\\.1|\\[::1])(:\\d+)?/?")
            ? "Start one with: clasp server" + portOption()
            : "Is the address right, and the router running?");
  }

  private String portOption() {
    String port = url().replaceFirst(".*?(:(\\d+))?/?$", "$2");
    return port.isEmpty() || port.equals("7330") ? "" : " --port " + port;
  }
}
