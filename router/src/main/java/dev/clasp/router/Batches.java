package dev.clasp.router;

import java.util.ArrayDeque;

/**
 * The buffers in which sessions collect what they write, used again and again.
 *
 * <p>Sizes are powers of two from {@value #SMALLEST} bytes up to the setting, so that a session
 * which sends little in a turn holds little, and a thousand receivers of one turn do not take the
 * largest size each. What is kept for later is bounded in bytes. Lane thread only.
 */
final class Batches {

  static final int SMALLEST = 4096;

  /** Enough for a thousand receivers that get 16 KiB each in a turn, and as much again. */
  private static final long KEPT_BYTES = 32L << 20;

  private final int largest;
  private final ArrayDeque<byte[]>[] kept;
  private long keptBytes;

  /**
   * @param largest size of the largest batch in bytes
   */
  @SuppressWarnings({"unchecked", "rawtypes"}) // an array of deques cannot be made otherwise
  Batches(int largest) {
    this.largest = largest;
    this.kept = new ArrayDeque[classOf(largest) + 1];
    for (int i = 0; i < kept.length; i++) {
      kept[i] = new ArrayDeque<>();
    }
  }

  /** A batch with room for so many bytes, the largest if that does not suffice. */
  byte[] take(int bytes) {
    int sizeClass = Math.min(classOf(bytes), kept.length - 1);
    byte[] batch = kept[sizeClass].pollLast();
    if (batch == null) {
      return new byte[sizeOf(sizeClass)];
    }
    keptBytes -= batch.length;
    return batch;
  }

  /** Takes a batch back, of whatever origin. */
  void recycle(byte[] batch) {
    int sizeClass = classOf(batch.length);
    if (sizeClass < kept.length
        && batch.length == sizeOf(sizeClass)
        && keptBytes + batch.length <= KEPT_BYTES) {
      keptBytes += batch.length;
      kept[sizeClass].addLast(batch);
    }
  }

  private int sizeOf(int sizeClass) {
    return sizeClass == kept.length - 1 ? largest : SMALLEST << sizeClass;
  }

  /** The smallest class that holds so many bytes, as if there were no largest. */
  private static int classOf(int bytes) {
    return bytes <= SMALLEST
        ? 0
        : Integer.SIZE - Integer.numberOfLeadingZeros((bytes - 1) / SMALLEST);
  }
}
