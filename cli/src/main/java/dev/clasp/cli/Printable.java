package dev.clasp.cli;

/**
 * Makes text from elsewhere safe to print: whoever can write a value must not be able to move the
 * cursor, change colours or forge lines of the reader's terminal (SEC-44).
 */
final class Printable {

  private Printable() {}

  /**
   * The text with everything that a terminal acts on as {@code \n}, {@code \t} or {@code
   * &#92;uXXXX}.
   */
  static String escape(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (needsEscape(text, i) || text.charAt(i) == '\\') {
        StringBuilder out = new StringBuilder(text.length() + 16);
        append(out, text);
        return out.toString();
      }
    }
    return text;
  }

  /** Appends the text escaped as inside a JSON string, except for the quotation mark. */
  private static void append(StringBuilder out, String text) {
    for (int i = 0; i < text.length(); i++) {
      appendEscaped(out, text, i);
    }
  }

  /** Appends one char of the text, escaped if need be. */
  static void appendEscaped(StringBuilder out, String text, int index) {
    char c = text.charAt(index);
    switch (c) {
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      case '\\' -> out.append("\\\\");
      default -> {
        if (needsEscape(text, index)) {
          out.append(String.format("\\u%04x", (int) c));
        } else {
          out.append(c);
        }
      }
    }
  }

  /**
   * C0 and C1 controls, DEL, line and paragraph separators, what reverses or hides text
   * (bidirectional controls, zero-width characters, tags), and halves of surrogate pairs.
   */
  private static boolean needsEscape(String text, int index) {
    char c = text.charAt(index);
    if (c < 0x20 || (c >= 0x7f && c < 0xa0)) {
      return true;
    }
    if (c < 0x300) {
      return c == 0xad;
    }
    if (Character.isHighSurrogate(c)) {
      return index + 1 >= text.length()
          || !Character.isLowSurrogate(text.charAt(index + 1))
          || hidden(text.codePointAt(index));
    }
    if (Character.isLowSurrogate(c)) {
      return index == 0
          || !Character.isHighSurrogate(text.charAt(index - 1))
          || hidden(text.codePointAt(index - 1));
    }
    return hidden(c);
  }

  private static boolean hidden(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.CONTROL ->
          codePoint != 0x200d;
      default -> false;
    };
  }
}
