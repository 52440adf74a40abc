package dev.clasp.security;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tokens as lines of text (operations.md 8.3.2): {@code TOKEN [SCOPE[,SCOPE…]] [KEY=VALUE…]}, with
 * the keys {@code expires}, {@code not_before} and {@code subject}. Blank lines and lines that
 * begin with {@code #} mean nothing. Instead of a token its digest may stand there, {@code sha256:}
 * and 64 digits.
 */
final class TokenLines {

  /** A field, as opposed to a scope, which has a colon in it. */
  private static final Pattern FIELD = Pattern.compile("(?<key>[A-Za-z_]+)=(?<value>[^\\s]*)");

  /** Inside of a scope, which may have blanks: somebody forgot a comma. */
  private static final Pattern NEXT_SCOPE_OR_FIELD =
      Pattern.compile("\\s((read|r|write|w|admin|a|\\*|federate):/|(expires|not_before|subject)=)");

  private TokenLines() {}

  /**
   * Reads all lines.
   *
   * @param defaults rights of tokens for which none are given
   * @throws TokenFormatException naming the line
   */
  static TokenTable parse(String text, Scopes defaults) {
    Map<TokenDigest, TokenEntry> entries = new HashMap<>();
    List<String> warnings = new ArrayList<>();
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      String where = "line " + (i + 1);
      TokenEntry entry;
      try {
        entry = entry(line, defaults, where, warnings);
      } catch (ScopeException | TokenFormatException e) {
        throw new TokenFormatException(where + ": " + e.getMessage());
      }
      if (entries.put(entry.digest(), entry) != null) {
        throw new TokenFormatException(
            where + ": the token " + entry.id() + " stands in an earlier line already");
      }
      if (entries.size() > TokenTable.MAX) {
        throw new TokenFormatException("there are more than " + TokenTable.MAX + " tokens");
      }
    }
    return new TokenTable(entries, warnings);
  }

  /** One entry, such as the option {@code --token} takes. */
  static TokenEntry entry(String line, Scopes defaults, String where, List<String> warnings) {
    int blank = 0;
    while (blank < line.length() && !Character.isWhitespace(line.charAt(blank))) {
      blank++;
    }
    String token = line.substring(0, blank);
    String rest = line.substring(blank).strip();
    Map<String, String> fields = new HashMap<>();
    while (!rest.isEmpty()) {
      int start = rest.length();
      while (start > 0 && !Character.isWhitespace(rest.charAt(start - 1))) {
        start--;
      }
      Matcher field = FIELD.matcher(rest.substring(start));
      if (!field.matches()) {
        break;
      }
      if (fields.put(field.group("key"), field.group("value")) != null) {
        throw new TokenFormatException("'" + field.group("key") + "=' is there twice");
      }
      rest = rest.substring(0, start).strip();
    }
    TokenDigest digest = digest(token);
    OptionalLong notBefore = instant("not_before", fields);
    OptionalLong expires = instant("expires", fields);
    Optional<String> subject = Optional.ofNullable(fields.remove("subject"));
    if (!fields.isEmpty()) {
      throw new TokenFormatException(
          "there is no field "
              + Quoted.of(fields.keySet().iterator().next())
              + "; use expires=, not_before= or subject=");
    }
    if (notBefore.isPresent()
        && expires.isPresent()
        && notBefore.getAsLong() >= expires.getAsLong()) {
      throw new TokenFormatException("not_before= must be earlier than expires=");
    }
    Scopes scopes = rest.isEmpty() ? defaults : scopes(rest);
    if (rest.isEmpty()) {
      warnings.add(
          where
              + ": the token "
              + digest.id()
              + " has no scopes"
              + (defaults.equals(Scopes.NONE)
                  ? ", so it may do nothing; write them behind it, for example read:/**"
                  : "; it gets the default ones"));
    }
    if (Cpsk.isCpsk(token) && Cpsk.isShort(token)) {
      warnings.add(
          where + ": the token " + digest.id() + " is short enough to be guessed; make another");
    }
    return new TokenEntry(
        digest, subject, scopes, notBefore, expires, OptionalLong.empty(), Map.of());
  }

  private static Scopes scopes(String list) {
    Scopes scopes = Scopes.parseList(list);
    for (Scope scope : scopes.list()) {
      if (NEXT_SCOPE_OR_FIELD.matcher(scope.text()).find()) {
        throw new TokenFormatException(
            "scopes have commas between them, and fields stand at the end; got "
                + Quoted.of(scope.text()));
      }
    }
    return scopes;
  }

  private static TokenDigest digest(String token) {
    Optional<TokenDigest> digest = TokenDigest.parse(token);
    if (digest.isPresent()) {
      return digest.get();
    }
    Optional<String> violation = Cpsk.violation(token);
    if (violation.isPresent()) {
      throw new TokenFormatException(violation.get());
    }
    return TokenDigest.of(token);
  }

  private static OptionalLong instant(String key, Map<String, String> fields) {
    String text = fields.remove(key);
    if (text == null) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(
          text.matches("[0-9]{1,12}")
              ? Long.parseLong(text)
              : Math.max(0, Instant.parse(text).getEpochSecond()));
    } catch (DateTimeException e) {
      throw new TokenFormatException(
          key + "= takes a time such as 2027-01-01T00:00:00Z, or Unix seconds");
    }
  }
}
