package dev.clasp.cli;

import dev.clasp.security.StoredToken;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code clasp token prune}. */
@Command(
    name = "prune",
    description = "Remove the tokens that have expired.",
    footer = {"", "Examples:", "  clasp token prune"})
final class TokenPruneCommand implements Callable<Integer> {

  private final TokenCommand group;

  TokenPruneCommand(TokenCommand group) {
    this.group = group;
  }

  @Override
  public Integer call() {
    Clasp clasp = group.clasp();
    long now = group.now();
    List<StoredToken> removed =
        TokenCommand.attempt(
            group.store(),
            store ->
                store.change(tokens -> {
                  List<StoredToken> expired =
                      tokens.tokens().stream().filter(t -> t.entry().expired(now)).toList();
                  expired.forEach(tokens::remove);
                  return expired;
                }));
    if (clasp.json()) {
      removed.forEach(token ->
          clasp.terminal().out().println(TokenText.json(token.entry(), Optional.empty(), now)));
    } else {
      clasp.terminal().out().println("OK Removed " + removed.size() + " expired token(s)");
    }
    return ExitStatus.OK;
  }
}
