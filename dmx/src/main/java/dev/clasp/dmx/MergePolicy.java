package dev.clasp.dmx;

/**
 * How the sources of a universe are merged. The highest priority wins, slot by slot; the mode
 * decides among equals.
 *
 * @param slotPriorities whether sources may give each slot a priority of its own (START code 0xDD)
 * @param timeoutNanos after which a source that says nothing is gone
 * @param maxSources of one universe at a time
 * @param onLoss what slots show that nobody drives any more
 * @param holdNanos how long they still show the last level before that
 * @param baseline whether slots are told as changed when they are seen first, also dark ones
 */
public record MergePolicy(
    Mode mode,
    boolean slotPriorities,
    long timeoutNanos,
    int maxSources,
    OnLoss onLoss,
    long holdNanos,
    boolean baseline) {

  /** Who wins among sources of the same priority. */
  public enum Mode {
    /** The highest level takes precedence. */
    HTP,
    /** The level that has changed last takes precedence. */
    LTP
  }

  /** HTP, 16 sources, the last look is held. */
  public static MergePolicy standard(long timeoutNanos) {
    return new MergePolicy(Mode.HTP, true, timeoutNanos, 16, OnLoss.HOLD, 0, true);
  }
}
