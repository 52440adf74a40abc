package dev.clasp.cli;

import dev.clasp.security.StoredToken;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code clasp token revoke}. */
@Command(
    name = "revoke",
    aliases = "delete",
    description = {
      "Take a token back.",
      "",
      "A router that reads the file throws out who uses it within a second.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp token revoke 1a2b3c4d",
      "  clasp token delete 1a2b3c4d",
    })
final class TokenRevokeCommand implements Callable<Integer> {

  private final TokenCommand group;

  @Parameters(
      index = "0",
      paramLabel = "TOKEN",
      description = "Its id, the token, or at least 12 characters of its beginning.")
  private String token = "";

  TokenRevokeCommand(TokenCommand group) {
    this.group = group;
  }

  @Override
  public Integer call() {
    Clasp clasp = group.clasp();
    StoredToken revoked =
        TokenCommand.attempt(
            group.store(),
            store ->
                store.change(tokens -> {
                  StoredToken found = TokenText.find(tokens, token);
                  tokens.remove(found);
                  return found;
                }));
    clasp
        .terminal()
        .out()
        .println(
            clasp.json()
                ? TokenText.json(revoked.entry(), Optional.empty(), group.now())
                : "OK Revoked: " + TokenText.named(revoked));
    return ExitStatus.OK;
  }
}
