package dev.clasp.midi;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which RPN or NRPN of a channel is selected, and what was entered for those that were. Increment
 * and decrement (controllers 96 and 97) are not followed. Not thread-safe.
 */
final class JournalParameters {

  /** Parameters that are remembered: as many as a journal has room for. */
  static final int MOST = 48;

  static final int DATA_MSB = 6;
  static final int DATA_LSB = 38;
  static final int NRPN_LSB = 98;
  static final int NRPN_MSB = 99;
  static final int RPN_LSB = 100;
  static final int RPN_MSB = 101;

  private static final int INCREMENT = 96;
  private static final int DECREMENT = 97;
  private static final int NONE = 0x3FFF;
  private static final int NRPN = 1 << 14;

  /** What was entered; -1 for nothing. */
  record Entry(int msb, int lsb) {}

  private static final Entry NOTHING = new Entry(-1, -1);

  /** Nothing, the first half of a number, or a number. */
  enum Selection {
    NOTHING,
    HALF,
    OPEN
  }

  private final Map<Integer, Entry> entries = new LinkedHashMap<>();
  private final int[] lastLsb = new int[2];
  private Selection selection = Selection.NOTHING;
  private boolean nrpn;
  private int msb;
  private int number;

  /** Whether a controller belongs to parameters at the moment; it is followed then. */
  boolean control(int controller, int value) {
    switch (controller) {
      case NRPN_MSB, RPN_MSB -> {
        nrpn = controller == NRPN_MSB;
        msb = value;
        selection = Selection.HALF;
      }
      case NRPN_LSB, RPN_LSB -> {
        boolean same = selection != Selection.NOTHING && nrpn == (controller == NRPN_LSB);
        nrpn = controller == NRPN_LSB;
        msb = same ? msb : 0;
        lastLsb[nrpn ? 1 : 0] = value;
        open(value);
      }
      case DATA_MSB, DATA_LSB -> {
        if (selection == Selection.HALF) {
          open(lastLsb[nrpn ? 1 : 0]);
        }
        if (selection == Selection.NOTHING) {
          return false;
        }
        Entry before = entry(key());
        entries.put(
            key(), controller == DATA_MSB ? new Entry(value, -1) : new Entry(before.msb(), value));
      }
      case INCREMENT, DECREMENT -> {}
      default -> {
        return false;
      }
    }
    return true;
  }

  private void open(int lsb) {
    number = msb << 7 | lsb;
    selection = number == NONE ? Selection.NOTHING : Selection.OPEN;
    if (selection == Selection.OPEN) {
      // The one that was selected last is the last to be forgotten.
      Entry entry = entry(key());
      entries.remove(key());
      entries.put(key(), entry);
    }
  }

  void deselect() {
    selection = Selection.NOTHING;
  }

  Selection selection() {
    return selection;
  }

  boolean nrpn() {
    return nrpn;
  }

  /** Of the half number. */
  int msb() {
    return msb;
  }

  int number() {
    return number;
  }

  /** Of the open parameter. */
  int key() {
    return key(nrpn, number);
  }

  static int key(boolean nrpn, int number) {
    return (nrpn ? NRPN : 0) | number;
  }

  static boolean nrpn(int key) {
    return key >= NRPN;
  }

  static int number(int key) {
    return key & NONE;
  }

  Entry entry(int key) {
    return entries.getOrDefault(key, NOTHING);
  }

  /** Forgets the oldest if there are too many; -1 if not. */
  int forget() {
    if (entries.size() <= MOST) {
      return -1;
    }
    int oldest = entries.keySet().iterator().next();
    entries.remove(oldest);
    return oldest;
  }
}
