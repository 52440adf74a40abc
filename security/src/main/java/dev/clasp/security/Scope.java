package dev.clasp.security;

import dev.clasp.protocol.EncodeException;
import dev.clasp.protocol.Utf8;
import java.util.Locale;

/**
 * One right: an action on a set of addresses, written {@code action:pattern} (operations.md 7.3).
 *
 * @param text as it was given
 */
public record Scope(Action action, ScopePattern pattern, String text) {

  /** Length of the text in UTF-8. */
  public static final int MAX_BYTES = 1024;

  /**
   * Parses {@code action:pattern}. Blanks belong to the text: whoever splits a list trims its
   * parts.
   *
   * @throws ScopeException the text is no scope
   */
  public static Scope parse(String text) {
    if (bytes(text) > MAX_BYTES) {
      throw new ScopeException(
          "the scope "
              + Quoted.start(text)
              + " has more than "
              + MAX_BYTES
              + " bytes, which is the limit");
    }
    int colon = text.indexOf(':');
    if (colon < 0) {
      throw new ScopeException(
          "a scope is an action, a colon and a pattern, for example read:/lights/**; got "
              + Quoted.of(text));
    }
    Action action =
        switch (text.substring(0, colon).toLowerCase(Locale.ROOT)) {
          case "read", "r" -> Action.READ;
          case "write", "w" -> Action.WRITE;
          case "admin", "a", "*" -> Action.ADMIN;
          case "federate" -> Action.FEDERATE;
          default ->
              throw new ScopeException(
                  "the action of a scope is read, write, admin or federate; got "
                      + Quoted.of(text));
        };
    try {
      return new Scope(action, ScopePattern.parse(text.substring(colon + 1)), text);
    } catch (ScopeException e) {
      throw new ScopeException("in the scope " + Quoted.of(text) + ": " + e.getMessage());
    }
  }

  private static int bytes(String text) {
    try {
      return Utf8.encodedLength(text);
    } catch (EncodeException e) {
      throw new ScopeException("the scope " + Quoted.of(text) + " is not Unicode");
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
