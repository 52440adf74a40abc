package dev.clasp.cli;

import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code clasp dmx set} takes: {@code 1/47=255}, {@code 1/1-10=full}, {@code 2=0}, {@code
 * spot1/pan=50%}.
 */
final class DmxAssignment {

  /** A path below the namespace, and its value. */
  record Write(String path, Value value) {}

  private static final Pattern SLOTS =
      Pattern.compile("(\\d{1,5})(?:/(\\d{1,3})(?:(?:-|\\.\\.)(\\d{1,3}))?)?");
  private static final Pattern FIXTURE =
      Pattern.compile("[A-Za-z][A-Za-z0-9._-]*/[A-Za-z][A-Za-z0-9._-]*");
  private static final Pattern MASTER =
      Pattern.compile("blackout|master(?:/[A-Za-z0-9][A-Za-z0-9._-]*)?");
  private static final int MAX_UNIVERSE = 63_999;
  private static final int SLOTS_OF_ALL = 512;
  private static final int FULL = 255;

  private DmxAssignment() {}

  /**
   * Takes one apart.
   *
   * @throws IllegalArgumentException with a sentence
   */
  static List<Write> parse(String text) {
    int equals = text.indexOf('=');
    if (equals < 1 || equals == text.length() - 1) {
      throw new IllegalArgumentException("needs TARGET=LEVEL, such as 1/47=255, not " + text);
    }
    String target = text.substring(0, equals).strip();
    String level = text.substring(equals + 1).strip();
    if (target.startsWith("/")) {
      target = target.substring(1);
    }
    Matcher slots = SLOTS.matcher(target);
    if (slots.matches()) {
      return slots(slots, target, Value.of(level(level)));
    }
    if (MASTER.matcher(target).matches()) {
      return List.of(new Write("/" + target, share(level)));
    }
    if (FIXTURE.matcher(target).matches()) {
      return List.of(new Write("/fixture/" + target, parameter(level)));
    }
    throw new IllegalArgumentException(
        target
            + " is no universe/slot, universe/first-last, universe, fixture/parameter, master or"
            + " blackout");
  }

  private static List<Write> slots(Matcher slots, String target, Value level) {
    int universe = Integer.parseInt(slots.group(1));
    int first = slots.group(2) == null ? 1 : Integer.parseInt(slots.group(2));
    int last =
        slots.group(2) == null
            ? SLOTS_OF_ALL
            : slots.group(3) == null ? first : Integer.parseInt(slots.group(3));
    if (universe > MAX_UNIVERSE) {
      throw new IllegalArgumentException(target + ": a universe is at most " + MAX_UNIVERSE);
    }
    if (first < 1 || last > SLOTS_OF_ALL || first > last) {
      throw new IllegalArgumentException(target + ": slots are 1 to 512, the lower one first");
    }
    List<Write> writes = new ArrayList<>(last - first + 1);
    for (int slot = first; slot <= last; slot++) {
      writes.add(new Write("/" + universe + "/" + slot, level));
    }
    return writes;
  }

  /** 0 to 255, {@code 50%}, {@code 0.5}, {@code full}, {@code off}. */
  static int level(String text) {
    switch (text) {
      case "full", "on" -> {
        return FULL;
      }
      case "off", "dark" -> {
        return 0;
      }
      default -> {}
    }
    if (text.matches("\\d{1,3}") && Integer.parseInt(text) <= FULL) {
      return Integer.parseInt(text);
    }
    return (int) Math.round(part(text) * FULL);
  }

  /** Masters: integers up to 255, floats are parts of full. */
  private static Value share(String text) {
    return switch (text) {
      case "full", "on" -> Value.of(1.0);
      case "off", "dark" -> Value.of(0.0);
      default -> text.matches("\\d{1,5}") ? Value.of(Long.parseLong(text)) : Value.of(part(text));
    };
  }

  /**
   * Parameters of fixtures have ranges that only the bridge knows, so a number goes there as it is;
   * true and false are the ends of any range.
   */
  private static Value parameter(String text) {
    switch (text) {
      case "full", "on" -> {
        return Value.TRUE;
      }
      case "off", "dark" -> {
        return Value.FALSE;
      }
      default -> {}
    }
    if (text.matches("-?\\d{1,5}")) {
      return Value.of(Long.parseLong(text));
    }
    if (text.matches("-?\\d{1,5}\\.\\d{1,9}")) {
      return Value.of(Double.parseDouble(text));
    }
    if (text.endsWith("%")) {
      return Value.of(part(text));
    }
    throw new IllegalArgumentException(
        "a parameter of a fixture is a number in its range, normally 0.0 to 1.0, or full or off,"
            + " not "
            + text);
  }

  private static double part(String text) {
    boolean percent = text.endsWith("%");
    String number = percent ? text.substring(0, text.length() - 1) : text;
    if (number.matches("\\d{1,3}(\\.\\d{1,9})?") && (percent || number.contains("."))) {
      double part = Double.parseDouble(number) / (percent ? 100 : 1);
      if (part <= 1) {
        return part;
      }
    }
    throw new IllegalArgumentException(
        "a level is 0 to 255, 0.0 to 1.0, 0% to 100%, full or off, not " + text);
  }
}
