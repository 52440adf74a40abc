package dev.clasp.cli;

import dev.clasp.security.Cpsk;
import dev.clasp.security.Scope;
import dev.clasp.security.ScopeException;
import dev.clasp.security.Scopes;
import dev.clasp.security.TokenDigest;
import dev.clasp.security.TokenEntry;
import dev.clasp.security.TokenStoreFile;
import java.security.SecureRandom;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code clasp token create}. */
@Command(
    name = "create",
    description = {
      "Make a token and print it.",
      "",
      "Nothing but the token is printed to stdout, and nowhere else can it be read again: the file has"
          + " only its SHA-256.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp token create --scopes 'read:/**'",
      "  clasp token create -s 'read:/**,write:/lights/**' --subject desk --expires 30d",
      "  clasp token create -s 'write:/{lights,sound}/**' > desk.token",
    })
final class TokenCreateCommand implements Callable<Integer> {

  private static final int MAX_SUBJECT = 256;

  private final TokenCommand group;

  @Option(
      names = {"-s", "--scopes"},
      required = true,
      paramLabel = "SCOPES",
      description = "What it allows: scopes with commas between them, such as 'read:/**'.")
  private String scopes = "";

  @Option(
      names = {"-e", "--expires"},
      paramLabel = "TIME",
      description = "How long it is valid: 90s, 30m, 12h, 7d or P7D (default: for ever).")
  private @Nullable String expires;

  @Option(
      names = "--not-before",
      paramLabel = "TIME",
      description = "When it becomes valid, such as 2027-01-01T00:00:00Z (default: now).")
  private @Nullable String notBefore;

  @Option(names = "--subject", paramLabel = "NAME", description = "Who it is for.")
  private @Nullable String subject;

  @Option(
      names = "--readable",
      description =
          "Store the token itself and not only its SHA-256: for the reference's programs, and to see"
              + " it again with show --reveal.")
  private boolean readable;

  @Option(names = "--hash-only", hidden = true, description = "Store only its SHA-256: always so.")
  private boolean hashOnly;

  TokenCreateCommand(TokenCommand group) {
    this.group = group;
  }

  @Override
  public Integer call() {
    if (readable && hashOnly) {
      throw new CommandException(
          ExitStatus.USAGE, "--readable and --hash-only contradict each other");
    }
    Clasp clasp = group.clasp();
    long now = group.now();
    Scopes rights = scopes(clasp, scopes);
    OptionalLong start = start();
    OptionalLong end =
        expires == null
            ? OptionalLong.empty()
            : OptionalLong.of(
                Math.max(now, start.orElse(now))
                    + Lifetime.parse("--expires", expires).toSeconds());
    String name = subject;
    if (name != null && (name.isBlank() || name.length() > MAX_SUBJECT)) {
      throw new CommandException(
          ExitStatus.FAILURE, "--subject must be 1 to " + MAX_SUBJECT + " characters");
    }
    String token = Cpsk.generate(new SecureRandom());
    TokenEntry entry =
        new TokenEntry(
            TokenDigest.of(token),
            Optional.ofNullable(name),
            rights,
            start,
            end,
            OptionalLong.of(now),
            Map.of());
    save(group.store(), token, entry);
    return ExitStatus.OK;
  }

  private void save(TokenStoreFile file, String token, TokenEntry entry) {
    TokenCommand.attempt(
        file,
        store ->
            store.change(tokens -> {
              tokens.add(readable ? Optional.of(token) : Optional.empty(), entry);
              return true;
            }));
    Clasp clasp = group.clasp();
    if (clasp.json()) {
      clasp.terminal().out().println(TokenText.json(entry, Optional.of(token), group.now()));
    } else {
      clasp.terminal().out().println(token);
    }
    clasp.terminal().err().println("OK Token saved to: " + file.path());
  }

  private OptionalLong start() {
    if (notBefore == null) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Math.max(0, Instant.parse(notBefore).getEpochSecond()));
    } catch (DateTimeException e) {
      throw new CommandException(
          ExitStatus.FAILURE,
          "'"
              + Printable.escape(notBefore)
              + "' is no time for --not-before: write it as 2027-01-01T00:00:00Z");
    }
  }

  /** Reads scopes, and says what is likely not meant so. */
  private static Scopes scopes(Clasp clasp, String list) {
    Scopes scopes;
    try {
      scopes = Scopes.parseList(list);
    } catch (ScopeException e) {
      throw new CommandException(ExitStatus.FAILURE, String.valueOf(e.getMessage()), e);
    }
    for (Scope scope : scopes.list()) {
      String pattern = scope.pattern().text();
      if (pattern.indexOf('*') < 0 && pattern.matches(".*[?\\[{].*")) {
        clasp.note(
            "in the scope "
                + Printable.escape(scope.text())
                + " the signs ? [ ] { } are ordinary characters, because it has no *");
      }
    }
    return scopes;
  }
}
