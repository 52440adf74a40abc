package dev.clasp.security;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.AddressPattern.GlobstarParent;
import dev.clasp.protocol.PatternException;
import java.util.Locale;

/**
 * One right: an action on a set of addresses, written {@code action:pattern} (operations.md 7.3).
 *
 * @param text as it was given
 */
public record Scope(Action action, AddressPattern pattern, String text) {

  /**
   * Parses {@code action:pattern}.
   *
   * @throws ScopeException the text is no scope
   */
  public static Scope parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      throw new ScopeException(
          "a scope is an action, a colon and a pattern, for example read:/lights/**; got '"
              + text
              + "'");
    }
    Action action =
        switch (text.substring(0, colon).toLowerCase(Locale.ROOT)) {
          case "read", "r" -> Action.READ;
          case "write", "w" -> Action.WRITE;
          case "admin", "a", "*" -> Action.ADMIN;
          case "federate" -> Action.FEDERATE;
          default ->
              throw new ScopeException(
                  "the action of a scope is read, write, admin or federate; got '" + text + "'");
        };
    try {
      return new Scope(
          action, AddressPattern.parse(text.substring(colon + 1), GlobstarParent.EXCLUDED), text);
    } catch (PatternException e) {
      throw new ScopeException("in the scope '" + text + "': " + e.getMessage());
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
