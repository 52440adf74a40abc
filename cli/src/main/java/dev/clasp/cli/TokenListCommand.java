package dev.clasp.cli;

import dev.clasp.security.StoredToken;
import dev.clasp.security.TokenEntry;
import dev.clasp.security.TokenStoreFile;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code clasp token list}. */
@Command(
    name = "list",
    description = {
      "List the tokens, the oldest first.",
      "",
      "Of each token only so much is shown that one recognises it.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp token list",
      "  clasp token list --show-expired --output json",
    })
final class TokenListCommand implements Callable<Integer> {

  private final TokenCommand group;

  @Option(names = "--show-expired", description = "Also those that have expired.")
  private boolean showExpired;

  TokenListCommand(TokenCommand group) {
    this.group = group;
  }

  @Override
  public Integer call() {
    Clasp clasp = group.clasp();
    long now = group.now();
    TokenStoreFile file = group.store();
    List<StoredToken> tokens =
        TokenCommand.attempt(file, store -> store.read().tokens()).stream()
            .filter(token -> showExpired || !token.entry().expired(now))
            .toList();
    PrintWriter out = clasp.terminal().out();
    if (clasp.json()) {
      tokens.forEach(token -> out.println(TokenText.json(token.entry(), Optional.empty(), now)));
      return ExitStatus.OK;
    }
    if (tokens.isEmpty()) {
      out.println("No tokens found in " + file.path());
      return ExitStatus.OK;
    }
    out.println("CLASP Tokens in " + file.path() + ":");
    out.println();
    for (StoredToken token : tokens) {
      TokenEntry entry = token.entry();
      out.println(
          "  "
              + clasp.style().bold(TokenText.masked(token))
              + clasp.style().error(TokenText.mark(entry, now)));
      out.println("    ID: " + entry.id());
      entry
          .subject()
          .ifPresent(subject -> out.println("    Subject: " + Printable.escape(subject)));
      out.println("    Scopes: " + TokenText.scopes(entry));
      out.println("    Expires: " + TokenText.expires(entry, now));
      out.println();
    }
    return ExitStatus.OK;
  }
}
