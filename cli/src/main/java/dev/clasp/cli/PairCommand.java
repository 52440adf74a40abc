package dev.clasp.cli;

import dev.clasp.security.PairingCall;
import dev.clasp.security.PairingClient;
import dev.clasp.security.PairingCode;
import dev.clasp.security.PairingException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code clasp pair}: a token for a code that the router shows. */
@Command(
    name = "pair",
    description = {
      "Get a token from a router that shows a code of six digits.",
      "",
      "Nothing but the token is printed to stdout. The router shows a code after 'clasp server"
          + " --pair', in its console, or with --new. A code is good for five minutes, five attempts"
          + " and one token.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp pair ws://stage.local:7330                    asks for the code",
      "  clasp pair stage.local --save ~/.config/clasp/token",
      "  clasp pair --new --scopes 'read:/**'                an administrator, with $CLASP_TOKEN",
    })
final class PairCommand implements Callable<Integer> {

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(arity = "0..1", paramLabel = "URL", description = "The router; the same as --server.")
  private @Nullable String url;

  @Option(
      names = "--code",
      paramLabel = "CODE",
      description = "The code, instead of being asked for it.")
  private @Nullable String code;

  @Option(
      names = "--save",
      paramLabel = "FILE",
      description = "Write the token into this file, readable for you alone, and do not print it.")
  private @Nullable Path save;

  @Option(
      names = "--new",
      description = "Let the router show a new code, and print it. Needs an administrator's token.")
  private boolean makeNew;

  @Option(
      names = "--scopes",
      paramLabel = "SCOPES",
      description = "With --new: what the token will allow (default: read:/**,write:/**).")
  private @Nullable String scopes;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  PairCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    if (makeNew && (code != null || save != null)) {
      throw wrong("--new makes a code; --code and --save are for the client that uses it");
    }
    if (!makeNew && scopes != null) {
      throw wrong("--scopes is for --new: who asks for the code says what it allows");
    }
    clasp.startLogging(Clasp.LogLevel.ERROR);
    if (url != null) {
      connection.useServer(url);
    }
    try (PairingCall call = call(connection.url())) {
      if (makeNew) {
        newCode(call);
      } else {
        pair(call);
      }
    } catch (PairingException e) {
      throw new CommandException(
          status(e.kind()), Printable.escape(String.valueOf(e.getMessage())), e);
    }
    return ExitStatus.OK;
  }

  private PairingCall call(String server) {
    try {
      return new PairingCall(
          new URI(server), connection.answerTimeout(), connection.tls().sslContext());
    } catch (URISyntaxException e) {
      throw wrong("'" + Printable.escape(server) + "' is no URL");
    } catch (IllegalArgumentException e) {
      throw wrong(Printable.escape(String.valueOf(e.getMessage())));
    }
  }

  private static int status(PairingException.Kind kind) {
    return switch (kind) {
      case REFUSED, NOT_PERMITTED -> ExitStatus.NOT_PERMITTED;
      case UNREACHABLE -> ExitStatus.UNAVAILABLE;
      case MALFORMED, CLOSED, UNAVAILABLE, NOT_NEEDED -> ExitStatus.FAILURE;
    };
  }

  // --- the client --------------------------------------------------------------------------------

  private void pair(PairingCall call) {
    // Before anybody types anything, and before the only token is there and has no place to go.
    call.check();
    try (SecretFile file = save == null ? null : SecretFile.open(save)) {
      PairingClient.Paired paired = call.pair(new PairingClient(name(), typed(), random()));
      if (file != null) {
        file.write(paired.token() + System.lineSeparator());
      }
      report(paired);
    }
  }

  private PairingCode typed() {
    String typed = code;
    if (typed == null) {
      typed =
          new Prompt(clasp.terminal())
              .ask("Code that the router shows: ")
              .orElseThrow(() -> new CommandException(ExitStatus.FAILURE, "no code was given"));
    }
    return PairingCode.parse(typed)
        .orElseThrow(() ->
            new CommandException(
                ExitStatus.USAGE, "a code has " + PairingCode.LENGTH + " digits, such as 482 913"));
  }

  /** What the router notes with the token, so that people know later whose it is. */
  private String name() {
    String user = System.getProperty("user.name", "");
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      host = "";
    }
    return PairingClient.nameFrom(
        connection.name().orElse(host.isEmpty() ? user : user + "@" + host), "clasp");
  }

  private static SecureRandom random() {
    return new SecureRandom();
  }

  private void report(PairingClient.Paired paired) {
    Terminal terminal = clasp.terminal();
    Optional<String> saved = Optional.ofNullable(save).map(Path::toString);
    if (clasp.json()) {
      JsonLine line = new JsonLine();
      saved.ifPresentOrElse(
          file -> line.put("file", file), () -> line.put("token", paired.token()));
      terminal
          .out()
          .println(line.put("server", paired.server()).put("scopes", paired.scopes()).end());
    } else if (saved.isEmpty()) {
      terminal.out().println(paired.token());
    }
    clasp.note(
        "paired with "
            + Printable.escape(paired.server())
            + "; the token allows "
            + Printable.escape(String.join(", ", paired.scopes()))
            + saved.map(file -> "; it is in " + Printable.escape(file)).orElse(""));
  }

  // --- the administrator -------------------------------------------------------------------------

  private void newCode(PairingCall call) {
    PairingCall.NewCode made = call.newCode(connection.token(), Optional.ofNullable(scopes));
    Terminal terminal = clasp.terminal();
    terminal
        .out()
        .println(
            clasp.json()
                ? new JsonLine()
                    .put("code", made.code().digits())
                    .put("secondsLeft", made.left().toSeconds())
                    .put("scopes", made.scopes())
                    .end()
                : made.code().digits());
    clasp.note(
        "good for "
            + made.left().toSeconds()
            + " s and one client, which may then "
            + Printable.escape(String.join(", ", made.scopes()))
            + "; there: clasp pair "
            + Printable.escape(connection.url()));
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
