package dev.clasp.protocol;

/**
 * Nesting limits of the decoders and encoders (wire.md 8.3).
 *
 * @param valueDepth arrays and maps around a value, itself included
 * @param bundleDepth BUNDLE inside BUNDLE
 * @param messagePackDepth containers on the path from the root of a MessagePack payload
 */
public record CodecLimits(int valueDepth, int bundleDepth, int messagePackDepth) {
  public static final CodecLimits DEFAULT = new CodecLimits(64, 8, 96);
}
