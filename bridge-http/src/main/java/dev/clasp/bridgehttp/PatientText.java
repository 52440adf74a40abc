package dev.clasp.bridgehttp;

/**
 * Text that a regular expression may look at only so often: what a user writes as one may take for
 * ever on what others send. Not thread-safe.
 */
final class PatientText implements CharSequence {

  /** Has been looked at too often. */
  static final class Exhausted extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Exhausted() {
      super("the expression takes too long on this text", null, false, false);
    }
  }

  private static final int LOOKS = 5_000_000;

  private final String text;
  private final int[] looks;

  PatientText(String text) {
    this(text, new int[1]);
  }

  private PatientText(String text, int[] looks) {
    this.text = text;
    this.looks = looks;
  }

  @Override
  public char charAt(int index) {
    if (++looks[0] > LOOKS) {
      throw new Exhausted();
    }
    return text.charAt(index);
  }

  @Override
  public int length() {
    return text.length();
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return new PatientText(text.substring(start, end), looks);
  }

  @Override
  public String toString() {
    return text;
  }
}
