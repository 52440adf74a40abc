package dev.clasp.protocol;

import dev.clasp.protocol.AddressPattern.GlobstarParent;
import dev.clasp.protocol.AddressPattern.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;

/**
 * A pattern as blocks of segments with gaps between them, for comparing the sets of addresses that
 * patterns stand for.
 *
 * <p>A gap is a run of {@code *} and {@code **} with at least one {@code **} in it: in whatever
 * order, they ask for so many segments or more. Thus a block begins and ends with a segment that
 * has text, except at the ends of the pattern. Two blocks have one gap between them; the first
 * block is tied to the start of the address and the last one to its end, and both may be empty.
 *
 * <p>Why one walk decides {@link #embeds} although {@code **} stands for any number of segments: if
 * the outer pattern matches every address of the inner one, then also that in which each gap of the
 * inner pattern is filled with very many segments of a text that occurs nowhere. There, no block of
 * the outer pattern can lie across such a gap. And if for a short filling it needs a way that lies
 * across, then this way in front of the gap and the other one behind it (or the other way round)
 * make a third that does not, because moving blocks apart never violates the least length of a gap.
 * So it is enough to look for one way that crosses no gap with every gap at its shortest; found
 * greedily, each block at its first place.
 */
final class PatternBlocks {

  private static final Segment ANY_ONE = new Segment.AnyOne();

  /** In {@link #items}: here are any further segments. */
  private static final Segment GAP = new Segment.AnyMany();

  private final List<List<Segment>> blocks = new ArrayList<>();

  /** Fewest segments of the gap behind each block but the last. */
  private final List<Integer> gaps = new ArrayList<>();

  private PatternBlocks() {}

  static PatternBlocks of(AddressPattern pattern) {
    PatternBlocks result = new PatternBlocks();
    List<Segment> segments = pattern.segments();
    List<Segment> block = new ArrayList<>();
    int i = 0;
    while (i < segments.size()) {
      int ones = 0;
      boolean gap = false;
      int end = i;
      while (end < segments.size() && !hasText(segments.get(end))) {
        gap |= segments.get(end) instanceof Segment.AnyMany;
        ones += segments.get(end) instanceof Segment.AnyOne ? 1 : 0;
        end++;
      }
      if (gap) {
        boolean needsOneMore =
            end == segments.size()
                && segments.getLast() instanceof Segment.AnyMany
                && pattern.globstarParent() == GlobstarParent.EXCLUDED;
        result.blocks.add(block);
        result.gaps.add(ones + (needsOneMore ? 1 : 0));
        block = new ArrayList<>();
        i = end;
      } else if (end > i) {
        block.addAll(segments.subList(i, end));
        i = end;
      } else {
        block.add(segments.get(i++));
      }
    }
    result.blocks.add(block);
    if (result.gaps.equals(List.of(0)) && result.blocks.stream().allMatch(List::isEmpty)) {
      // Every address has a segment, an empty one at least.
      result.gaps.set(0, 1);
    }
    return result;
  }

  private static boolean hasText(Segment segment) {
    return switch (segment) {
      case Segment.Literal _, Segment.Glob _ -> true;
      case Segment.AnyOne _, Segment.AnyMany _ -> false;
    };
  }

  /** False if all addresses have the same number of segments. */
  boolean hasGap() {
    return !gaps.isEmpty();
  }

  /** Can addresses of both begin with the same segments? */
  boolean startsLike(PatternBlocks other) {
    List<Segment> a = blocks.getFirst();
    List<Segment> b = other.blocks.getFirst();
    for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
      if (!SegmentSets.meet(a.get(i), b.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** Can addresses of both end with the same segments? */
  boolean endsLike(PatternBlocks other) {
    List<Segment> a = blocks.getLast();
    List<Segment> b = other.blocks.getLast();
    for (int i = 1; i <= Math.min(a.size(), b.size()); i++) {
      if (!SegmentSets.meet(a.get(a.size() - i), b.get(b.size() - i))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Do the blocks of this pattern find their places among the segments of the other one?
   *
   * @param related what a segment of this pattern and one of the other must be to each other
   */
  boolean embeds(PatternBlocks inner, BiPredicate<Segment, Segment> related) {
    List<Segment> items = inner.items();
    List<Segment> first = blocks.getFirst();
    if (!fits(first, items, 0, related)) {
      return false;
    }
    int at = first.size();
    if (gaps.isEmpty()) {
      return at == items.size();
    }
    for (int i = 1; i < blocks.size() - 1; i++) {
      List<Segment> block = blocks.get(i);
      at = behindGap(gaps.get(i - 1), items, at);
      while (at >= 0 && !fits(block, items, at, related)) {
        at = at < items.size() ? at + 1 : -1;
      }
      if (at < 0) {
        return false;
      }
      at += block.size();
    }
    List<Segment> last = blocks.getLast();
    int place = items.size() - last.size();
    at = behindGap(gaps.getLast(), items, at);
    return at >= 0 && at <= place && fits(last, items, place, related);
  }

  /** Skips the fewest segments that a gap must have; -1 if they are not there. */
  private static int behindGap(int fewest, List<Segment> items, int from) {
    int at = from;
    for (int skipped = 0; skipped < fewest; at++) {
      if (at == items.size()) {
        return -1;
      }
      skipped += items.get(at).equals(GAP) ? 0 : 1;
    }
    return at;
  }

  private static boolean fits(
      List<Segment> block, List<Segment> items, int place, BiPredicate<Segment, Segment> related) {
    if (block.size() > items.size() - place) {
      return false;
    }
    for (int i = 0; i < block.size(); i++) {
      Segment item = items.get(place + i);
      if (item.equals(GAP) || !related.test(block.get(i), item)) {
        return false;
      }
    }
    return true;
  }

  /** All segments in a row, each gap as short as it can be and followed by a mark. */
  private List<Segment> items() {
    List<Segment> items = new ArrayList<>(blocks.getFirst());
    for (int i = 0; i < gaps.size(); i++) {
      for (int n = gaps.get(i); n > 0; n--) {
        items.add(ANY_ONE);
      }
      items.add(GAP);
      items.addAll(blocks.get(i + 1));
    }
    return items;
  }
}
