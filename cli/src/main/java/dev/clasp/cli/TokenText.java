package dev.clasp.cli;

import dev.clasp.security.Scope;
import dev.clasp.security.StoredToken;
import dev.clasp.security.TokenDigest;
import dev.clasp.security.TokenEntry;
import dev.clasp.security.TokenStore;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** How tokens are shown and found (operations.md 8.3.1). */
final class TokenText {

  /** Fewer characters of a token name it by accident. */
  private static final int SHORTEST_PREFIX = 12;

  private static final int HEAD = 12;
  private static final int TAIL = 4;
  private static final int SHORT = 20;

  private TokenText() {}

  /** Enough of a token to recognise it, never enough to use it. */
  static String masked(StoredToken token) {
    return token
        .secret()
        .map(secret ->
            secret.length() <= SHORT
                ? "cpsk_..."
                : secret.substring(0, HEAD) + "..." + secret.substring(secret.length() - TAIL))
        .orElse("sha256:" + token.entry().id() + "...");
  }

  /** Masked, and its id. */
  static String named(StoredToken token) {
    return masked(token) + " (" + token.entry().id() + ")";
  }

  static String scopes(TokenEntry entry) {
    return entry.scopes().list().isEmpty()
        ? "none"
        : Printable.escape(
            String.join(", ", entry.scopes().list().stream().map(Scope::text).toList()));
  }

  static String expires(TokenEntry entry, long now) {
    return entry.expiresAt().isEmpty()
        ? "never"
        : entry.expired(now)
            ? "expired"
            : "in " + Lifetime.human(entry.expiresAt().getAsLong() - now);
  }

  /** {@code [EXPIRED]} with a blank in front, or nothing. */
  static String mark(TokenEntry entry, long now) {
    return entry.expired(now) ? " [EXPIRED]" : "";
  }

  /** One JSON object on one line. */
  static String json(TokenEntry entry, Optional<String> secret, long now) {
    JsonLine line = new JsonLine().put("id", entry.id());
    secret.ifPresent(token -> line.put("token", token));
    return line.put("subject", entry.subject())
        .put("scopes", entry.scopes().list().stream().map(Scope::text).toList())
        .put("created", iso(entry.createdAt()))
        .put("notBefore", iso(entry.notBefore()))
        .put("expires", iso(entry.expiresAt()))
        .put("expired", entry.expired(now))
        .end();
  }

  private static Optional<String> iso(OptionalLong unixSeconds) {
    // Seconds beyond the year 9999 come from a file that somebody wrote by hand.
    return unixSeconds.isPresent() && unixSeconds.getAsLong() < 253_402_300_800L
        ? Optional.of(Times.iso(unixSeconds.getAsLong() * 1_000_000))
        : Optional.empty();
  }

  /**
   * The one token that somebody means: the token itself, its id, or a beginning of it that is long
   * enough and that no other token has.
   *
   * @throws CommandException there is none, or more than one
   */
  static StoredToken find(TokenStore store, String text) {
    List<StoredToken> all = store.tokens();
    TokenDigest digest = TokenDigest.of(text);
    List<StoredToken> found =
        all.stream()
            .filter(token ->
                token.entry().digest().equals(digest) || token.entry().digest().text().equals(text))
            .toList();
    if (found.isEmpty()) {
      found = all.stream().filter(token -> token.entry().id().equals(text)).toList();
    }
    if (found.isEmpty()) {
      List<StoredToken> like =
          all.stream()
              .filter(token -> token.secret().filter(secret -> secret.startsWith(text)).isPresent())
              .toList();
      if (text.length() < SHORTEST_PREFIX && !like.isEmpty()) {
        throw new CommandException(
            ExitStatus.FAILURE,
            "give an id, the whole token, or at least its first "
                + SHORTEST_PREFIX
                + " characters"
                + candidates(like));
      }
      found = like;
    }
    if (found.isEmpty()) {
      throw new CommandException(
          ExitStatus.FAILURE, "Token not found; clasp token list shows those that there are");
    }
    if (found.size() > 1) {
      throw new CommandException(
          ExitStatus.FAILURE, "more than one token begins so; give an id" + candidates(found));
    }
    return found.getFirst();
  }

  private static String candidates(List<StoredToken> tokens) {
    StringBuilder out = new StringBuilder(":");
    for (StoredToken token : tokens.subList(0, Math.min(10, tokens.size()))) {
      out.append(System.lineSeparator()).append("  ").append(named(token));
    }
    return tokens.size() > 10
        ? out.append(System.lineSeparator()).append("  ...").toString()
        : out.toString();
  }
}
