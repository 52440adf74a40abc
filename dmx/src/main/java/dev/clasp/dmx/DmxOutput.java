package dev.clasp.dmx;

import dev.clasp.protocol.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * How signals become universes that go out.
 *
 * @param form of the paths
 * @param aloneIn the universe of a slot that is written without one ({@code /47})
 * @param floats what a float means
 * @param slots how many of a universe are sent, 1 to 512
 * @param onLoss what is sent when the router is away
 * @param lossNanos for how long it must be away
 * @param onStop what is sent last when the bridge stops
 * @param scene paths and values, for {@link OnLoss#SCENE}
 * @param submasters what each of them darkens
 * @param limits of slots that nothing goes beyond
 */
public record DmxOutput(
    DmxPath.Form form,
    OptionalInt aloneIn,
    FloatMode floats,
    Pace pace,
    int slots,
    OnLoss onLoss,
    long lossNanos,
    OnLoss onStop,
    Map<String, Value> scene,
    Map<String, List<SlotRange>> submasters,
    List<Limit> limits) {

  /**
   * Levels that slots are kept within.
   *
   * @param least 0 to 255
   * @param most 0 to 255
   */
  public record Limit(SlotRange range, int least, int most) {}

  public DmxOutput {
    scene = Map.copyOf(scene);
    submasters = Map.copyOf(submasters);
    limits = List.copyOf(limits);
  }

  /** A scene in an order that does not depend on chance: whole universes before their slots. */
  Map<String, Value> orderedScene() {
    Map<String, Value> ordered = new LinkedHashMap<>();
    scene.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry -> ordered.put(entry.getKey(), entry.getValue()));
    return ordered;
  }

  /** With nothing but a form: 44 frames a second, everything is held. */
  public static DmxOutput standard(DmxPath.Form form) {
    return new DmxOutput(
        form,
        OptionalInt.empty(),
        FloatMode.UNIT,
        Pace.ofRate(Dmx.MAX_RATE),
        Dmx.SLOTS,
        OnLoss.HOLD,
        0,
        OnLoss.HOLD,
        Map.of(),
        Map.of(),
        List.of());
  }
}
