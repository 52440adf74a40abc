package dev.clasp.protocol;

/**
 * Nesting limits of the decoders and encoders (wire.md 8.3). Objects are built and compared by
 * recursion, so a limit may not be larger than a small thread stack carries: 256.
 *
 * @param valueDepth arrays and maps around a value, itself included; 0 allows scalars only
 * @param bundleDepth BUNDLE inside BUNDLE, the outermost included; 0 refuses bundles
 * @param messagePackDepth containers on the path from the root of a MessagePack payload
 */
public record CodecLimits(int valueDepth, int bundleDepth, int messagePackDepth) {

  public static final CodecLimits DEFAULT = new CodecLimits(64, 8, 96);

  private static final int MAX = 256;

  /**
   * @throws IllegalArgumentException a limit is below 0 or above 256
   */
  public CodecLimits {
    check("value depth", valueDepth);
    check("bundle depth", bundleDepth);
    check("MessagePack depth", messagePackDepth);
  }

  private static void check(String name, int limit) {
    if (limit < 0 || limit > MAX) {
      throw new IllegalArgumentException(name + " must be 0 to " + MAX + ", not " + limit);
    }
  }
}
