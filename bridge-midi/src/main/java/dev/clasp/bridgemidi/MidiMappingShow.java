package dev.clasp.bridgemidi;

import dev.clasp.midi.MachineControl;
import dev.clasp.midi.ShowControl;
import dev.clasp.midi.TimeCode;
import dev.clasp.protocol.Value;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Time code, show control and machine control as values. */
final class MidiMappingShow {

  /** The general formats of show control by name (RP-002/014 4.2); others are numbers. */
  private static final Map<String, Integer> FORMATS =
      Map.of(
          "lighting", 0x01,
          "sound", 0x10,
          "machinery", 0x20,
          "video", 0x30,
          "projection", 0x40,
          "process", 0x50,
          "pyro", 0x60,
          "all", 0x7F);

  private static final int ALL = 127;

  private MidiMappingShow() {}

  // --- time code ---------------------------------------------------------------------------------

  static Map<String, Value> map(TimeCode time) {
    Map<String, Value> map = new LinkedHashMap<>();
    map.put("h", Value.of((long) time.hours()));
    map.put("m", Value.of((long) time.minutes()));
    map.put("s", Value.of((long) time.seconds()));
    map.put("f", Value.of((long) time.frames()));
    map.put("rate", Value.of(time.rate().framesPerSecond()));
    return map;
  }

  /** A map with h, m, s, f and rate; what is missing is 0, and the rate 25. */
  static TimeCode time(Value value) {
    if (!(value instanceof Value.Map(Map<String, Value> map))) {
      throw new MidiMappingRefusal(
          "needs a map of h, m, s, f and rate, not " + MidiMappingScale.shown(value));
    }
    double framesPerSecond =
        map.containsKey("rate") ? MidiMappingScale.number(map.get("rate")) : 25;
    TimeCode.Rate rate =
        TimeCode.Rate.of(framesPerSecond)
            .orElseThrow(() ->
                new MidiMappingRefusal("rate must be 24, 25, 29.97 or 30, not " + framesPerSecond));
    try {
      return new TimeCode(
          part(map, "h", 23),
          part(map, "m", 59),
          part(map, "s", 59),
          part(map, "f", rate.frames() - 1),
          rate);
    } catch (IllegalArgumentException e) {
      throw new MidiMappingRefusal(String.valueOf(e.getMessage()));
    }
  }

  private static int part(Map<String, Value> map, String name, int most) {
    return MidiMappingScale.whole(name, map.getOrDefault(name, Value.of(0L)), 0, most);
  }

  // --- show control ------------------------------------------------------------------------------

  static Value value(ShowControl show) {
    Map<String, Value> map = new LinkedHashMap<>();
    map.put("device", Value.of((long) show.device()));
    map.put("format", format(show.format()));
    put(map, "cue", show.cue());
    put(map, "list", show.list());
    put(map, "path", show.path());
    show.time().ifPresent(time -> map.put("time", Value.of(map(time))));
    show.number().ifPresent(number -> map.put("number", Value.of((long) number)));
    show.value().ifPresent(value -> map.put("value", Value.of((long) value)));
    return Value.of(map);
  }

  private static Value format(int format) {
    return FORMATS.entrySet().stream()
        .filter(each -> each.getValue() == format)
        .map(each -> Value.of(each.getKey()))
        .findAny()
        .orElse(Value.of((long) format));
  }

  private static void put(Map<String, Value> map, String name, String text) {
    if (!text.isEmpty()) {
      map.put(name, Value.of(text));
    }
  }

  /** A map, or the cue alone, or null for none. */
  static ShowControl show(String command, Value value) {
    ShowControl.Command known =
        ShowControl.Command.of(command)
            .orElseThrow(() -> new MidiMappingRefusal("show control has no command " + command));
    Map<String, Value> map =
        switch (value) {
          case Value.Map(Map<String, Value> entries) -> entries;
          case Value.Null(), Value.Bool _ -> Map.of();
          default -> Map.of("cue", value);
        };
    try {
      return new ShowControl(
          MidiMappingScale.whole(
              "device", map.getOrDefault("device", Value.of((long) ALL)), 0, 127),
          formatNumber(map.getOrDefault("format", Value.of((long) ALL))),
          known,
          number(map, "cue"),
          number(map, "list"),
          number(map, "path"),
          map.containsKey("time") ? Optional.of(time(map.get("time"))) : Optional.empty(),
          integer(map, "number"),
          integer(map, "value"));
    } catch (IllegalArgumentException e) {
      throw new MidiMappingRefusal(String.valueOf(e.getMessage()));
    }
  }

  private static int formatNumber(Value value) {
    if (value instanceof Value.Text(String name)) {
      Integer format = FORMATS.get(name);
      if (format == null) {
        throw new MidiMappingRefusal(
            "format must be lighting, sound, machinery, video, projection, process, pyro, all, or"
                + " a number from 1 to 127, not "
                + MidiMappingScale.shown(value));
      }
      return format;
    }
    return MidiMappingScale.whole("format", value, 1, 127);
  }

  /** Cues are texts, for 1.10 is not 1.1; numbers are taken too. */
  private static String number(Map<String, Value> map, String name) {
    return switch (map.getOrDefault(name, Value.NULL)) {
      case Value.Text(String text) -> text;
      case Value.Int(long whole) -> "" + whole;
      case Value.Float(double real) when Double.isFinite(real) ->
          BigDecimal.valueOf(real).stripTrailingZeros().toPlainString();
      case Value.Null() -> "";
      case Value other ->
          throw new MidiMappingRefusal(
              name + " must be text such as 12.5, not " + MidiMappingScale.shown(other));
    };
  }

  private static OptionalInt integer(Map<String, Value> map, String name) {
    return map.containsKey(name)
        ? OptionalInt.of(MidiMappingScale.whole(name, map.get(name), 0, 16_383))
        : OptionalInt.empty();
  }

  // --- machine control ---------------------------------------------------------------------------

  static Value value(MachineControl machine) {
    Map<String, Value> map = new LinkedHashMap<>();
    map.put("device", Value.of((long) machine.device()));
    machine.target().ifPresent(time -> map.put("time", Value.of(map(time))));
    return Value.of(map);
  }

  /** A map, or null. */
  static MachineControl machine(String command, Value value) {
    MachineControl.Command known =
        MachineControl.Command.of(command)
            .orElseThrow(() -> new MidiMappingRefusal("machine control has no command " + command));
    Map<String, Value> map =
        value instanceof Value.Map(Map<String, Value> entries) ? entries : Map.of();
    try {
      return new MachineControl(
          MidiMappingScale.whole(
              "device", map.getOrDefault("device", Value.of((long) ALL)), 0, 127),
          known,
          map.containsKey("time") ? Optional.of(time(map.get("time"))) : Optional.empty());
    } catch (IllegalArgumentException e) {
      throw new MidiMappingRefusal(String.valueOf(e.getMessage()));
    }
  }
}
