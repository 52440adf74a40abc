package dev.clasp.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.AddressPattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** {@link ScopeProperties} of many random scopes, patterns and addresses over a small alphabet. */
class RandomScopesTest {

  private static final int TRIPLES = 40_000;

  private final Random random = new Random(7_3);

  @Test
  void permitAgreesWithTheNaiveMatcherAndPermitAllWithPermit() {
    int permitted = 0;
    int included = 0;
    for (int i = 0; i < TRIPLES; i++) {
      List<String> scopes = new ArrayList<>();
      int count = 1 + random.nextInt(4);
      for (int k = 0; k < count; k++) {
        scopes.add(oneOf("read:", "read:", "write:", "admin:", "federate:") + scopePattern());
      }
      String pattern = pattern();
      String address = address(random.nextBoolean() ? pattern : pathOf(scopes.getFirst()));
      ScopeProperties.check(scopes, pattern, address);
      Scopes all = Scopes.of(scopes.stream().map(Scope::parse).toList());
      byte[] b = address.getBytes(java.nio.charset.StandardCharsets.UTF_8);
      permitted += all.permit(Action.READ, b, 0, b.length) ? 1 : 0;
      included += all.permitAll(Action.READ, AddressPattern.parse(pattern)) ? 1 : 0;
    }
    // Otherwise this test would say little.
    assertThat(permitted).isGreaterThan(TRIPLES / 20);
    assertThat(included).isGreaterThan(TRIPLES / 50);
  }

  private String oneOf(String... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private static String pathOf(String scope) {
    return scope.substring(scope.indexOf(':') + 1);
  }

  private String scopePattern() {
    StringBuilder out = new StringBuilder();
    int segments = 1 + random.nextInt(3);
    for (int i = 0; i < segments; i++) {
      out.append('/').append(random.nextInt(3) == 0 ? oneOf("*", "**", "a", "b") : text(0));
    }
    return out.toString();
  }

  private String text(int depth) {
    StringBuilder out = new StringBuilder();
    int parts = 1 + random.nextInt(2);
    for (int i = 0; i < parts; i++) {
      switch (random.nextInt(depth == 0 ? 9 : 6)) {
        case 0 -> out.append(oneOf("*", "**"));
        case 1 -> out.append('?');
        case 2 -> out.append(oneOf("[ab]", "[!a]", "[b-c]", "[^b-z]", "[*]", "[]ü]"));
        case 6 ->
            out.append('{')
                .append(text(1))
                .append(',')
                .append(random.nextInt(3) == 0 ? "" : text(1))
                .append('}');
        default -> out.append(oneOf("a", "b", "ab", "ü"));
      }
    }
    return out.toString();
  }

  private String pattern() {
    StringBuilder out = new StringBuilder();
    int segments = 1 + random.nextInt(3);
    for (int i = 0; i < segments; i++) {
      out.append('/').append(oneOf("a", "b", "ab", "*", "*", "**", "a*", "*b", "ü*"));
    }
    return out.toString();
  }

  /** Likely to match: wildcards are replaced by something that fits, and sometimes one is not. */
  private String address(String pattern) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (pattern.startsWith("**", i)) {
        out.append(oneOf("", "a", "a/b", "/", "b/ab", "c"));
        i++;
      } else if (c == '*') {
        out.append(oneOf("", "a", "b", "ab", "ü", "c", "*"));
      } else if (c == '?' || c == '[' || c == '{') {
        out.append(oneOf("a", "b", "c", "ü", "]"));
        while (c != '?' && i + 1 < pattern.length() && "]}".indexOf(pattern.charAt(i)) < 0) {
          i++;
        }
      } else if (random.nextInt(20) == 0) {
        out.append(oneOf("a", "b", "/", ""));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }
}
