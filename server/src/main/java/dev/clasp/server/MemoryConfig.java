package dev.clasp.server;

/**
 * From where on memory is short. Immutable.
 *
 * @param high percent of the heap from which new sessions and new addresses are refused, 1 to 99; 0
 *     = never
 * @param critical percent from which slow consumers are dropped too, above high, at most 100
 * @param source what is looked at
 */
public record MemoryConfig(int high, int critical, HeapSource source) {

  /** Of operations.md 12.6. */
  public static final MemoryConfig DEFAULT = new MemoryConfig(85, 95, HeapSource.JVM);

  public MemoryConfig {
    if (high < 0 || high > 99) {
      throw new IllegalArgumentException("the memory watermark must be 0 to 99, not " + high);
    }
    if (critical <= high || critical > 100) {
      throw new IllegalArgumentException(
          "the critical part of the memory must be above the watermark, "
              + high
              + ", and at most 100, not "
              + critical);
    }
  }

  /** The same marks for another heap. */
  public MemoryConfig withSource(HeapSource value) {
    return new MemoryConfig(high, critical, value);
  }
}
