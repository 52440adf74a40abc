package dev.clasp.discovery;

import java.nio.charset.StandardCharsets;

/** Text from the network for the eyes of people, and text of people for the network. */
final class DisplayText {

  /** What nobody's name needs. */
  private static final int LONGEST = 128;

  private DisplayText() {}

  /**
   * Without control characters, line ends and marks that turn the direction of the text, at most
   * 128 characters.
   */
  static String of(String text) {
    StringBuilder clean = new StringBuilder();
    text.codePoints().limit(LONGEST).forEach(c -> clean.appendCodePoint(shown(c) ? c : '\uFFFD'));
    return clean.toString();
  }

  private static boolean shown(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.PRIVATE_USE,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }

  /** The beginning of a text that has so many bytes in UTF-8 at most; no character is cut. */
  static String cut(String text, int bytes) {
    int length = 0;
    int end = 0;
    while (end < text.length()) {
      int c = text.codePointAt(end);
      length += Character.toString(c).getBytes(StandardCharsets.UTF_8).length;
      if (length > bytes) {
        break;
      }
      end += Character.charCount(c);
    }
    return text.substring(0, end);
  }
}
