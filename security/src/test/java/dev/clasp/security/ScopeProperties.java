package dev.clasp.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.AddressPattern.GlobstarParent;
import dev.clasp.protocol.PatternException;
import java.util.ArrayList;
import java.util.List;

/** What must hold for any texts as scopes, a pattern and an address. */
final class ScopeProperties {

  /** Up to here the naive matcher comes to an end. */
  private static final int FEW_WILDCARDS = 6;

  private static final int SHORT = 60;

  private ScopeProperties() {}

  /** Scopes or a declared error, which permit what the naive matcher permits. */
  static void check(List<String> texts, String pattern, String address) {
    List<Scope> parsed = new ArrayList<>();
    List<String> naive = new ArrayList<>();
    for (String text : texts) {
      try {
        Scope scope = Scope.parse(text);
        parsed.add(scope);
        naive.add(text.substring(text.indexOf(':') + 1));
        // Much text behind stars may take more than the budget of an inclusion, even of itself.
        if (text.matches("[^*?\\[]{1,12}(\\*[^*?\\[]{0,3}){0,3}")) {
          assertThat(scope.pattern().includes(scope.pattern())).as("%s in itself", text).isTrue();
        }
      } catch (ScopeException e) {
        assertThat(e.getMessage()).hasSizeBetween(10, 400);
      }
    }
    Scopes scopes = Scopes.of(parsed);
    byte[] b = address.getBytes(UTF_8);
    byte[] around = ("/" + address + "/").getBytes(UTF_8);
    boolean text = new String(b, UTF_8).equals(address);
    for (Action action : Action.values()) {
      boolean permit = scopes.permit(action, b, 0, b.length);
      if (text) {
        assertThat(scopes.permit(action, around, 1, b.length)).isEqualTo(permit);
      }
      if (text && simple(naive)) {
        assertThat(permit)
            .as("%s, %s at %s", parsed, action, address)
            .isEqualTo(
                parsed.stream()
                    .anyMatch(scope ->
                        scope.action().includes(action)
                            && NaiveScopes.matches(scope.pattern().text(), address)));
      }
    }
    checkPattern(scopes, pattern, address);
  }

  private static void checkPattern(Scopes scopes, String text, String address) {
    AddressPattern pattern;
    AddressPattern strict;
    try {
      pattern = AddressPattern.parse(text);
      strict = AddressPattern.parse(text, GlobstarParent.EXCLUDED);
    } catch (PatternException e) {
      return;
    }
    byte[] b = address.getBytes(UTF_8);
    for (Action action : Action.values()) {
      boolean all = scopes.permitAll(action, pattern);
      if (all && strict.matches(b, 0, b.length)) {
        assertThat(scopes.permit(action, b, 0, b.length))
            .as("%s permit %s at all of %s, so at %s too", scopes, action, text, address)
            .isTrue();
      }
      if (pattern.isLiteral()) {
        byte[] literal = text.getBytes(UTF_8);
        assertThat(all).isEqualTo(scopes.permit(action, literal, 0, literal.length));
      }
    }
  }

  private static boolean simple(List<String> patterns) {
    return patterns.stream()
        .allMatch(pattern ->
            pattern.length() <= SHORT
                && pattern.chars().filter(c -> c == '*' || c == '{' || c == ',').count()
                    <= FEW_WILDCARDS);
  }
}
