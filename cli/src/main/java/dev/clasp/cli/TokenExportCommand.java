package dev.clasp.cli;

import dev.clasp.security.TokenStore;
import dev.clasp.security.TokenStoreFile;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code clasp token export}. */
@Command(
    name = "export",
    description = {
      "Print all tokens as JSON, for 'clasp token import' or a copy in a safe place.",
      "",
      "What the store has of them is printed: their digests, and those that were made with"
          + " --readable themselves.",
    },
    footer = {"", "Examples:", "  clasp token export > tokens.copy.json"})
final class TokenExportCommand implements Callable<Integer> {

  private final TokenCommand group;

  TokenExportCommand(TokenCommand group) {
    this.group = group;
  }

  @Override
  public Integer call() {
    TokenStore store = TokenCommand.attempt(group.store(), TokenStoreFile::read);
    group.clasp().terminal().out().println(store.toJson().strip());
    return ExitStatus.OK;
  }
}
