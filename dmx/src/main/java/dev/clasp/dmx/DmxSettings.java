package dev.clasp.dmx;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeSetting;
import dev.clasp.bridge.spi.BridgeSetting.Kind;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The settings that all bridges to lights share (docs/lighting.md). A bridge adds {@link #SETTINGS}
 * to its own, and reads them with {@link #of}.
 */
public record DmxSettings(DmxInput input, DmxOutput output, Patch patch) {

  private static final long MILLI = 1_000_000;

  public static final List<BridgeSetting> SETTINGS =
      List.of(
          new BridgeSetting(
              "emit",
              Kind.CHOICE,
              Value.of("slots"),
              "What comes in becomes one value for each slot that changes (slots), all bytes of the"
                  + " universe (universe), or both.",
              List.of("slots", "universe", "both")),
          new BridgeSetting(
              "universe_signal",
              Kind.CHOICE,
              Value.of("param"),
              "A whole universe that comes in is a parameter, or a stream.",
              List.of("param", "stream")),
          new BridgeSetting(
              "slot_values",
              Kind.CHOICE,
              Value.of("int"),
              "Slots that come in are integers from 0 to 255 (int), or floats from 0 to 1 (unit).",
              List.of("int", "unit")),
          new BridgeSetting(
              "baseline",
              Kind.SWITCH,
              Value.TRUE,
              "When a universe is seen first, tell its dark slots as well."),
          new BridgeSetting(
              "float_mode",
              Kind.CHOICE,
              Value.NULL,
              "A float that goes out: 0 to 1 is dark to full (unit, as in the profile standard), or"
                  + " a level whose fraction is cut off (raw, else).",
              List.of("unit", "raw")),
          new BridgeSetting(
              "merge",
              Kind.CHOICE,
              Value.of("htp"),
              "Among sources of the same priority the highest level wins (htp), or the latest"
                  + " change (ltp).",
              List.of("htp", "ltp")),
          new BridgeSetting(
              "slot_priorities",
              Kind.SWITCH,
              Value.TRUE,
              "Sources may give each slot a priority of its own (START code DD)."),
          new BridgeSetting(
              "source_timeout",
              Kind.DURATION,
              Value.NULL,
              "A source that is silent for so long is lost, 100ms to 1h; else as the protocol says."),
          new BridgeSetting(
              "max_sources", Kind.INTEGER, Value.of(16), "Sources of one universe, 1 to 64."),
          new BridgeSetting(
              "on_source_loss",
              Kind.CHOICE,
              Value.of("hold"),
              "What slots have in the router when their last source is gone: hold, blackout, or"
                  + " scene.",
              List.of("hold", "blackout", "scene")),
          new BridgeSetting(
              "hold_time",
              Kind.DURATION,
              Value.of("0s"),
              "How long after the loss of the last source blackout or scene wait, up to 24h."),
          new BridgeSetting(
              "sources",
              Kind.SWITCH,
              Value.TRUE,
              "Tell who sends, as parameters below /$sources and events at /$events/source."),
          new BridgeSetting(
              "rate", Kind.NUMBER, Value.of(Dmx.MAX_RATE), "Most frames a second, 1 to 44."),
          new BridgeSetting(
              "keep_alive",
              Kind.DURATION,
              Value.of("900ms"),
              "How often frames leave while nothing changes, 50ms to 10s."),
          new BridgeSetting(
              "gather",
              Kind.DURATION,
              Value.of("2ms"),
              "How long a change waits for others that belong into the same frame, up to 100ms."),
          new BridgeSetting(
              "slots",
              Kind.INTEGER,
              Value.of(Dmx.SLOTS),
              "Slots of a frame that leaves, 1 to 512."),
          new BridgeSetting(
              "on_loss",
              Kind.CHOICE,
              Value.of("hold"),
              "What is sent while the router is away: hold, blackout, or scene.",
              List.of("hold", "blackout", "scene")),
          new BridgeSetting(
              "loss_time",
              Kind.DURATION,
              Value.of("5s"),
              "How long the router must be away for that, up to 24h."),
          new BridgeSetting(
              "on_stop",
              Kind.CHOICE,
              Value.of("hold"),
              "What is sent last when the bridge stops: hold, blackout, or scene.",
              List.of("hold", "blackout", "scene")),
          new BridgeSetting(
              "scene",
              Kind.TREE,
              Value.NULL,
              "The levels of scene: {\"/1/5\": 255, \"/fixture/spot1/dimmer\": 0.5}; the rest is"
                  + " dark."),
          new BridgeSetting(
              "fixtures",
              Kind.TREE,
              Value.NULL,
              "Fixtures by name: [{\"name\": \"spot1\", \"universe\": 1, \"address\": 10,"
                  + " \"profile\": \"rgbw\"}]."),
          new BridgeSetting(
              "profiles",
              Kind.TREE,
              Value.NULL,
              "Kinds of fixtures: {\"par\": [\"red\", \"green\", {\"name\": \"pan\", \"bits\":"
                  + " 16}]}."),
          new BridgeSetting(
              "submasters",
              Kind.TREE,
              Value.NULL,
              "What each submaster darkens: {\"front\": [\"1/1-24\", \"2\"]}."),
          new BridgeSetting(
              "limits",
              Kind.TREE,
              Value.NULL,
              "Levels that slots are kept within: {\"1/5\": [10, 200], \"1/1-24\": 230}."));

  /**
   * Reads them.
   *
   * @param timeout after which a source is lost, if the user does not say
   * @param aloneIn the universe of a slot that is written without one, if the protocol has that
   * @throws BridgeException (lasting) names the setting and what it takes
   */
  public static DmxSettings of(
      BridgeSettings settings,
      TypeProfile profile,
      DmxPath.Form form,
      Duration timeout,
      OptionalInt aloneIn) {
    Patch patch = Patch.parse(settings.tree("fixtures"), settings.tree("profiles"), form);
    FloatMode floats =
        settings
            .text("float_mode")
            .map(text -> FloatMode.valueOf(text.toUpperCase(Locale.ROOT)))
            .orElse(profile == TypeProfile.STANDARD ? FloatMode.UNIT : FloatMode.RAW);
    Map<String, Value> scene = SettingTree.map(settings.tree("scene"), "scene");
    DmxOutput output =
        new DmxOutput(
            form,
            aloneIn,
            floats,
            pace(settings),
            settings.whole("slots", 1, Dmx.SLOTS),
            loss(settings, "on_loss"),
            time(settings, "loss_time", Duration.ZERO, Duration.ofHours(24)),
            loss(settings, "on_stop"),
            scene,
            submasters(settings.tree("submasters"), form),
            limits(settings.tree("limits"), form));
    Map<Integer, byte[]> scenes = DmxTransmitter.scenes(output, patch);
    String emit = settings.text("emit").orElseThrow();
    DmxInput input =
        new DmxInput(
            new MergePolicy(
                MergePolicy.Mode.valueOf(
                    settings.text("merge").orElseThrow().toUpperCase(Locale.ROOT)),
                settings.on("slot_priorities"),
                settings.has("source_timeout")
                    ? time(settings, "source_timeout", Duration.ofMillis(100), Duration.ofHours(1))
                    : timeout.toNanos(),
                settings.whole("max_sources", 1, 64),
                loss(settings, "on_source_loss"),
                time(settings, "hold_time", Duration.ZERO, Duration.ofHours(24)),
                settings.on("baseline")),
            !emit.equals("universe"),
            !emit.equals("slots"),
            settings.text("universe_signal").orElseThrow().equals("stream"),
            settings.text("slot_values").orElseThrow().equals("unit"),
            settings.on("sources"),
            scenes);
    return new DmxSettings(input, output, patch);
  }

  private static Pace pace(BridgeSettings settings) {
    double rate = settings.number("rate").orElseThrow();
    if (!(rate >= 1 && rate <= Dmx.MAX_RATE)) {
      throw BridgeException.lasting("rate must be from 1 to 44 frames a second, not " + rate);
    }
    Pace standard = Pace.ofRate(rate);
    return new Pace(
        standard.intervalNanos(),
        standard.repeats(),
        time(settings, "keep_alive", Duration.ofMillis(50), Duration.ofSeconds(10)),
        time(settings, "gather", Duration.ZERO, Duration.ofMillis(100)));
  }

  private static OnLoss loss(BridgeSettings settings, String name) {
    return OnLoss.valueOf(settings.text(name).orElseThrow().toUpperCase(Locale.ROOT));
  }

  private static long time(BridgeSettings settings, String name, Duration least, Duration most) {
    Duration time = settings.duration(name).orElseThrow();
    if (time.compareTo(least) < 0 || time.compareTo(most) > 0) {
      throw BridgeException.lasting(
          name + " must be from " + text(least) + " to " + text(most) + ", not " + text(time));
    }
    return time.toNanos();
  }

  private static String text(Duration time) {
    long millis = time.toNanos() / MILLI;
    return millis % 3_600_000 == 0 && millis > 0
        ? millis / 3_600_000 + "h"
        : millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
  }

  private static Map<String, List<SlotRange>> submasters(Value tree, DmxPath.Form form) {
    Map<String, List<SlotRange>> read = new LinkedHashMap<>();
    SettingTree.map(tree, "submasters")
        .forEach((name, value) -> {
          String where = "submasters." + name;
          List<SlotRange> ranges = new ArrayList<>();
          List<Value> texts =
              value instanceof Value.Text ? List.of(value) : SettingTree.list(value, where);
          for (Value text : texts) {
            if (!(text instanceof Value.Text(String range))) {
              throw SettingTree.refusal(where + " must be a list of slots: [\"1/1-24\", \"2\"]");
            }
            ranges.add(SlotRange.parse(range, where, form));
          }
          read.put(name, List.copyOf(ranges));
        });
    return read;
  }

  private static List<DmxOutput.Limit> limits(Value tree, DmxPath.Form form) {
    List<DmxOutput.Limit> read = new ArrayList<>();
    SettingTree.map(tree, "limits")
        .forEach((range, value) -> {
          String where = "limits." + range;
          int least = 0;
          int most;
          if (value instanceof Value.Array(var both) && both.size() == 2) {
            least = level(both.getFirst(), where);
            most = level(both.getLast(), where);
          } else {
            most = level(value, where);
          }
          if (least > most) {
            throw SettingTree.refusal(where + ": the lower limit comes first");
          }
          read.add(new DmxOutput.Limit(SlotRange.parse(range, "limits", form), least, most));
        });
    return read;
  }

  private static int level(Value value, String where) {
    if (value instanceof Value.Int(long level) && level >= 0 && level <= 255) {
      return (int) level;
    }
    throw SettingTree.refusal(where + " must be a level from 0 to 255, or two of them: [10, 200]");
  }
}
