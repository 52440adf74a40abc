package dev.clasp.cli;

import dev.clasp.security.StoredToken;
import dev.clasp.security.TokenDigest;
import dev.clasp.security.TokenFormatException;
import dev.clasp.security.TokenStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code clasp token import}. */
@Command(
    name = "import",
    description = {
      "Add the tokens of another store: of 'clasp token export', or tokens.json of the reference.",
      "",
      "All of it or nothing. Tokens that are there already stay as they are.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp token import tokens.copy.json",
      "  ssh old-router clasp token export | clasp token import -",
    })
final class TokenImportCommand implements Callable<Integer> {

  /** As long as a store may be. */
  private static final int MAX_BYTES = 32 << 20;

  private final TokenCommand group;

  @Parameters(index = "0", paramLabel = "FILE", description = "The store; - is standard input.")
  private Path source = Path.of("-");

  TokenImportCommand(TokenCommand group) {
    this.group = group;
  }

  /** What came of it. */
  private record Outcome(int added, int known) {}

  @Override
  public Integer call() {
    Clasp clasp = group.clasp();
    TokenStore others = read();
    Outcome outcome =
        TokenCommand.attempt(group.store(), store -> store.change(tokens -> add(tokens, others)));
    if (clasp.json()) {
      clasp
          .terminal()
          .out()
          .println(new JsonLine().put("added", outcome.added).put("known", outcome.known).end());
    } else {
      clasp
          .terminal()
          .out()
          .println(
              "OK Added "
                  + outcome.added
                  + " token(s)"
                  + (outcome.known == 0 ? "" : ", " + outcome.known + " were there already"));
    }
    return ExitStatus.OK;
  }

  private static Outcome add(TokenStore tokens, TokenStore others) {
    Set<TokenDigest> known =
        tokens.tokens().stream().map(t -> t.entry().digest()).collect(Collectors.toSet());
    int added = 0;
    for (StoredToken token : others.tokens()) {
      if (known.add(token.entry().digest())) {
        tokens.add(token.secret(), token.entry());
        added++;
      }
    }
    return new Outcome(added, others.tokens().size() - added);
  }

  private TokenStore read() {
    boolean standardInput = source.toString().equals("-");
    String name = standardInput ? "standard input" : Printable.escape(source.toString());
    try (InputStream in =
        standardInput ? group.clasp().terminal().in() : Files.newInputStream(source)) {
      byte[] text = in.readNBytes(MAX_BYTES + 1);
      if (text.length > MAX_BYTES) {
        throw new CommandException(ExitStatus.FAILURE, name + " is longer than 32 MiB");
      }
      return TokenStore.parse(new String(text, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new CommandException(ExitStatus.FAILURE, name + " cannot be read: " + e, e);
    } catch (TokenFormatException e) {
      throw new CommandException(
          ExitStatus.FAILURE, name + " is no store of tokens: " + e.getMessage(), e);
    }
  }
}
