package dev.clasp.protocol;

/** The beginning of a text of unknown length, for errors: the text may be as long as a frame. */
final class Excerpt {

  private static final int MAX = 100;

  private Excerpt() {}

  /** The text if it has at most a hundred characters, else so many of them and an ellipsis. */
  static String of(String text) {
    if (text.length() <= MAX || text.codePointCount(0, text.length()) <= MAX) {
      return text;
    }
    return text.substring(0, text.offsetByCodePoints(0, MAX)) + "…";
  }
}
