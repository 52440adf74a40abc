package dev.clasp.protocol;

import dev.clasp.protocol.AddressPattern.Segment;

/** The texts that one segment of a pattern stands for, compared with those of another. */
final class SegmentSets {

  private SegmentSets() {}

  /** Is there a text that both stand for? */
  static boolean meet(Segment a, Segment b) {
    return switch (a) {
      case Segment.AnyOne _, Segment.AnyMany _ -> true;
      case Segment.Literal(String text) ->
          switch (b) {
            case Segment.AnyOne _, Segment.AnyMany _ -> true;
            case Segment.Literal(String other) -> text.equals(other);
            case Segment.Glob glob -> glob.matches(text);
          };
      case Segment.Glob glob ->
          switch (b) {
            case Segment.AnyOne _, Segment.AnyMany _ -> true;
            case Segment.Literal(String text) -> glob.matches(text);
            case Segment.Glob other -> meet(glob.text(), other.text());
          };
    };
  }

  /** Both have a {@code *} that takes the middle of the other: only the ends have to agree. */
  private static boolean meet(String a, String b) {
    String startA = a.substring(0, a.indexOf('*'));
    String startB = b.substring(0, b.indexOf('*'));
    String endA = a.substring(a.lastIndexOf('*') + 1);
    String endB = b.substring(b.lastIndexOf('*') + 1);
    return (startA.startsWith(startB) || startB.startsWith(startA))
        && (endA.endsWith(endB) || endB.endsWith(endA));
  }

  /** Does the outer segment stand for every text that the inner one stands for? */
  static boolean covers(Segment outer, Segment inner) {
    return switch (outer) {
      case Segment.AnyOne _, Segment.AnyMany _ -> true;
      case Segment.Literal _ -> outer.equals(inner);
      case Segment.Glob glob ->
          switch (inner) {
            // A glob has some text in it, and not every segment has that.
            case Segment.AnyOne _, Segment.AnyMany _ -> false;
            case Segment.Literal(String text) -> glob.matches(text);
            // Each * of the inner one is a text that only a * of the outer one can take.
            case Segment.Glob(String text) -> glob.matches(text);
          };
    };
  }
}
