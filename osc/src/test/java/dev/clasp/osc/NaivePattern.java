package dev.clasp.osc;

/** Patterns by trying everything; exponential, obvious. */
final class NaivePattern {

  private NaivePattern() {}

  static boolean matches(String p, String a) {
    if (p.isEmpty()) {
      return a.isEmpty();
    }
    char c = p.charAt(0);
    String rest = p.substring(1);
    switch (c) {
      case '?' -> {
        return !a.isEmpty() && a.charAt(0) != '/' && matches(rest, a.substring(1));
      }
      case '*' -> {
        return matches(rest, a) || !a.isEmpty() && a.charAt(0) != '/' && matches(p, a.substring(1));
      }
      case '[' -> {
        int close = p.indexOf(']');
        return !a.isEmpty()
            && a.charAt(0) != '/'
            && in(p.substring(1, close), a.charAt(0))
            && matches(p.substring(close + 1), a.substring(1));
      }
      case '{' -> {
        int close = p.indexOf('}');
        for (String word : p.substring(1, close).split(",", -1)) {
          if (a.startsWith(word) && matches(p.substring(close + 1), a.substring(word.length()))) {
            return true;
          }
        }
        return false;
      }
      case '/' -> {
        if (a.isEmpty() || a.charAt(0) != '/') {
          return false;
        }
        if (!rest.startsWith("/")) {
          return matches(rest, a.substring(1));
        }
        String behind = rest.replaceFirst("^/+", "");
        if (behind.isEmpty()) {
          return a.length() > 1;
        }
        for (int i = 0; i < a.length(); i++) {
          if (a.charAt(i) == '/' && matches(behind, a.substring(i + 1))) {
            return true;
          }
        }
        return false;
      }
      default -> {
        return !a.isEmpty() && a.charAt(0) == c && matches(rest, a.substring(1));
      }
    }
  }

  private static boolean in(String set, char c) {
    boolean inverted = set.startsWith("!");
    String s = inverted ? set.substring(1) : set;
    for (int i = 0; i < s.length(); i++) {
      if (i + 2 < s.length() && s.charAt(i + 1) == '-') {
        char low = (char) Math.min(s.charAt(i), s.charAt(i + 2));
        char high = (char) Math.max(s.charAt(i), s.charAt(i + 2));
        if (c >= low && c <= high) {
          return !inverted;
        }
        i += 2;
      } else if (s.charAt(i) == c) {
        return !inverted;
      }
    }
    return inverted;
  }
}
