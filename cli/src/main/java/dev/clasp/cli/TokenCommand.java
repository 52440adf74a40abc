package dev.clasp.cli;

import dev.clasp.security.TokenFormatException;
import dev.clasp.security.TokenStoreFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code clasp token}: makes tokens and takes them back. */
@Command(
    name = "token",
    description = {
      "Make tokens for clients, list them, take them back.",
      "",
      "The tokens are in a file for routers to read. A router that does reads it again when it"
          + " changes: whoever uses a token that is revoked here is thrown out within a second.",
    },
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "A scope is an action (read, write, admin, federate) and a pattern: read:/lights/**",
      "",
      "Examples:",
      "  clasp token create --scopes 'read:/**,write:/lights/**' --subject desk --expires 30d",
      "  clasp token list",
      "  clasp token revoke 1a2b3c4d                     by the id that list shows",
      "  clasp token rotate 1a2b3c4d --overlap 1h        a new secret, the old one for an hour",
      "  clasp token import tokens.json                  those of another store, too",
    })
final class TokenCommand implements Runnable, CommandGroup {

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--file",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      description = "The file with the tokens (default: clasp/tokens.json in your configuration).")
  private @Nullable Path file;

  TokenCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public List<Object> commands() {
    return List.of(
        new TokenCreateCommand(this),
        new TokenListCommand(this),
        new TokenShowCommand(this),
        new TokenRevokeCommand(this),
        new TokenPruneCommand(this),
        new TokenRotateCommand(this),
        new TokenExportCommand(this),
        new TokenImportCommand(this));
  }

  /** {@code clasp token} alone: the help, as an error. */
  @Override
  public void run() {
    spec.commandLine().usage(clasp.terminal().err());
    throw new CommandException(ExitStatus.USAGE, "a command of clasp token is missing");
  }

  Clasp clasp() {
    return clasp;
  }

  /** Unix seconds. */
  long now() {
    return clasp.terminal().clock().instant().getEpochSecond();
  }

  /** The store, after a word about who else can read it. */
  TokenStoreFile store() {
    Path chosen = file;
    TokenStoreFile store =
        new TokenStoreFile(
            chosen == null
                ? defaultFile(
                    clasp.terminal().environment(),
                    System.getProperty("os.name", ""),
                    System.getProperty("user.home", ""))
                : chosen);
    store.exposure().forEach(clasp::note);
    return store;
  }

  /** Does something with a store; what is wrong with it ends the command with a sentence. */
  static <R> R attempt(TokenStoreFile store, Function<TokenStoreFile, R> action) {
    try {
      return action.apply(store);
    } catch (TokenFormatException e) {
      throw new CommandException(ExitStatus.FAILURE, String.valueOf(e.getMessage()), e);
    }
  }

  /** Where the reference keeps its tokens (operations.md 8.3.1). */
  static Path defaultFile(Map<String, String> environment, String system, String home) {
    String os = system.toLowerCase(Locale.ROOT);
    Path folder;
    if (os.startsWith("windows")) {
      folder = absolute(environment.get("APPDATA"));
    } else if (os.startsWith("mac")) {
      folder = home.isEmpty() ? Path.of("") : Path.of(home, "Library", "Application Support");
    } else {
      folder = absolute(environment.get("XDG_CONFIG_HOME"));
      if (folder.toString().isEmpty() && !home.isEmpty()) {
        folder = Path.of(home, ".config");
      }
    }
    return folder.resolve("clasp").resolve("tokens.json");
  }

  /** The folder of a variable; the working directory if there is none or it is relative. */
  private static Path absolute(@Nullable String folder) {
    return folder == null || !Path.of(folder).isAbsolute() ? Path.of("") : Path.of(folder);
  }
}
