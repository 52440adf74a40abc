package dev.clasp.dmx;

import java.util.Map;

/**
 * How universes that come in become signals.
 *
 * @param merge of the sources of each
 * @param slots whether each slot that changes becomes a signal
 * @param universes whether each universe that changes becomes one signal with all its bytes
 * @param stream whether that is a stream and not a parameter
 * @param unit whether slots are floats from 0 to 1 and not integers from 0 to 255
 * @param sources whether the sources become parameters below {@code /$sources}
 * @param scenes levels by universe for {@link OnLoss#SCENE}
 */
public record DmxInput(
    MergePolicy merge,
    boolean slots,
    boolean universes,
    boolean stream,
    boolean unit,
    boolean sources,
    Map<Integer, byte[]> scenes) {

  public DmxInput {
    scenes = Map.copyOf(scenes);
  }
}
