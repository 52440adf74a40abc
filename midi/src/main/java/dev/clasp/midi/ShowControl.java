package dev.clasp.midi;

import dev.clasp.midi.MidiMessage.SysEx;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A command of MIDI Show Control 1.0 (RP-002/014): {@code F0 7F dd 02 ff cc ... F7}.
 *
 * @param device 0 to 111 one, 112 to 126 a group, 127 all
 * @param format what kind of equipment, 1 to 127: 1 lighting, 0x10 sound, 0x7F all
 * @param cue digits and points; empty for none
 * @param list only with a cue, but for the commands that are about a list
 * @param path only with a list, but for the commands that are about a path
 * @param time of {@link Command#TIMED_GO}, {@link Command#SET_CLOCK} and perhaps {@link
 *     Command#SET}; hundredths of frames are 0
 * @param number control of {@link Command#SET}, 0 to 16383; macro of {@link Command#FIRE}, 0 to 127
 * @param value of {@link Command#SET}, 0 to 16383
 */
public record ShowControl(
    int device,
    int format,
    Command command,
    String cue,
    String list,
    String path,
    Optional<TimeCode> time,
    OptionalInt number,
    OptionalInt value) {

  /** With their codes. */
  public enum Command {
    GO(0x01),
    STOP(0x02),
    RESUME(0x03),
    TIMED_GO(0x04),
    LOAD(0x05),
    SET(0x06),
    FIRE(0x07),
    ALL_OFF(0x08),
    RESTORE(0x09),
    RESET(0x0A),
    GO_OFF(0x0B),
    GO_JAM_CLOCK(0x10),
    STANDBY_NEXT(0x11),
    STANDBY_PREVIOUS(0x12),
    SEQUENCE_NEXT(0x13),
    SEQUENCE_PREVIOUS(0x14),
    START_CLOCK(0x15),
    STOP_CLOCK(0x16),
    ZERO_CLOCK(0x17),
    SET_CLOCK(0x18),
    MTC_CHASE_ON(0x19),
    MTC_CHASE_OFF(0x1A),
    OPEN_CUE_LIST(0x1B),
    CLOSE_CUE_LIST(0x1C),
    OPEN_CUE_PATH(0x1D),
    CLOSE_CUE_PATH(0x1E);

    private final int code;

    Command(int code) {
      this.code = code;
    }

    int code() {
      return code;
    }

    /** In small letters: {@code timed_go}. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Command> of(String text) {
      for (Command each : values()) {
        if (each.text().equals(text)) {
          return Optional.of(each);
        }
      }
      return Optional.empty();
    }

    private static Optional<Command> of(int code) {
      for (Command each : values()) {
        if (each.code == code) {
          return Optional.of(each);
        }
      }
      return Optional.empty();
    }

    /** What follows the code. */
    private Form form() {
      return switch (this) {
        case GO, STOP, RESUME, LOAD, GO_OFF, GO_JAM_CLOCK -> Form.CUE;
        case TIMED_GO -> Form.TIME_CUE;
        case SET -> Form.CONTROL;
        case FIRE -> Form.MACRO;
        case ALL_OFF, RESTORE, RESET -> Form.NOTHING;
        case SET_CLOCK -> Form.TIME_LIST;
        case OPEN_CUE_PATH, CLOSE_CUE_PATH -> Form.PATH;
        case STANDBY_NEXT,
            STANDBY_PREVIOUS,
            SEQUENCE_NEXT,
            SEQUENCE_PREVIOUS,
            START_CLOCK,
            STOP_CLOCK,
            ZERO_CLOCK,
            MTC_CHASE_ON,
            MTC_CHASE_OFF,
            OPEN_CUE_LIST,
            CLOSE_CUE_LIST ->
            Form.LIST;
      };
    }
  }

  private enum Form {
    NOTHING,
    CUE,
    TIME_CUE,
    LIST,
    TIME_LIST,
    PATH,
    CONTROL,
    MACRO
  }

  /** Longest cue, list or path number. */
  private static final int MAX_NUMBER = 64;

  public ShowControl {
    Range.data("device", device);
    Range.check("format", format, 1, 127);
    for (String each : List.of(cue, list, path)) {
      if (each.length() > MAX_NUMBER || !each.matches("[0-9.]*")) {
        throw new IllegalArgumentException(
            "a cue, list or path has at most 64 digits and points, not "
                + each.substring(0, Math.min(each.length(), 20)));
      }
    }
    number.ifPresent(
        each -> Range.check("number", each, 0, command == Command.FIRE ? 127 : 16_383));
    value.ifPresent(each -> Range.check("value", each, 0, 16_383));
    Form form = command.form();
    boolean takesCue = form == Form.CUE || form == Form.TIME_CUE;
    if (!cue.isEmpty() && !takesCue
        || !list.isEmpty() && !takesCue && form != Form.LIST && form != Form.TIME_LIST
        || !path.isEmpty() && !takesCue && form != Form.PATH) {
      throw new IllegalArgumentException(command.text() + " is not about that cue, list or path");
    }
    if (takesCue && (cue.isEmpty() && !list.isEmpty() || list.isEmpty() && !path.isEmpty())) {
      throw new IllegalArgumentException("a list needs a cue before it, and a path a list");
    }
    boolean needsTime = form == Form.TIME_CUE || form == Form.TIME_LIST;
    if (needsTime && time.isEmpty()) {
      throw new IllegalArgumentException(command.text() + " needs a time");
    }
    if (time.isPresent() && !needsTime && form != Form.CONTROL) {
      throw new IllegalArgumentException(command.text() + " has no time");
    }
    boolean numbered = form == Form.CONTROL || form == Form.MACRO;
    if (number.isPresent() != numbered || value.isPresent() != (form == Form.CONTROL)) {
      throw new IllegalArgumentException(
          numbered
              ? command.text() + " needs a number" + (form == Form.CONTROL ? " and a value" : "")
              : command.text() + " has no number and no value");
    }
    if (form == Form.PATH && path.isEmpty()
        || (command == Command.OPEN_CUE_LIST || command == Command.CLOSE_CUE_LIST)
            && list.isEmpty()) {
      throw new IllegalArgumentException(command.text() + " needs its number");
    }
  }

  /** A command about a cue. */
  public static ShowControl cue(
      int device, int format, Command command, String cue, String list, String path) {
    return new ShowControl(
        device,
        format,
        command,
        cue,
        list,
        path,
        Optional.empty(),
        OptionalInt.empty(),
        OptionalInt.empty());
  }

  // --- bytes -------------------------------------------------------------------------------------

  public SysEx message() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(0x7F);
    out.write(device);
    out.write(2);
    out.write(format);
    out.write(command.code());
    switch (command.form()) {
      case NOTHING -> {}
      case CUE -> numbers(out, cue, list, path);
      case TIME_CUE -> {
        time(out);
        numbers(out, cue, list, path);
      }
      case LIST -> numbers(out, list);
      case TIME_LIST -> {
        time(out);
        numbers(out, list);
      }
      case PATH -> numbers(out, path);
      case CONTROL -> {
        fourteen(out, number.orElseThrow());
        fourteen(out, value.orElseThrow());
        if (time.isPresent()) {
          time(out);
        }
      }
      case MACRO -> out.write(number.orElseThrow());
    }
    return new SysEx(out.toByteArray());
  }

  private static void numbers(ByteArrayOutputStream out, String... numbers) {
    for (int i = 0; i < numbers.length && !numbers[i].isEmpty(); i++) {
      if (i > 0) {
        out.write(0);
      }
      out.writeBytes(numbers[i].getBytes(StandardCharsets.US_ASCII));
    }
  }

  private void time(ByteArrayOutputStream out) {
    TimeCode code = time.orElseThrow();
    out.write(code.hourAndRate());
    out.write(code.minutes());
    out.write(code.seconds());
    out.write(code.frames());
    out.write(0);
  }

  private static void fourteen(ByteArrayOutputStream out, int number) {
    out.write(number & 0x7F);
    out.write(number >> 7);
  }

  /** Whether a message is for show control at all, also with a command that is not known. */
  public static boolean is(SysEx message) {
    return message.length() >= 5 && message.at(0) == 0x7F && message.at(2) == 2;
  }

  /** The command in a message; empty if it is none that is known here. */
  public static Optional<ShowControl> of(SysEx message) {
    if (!is(message)) {
      return Optional.empty();
    }
    Optional<Command> command = Command.of(message.at(4));
    if (command.isEmpty()) {
      return Optional.empty();
    }
    try {
      return read(message, command.get());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<ShowControl> read(SysEx message, Command command) {
    Form form = command.form();
    int at = 5;
    Optional<TimeCode> time = Optional.empty();
    OptionalInt number = OptionalInt.empty();
    OptionalInt value = OptionalInt.empty();
    if (form == Form.CONTROL) {
      if (message.length() != 9 && message.length() != 14) {
        return Optional.empty();
      }
      number = OptionalInt.of(message.at(6) << 7 | message.at(5));
      value = OptionalInt.of(message.at(8) << 7 | message.at(7));
      at = 9;
    } else if (form == Form.MACRO) {
      number = OptionalInt.of(message.at(5));
      at = 6;
    }
    if (form == Form.TIME_CUE
        || form == Form.TIME_LIST
        || form == Form.CONTROL && message.length() == 14) {
      // The upper bits of minutes, seconds and frames are flags that are not kept.
      time =
          TimeCode.ofBytes(
              message.at(at),
              message.at(at + 1) & 0x3F,
              message.at(at + 2) & 0x3F,
              message.at(at + 3) & 0x1F);
      if (message.length() < at + 5 || time.isEmpty()) {
        return Optional.empty();
      }
      at += 5;
    }
    List<String> numbers = numbers(message, at);
    int most =
        switch (form) {
          case CUE, TIME_CUE -> 3;
          case LIST, TIME_LIST, PATH -> 1;
          case NOTHING, CONTROL, MACRO -> 0;
        };
    if (numbers.size() > most) {
      return Optional.empty();
    }
    boolean cued = most == 3;
    return Optional.of(
        new ShowControl(
            message.at(1),
            message.at(3),
            command,
            cued ? get(numbers, 0) : "",
            cued ? get(numbers, 1) : form == Form.PATH ? "" : get(numbers, 0),
            cued ? get(numbers, 2) : form == Form.PATH ? get(numbers, 0) : "",
            time,
            number,
            value));
  }

  private static String get(List<String> numbers, int index) {
    return index < numbers.size() ? numbers.get(index) : "";
  }

  private static List<String> numbers(SysEx message, int from) {
    List<String> numbers = new ArrayList<>();
    StringBuilder number = new StringBuilder();
    for (int i = from; i < message.length(); i++) {
      if (message.at(i) == 0) {
        numbers.add(number.toString());
        number.setLength(0);
      } else {
        number.append((char) message.at(i));
      }
    }
    // A zero behind the last one is allowed.
    if (!number.isEmpty()) {
      numbers.add(number.toString());
    }
    return numbers;
  }
}
