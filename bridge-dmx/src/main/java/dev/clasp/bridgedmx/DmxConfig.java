package dev.clasp.bridgedmx;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeSetting;
import dev.clasp.bridge.spi.BridgeSetting.Kind;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.dmx.DmxPath;
import dev.clasp.dmx.DmxSettings;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** The settings of one bridge, read. Immutable. */
record DmxConfig(List<InterfaceSpec> interfaces, DmxSettings dmx) {

  private static final int MAX_INTERFACES = 64;

  /** A line of DMX without a packet for so long has no sender (E1.11: at least one a second). */
  private static final Duration TIMEOUT = Duration.ofMillis(1250);

  static final List<BridgeSetting> SETTINGS = settings();

  private static List<BridgeSetting> settings() {
    List<BridgeSetting> all = new ArrayList<>();
    all.add(
        new BridgeSetting(
            "port",
            Kind.TEXT,
            Value.NULL,
            "Where the interface is: /dev/ttyUSB0, COM3, usb: and its serial number, tcp://host:port"
                + " of a serial server, or auto for the first one there is. Without one nothing is"
                + " sent: the interface is virtual."));
    all.add(
        new BridgeSetting(
            "interface_type",
            Kind.CHOICE,
            Value.NULL,
            "pro (ENTTEC DMX USB Pro and what speaks like it), open (ENTTEC Open DMX, FTDI cables),"
                + " virtual, or auto to find out.",
            List.of("auto", "pro", "open", "virtual")));
    all.add(
        new BridgeSetting(
            "universe",
            Kind.INTEGER,
            Value.NULL,
            "The universe on its line, 0 to 63999; normally 0."));
    all.add(
        new BridgeSetting(
            "universe2",
            Kind.INTEGER,
            Value.NULL,
            "The universe on the second line, of interfaces that have two."));
    all.add(
        new BridgeSetting(
            "direction",
            Kind.CHOICE,
            Value.of("out"),
            "Whether lights are at the line (out) or a console (in).",
            List.of("out", "in")));
    all.add(
        new BridgeSetting(
            "refresh_rate",
            Kind.NUMBER,
            Value.NULL,
            "Packets a second on the line, 1 to 44; else the same as rate."));
    all.add(
        new BridgeSetting(
            "break_us",
            Kind.INTEGER,
            Value.NULL,
            "Length of the BREAK in microseconds, 92 to 999999; else what the interface has, or"
                + " 176."));
    all.add(
        new BridgeSetting(
            "mab_us",
            Kind.INTEGER,
            Value.NULL,
            "Length of the mark after it in microseconds, 12 to 999999; else what the interface"
                + " has, or 16."));
    all.add(
        new BridgeSetting(
            "receive",
            Kind.CHOICE,
            Value.of("always"),
            "A Pro with direction in tells every packet (always), or only what changes (changes):"
                + " less traffic, but nobody notices when the console is gone.",
            List.of("always", "changes")));
    all.add(
        new BridgeSetting(
            "interfaces",
            Kind.TREE,
            Value.NULL,
            "Several interfaces instead of one: [\"/dev/ttyUSB0?universe=1\","
                + " \"/dev/ttyUSB1?universe=2&direction=in\"], or maps with port, kind, universe,"
                + " universe2, direction, rate, break, mab, receive, api_key, label2. What they do"
                + " not say of direction, rate, break, mab and receive is as the settings say."));
    all.addAll(DmxSettings.SETTINGS);
    return List.copyOf(all);
  }

  /**
   * Reads them.
   *
   * @throws BridgeException (lasting) they do not fit together
   */
  static DmxConfig of(BridgeSettings settings, TypeProfile profile) {
    List<InterfaceSpec> interfaces = new ArrayList<>();
    Value several = settings.tree("interfaces");
    if (several.equals(Value.NULL)) {
      interfaces.add(InterfaceSpec.of(one(settings)));
    } else {
      for (String name : List.of("port", "interface_type", "universe", "universe2")) {
        if (settings.has(name)) {
          throw BridgeException.lasting(
              name + " is for a single interface; with interfaces it stands there");
        }
      }
      List<Value> values = several instanceof Value.Array(var list) ? list : List.of(several);
      Map<String, String> common = common(settings);
      values.forEach(value -> interfaces.add(InterfaceSpec.of(value, common)));
    }
    if (interfaces.isEmpty() || interfaces.size() > MAX_INTERFACES) {
      throw BridgeException.lasting(
          "interfaces must be 1 to " + MAX_INTERFACES + ", not " + interfaces.size());
    }
    for (int i = 0; i < interfaces.size(); i++) {
      for (InterfaceSpec before : interfaces.subList(0, i)) {
        InterfaceSpec each = interfaces.get(i);
        if (!each.isVirtual() && each.port().equals(before.port())) {
          throw BridgeException.lasting(
              "interfaces names "
                  + each.port()
                  + " twice; each port once, with universe2 for a"
                  + " second line");
        }
      }
    }
    OptionalInt first =
        interfaces.stream()
            .filter(InterfaceSpec::sends)
            .mapToInt(InterfaceSpec::universe)
            .findFirst();
    return new DmxConfig(
        List.copyOf(interfaces),
        DmxSettings.of(settings, profile, DmxPath.Form.SERIAL, TIMEOUT, first));
  }

  private static Map<String, String> one(BridgeSettings settings) {
    Map<String, String> given = new LinkedHashMap<>();
    settings.text("port").ifPresent(text -> given.put("port", text));
    settings.text("interface_type").ifPresent(text -> given.put("kind", text));
    settings.integer("universe").ifPresent(number -> given.put("universe", "" + number));
    settings.integer("universe2").ifPresent(number -> given.put("universe2", "" + number));
    given.putAll(common(settings));
    return given;
  }

  /** What each of several interfaces has that says nothing else. */
  private static Map<String, String> common(BridgeSettings settings) {
    Map<String, String> common = new LinkedHashMap<>();
    settings.text("direction").ifPresent(text -> common.put("direction", text));
    settings.integer("break_us").ifPresent(number -> common.put("break", "" + number));
    settings.integer("mab_us").ifPresent(number -> common.put("mab", "" + number));
    settings.text("receive").ifPresent(text -> common.put("receive", text));
    double rate = settings.number("refresh_rate").orElse(settings.number("rate").orElseThrow());
    common.put("rate", "" + rate);
    return common;
  }

  /** Whether any line shows the universe. */
  boolean sends(int universe) {
    return interfaces.stream()
        .anyMatch(each ->
            each.sends()
                && (each.universe() == universe
                    || each.second().isPresent() && each.second().getAsInt() == universe));
  }
}
