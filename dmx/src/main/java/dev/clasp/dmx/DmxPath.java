package dev.clasp.dmx;

import java.util.ArrayList;
import java.util.List;

/** What a path in the world of a bridge to lights means. All forms are taken; one is emitted. */
public sealed interface DmxPath {

  /** {@code /1/47}: one slot, 1 to 512. */
  record Slot(int universe, int channel) implements DmxPath {}

  /** {@code /1}: a whole universe; on serial lines perhaps a slot without a universe. */
  record Universe(int number) implements DmxPath {}

  /** {@code /fixture/spot1/pan}; the parameter is empty for {@code /fixture/spot1}. */
  record Fixture(String name, String parameter) implements DmxPath {}

  /** {@code /master}, or {@code /master/front}: the name is empty for the grand master. */
  record Master(String name) implements DmxPath {}

  /** {@code /blackout}. */
  record Blackout() implements DmxPath {}

  /** Below {@code /$}: what bridges tell of themselves, and nobody writes. */
  record Status() implements DmxPath {}

  /** Nothing of this; says why. */
  record Wrong(String why) implements DmxPath {}

  /** Which universes a protocol has, and how their numbers are written. */
  enum Form {
    /** 1 to 63999. */
    SACN(1, 63_999),
    /** Port addresses 0 to 32767, or net, sub-net and universe: {@code /0/1/2/47}. */
    ARTNET(0, 32_767),
    /** 0 to 63999; a number alone may be a slot. */
    SERIAL(0, 63_999);

    private final int least;
    private final int most;

    Form(int least, int most) {
      this.least = least;
      this.most = most;
    }

    public int least() {
      return least;
    }

    public int most() {
      return most;
    }

    public boolean has(int universe) {
      return universe >= least && universe <= most;
    }
  }

  /** Takes a path apart; never throws. */
  static DmxPath parse(String path, Form form) {
    if (!path.startsWith("/") || path.length() < 2) {
      return new Wrong("is no path");
    }
    int second = path.indexOf('/', 1);
    String first = second < 0 ? path.substring(1) : path.substring(1, second);
    String rest = second < 0 ? "" : path.substring(second + 1);
    if (first.charAt(0) == '$') {
      return new Status();
    }
    switch (first) {
      case "fixture" -> {
        int slash = rest.indexOf('/');
        if (rest.isEmpty() || slash == 0) {
          return new Wrong("needs the name of a fixture: /fixture/spot1/pan");
        }
        return slash < 0
            ? new Fixture(rest, "")
            : new Fixture(rest.substring(0, slash), rest.substring(slash + 1));
      }
      case "master" -> {
        return new Master(rest);
      }
      case "blackout" -> {
        return rest.isEmpty() ? new Blackout() : new Wrong("has nothing below it");
      }
      default -> {
        return numbers(path, form);
      }
    }
  }

  private static DmxPath numbers(String path, Form form) {
    List<Integer> numbers = new ArrayList<>(4);
    for (String part : path.substring(1).split("/", -1)) {
      int number = number(part);
      if (number < 0 || numbers.size() == 4) {
        return new Wrong("is no /universe/channel, /universe, /fixture/name/parameter or /master");
      }
      numbers.add(number);
    }
    boolean three = form == Form.ARTNET && numbers.size() >= 3;
    if (numbers.size() > 2 && !three) {
      return new Wrong("has too many numbers: it is /universe/channel");
    }
    int universe = numbers.getFirst();
    if (three) {
      if (universe > 127 || numbers.get(1) > 15 || numbers.get(2) > 15) {
        return new Wrong("is no /net/subnet/universe: they are 0 to 127, 0 to 15 and 0 to 15");
      }
      universe = universe << 8 | numbers.get(1) << 4 | numbers.get(2);
    }
    if (numbers.size() == 1 || numbers.size() == 3) {
      return form.has(universe) ? new Universe(universe) : outside(universe, form);
    }
    int channel = numbers.getLast();
    if (!form.has(universe)) {
      return outside(universe, form);
    }
    return channel >= 1 && channel <= Dmx.SLOTS
        ? new Slot(universe, channel)
        : new Wrong("channel " + channel + " is not 1 to " + Dmx.SLOTS);
  }

  private static Wrong outside(int universe, Form form) {
    return new Wrong("universe " + universe + " is not " + form.least() + " to " + form.most());
  }

  /** -1 if it is none; at most six digits. */
  private static int number(String text) {
    if (text.isEmpty() || text.length() > 6) {
      return -1;
    }
    int number = 0;
    for (int i = 0; i < text.length(); i++) {
      char digit = text.charAt(i);
      if (digit < '0' || digit > '9') {
        return -1;
      }
      number = number * 10 + digit - '0';
    }
    return number;
  }

  /** The form that is emitted. */
  static String slot(int universe, int channel) {
    return "/" + universe + "/" + channel;
  }

  /** The form that is emitted. */
  static String universe(int universe) {
    return "/" + universe;
  }

  /** The form that is emitted. */
  static String fixture(String name, String parameter) {
    return "/fixture/" + name + "/" + parameter;
  }
}
