package dev.clasp.midi;

import java.util.Arrays;
import java.util.function.Consumer;

/** A stream of words as packets. Not thread-safe. */
public final class UmpReader {

  private final Consumer<Ump> out;
  private final int[] words = new int[4];
  private int have;

  public UmpReader(Consumer<Ump> out) {
    this.out = out;
  }

  public void feed(int word) {
    words[have++] = word;
    if (have == Ump.length(words[0])) {
      int length = have;
      have = 0;
      out.accept(Ump.of(Arrays.copyOf(words, length)));
    }
  }

  /** Forgets what is not complete: words were lost. */
  public void reset() {
    have = 0;
  }
}
