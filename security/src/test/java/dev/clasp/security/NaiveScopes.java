package dev.clasp.security;

import java.util.ArrayList;
import java.util.List;

/**
 * What scopes mean, as short as it can be written: braces are written out, then the text is matched
 * by trying everything. Exponential.
 */
final class NaiveScopes {

  /** Stand for "any segments with a slash behind each" and "any characters". */
  private static final char SEGMENTS = '\uE001';

  private static final char ANYTHING = '\uE002';

  private NaiveScopes() {}

  static boolean permit(List<String> scopes, Action action, String address) {
    for (String scope : scopes) {
      int colon = scope.indexOf(':');
      if (allows(scope.substring(0, colon), action)
          && matches(scope.substring(colon + 1), address)) {
        return true;
      }
    }
    return false;
  }

  private static boolean allows(String given, Action wanted) {
    return switch (wanted) {
      case READ -> List.of("read", "write", "admin").contains(given);
      case WRITE -> List.of("write", "admin").contains(given);
      case ADMIN -> given.equals("admin");
      case FEDERATE -> given.equals("federate");
    };
  }

  static boolean matches(String pattern, String address) {
    if (!pattern.contains("*")) {
      return pattern.equals(address);
    }
    return expand(marked(pattern)).stream().anyMatch(plain -> match(plain, address));
  }

  private static String marked(String pattern) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      if (pattern.charAt(i) == '[') {
        int end = bracketEnd(pattern, i);
        out.append(pattern, i, end);
        i = end - 1;
      } else if (pattern.startsWith("**", i)) {
        int end = i;
        while (end < pattern.length() && pattern.charAt(end) == '*') {
          end++;
        }
        if (pattern.charAt(i - 1) == '/' && pattern.startsWith("/", end)) {
          out.append(SEGMENTS);
          end++;
        } else {
          out.append(ANYTHING);
        }
        i = end - 1;
      } else {
        out.append(pattern.charAt(i));
      }
    }
    return out.toString();
  }

  /** Index behind the closing bracket. */
  private static int bracketEnd(String pattern, int at) {
    int first = at + 1;
    if (pattern.charAt(first) == '!' || pattern.charAt(first) == '^') {
      first++;
    }
    return pattern.indexOf(']', first + 1) + 1;
  }

  private static List<String> expand(String pattern) {
    for (int i = 0; i < pattern.length(); i++) {
      if (pattern.charAt(i) == '[') {
        i = bracketEnd(pattern, i) - 1;
      } else if (pattern.charAt(i) == '{') {
        return expand(pattern, i);
      }
    }
    return List.of(pattern);
  }

  private static List<String> expand(String pattern, int brace) {
    List<String> parts = new ArrayList<>();
    int depth = 0;
    int start = brace + 1;
    int i = brace;
    do {
      switch (pattern.charAt(i)) {
        case '[' -> i = bracketEnd(pattern, i) - 1;
        case '{' -> depth++;
        case '}' -> depth--;
        default -> {}
      }
      if (depth == 0 || depth == 1 && pattern.charAt(i) == ',') {
        parts.add(pattern.substring(start, i));
        start = i + 1;
      }
      i++;
    } while (depth > 0);
    List<String> all = new ArrayList<>();
    for (String part : parts) {
      all.addAll(expand(pattern.substring(0, brace) + part + pattern.substring(i)));
    }
    return all;
  }

  private static boolean match(String p, String s) {
    if (p.isEmpty()) {
      return s.isEmpty();
    }
    String rest = p.substring(1);
    return switch (p.charAt(0)) {
      case '*' -> match(rest, s) || !s.isEmpty() && s.charAt(0) != '/' && match(p, s.substring(1));
      case ANYTHING -> match(rest, s) || !s.isEmpty() && match(p, s.substring(1));
      case SEGMENTS -> {
        boolean any = match(rest, s);
        for (int slash = s.indexOf('/'); slash >= 0 && !any; slash = s.indexOf('/', slash + 1)) {
          any = match(rest, s.substring(slash + 1));
        }
        yield any;
      }
      case '?' ->
          !s.isEmpty()
              && s.charAt(0) != '/'
              && match(rest, s.substring(s.offsetByCodePoints(0, 1)));
      case '[' -> {
        int end = bracketEnd(p, 0);
        yield !s.isEmpty()
            && s.charAt(0) != '/'
            && inBrackets(p.substring(1, end - 1), s.codePointAt(0))
            && match(p.substring(end), s.substring(s.offsetByCodePoints(0, 1)));
      }
      default -> !s.isEmpty() && s.charAt(0) == p.charAt(0) && match(rest, s.substring(1));
    };
  }

  private static boolean inBrackets(String inside, int c) {
    boolean others = inside.startsWith("!") || inside.startsWith("^");
    int[] set = inside.substring(others ? 1 : 0).codePoints().toArray();
    boolean in = false;
    for (int i = 0; i < set.length; i++) {
      if (i + 2 < set.length && set[i + 1] == '-') {
        in |= set[i] <= c && c <= set[i + 2];
        i += 2;
      } else {
        in |= set[i] == c;
      }
    }
    return in != others;
  }
}
