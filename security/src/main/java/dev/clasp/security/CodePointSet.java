package dev.clasp.security;

import java.util.Arrays;
import java.util.List;

/**
 * A set of characters (Unicode code points), as ranges. Immutable.
 *
 * @param bounds first and last of each range, ascending, ranges apart from each other
 */
record CodePointSet(int[] bounds) {

  private static final int LAST = Character.MAX_CODE_POINT;

  /** What {@code ?} stands for: one character of a segment. */
  static final CodePointSet NOT_SLASH = of(List.of()).withoutSlash(true);

  /** From and to, both included. */
  record Range(int from, int to) {}

  static CodePointSet of(List<Range> ranges) {
    List<Range> sorted =
        ranges.stream().sorted((a, b) -> Integer.compare(a.from(), b.from())).toList();
    int[] bounds = new int[2 * sorted.size()];
    int n = 0;
    for (Range range : sorted) {
      if (n > 0 && range.from() <= bounds[n - 1] + 1) {
        bounds[n - 1] = Math.max(bounds[n - 1], range.to());
      } else {
        bounds[n++] = range.from();
        bounds[n++] = range.to();
      }
    }
    return new CodePointSet(Arrays.copyOf(bounds, n));
  }

  /** This set or everything else, in each case without the slash. */
  CodePointSet withoutSlash(boolean complement) {
    int[] out = new int[bounds.length + 4];
    int n = 0;
    int from = 0;
    for (int i = 0; i <= bounds.length; i += 2) {
      boolean end = i == bounds.length;
      int first = complement ? from : end ? 1 : bounds[i];
      int last = complement ? (end ? LAST : bounds[i] - 1) : end ? 0 : bounds[i + 1];
      from = end ? 0 : bounds[i + 1] + 1;
      if (first <= '/' && '/' <= last) {
        n = append(out, n, first, '/' - 1);
        n = append(out, n, '/' + 1, last);
      } else {
        n = append(out, n, first, last);
      }
    }
    return new CodePointSet(Arrays.copyOf(out, n));
  }

  private static int append(int[] out, int n, int first, int last) {
    if (first > last) {
      return n;
    }
    out[n] = first;
    out[n + 1] = last;
    return n + 2;
  }

  boolean contains(int codePoint) {
    for (int i = 0; i < bounds.length && bounds[i] <= codePoint; i += 2) {
      if (codePoint <= bounds[i + 1]) {
        return true;
      }
    }
    return false;
  }
}
