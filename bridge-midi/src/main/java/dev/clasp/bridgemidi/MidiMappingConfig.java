package dev.clasp.bridgemidi;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeSetting;
import dev.clasp.bridge.spi.BridgeSetting.Kind;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.midi.ClockSchedule;
import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * How messages and signals become each other, read from settings. Immutable. Channels are 0 to 15
 * here, whatever addresses count from.
 *
 * @param channel of what names none
 * @param bendFromZero with {@code normalize}: bend is 0 to 1 instead of -1 to 1
 * @param gestures whether touches of MPE are gestures, not events and streams
 * @param clock whether ticks are events
 * @param clockOut whether ticks are sent from the start
 * @param tempo in beats per minute, for the ticks that are sent
 * @param fine controllers of 14 bits, 0 to 31
 */
record MidiMappingConfig(
    int channelBase,
    Set<Integer> channels,
    int channel,
    boolean normalize,
    boolean bendFromZero,
    Notes notes,
    Set<Integer> fine,
    boolean parameters,
    boolean closeParameters,
    boolean banks,
    Mpe mpe,
    boolean gestures,
    boolean clock,
    boolean clockOut,
    double tempo,
    boolean timeCode,
    boolean showControl,
    boolean machineControl,
    boolean sysEx) {

  /** What becomes of notes. */
  enum Notes {
    EVENT,
    PARAM,
    BOTH
  }

  /** Which channels are one instrument with a channel for each note (MPE, RP-053). */
  enum Mpe {
    OFF,
    /** As the device says with RPN 6. */
    AUTO,
    /** All channels, the first is for the whole instrument. */
    LOWER,
    /** All channels, the last is for the whole instrument. */
    UPPER
  }

  static final List<BridgeSetting> SETTINGS =
      List.of(
          new BridgeSetting(
              "channel_base", Kind.INTEGER, Value.of(0), "number of the first channel, 0 or 1"),
          new BridgeSetting(
              "channels",
              Kind.LIST,
              Value.NULL,
              "only these channels, such as 0-3, 9; as in addresses"),
          new BridgeSetting(
              "channel",
              Kind.INTEGER,
              Value.NULL,
              "channel of addresses that name none; the first one unless given"),
          new BridgeSetting(
              "normalize",
              Kind.SWITCH,
              Value.FALSE,
              "values are 0.0 to 1.0 instead of 0 to 127 or 16383"),
          new BridgeSetting(
              "bend_range",
              Kind.CHOICE,
              Value.of("-1..1"),
              "what bend is with normalize",
              List.of("-1..1", "0..1")),
          new BridgeSetting(
              "notes",
              Kind.CHOICE,
              Value.of("event"),
              "what notes become: events, a parameter for each key, or both",
              List.of("event", "param", "both")),
          new BridgeSetting(
              "cc14", Kind.LIST, Value.NULL, "controllers of 14 bits, such as 0-7, 16; 0 to 31"),
          new BridgeSetting(
              "rpn", Kind.SWITCH, Value.TRUE, "RPN and NRPN are put together from controllers"),
          new BridgeSetting(
              "rpn_null",
              Kind.SWITCH,
              Value.FALSE,
              "after a parameter is sent none is chosen, which some devices want"),
          new BridgeSetting(
              "bank", Kind.SWITCH, Value.FALSE, "controllers 0 and 32 are the bank of a program"),
          new BridgeSetting(
              "mpe",
              Kind.CHOICE,
              Value.of("off"),
              "MPE: one channel for each note; auto: as the device says",
              List.of("off", "auto", "lower", "upper")),
          new BridgeSetting(
              "touches",
              Kind.CHOICE,
              Value.of("gesture"),
              "what a finger on an MPE instrument is: gesture; event: events for start and end, a"
                  + " stream between them",
              List.of("gesture", "event")),
          new BridgeSetting(
              "clock",
              Kind.SWITCH,
              Value.NULL,
              "each tick of the clock is an event, 48 in a second at 120; off in the profile"
                  + " standard unless given"),
          new BridgeSetting(
              "clock_out", Kind.SWITCH, Value.FALSE, "sends a clock from the start, at tempo"),
          new BridgeSetting(
              "tempo",
              Kind.NUMBER,
              Value.of(120.0),
              "beats per minute of the clock that is sent, 5 to 999"),
          new BridgeSetting("mtc", Kind.SWITCH, Value.TRUE, "time code is read and written"),
          new BridgeSetting("msc", Kind.SWITCH, Value.TRUE, "show control is read"),
          new BridgeSetting("mmc", Kind.SWITCH, Value.TRUE, "machine control is read"),
          new BridgeSetting(
              "sysex", Kind.SWITCH, Value.TRUE, "other system exclusive messages come and go"));

  /**
   * Reads them.
   *
   * @throws BridgeException (lasting) they cannot be
   */
  static MidiMappingConfig of(BridgeSettings settings, TypeProfile profile) {
    int base = settings.whole("channel_base", 0, 1);
    Set<Integer> channels = numbers("channels", settings.list("channels"), base, base + 15, base);
    if (channels.isEmpty()) {
      channels = numbers("channels", List.of(base + "-" + (base + 15)), base, base + 15, base);
    }
    int channel =
        settings.has("channel") && settings.integer("channel").isPresent()
            ? settings.whole("channel", base, base + 15) - base
            : channels.iterator().next();
    double tempo = settings.number("tempo").orElse(120);
    if (!(tempo >= ClockSchedule.LEAST_TEMPO && tempo <= ClockSchedule.MOST_TEMPO)) {
      throw BridgeException.lasting("tempo must be from 5 to 999, not " + tempo);
    }
    return new MidiMappingConfig(
        base,
        Set.copyOf(channels),
        channel,
        settings.on("normalize"),
        settings.text("bend_range").orElse("").startsWith("0"),
        Notes.valueOf(settings.text("notes").orElse("event").toUpperCase(Locale.ROOT)),
        Set.copyOf(numbers("cc14", settings.list("cc14"), 0, 31, 0)),
        settings.on("rpn"),
        settings.on("rpn_null"),
        settings.on("bank"),
        Mpe.valueOf(settings.text("mpe").orElse("off").toUpperCase(Locale.ROOT)),
        !settings.text("touches").orElse("").equals("event"),
        settings.tree("clock") instanceof Value.Bool(boolean on)
            ? on
            : profile == TypeProfile.COMPATIBLE,
        settings.on("clock_out"),
        tempo,
        settings.on("mtc"),
        settings.on("msc"),
        settings.on("mmc"),
        settings.on("sysex"));
  }

  /** Numbers and spans of them, in order, with something taken off. */
  private static Set<Integer> numbers(
      String name, List<String> texts, int least, int most, int off) {
    Set<Integer> numbers = new TreeSet<>();
    for (String text : texts) {
      String[] ends = text.strip().split("-", 2);
      int from = number(name, ends[0], least, most);
      int to = ends.length == 1 ? from : number(name, ends[1], least, most);
      for (int i = from; i <= to; i++) {
        numbers.add(i - off);
      }
    }
    return numbers;
  }

  private static int number(String name, String text, int least, int most) {
    String digits = text.strip();
    int number = digits.matches("\\d{1,4}") ? Integer.parseInt(digits) : -1;
    if (number < least || number > most) {
      throw BridgeException.lasting(
          name + " must be numbers from " + least + " to " + most + " such as 0-3,9, not " + text);
    }
    return number;
  }
}
