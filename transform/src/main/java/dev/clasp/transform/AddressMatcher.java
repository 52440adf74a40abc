package dev.clasp.transform;

import dev.clasp.transform.AddressPath.Line;
import dev.clasp.transform.AddressPath.Part;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the names of a pattern in an address. Anchored at both ends.
 *
 * <p>Like {@link dev.clasp.protocol.AddressPattern} it walks with one point to go back to, the last
 * {@code **}, so the time is at most the product of the lengths. Of several ways to match, the
 * first open places take as little as they can. Immutable and thread-safe.
 */
final class AddressMatcher {

  private static final int LITERAL = 0;
  private static final int ONE = 1;
  private static final int MANY = 2;
  private static final int MIX = 3;

  private final int[] kinds;
  private final Piece[][] pieces;

  /** Slots whose text must be a whole number. */
  private final int[] numbers;

  /** A literal, or an open place with a slot. */
  private record Piece(String text, int slot, int least, @Nullable Line line) {}

  /**
   * Makes one of a path.
   *
   * @param slots the names of the rule; a place in the array of captures each
   * @param numbers those that are calculated with
   */
  AddressMatcher(AddressPath path, List<String> slots, java.util.Collection<String> numbers) {
    int size = path.segments().size();
    kinds = new int[size];
    pieces = new Piece[size][];
    for (int i = 0; i < size; i++) {
      List<Part> parts = path.segments().get(i);
      kinds[i] = kind(parts);
      pieces[i] = parts.stream().map(part -> piece(part, slots)).toArray(Piece[]::new);
    }
    this.numbers = numbers.stream().mapToInt(slots::indexOf).filter(slot -> slot >= 0).toArray();
  }

  private static int kind(List<Part> parts) {
    if (parts.isEmpty()) {
      return LITERAL;
    }
    return switch (parts.getFirst()) {
      case Part.Literal _ -> parts.size() == 1 ? LITERAL : MIX;
      case Part.Wild wild -> parts.size() > 1 ? MIX : wild.many() ? MANY : ONE;
      case Part.Sum _ -> MIX;
    };
  }

  private static Piece piece(Part part, List<String> slots) {
    return switch (part) {
      case Part.Literal literal -> new Piece(literal.text(), -1, 0, null);
      case Part.Wild wild -> new Piece("", slots.indexOf(wild.name()), wild.least(), null);
      case Part.Sum sum -> new Piece("", slots.indexOf(sum.names().getFirst()), 1, sum.line());
    };
  }

  /**
   * Compares.
   *
   * @param captures gets what the names stand for; something else after false
   */
  boolean match(String address, @Nullable String[] captures) {
    if (address.isEmpty() || address.charAt(0) != '/') {
      return false;
    }
    int end = address.length();
    int p = 0;
    // Start of the current segment; end + 1 when all are consumed.
    int at = 1;
    int retryPattern = -1;
    int retryFrom = 0;
    int retryAt = 0;
    while (at <= end) {
      if (p < kinds.length && kinds[p] == MANY) {
        captures[pieces[p][0].slot()] = "";
        retryPattern = p++;
        retryFrom = at;
        retryAt = at;
        continue;
      }
      if (p < kinds.length) {
        int segmentEnd = segmentEnd(address, at);
        if (segment(p, address, at, segmentEnd, captures)) {
          p++;
          at = segmentEnd + 1;
          continue;
        }
      }
      if (retryPattern < 0) {
        return false;
      }
      // Let the last ** take one segment more.
      p = retryPattern + 1;
      int taken = segmentEnd(address, retryAt);
      captures[pieces[retryPattern][0].slot()] =
          p == kinds.length ? address.substring(retryFrom) : address.substring(retryFrom, taken);
      if (p == kinds.length) {
        break;
      }
      retryAt = taken + 1;
      at = retryAt;
    }
    while (p < kinds.length && kinds[p] == MANY) {
      captures[pieces[p++][0].slot()] = "";
    }
    return p == kinds.length && numeric(captures);
  }

  private boolean numeric(@Nullable String[] captures) {
    for (int slot : numbers) {
      String text = captures[slot];
      if (text != null && !Numbers.isWhole(text)) {
        return false;
      }
    }
    return true;
  }

  private static int segmentEnd(String address, int at) {
    int slash = address.indexOf('/', at);
    return slash < 0 ? address.length() : slash;
  }

  private boolean segment(int p, String address, int from, int to, @Nullable String[] captures) {
    Piece[] parts = pieces[p];
    switch (kinds[p]) {
      case LITERAL -> {
        String text = parts.length == 0 ? "" : parts[0].text();
        return text.length() == to - from && address.startsWith(text, from);
      }
      case ONE -> {
        if (to - from < parts[0].least()) {
          return false;
        }
        captures[parts[0].slot()] = address.substring(from, to);
        return true;
      }
      default -> {
        return mix(parts, address, from, to, captures);
      }
    }
  }

  private static boolean mix(
      Piece[] parts, String address, int from, int to, @Nullable String[] captures) {
    int at = from;
    int end = to;
    int last = parts.length;
    if (parts.length > 1 && parts[last - 1].slot() < 0) {
      String tail = parts[--last].text();
      end -= tail.length();
      if (end < at || !address.startsWith(tail, end)) {
        return false;
      }
    }
    for (int i = 0; i < last; i++) {
      Piece piece = parts[i];
      if (piece.slot() < 0) {
        // Only the first one: later literals are found below.
        if (at + piece.text().length() > end || !address.startsWith(piece.text(), at)) {
          return false;
        }
        at += piece.text().length();
        continue;
      }
      int stop = end;
      int next = end;
      if (i + 1 < last) {
        String literal = parts[++i].text();
        stop = address.indexOf(literal, at + piece.least());
        if (stop < 0 || stop + literal.length() > end) {
          return false;
        }
        next = stop + literal.length();
      }
      if (stop - at < piece.least() || !keep(piece, address.substring(at, stop), captures)) {
        return false;
      }
      at = next;
    }
    return at == end;
  }

  private static boolean keep(Piece piece, String text, @Nullable String[] captures) {
    String kept = piece.line() == null ? text : piece.line().back(text);
    captures[piece.slot()] = kept;
    return kept != null;
  }

  @Override
  public String toString() {
    return Arrays.deepToString(pieces);
  }
}
