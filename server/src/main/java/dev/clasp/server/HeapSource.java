package dev.clasp.server;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;

/** How much of the heap is needed: what was left of it by the last collection. Any thread. */
public interface HeapSource {

  /** The heap of this process. */
  HeapSource JVM =
      new HeapSource() {
        @Override
        public double used() {
          long used = 0;
          for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            // Of a pool that was not collected yet it is nothing: not known to be needed.
            MemoryUsage left = pool.getType() == MemoryType.HEAP ? pool.getCollectionUsage() : null;
            if (left != null) {
              used += left.getUsed();
            }
          }
          return (double) used / Runtime.getRuntime().maxMemory();
        }

        @Override
        public void collect() {
          System.gc();
        }
      };

  /**
   * The share of the most that the heap may be, 0 to 1. Not what is in use now: that is mostly what
   * nobody needs any more, and near to all of it just before a collection.
   */
  double used();

  /** Asks for a collection, for a newer answer. May take as long as one takes. */
  void collect();
}
