package dev.clasp.transform;

import dev.clasp.transform.AddressPath.Part;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts names into the open places of a path. Immutable and thread-safe. */
final class AddressTemplate {

  private static final int MAX_RESULT = 4096;

  private final AddressPath path;
  private final List<List<Piece>> segments = new ArrayList<>();
  private final boolean splits;

  /** Text, the text of a slot, or a calculation. */
  private record Piece(String text, int slot, @Nullable Expression sum, boolean many) {}

  /**
   * Makes one of a path.
   *
   * @param slots the names of the rule; without {@code i} it is the number of an element
   */
  AddressTemplate(AddressPath path, List<String> slots) {
    this.path = path;
    for (List<Part> parts : path.segments()) {
      segments.add(parts.stream().map(part -> piece(part, slots)).toList());
    }
    this.splits = path.captured().contains("i") && !slots.contains("i");
  }

  private static Piece piece(Part part, List<String> slots) {
    return switch (part) {
      case Part.Literal literal -> new Piece(literal.text(), -1, null, false);
      case Part.Wild wild -> new Piece("", slots.indexOf(wild.name()), null, wild.many());
      case Part.Sum sum ->
          new Piece("", -1, Expression.parse(sum.expression(), false, slots, "address"), false);
    };
  }

  AddressPath path() {
    return path;
  }

  /** True if there is one address for each element of an array. */
  boolean splits() {
    return splits;
  }

  /**
   * Fills it in.
   *
   * @param index for {@code i}
   * @return null if a calculation fails or a name has nothing
   */
  @Nullable String render(@Nullable String[] captures, int index, Registers r) {
    StringBuilder out = new StringBuilder();
    for (List<Piece> segment : segments) {
      int before = out.length();
      out.append('/');
      boolean gone = false;
      for (Piece piece : segment) {
        if (piece.sum() != null) {
          r.captures = captures;
          r.index = index;
          if (piece.sum().eval(r) != Registers.INT) {
            return null;
          }
          out.append(r.whole);
        } else if (piece.slot() >= 0) {
          String text = captures[piece.slot()];
          if (text == null) {
            return null;
          }
          // No segments at all: no slash either.
          gone = segment.size() == 1 && piece.many() && text.isEmpty();
          out.append(text);
        } else if (piece.text().isEmpty()) {
          out.append(index);
        } else {
          out.append(piece.text());
        }
      }
      if (gone) {
        out.setLength(before);
      }
      if (out.length() > MAX_RESULT) {
        return null;
      }
    }
    return out.isEmpty() ? "/" : out.toString();
  }
}
