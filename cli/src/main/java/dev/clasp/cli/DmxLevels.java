package dev.clasp.cli;

import dev.clasp.dmx.Dmx;
import dev.clasp.dmx.DmxPath;
import dev.clasp.dmx.FloatMode;
import dev.clasp.dmx.SlotLevels;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/**
 * The levels of universes as signals tell them, slot by slot or all at once, and how they look. Not
 * thread-safe. Times are monotonic nanoseconds.
 */
final class DmxLevels {

  /** How a level is written. */
  enum Form {
    /** {@code 255}; dark is a point. */
    DEC,
    /** {@code FF}. */
    HEX,
    /** {@code 50}; full is FL. */
    PERCENT;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** So long a slot that has changed is shown in another colour. */
  private static final long FRESH_NANOS = 1_000_000_000L;

  /** The changes of so long make the rate. */
  private static final long RATE_NANOS = 2_000_000_000L;

  private static final int MAX_UNIVERSES = 1024;
  private static final int FULL = 255;

  private static final class Universe {
    private final int[] levels = new int[Dmx.SLOTS];
    private final long[] changed = new long[Dmx.SLOTS];
    private long writes;
    private long last = Long.MIN_VALUE;
    private long writesBefore;
    private long before;
    private double rate;
  }

  private final TreeMap<Integer, Universe> universes = new TreeMap<>();
  private final FloatMode floats;

  /**
   * @param floats what the bridge that sends them makes of them
   */
  DmxLevels(FloatMode floats) {
    this.floats = floats;
  }

  /** Shows a universe even if nothing is heard of it. */
  void show(int universe) {
    universes.computeIfAbsent(universe, _ -> new Universe());
  }

  /**
   * A signal has come.
   *
   * @param path below the namespace, with a slash
   * @param stored it was so before, so that it is no change
   * @return whether it is a level
   */
  boolean take(String path, Value value, boolean stored, long nanos) {
    switch (DmxPath.parse(path, DmxPath.Form.SERIAL)) {
      case DmxPath.Slot(int number, int channel) -> {
        int level = SlotLevels.level(value, floats);
        if (level == SlotLevels.NONE) {
          return false;
        }
        Universe universe = of(number);
        put(universe, channel - 1, level, stored, nanos);
        return count(universe, stored, nanos);
      }
      case DmxPath.Universe(int number) -> {
        int[] levels = levels(value);
        if (levels.length == 0) {
          return false;
        }
        Universe universe = of(number);
        for (int i = 0; i < levels.length; i++) {
          put(universe, i, levels[i], stored, nanos);
        }
        return count(universe, stored, nanos);
      }
      default -> {
        return false;
      }
    }
  }

  private int[] levels(Value value) {
    int[] levels;
    if (value instanceof Value.Bytes given) {
      byte[] bytes = given.value();
      levels = new int[Math.min(bytes.length, Dmx.SLOTS)];
      for (int i = 0; i < levels.length; i++) {
        levels[i] = bytes[i] & 0xFF;
      }
    } else if (value instanceof Value.Array(List<Value> values)) {
      levels = new int[Math.min(values.size(), Dmx.SLOTS)];
      for (int i = 0; i < levels.length; i++) {
        levels[i] = Math.max(0, SlotLevels.level(values.get(i), floats));
      }
    } else {
      levels = new int[0];
    }
    return levels;
  }

  /** Of the universe, or of one that is thrown away if there are too many. */
  private Universe of(int number) {
    Universe known = universes.get(number);
    if (known != null) {
      return known;
    }
    Universe made = new Universe();
    if (universes.size() < MAX_UNIVERSES) {
      universes.put(number, made);
    }
    return made;
  }

  private static void put(Universe universe, int slot, int level, boolean stored, long nanos) {
    if (universe.levels[slot] != level) {
      universe.levels[slot] = level;
      if (!stored) {
        universe.changed[slot] = nanos;
      }
    }
  }

  private static boolean count(Universe universe, boolean stored, long nanos) {
    if (!stored) {
      universe.writes++;
      universe.last = nanos;
    }
    return true;
  }

  boolean isEmpty() {
    return universes.isEmpty();
  }

  // --- how it looks ------------------------------------------------------------------------------

  /** The form that shows all of a universe in a terminal of this size, decimal if it can. */
  static Form fitting(int columns, int rows) {
    return rows >= lines(perLine(Form.DEC, columns)) + 2 ? Form.DEC : Form.HEX;
  }

  private static int lines(int perLine) {
    return Dmx.SLOTS / perLine;
  }

  private static int perLine(Form form, int columns) {
    for (int count : new int[] {64, 32, 16, 8}) {
      if (5 + count * (form == Form.DEC ? 4 : 2) + (form == Form.DEC ? 0 : count / 8) <= columns) {
        return count;
      }
    }
    return 4;
  }

  /**
   * The lines of all universes.
   *
   * @param where the namespace, for the headings
   * @param columns width of what they are shown on
   */
  List<String> lines(String where, Form form, int columns, Style style, long nanos) {
    List<String> lines = new ArrayList<>();
    universes.forEach((number, universe) -> {
      if (!lines.isEmpty()) {
        lines.add("");
      }
      lines.add(heading(where, number, universe, style, nanos));
      int perLine = perLine(form, columns);
      for (int first = 0; first < Dmx.SLOTS; first += perLine) {
        lines.add(line(universe, form, first, perLine, style, nanos));
      }
    });
    return lines;
  }

  private static String heading(
      String where, int number, Universe universe, Style style, long nanos) {
    int lit = 0;
    for (int level : universe.levels) {
      lit += level > 0 ? 1 : 0;
    }
    return style.bold(Printable.escape(where) + "/" + number)
        + "  "
        + lit
        + " of 512 lit"
        + style.dim(
            "  "
                + TopView.number(rate(universe, nanos))
                + " values/s  "
                + (universe.last == Long.MIN_VALUE
                    ? "no change yet"
                    : "last change " + TopView.number((nanos - universe.last) / 1e9) + " s ago"));
  }

  private static double rate(Universe universe, long nanos) {
    if (universe.before == 0) {
      universe.before = nanos;
      universe.writesBefore = universe.writes;
    } else if (nanos - universe.before >= RATE_NANOS) {
      universe.rate = (universe.writes - universe.writesBefore) * 1e9 / (nanos - universe.before);
      universe.before = nanos;
      universe.writesBefore = universe.writes;
    }
    return universe.rate;
  }

  private static String line(
      Universe universe, Form form, int first, int count, Style style, long nanos) {
    StringBuilder line = new StringBuilder();
    line.append(style.dim(String.format(Locale.ROOT, "%4d ", first + 1)));
    for (int slot = first; slot < first + count; slot++) {
      int level = universe.levels[slot];
      String cell = cell(form, level);
      boolean fresh = universe.changed[slot] != 0 && nanos - universe.changed[slot] < FRESH_NANOS;
      line.append(
          fresh
              ? style.address(cell)
              : level == 0 ? style.dim(cell) : level == FULL ? style.bold(cell) : cell);
      if (form != Form.DEC && slot % 8 == 7 && slot + 1 < first + count) {
        line.append(' ');
      }
    }
    return line.toString();
  }

  private static String cell(Form form, int level) {
    return switch (form) {
      case DEC -> level == 0 ? "   ." : String.format(Locale.ROOT, "%4d", level);
      case HEX -> level == 0 ? " ." : String.format(Locale.ROOT, "%02X", level);
      case PERCENT ->
          level == 0
              ? " ."
              : level == FULL
                  ? "FL"
                  : String.format(Locale.ROOT, "%02d", Math.min(99, level * 100 / FULL));
    };
  }

  /** One object for each universe. */
  List<String> json(String where, long nanos) {
    List<String> lines = new ArrayList<>();
    universes.forEach((number, universe) -> {
      List<Value> levels = new ArrayList<>(Dmx.SLOTS);
      for (int level : universe.levels) {
        levels.add(Value.of(level));
      }
      JsonLine line =
          new JsonLine()
              .put("namespace", where)
              .put("universe", (long) number)
              .put("valuesPerSecond", rate(universe, nanos), 1);
      if (universe.last != Long.MIN_VALUE) {
        line.put("lastChangeSeconds", (nanos - universe.last) / 1e9, 3);
      }
      lines.add(line.put("levels", Value.of(levels)).end());
    });
    return lines;
  }
}
