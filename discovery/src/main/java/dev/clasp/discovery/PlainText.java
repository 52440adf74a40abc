package dev.clasp.discovery;

/** Text from strangers that ends up in logs, terminals and pages (discovery.md 9, D-18). */
final class PlainText {

  private PlainText() {}

  /**
   * Nothing in it that moves a cursor, ends a line or turns the direction of what stands beside.
   */
  static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      if (!isPlain(c)) {
        return false;
      }
      i += Character.charCount(c);
    }
    return true;
  }

  private static boolean isPlain(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      // Marks that change the direction of text; joiners, which names of people need, are fine.
      case Character.FORMAT -> c < 0x202A || c > 0x2069 || c > 0x202E && c < 0x2066;
      default -> true;
    };
  }

  /** The same text with a question mark for each character that is not plain, cut to a length. */
  static String cleaned(String text, int maxChars) {
    StringBuilder clean = new StringBuilder(Math.min(text.length(), maxChars));
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      int length = Character.charCount(c);
      if (clean.length() + length > maxChars) {
        break;
      }
      clean.appendCodePoint(isPlain(c) ? c : '?');
      i += length;
    }
    return clean.toString();
  }
}
