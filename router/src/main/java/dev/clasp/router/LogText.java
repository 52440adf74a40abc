package dev.clasp.router;

/**
 * Text that a client chose, fit for a log: short, on one line, without terminal escapes (SEC-44).
 */
final class LogText {

  private static final int MAX = 80;

  private LogText() {}

  /** The text with what is no ordinary character replaced by {@code ?}, cut at 80 characters. */
  static String of(String text) {
    StringBuilder out = new StringBuilder(Math.min(text.length(), MAX));
    text.codePoints().limit(MAX).forEach(c -> out.appendCodePoint(isPlain(c) ? c : '?'));
    return text.codePointCount(0, text.length()) > MAX
        ? out.append('…').toString()
        : out.toString();
  }

  private static boolean isPlain(int codePoint) {
    return switch (Character.getType(codePoint)) {
      // Control characters, those that turn the direction of text, line ends, what is no character.
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
