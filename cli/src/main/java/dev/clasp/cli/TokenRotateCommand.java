package dev.clasp.cli;

import dev.clasp.security.Cpsk;
import dev.clasp.security.StoredToken;
import dev.clasp.security.TokenDigest;
import dev.clasp.security.TokenEntry;
import dev.clasp.security.TokenStore;
import dev.clasp.security.TokenStoreFile;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code clasp token rotate}. */
@Command(
    name = "rotate",
    description = {
      "Make a new token with the rights and the subject of an old one, and print it.",
      "",
      "The old one is revoked, at once or after --overlap.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp token rotate 1a2b3c4d",
      "  clasp token rotate 1a2b3c4d --overlap 1h --expires 30d",
    })
final class TokenRotateCommand implements Callable<Integer> {

  private final TokenCommand group;

  @Parameters(
      index = "0",
      paramLabel = "TOKEN",
      description = "Its id, the token, or at least 12 characters of its beginning.")
  private String token = "";

  @Option(
      names = "--overlap",
      paramLabel = "TIME",
      description = "How long the old one stays valid, such as 1h (default: not at all).")
  private @Nullable String overlap;

  @Option(
      names = {"-e", "--expires"},
      paramLabel = "TIME",
      description = "How long the new one is valid, such as 30d (default: until the old one ends).")
  private @Nullable String expires;

  @Option(
      names = "--hash-only",
      description = "Store the SHA-256 of the new one only; so it is if it was so of the old one.")
  private boolean hashOnly;

  /** What came of it. */
  private record Rotation(StoredToken old, TokenEntry entry, OptionalLong oldUntil) {}

  TokenRotateCommand(TokenCommand group) {
    this.group = group;
  }

  @Override
  public Integer call() {
    Clasp clasp = group.clasp();
    long now = group.now();
    OptionalLong oldUntil =
        overlap == null
            ? OptionalLong.empty()
            : OptionalLong.of(now + Lifetime.parse("--overlap", overlap).toSeconds());
    OptionalLong newUntil =
        expires == null
            ? OptionalLong.empty()
            : OptionalLong.of(now + Lifetime.parse("--expires", expires).toSeconds());
    String secret = Cpsk.generate(new SecureRandom());
    TokenStoreFile file = group.store();
    Rotation rotation =
        TokenCommand.attempt(
            file, store -> store.change(tokens -> rotate(tokens, secret, now, oldUntil, newUntil)));
    clasp
        .terminal()
        .out()
        .println(clasp.json() ? TokenText.json(rotation.entry, Optional.of(secret), now) : secret);
    clasp
        .terminal()
        .err()
        .println(
            "OK Rotated: "
                + TokenText.named(rotation.old)
                + (rotation.oldUntil.isPresent()
                    ? " is valid for another " + Lifetime.human(rotation.oldUntil.getAsLong() - now)
                    : " is revoked")
                + "; the new token is saved to "
                + file.path());
    return ExitStatus.OK;
  }

  private Rotation rotate(
      TokenStore tokens, String secret, long now, OptionalLong oldUntil, OptionalLong newUntil) {
    StoredToken old = TokenText.find(tokens, token);
    TokenEntry before = old.entry();
    if (before.expired(now) && newUntil.isEmpty()) {
      throw new CommandException(
          ExitStatus.FAILURE,
          "the token "
              + before.id()
              + " has expired, and so would the new one; say with --expires how long it is valid");
    }
    TokenEntry after =
        new TokenEntry(
            TokenDigest.of(secret),
            before.subject(),
            before.scopes(),
            before.early(now) ? before.notBefore() : OptionalLong.empty(),
            newUntil.isPresent() ? newUntil : before.expiresAt(),
            OptionalLong.of(now),
            before.metadata());
    OptionalLong until = OptionalLong.empty();
    if (oldUntil.isPresent() && !before.expired(now)) {
      until =
          OptionalLong.of(
              Math.min(oldUntil.getAsLong(), before.expiresAt().orElse(Long.MAX_VALUE)));
      tokens.expire(old, until.getAsLong());
    } else {
      tokens.remove(old);
    }
    tokens.add(hashOnly || old.secret().isEmpty() ? Optional.empty() : Optional.of(secret), after);
    return new Rotation(old, after, until);
  }
}
