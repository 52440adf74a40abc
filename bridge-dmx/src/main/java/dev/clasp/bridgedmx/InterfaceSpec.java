package dev.clasp.bridgedmx;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.protocol.Value;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One interface as the user describes it. Immutable.
 *
 * @param port {@code /dev/ttyUSB0}, {@code COM3}, {@code usb:} and a serial number, {@code
 *     tcp://host:port} of a serial server, {@code auto}; anything for a virtual one
 * @param universe of the line, or of the first of two
 * @param second universe of the second line of interfaces that have two
 * @param rate packets a second, 1 to 44
 * @param breakMicros length of the BREAK, if not what the interface or we take normally
 * @param markMicros length of the mark behind it, the same
 * @param onChange input: let the interface tell only what changed
 * @param apiKey what unlocks the second line, as its maker gives it to developers; may be empty
 * @param secondLabel label of output to the second line, if not that of DMXking
 */
record InterfaceSpec(
    String port,
    Kind kind,
    int universe,
    OptionalInt second,
    Direction direction,
    double rate,
    OptionalInt breakMicros,
    OptionalInt markMicros,
    boolean onChange,
    byte[] apiKey,
    OptionalInt secondLabel) {

  /** How one speaks to it. */
  enum Kind {
    /** As to a Pro if it answers, else as to an Open DMX if it is an FTDI chip. */
    AUTO,
    PRO,
    OPEN,
    VIRTUAL;

    /** Also the names that other bridges have for them (bridges.md 6.1). */
    static Optional<Kind> of(String text) {
      return switch (text.toLowerCase(Locale.ROOT).replaceAll("[-_ ]", "")) {
        case "auto" -> Optional.of(AUTO);
        case "pro", "enttecpro", "dmxusbpro", "dmxking", "ultradmx" -> Optional.of(PRO);
        case "open", "enttecopen", "opendmx", "ftdi" -> Optional.of(OPEN);
        case "virtual" -> Optional.of(VIRTUAL);
        default -> Optional.empty();
      };
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Which way light goes, seen from here: a line of DMX has one sender. */
  enum Direction {
    OUT,
    IN;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static final String AUTO_PORT = "auto";
  static final String USB = "usb:";
  static final String TCP = "tcp://";
  static final double MAX_RATE = 44;
  static final int MAX_UNIVERSE = 63_999;

  /** E1.11: at least 92 us and 12 us of a transmitter; at most a second. */
  private static final int MIN_BREAK = 92;

  private static final int MIN_MARK = 12;
  private static final int MAX_MICROS = 999_999;

  private static final List<String> KEYS =
      List.of(
          "port",
          "kind",
          "universe",
          "universe2",
          "direction",
          "rate",
          "break",
          "mab",
          "receive",
          "api_key",
          "label2");

  /** {@code /dev/ttyUSB0?universe=2&kind=pro&direction=in}. */
  static InterfaceSpec parse(String text) {
    return of(given(text));
  }

  private static Map<String, String> given(String text) {
    int question = text.indexOf('?');
    Map<String, String> given = new LinkedHashMap<>();
    given.put("port", question < 0 ? text : text.substring(0, question));
    if (question >= 0) {
      for (String pair : text.substring(question + 1).split("&", -1)) {
        int equals = pair.indexOf('=');
        if (equals <= 0) {
          throw BridgeException.lasting(
              "interface " + text + ": behind ? stands name=value&name=value, not " + pair);
        }
        given.put(
            pair.substring(0, equals),
            URLDecoder.decode(
                pair.substring(equals + 1).replace("+", "%2B"), StandardCharsets.UTF_8));
      }
    }
    return given;
  }

  /**
   * A text, or a map with the same names.
   *
   * @param common what holds for it where it says nothing itself
   */
  static InterfaceSpec of(Value value, Map<String, String> common) {
    Map<String, String> given = new LinkedHashMap<>(common);
    switch (value) {
      case Value.Text text -> given.putAll(given(text.value()));
      case Value.Map map ->
          map.entries().forEach((name, item) -> given.put(name, text(name, item)));
      default -> throw BridgeException.lasting("an interface is a text or a map, not " + value);
    }
    return of(given);
  }

  private static String text(String name, Value value) {
    return switch (value) {
      case Value.Text text -> text.value();
      case Value.Int whole -> Long.toString(whole.value());
      case Value.Float real -> Double.toString(real.value());
      case Value.Bool flag -> Boolean.toString(flag.value());
      default -> throw BridgeException.lasting(name + " of an interface cannot be " + value);
    };
  }

  /**
   * Checks what is given.
   *
   * @throws BridgeException (lasting) with a sentence that names the setting
   */
  static InterfaceSpec of(Map<String, String> given) {
    for (String name : given.keySet()) {
      if (!KEYS.contains(name)) {
        throw BridgeException.lasting(
            "an interface has no setting " + name + "; it has " + String.join(", ", KEYS));
      }
    }
    String port = given.getOrDefault("port", "").strip();
    String kindText = given.getOrDefault("kind", "");
    Kind kind =
        kindText.isEmpty()
            ? port.isEmpty() || port.equals("virtual") ? Kind.VIRTUAL : Kind.AUTO
            : Kind.of(kindText)
                .orElseThrow(() ->
                    BridgeException.lasting(
                        "kind of an interface must be auto, pro, open or virtual, not "
                            + kindText));
    if (port.isEmpty()) {
      port = kind == Kind.VIRTUAL ? "virtual" : AUTO_PORT;
    }
    if (port.chars().anyMatch(c -> c < ' ') || port.length() > 1000) {
      throw BridgeException.lasting("the port of an interface is no text for a port");
    }
    if (port.startsWith(TCP) && !isServer(port)) {
      throw BridgeException.lasting("a serial server is tcp://host:port, not " + port);
    }
    Direction direction =
        choice(given, "direction", "out", "in").equals("in") ? Direction.IN : Direction.OUT;
    if (kind == Kind.OPEN && direction == Direction.IN) {
      throw BridgeException.lasting(
          "an Open DMX interface cannot receive: it has no clock for it; use one like the DMX USB"
              + " Pro");
    }
    OptionalInt second = number(given, "universe2", 0, MAX_UNIVERSE);
    if (second.isPresent() && kind == Kind.OPEN) {
      throw BridgeException.lasting("an Open DMX interface has one universe, so no universe2");
    }
    return new InterfaceSpec(
        port,
        kind,
        number(given, "universe", 0, MAX_UNIVERSE).orElse(0),
        second,
        direction,
        rate(given.getOrDefault("rate", "44")),
        number(given, "break", MIN_BREAK, MAX_MICROS),
        number(given, "mab", MIN_MARK, MAX_MICROS),
        choice(given, "receive", "always", "changes").equals("changes"),
        key(given.getOrDefault("api_key", "")),
        number(given, "label2", 1, 255));
  }

  private static String choice(
      Map<String, String> given, String name, String standard, String other) {
    String text = given.getOrDefault(name, standard).toLowerCase(Locale.ROOT);
    if (!text.equals(standard) && !text.equals(other)) {
      throw BridgeException.lasting(
          name + " of an interface must be " + standard + " or " + other + ", not " + text);
    }
    return text;
  }

  private static OptionalInt number(Map<String, String> given, String name, int min, int max) {
    String text = given.get(name);
    if (text == null) {
      return OptionalInt.empty();
    }
    if (text.matches("[0-9]{1,9}")) {
      int number = Integer.parseInt(text);
      if (number >= min && number <= max) {
        return OptionalInt.of(number);
      }
    }
    throw BridgeException.lasting(
        name + " of an interface must be " + min + " to " + max + ", not " + text);
  }

  private static double rate(String text) {
    try {
      double rate = Double.parseDouble(text);
      if (rate >= 1 && rate <= MAX_RATE) {
        return rate;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw BridgeException.lasting(
        "the rate of an interface must be 1 to 44 packets a second, not " + text);
  }

  private static byte[] key(String text) {
    try {
      byte[] key = HexFormat.of().parseHex(text.replaceAll("[ :]", ""));
      if (key.length == 0 || key.length == 4) {
        return key;
      }
    } catch (IllegalArgumentException e) {
      // Told below.
    }
    throw BridgeException.lasting("api_key must be four bytes in hexadecimal");
  }

  /** Whether it is {@code tcp://host:port}. */
  static boolean isServer(String port) {
    return port.matches("tcp://(\\[[0-9a-fA-F:.%]+]|[^:/\\[\\]]+):[0-9]{1,5}/?");
  }

  boolean sends() {
    return direction == Direction.OUT;
  }

  boolean isVirtual() {
    return kind == Kind.VIRTUAL;
  }

  /** For people. */
  String name() {
    return isVirtual() && port.equals("virtual") ? "virtual interface" : port;
  }
}
