package dev.clasp.cli;

import dev.clasp.bridge.BridgeDefinition;
import dev.clasp.bridge.BridgeDirection;
import dev.clasp.bridgedmx.FoundInterface;
import dev.clasp.protocol.Value;
import dev.clasp.transport.TransportException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code clasp dmx}: lines of DMX at USB interfaces as addresses, and tools for universes. */
@Command(
    name = "dmx",
    description = {
      "Carry levels between DMX interfaces and the router, until Ctrl-C.",
      "",
      "/dmx/1/47 is slot 47 of universe 1. The commands below work with any universes that the"
          + " router has, those of Art-Net and sACN too.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp dmx --list                            which interfaces are there",
      "  clasp dmx -p /dev/ttyUSB0 -u 1              lights at a DMX USB Pro",
      "  clasp dmx -p usb:EN123456 -u 1              the same, in whatever socket it is",
      "  clasp dmx -p /dev/ttyUSB0 -u 2 --in         a console there",
      "  clasp dmx -i '/dev/ttyUSB0?universe=1' -i '/dev/ttyUSB1?universe=2&kind=open'",
      "  clasp dmx -u 1                              no interface: to try things out",
      "  clasp dmx -p auto -u 1 --map '/fixture/**=/fixture/**' -o fixtures='[{\"name\":"
          + " \"spot1\", \"universe\": 1, \"address\": 10, \"profile\": \"rgbw\"}]'",
      "  clasp dmx set 1/1-8=full 1/47=50%%",
      "  clasp dmx monitor 1",
      "  clasp dmx test chase 1 --to 24",
    })
final class DmxCommand implements Callable<Integer>, CommandGroup {

  private static final String NAME = "dmx";

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--list",
      description = "List the interfaces with kind, serial number and firmware, and end.")
  private boolean list;

  @Option(
      names = {"-p", "--port"},
      paramLabel = "PORT",
      description =
          "Where the interface is: /dev/ttyUSB0, COM3, usb:NUMBER, tcp://host:port of a serial"
              + " server, or auto (default: nowhere, a virtual one).")
  private @Nullable String port;

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      description =
          "pro (ENTTEC DMX USB Pro and alike), open (Open DMX, FTDI cable), virtual, or auto to find"
              + " out (default: auto).")
  private @Nullable String kind;

  @Option(
      names = {"-u", "--universe"},
      paramLabel = "N",
      description = "The universe on its line, 0 to 63999 (default: 0).")
  private @Nullable Integer universe;

  @Option(
      names = "--universe2",
      paramLabel = "N",
      description = "The universe on the second line, of interfaces that have two.")
  private @Nullable Integer second;

  @Option(
      names = "--in",
      description = "Receive from the line instead of sending; as --direction in.")
  private boolean in;

  @Option(
      names = {"-i", "--interface"},
      paramLabel = "SPEC",
      description =
          "One of several interfaces: PORT?universe=1&kind=pro&direction=in&rate=30&break=200&mab=20;"
              + " repeat for more. --in, --rate, --break, --mab and --changes are for those that say"
              + " nothing else.")
  private List<String> interfaces = new ArrayList<>();

  @Option(
      names = "--rate",
      paramLabel = "HZ",
      description = "Most packets a second, 1 to 44 (default: 44).")
  private @Nullable Double rate;

  @Option(
      names = "--break",
      paramLabel = "US",
      description = "Length of the BREAK in microseconds, from 92.")
  private @Nullable Integer breakMicros;

  @Option(
      names = "--mab",
      paramLabel = "US",
      description = "Length of the mark behind it in microseconds, from 12.")
  private @Nullable Integer markMicros;

  @Option(
      names = "--changes",
      description = "With --in: let a Pro tell only what changes, instead of every packet.")
  private boolean changes;

  @Option(
      names = "--emit",
      paramLabel = "FORM",
      description = "With --in: slots, universe (all bytes at once) or both (default: slots).")
  private @Nullable String emit;

  @Option(
      names = "--on-stop",
      paramLabel = "WHAT",
      description = "What the lights show at the end: hold or blackout (default: hold).")
  private @Nullable String onStop;

  @Option(
      names = "--on-loss",
      paramLabel = "WHAT",
      description = "And while the router is away: hold or blackout (default: hold).")
  private @Nullable String onLoss;

  @Option(
      names = "--standard",
      description =
          "A float from 0 to 1 is dark to full (default: a level, with its fraction cut).")
  private boolean standard;

  @Option(names = "--print", description = "Show every value.")
  private boolean print;

  @Mixin private BridgeDefinitionOptions options = new BridgeDefinitionOptions();
  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Mixin private WaitOption waiting = new WaitOption();

  DmxCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public List<Object> commands() {
    return List.of(
        new DmxMonitorCommand(clasp), new DmxSetCommand(clasp), new DmxTestCommand(clasp));
  }

  @Override
  public Integer call() {
    return list
        ? list()
        : new LoneBridge(clasp, connection, waiting, NAME, "values").run(definition(), print);
  }

  // --- the list ----------------------------------------------------------------------------------

  private int list() {
    clasp.startLogging(Clasp.LogLevel.ERROR);
    List<FoundInterface> found;
    try {
      List<String> named = new ArrayList<>();
      if (port != null && !port.startsWith("usb:") && !port.equals("auto")) {
        named.add(port);
      }
      found = FoundInterface.all(named);
    } catch (TransportException e) {
      throw new CommandException(
          ExitStatus.FAILURE, Printable.escape(String.valueOf(e.getMessage())), e);
    }
    PrintWriter out = clasp.terminal().out();
    for (FoundInterface each : found) {
      out.println(clasp.json() ? json(each) : line(each));
    }
    if (found.isEmpty()) {
      clasp.note("there is no USB interface with an FTDI chip here; --port asks another port");
    }
    return ExitStatus.OK;
  }

  private static String line(FoundInterface each) {
    List<String> parts = new ArrayList<>();
    parts.add(each.port());
    if (!each.kind().isEmpty()) {
      parts.add(each.kind());
    }
    parts.add(each.device().isEmpty() ? each.description() : each.device());
    add(parts, "serial ", each.serial());
    add(parts, "firmware ", each.firmware());
    add(parts, "usb:", each.usbSerial());
    add(parts, "", each.trouble());
    return Printable.escape(
        String.join("  ", parts.stream().filter(part -> !part.isBlank()).toList()));
  }

  private static void add(List<String> parts, String name, String value) {
    if (!value.isEmpty()) {
      parts.add(name + value);
    }
  }

  private static String json(FoundInterface each) {
    return new JsonLine()
        .put("port", each.port())
        .put("kind", each.kind())
        .put("device", each.device())
        .put("serial", each.serial())
        .put("firmware", each.firmware())
        .put("usbSerial", each.usbSerial())
        .put("description", each.description())
        .put("trouble", each.trouble())
        .end();
  }

  // --- the bridge --------------------------------------------------------------------------------

  /** What the options say. */
  BridgeDefinition definition() {
    return options.definition(NAME, standard, given -> settings(given.direction()));
  }

  private Map<String, Value> settings(BridgeDirection carried) {
    Map<String, Value> settings = new LinkedHashMap<>();
    if (!interfaces.isEmpty()) {
      if (port != null || kind != null || universe != null || second != null) {
        throw wrong("with --interface, what is said of one interface stands there");
      }
      settings.put("interfaces", Value.of(interfaces.stream().map(Value::of).toList()));
    }
    put(settings, "port", port);
    put(settings, "interface_type", kind);
    put(settings, "universe", universe);
    put(settings, "universe2", second);
    if (in || carried == BridgeDirection.IN) {
      settings.put("direction", Value.of("in"));
    }
    if (changes) {
      settings.put("receive", Value.of("changes"));
    }
    if (rate != null) {
      settings.put("rate", Value.of((double) rate));
    }
    put(settings, "break_us", breakMicros);
    put(settings, "mab_us", markMicros);
    put(settings, "emit", emit);
    put(settings, "on_stop", onStop);
    put(settings, "on_loss", onLoss);
    return settings;
  }

  private static void put(Map<String, Value> settings, String name, @Nullable String text) {
    if (text != null) {
      settings.put(name, Value.of(text));
    }
  }

  private static void put(Map<String, Value> settings, String name, @Nullable Integer number) {
    if (number != null) {
      settings.put(name, Value.of((long) number));
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
