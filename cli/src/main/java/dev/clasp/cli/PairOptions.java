package dev.clasp.cli;

import dev.clasp.security.PairingDesk;
import dev.clasp.security.ScopeException;
import dev.clasp.security.Scopes;
import dev.clasp.security.TokenFormatException;
import dev.clasp.security.TokenStoreFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How clients of {@code clasp server} get a token for a code. */
final class PairOptions {

  @Option(
      names = "--pair",
      order = HelpSections.ACCESS + 10,
      description =
          "Show a code of six digits, with which one client gets a token: see 'clasp pair'. The"
              + " token is put into the first --token-file that is a file of 'clasp token'; if there"
              + " is none yet, it is made.")
  private boolean pair;

  @Option(
      names = "--pair-scopes",
      order = HelpSections.ACCESS + 11,
      paramLabel = "SCOPES",
      description = "What that token may do (default: ${DEFAULT-VALUE}).")
  private String scopes = "read:/**,write:/**";

  /**
   * Where new tokens go; empty if there is no place for them, and so no pairing.
   *
   * @throws AuthOptions.Mistake in a sentence for the user
   */
  Optional<TokenStoreFile> store(List<Path> tokenFiles) throws AuthOptions.Mistake {
    Optional<TokenStoreFile> store =
        tokenFiles.stream().map(TokenStoreFile::new).filter(this::usable).findFirst();
    if (pair && store.isEmpty()) {
      throw new AuthOptions.Mistake(
          tokenFiles.isEmpty()
              ? "--pair needs a --token-file, where the new tokens go; without tokens everybody may"
                  + " come in anyway"
              : "--pair needs a --token-file that is a file of 'clasp token', where the new tokens"
                  + " go: these have lines");
    }
    if (pair) {
      try {
        store.get().create();
      } catch (TokenFormatException e) {
        throw new AuthOptions.Mistake(String.valueOf(e.getMessage()));
      }
    }
    return store;
  }

  private boolean usable(TokenStoreFile file) {
    return file.looksLikeStore() || (pair && !Files.exists(file.path()));
  }

  /**
   * What the first token may do; empty if no code is to be shown.
   *
   * @throws AuthOptions.Mistake in a sentence for the user
   */
  Optional<Scopes> scopes() throws AuthOptions.Mistake {
    try {
      Scopes parsed = Scopes.parseList(scopes);
      return pair ? Optional.of(parsed) : Optional.empty();
    } catch (ScopeException e) {
      throw new AuthOptions.Mistake("--pair-scopes: " + e.getMessage());
    }
  }

  /** The code for the person at the terminal. */
  static String line(PairingDesk.Shown shown, String url, boolean json) {
    List<String> scopes = shown.scopes().list().stream().map(Object::toString).toList();
    return json
        ? new JsonLine()
            .put("code", shown.code().digits())
            .put("secondsLeft", shown.left().toSeconds())
            .put("scopes", scopes)
            .end()
        : "Pairing code: "
            + shown.code().grouped()
            + " - for one client, within "
            + shown.left().toSeconds()
            + " s: clasp pair "
            + url;
  }
}
