package dev.clasp.cli;

import dev.clasp.security.Scope;
import dev.clasp.security.StoredToken;
import dev.clasp.security.TokenEntry;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code clasp token show}. */
@Command(
    name = "show",
    description = "Show one token.",
    footer = {
      "",
      "Examples:",
      "  clasp token show 1a2b3c4d",
      "  clasp token show 1a2b3c4d --reveal         the token itself, too",
    })
final class TokenShowCommand implements Callable<Integer> {

  private final TokenCommand group;

  @Parameters(
      index = "0",
      paramLabel = "TOKEN",
      description = "Its id, the token, or at least 12 characters of its beginning.")
  private String token = "";

  @Option(names = "--reveal", description = "Print the token itself.")
  private boolean reveal;

  TokenShowCommand(TokenCommand group) {
    this.group = group;
  }

  @Override
  public Integer call() {
    Clasp clasp = group.clasp();
    long now = group.now();
    StoredToken found =
        TokenCommand.attempt(group.store(), store -> TokenText.find(store.read(), token));
    if (reveal && found.secret().isEmpty()) {
      throw new CommandException(
          ExitStatus.FAILURE,
          "the store has only the SHA-256 of this token; make a new one with: clasp token rotate "
              + found.entry().id());
    }
    Optional<String> secret = reveal ? found.secret() : Optional.empty();
    PrintWriter out = clasp.terminal().out();
    TokenEntry entry = found.entry();
    if (clasp.json()) {
      out.println(TokenText.json(entry, secret, now));
      return ExitStatus.OK;
    }
    out.println("Token: " + secret.orElseGet(() -> TokenText.masked(found)));
    out.println("ID: " + entry.id());
    entry.subject().ifPresent(subject -> out.println("Subject: " + Printable.escape(subject)));
    out.println("Scopes:");
    for (Scope scope : entry.scopes().list()) {
      out.println("  - " + Printable.escape(scope.text()));
    }
    if (entry.notBefore().isPresent()) {
      out.println("Not before: " + Instant.ofEpochSecond(entry.notBefore().getAsLong()));
    }
    out.println("Expires: " + TokenText.expires(entry, now) + TokenText.mark(entry, now));
    entry
        .createdAt()
        .ifPresent(created ->
            out.println("Created: " + Lifetime.human(Math.max(0, now - created)) + " ago"));
    return ExitStatus.OK;
  }
}
