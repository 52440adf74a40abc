package dev.clasp.cli;

import dev.clasp.client.ClaspClient;
import dev.clasp.webrtc.IceServer;
import dev.clasp.webrtc.PeerException;
import dev.clasp.webrtc.PeerToPeer;
import dev.clasp.webrtc.RoutingMode;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** How peers are reached: the options of the commands that open connections to them. */
final class PeerOptions {

  private static final int MAX_PASSWORD_BYTES = 4096;

  @Option(
      names = "--ice-server",
      paramLabel = "URL",
      description = {
        "STUN or TURN server: stun:HOST:PORT, turn:HOST:PORT, turns:HOST:PORT; repeat for more.",
        "Default: none, which suffices in one network.",
      })
  private List<String> iceServers = new ArrayList<>();

  @Option(names = "--turn-user", paramLabel = "NAME", description = "User of the TURN servers.")
  private @Nullable String turnUser;

  @Option(
      names = "--turn-password-file",
      paramLabel = "FILE",
      description = "File whose first line is the password; else $CLASP_TURN_PASSWORD.")
  private @Nullable Path turnPasswordFile;

  @Option(
      names = "--relay-only",
      description = "Send everything through the router; no address of this machine is told.")
  private boolean relayOnly;

  @Option(names = "--peer-only", description = "Send directly or not at all.")
  private boolean peerOnly;

  @Option(
      names = "--connect-timeout",
      paramLabel = "TIME",
      description = "How long to try to connect directly (default: 30s).")
  private Duration connectTimeout = Duration.ofSeconds(30);

  RoutingMode mode(CommandLine line) {
    if (relayOnly && peerOnly) {
      throw new ParameterException(line, "--relay-only and --peer-only contradict each other");
    }
    return relayOnly
        ? RoutingMode.ROUTER_ONLY
        : peerOnly ? RoutingMode.PEER_ONLY : RoutingMode.PREFER_PEER;
  }

  /** Everything that these options say. */
  PeerToPeer.Builder builder(Clasp clasp, CommandLine line, ClaspClient client) {
    return PeerToPeer.builder(client)
        .mode(mode(line))
        .connectTimeout(connectTimeout)
        .iceServers(servers(clasp, line));
  }

  /** Looks for mistakes before anything is connected. */
  void check(Clasp clasp, CommandLine line) {
    mode(line);
    servers(clasp, line);
    if (connectTimeout.isNegative()
        || connectTimeout.isZero()
        || connectTimeout.compareTo(Duration.ofHours(1)) > 0) {
      throw new ParameterException(line, "--connect-timeout must be 1ms to 1h");
    }
  }

  private List<IceServer> servers(Clasp clasp, CommandLine line) {
    if (turnUser == null && turnPasswordFile != null) {
      throw new ParameterException(line, "--turn-password-file needs --turn-user");
    }
    List<IceServer> servers = new ArrayList<>();
    for (String url : iceServers) {
      boolean turn = url.toLowerCase(Locale.ROOT).startsWith("turn");
      try {
        servers.add(
            turn && turnUser != null
                ? IceServer.turn(url, turnUser, password(clasp, line))
                : IceServer.stun(url));
      } catch (PeerException e) {
        throw new ParameterException(
            line,
            Printable.escape(e.getMessage())
                + (turn && turnUser == null ? ": --turn-user NAME" : ""));
      }
    }
    return servers;
  }

  private String password(Clasp clasp, CommandLine line) {
    Path file = turnPasswordFile;
    String password = clasp.terminal().environment().get("CLASP_TURN_PASSWORD");
    if (file != null) {
      try {
        if (Files.size(file) > MAX_PASSWORD_BYTES) {
          throw new CommandException(
              ExitStatus.FAILURE, file + " is too long for a file with a password");
        }
        password = Files.readString(file).lines().findFirst().orElse("");
      } catch (IOException e) {
        throw new CommandException(
            ExitStatus.FAILURE, "cannot read the password file " + file + ": " + e.getMessage(), e);
      }
    }
    if (password == null) {
      throw new ParameterException(
          line, "--turn-user needs a password: --turn-password-file FILE or $CLASP_TURN_PASSWORD");
    }
    return password;
  }

  /** What a failure ends the process with. */
  static int status(PeerException failure) {
    return switch (failure.kind()) {
      case INVALID -> ExitStatus.USAGE;
      case NO_SUCH_PEER, TIMEOUT, UNREACHABLE, NO_ROUTER, NOT_CONNECTED, CLOSED ->
          ExitStatus.UNAVAILABLE;
      case NOT_PERMITTED, REFUSED -> ExitStatus.NOT_PERMITTED;
      case TOO_LARGE, OVERFLOW, NO_RELAY, UNSUPPORTED -> ExitStatus.FAILURE;
    };
  }

  static CommandException sentence(PeerException failure) {
    return new CommandException(status(failure), Printable.escape(failure.getMessage()), failure);
  }

  /**
   * Nothing more is printed to stdout: the native library writes a line there when the process
   * ends, and that line is nobody's result.
   */
  static void nothingMoreIsPrinted(Terminal terminal) {
    terminal.out().flush();
    if (terminal.interrupts() instanceof ProcessInterrupts) {
      // Java does not close standard streams but points them to nowhere, which is just right.
      try (FileOutputStream stdout = new FileOutputStream(FileDescriptor.out)) {
        stdout.flush();
      } catch (IOException e) {
        // Then the line is printed.
      }
    }
  }
}
