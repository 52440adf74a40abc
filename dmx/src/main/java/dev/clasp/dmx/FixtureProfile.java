package dev.clasp.dmx;

import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Optional;

/**
 * Which slots a kind of fixture has.
 *
 * @param name as in settings: {@code rgbw}
 * @param channels at least one
 */
public record FixtureProfile(String name, List<Channel> channels) {

  /**
   * One parameter of a fixture.
   *
   * @param name as in addresses: {@code pan}
   * @param offset of its slot, 0 for the first of the fixture
   * @param fine offset of the slot with the lower eight bits; empty for 8 bits
   * @param min value in the router that is level 0
   * @param max value in the router that is full
   * @param invert whether min is full instead
   * @param initial value in the router before anybody sets it
   * @param mastered whether masters and blackout darken it
   */
  public record Channel(
      String name,
      int offset,
      Optional<Integer> fine,
      double min,
      double max,
      boolean invert,
      double initial,
      boolean mastered) {

    /** The level that a value means, of 255 or 65535; {@link SlotLevels#NONE}: it means none. */
    int level(Value value) {
      double number =
          switch (value) {
            case Value.Int(long whole) -> whole;
            case Value.Float(double real) -> real;
            case Value.Bool(boolean on) -> on ? max : min;
            case Value.Null _ -> initial;
            case Value.Text _, Value.Bytes _, Value.Array _, Value.Map _ -> Double.NaN;
          };
      if (Double.isNaN(number)) {
        return SlotLevels.NONE;
      }
      double share = (number - min) / (max - min);
      return SlotLevels.unit(invert ? 1 - share : share, fine.isPresent() ? 0xFFFF : 0xFF);
    }

    /** The value that levels mean. */
    double value(int coarse, int low) {
      double share = fine.isPresent() ? SlotLevels.share(coarse, low) : SlotLevels.share(coarse);
      return min + (invert ? 1 - share : share) * (max - min);
    }
  }

  /** What needs no description. */
  static final List<FixtureProfile> BUILT_IN =
      List.of(
          new FixtureProfile("dimmer", List.of(light("dimmer", 0))),
          new FixtureProfile(
              "dimmer16", List.of(new Channel("dimmer", 0, Optional.of(1), 0, 1, false, 0, true))),
          new FixtureProfile("rgb", List.of(light("red", 0), light("green", 1), light("blue", 2))),
          new FixtureProfile(
              "rgbw",
              List.of(light("red", 0), light("green", 1), light("blue", 2), light("white", 3))),
          new FixtureProfile(
              "drgb",
              List.of(
                  light("dimmer", 0), control("red", 1), control("green", 2), control("blue", 3))),
          new FixtureProfile(
              "moving-head",
              List.of(
                  turn("pan", 0),
                  turn("tilt", 2),
                  control("speed", 4),
                  light("dimmer", 5),
                  control("shutter", 6),
                  control("color", 7),
                  control("gobo", 8))));

  public FixtureProfile {
    channels = List.copyOf(channels);
  }

  private static Channel light(String name, int offset) {
    return new Channel(name, offset, Optional.empty(), 0, 1, false, 0, true);
  }

  private static Channel control(String name, int offset) {
    return new Channel(name, offset, Optional.empty(), 0, 1, false, 0, false);
  }

  private static Channel turn(String name, int offset) {
    return new Channel(name, offset, Optional.of(offset + 1), 0, 1, false, 0.5, false);
  }

  /** Slots that it takes. */
  public int length() {
    int last = 0;
    for (Channel channel : channels) {
      last = Math.max(last, Math.max(channel.offset(), channel.fine().orElse(0)));
    }
    return last + 1;
  }
}
