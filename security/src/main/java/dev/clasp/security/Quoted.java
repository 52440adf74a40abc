package dev.clasp.security;

/** Text from elsewhere inside our sentences: short, and nothing in it that a terminal acts on. */
final class Quoted {

  private static final int MAX = 100;

  private Quoted() {}

  /** In quotation marks, at most a hundred characters of it. */
  static String of(String text) {
    return cut(text, MAX);
  }

  /** The first few characters. */
  static String start(String text) {
    return cut(text, 12);
  }

  /** May a terminal or a log do something else with the character than show it? */
  static boolean acts(int c) {
    return Character.isISOControl(c)
        || switch (Character.getType(c)) {
          case Character.FORMAT,
              Character.LINE_SEPARATOR,
              Character.PARAGRAPH_SEPARATOR,
              Character.SURROGATE ->
              true;
          default -> false;
        };
  }

  private static String cut(String text, int max) {
    StringBuilder out = new StringBuilder("'");
    int end = 0;
    for (int n = 0; n < max && end < text.length(); n++) {
      int c = text.codePointAt(end);
      end += Character.charCount(c);
      if (acts(c)) {
        out.append('\uFFFD');
      } else {
        out.appendCodePoint(c);
      }
    }
    return out.append(end < text.length() ? "…'" : "'").toString();
  }
}
