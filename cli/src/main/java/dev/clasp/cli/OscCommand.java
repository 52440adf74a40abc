package dev.clasp.cli;

import dev.clasp.bridge.BridgeDefinition;
import dev.clasp.bridge.Namespace;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code clasp osc}: OSC programs and devices as addresses, until it is interrupted. */
@Command(
    name = "osc",
    description = {
      "Carry messages between OSC programs and the router, until Ctrl-C.",
      "",
      "What comes to /1/fader1 is in /osc/1/fader1, and what is written below /osc goes to the"
          + " targets.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp osc                                   receive from this machine on UDP port 9000",
      "  clasp osc -b 0.0.0.0                        from the network",
      "  clasp osc --print                           and show what comes",
      "  clasp osc -p 8000 -t 192.168.1.20:9000      TouchOSC, both ways",
      "  clasp osc --reply --reply-port 9000         answer whoever sends",
      "  clasp osc --transport none -t tcp-slip://eos.local:3032",
      "  clasp osc --transport none -t x32.local:10023 --keepalive '/xremote every 9s'",
      "  clasp osc --map '/1/fader{n}=/lights/{n}/level' --include '/1/**'",
    })
final class OscCommand implements Callable<Integer> {

  private static final String NAME = "osc";

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-p", "--port"},
      paramLabel = "PORT",
      description = "The port to listen on (default: ${DEFAULT-VALUE}).")
  private int port = 9000;

  @Option(
      names = {"-b", "--bind"},
      paramLabel = "ADDRESS",
      description =
          "The address to listen on (default: 127.0.0.1, this machine only; 0.0.0.0 with --target"
              + " or --multicast).")
  private @Nullable String bind;

  @Option(
      names = {"-t", "--target"},
      paramLabel = "TARGET",
      description =
          "Who gets what the router has: host:port, tcp:// (length prefix) or tcp-slip://host:port;"
              + " repeat for more.")
  private List<String> targets = new ArrayList<>();

  @Option(
      names = "--transport",
      paramLabel = "KIND",
      description =
          "What to listen with: udp, tcp, tcp-slip, udp-tcp, or none (default: ${DEFAULT-VALUE}).")
  private String transport = "udp";

  @Option(
      names = {"--namespace", "--prefix"},
      paramLabel = "ADDRESS",
      description = "Where the messages are in the address space (default: ${DEFAULT-VALUE}).")
  private String namespace = "/osc";

  @Option(
      names = "--map",
      paramLabel = "OSC=ADDRESS",
      description = "Another address for some, both ways; repeat for more.")
  private Map<String, String> maps = new LinkedHashMap<>();

  @Option(
      names = "--include",
      paramLabel = "PATTERN",
      description = "Carry only these OSC addresses; repeat for more.")
  private List<String> include = new ArrayList<>();

  @Option(
      names = "--exclude",
      paramLabel = "PATTERN",
      description = "Do not carry these OSC addresses; repeat for more.")
  private List<String> exclude = new ArrayList<>();

  @Option(
      names = "--reply",
      description = "Send what the router has to everybody who was heard lately, too.")
  private boolean reply;

  @Option(
      names = "--reply-port",
      paramLabel = "PORT",
      description = "Where they listen, if not where they send from; means --reply.")
  private @Nullable Integer replyPort;

  @Option(
      names = "--initial",
      description = "Send the values that the router has already, at the start.")
  private boolean initial;

  @Option(
      names = "--multicast",
      paramLabel = "GROUP",
      description = "Listen to a multicast group; repeat for more.")
  private List<String> groups = new ArrayList<>();

  @Option(
      names = "--interface",
      paramLabel = "NAME",
      description = "The network interface for multicast, by name or address.")
  private @Nullable String networkInterface;

  @Option(
      names = "--width",
      paramLabel = "BITS",
      description = "Send numbers as i and f (32), or as h and d (64) (default: ${DEFAULT-VALUE}).")
  private int width = 32;

  @Option(
      names = "--gather",
      paramLabel = "TIME",
      description =
          "Send as one bundle what comes within so long: 2ms for bundles of CLASP (default: none).")
  private @Nullable Duration gather;

  @Option(
      names = "--types",
      paramLabel = "PATTERN=TAGS",
      description = "Type tags that receivers insist on: --types '/ch/*/mute=i'.")
  private Map<String, String> types = new LinkedHashMap<>();

  @Option(
      names = "--standard",
      description = "Messages without a value are events: cues, buttons (default: parameters).")
  private boolean standard;

  @Option(
      names = "--hello",
      paramLabel = "MESSAGE",
      description = "Send this to every target at the start: '/eos/subscribe 1'.")
  private List<String> hello = new ArrayList<>();

  @Option(
      names = "--keepalive",
      paramLabel = "MESSAGE",
      description = "Send this again and again: '/xremote every 9s'.")
  private List<String> keepAlive = new ArrayList<>();

  @Option(
      names = "--allow",
      paramLabel = "NETWORK",
      description = "Who may send: 192.168.1.0/24; repeat for more (default: all).")
  private List<String> allow = new ArrayList<>();

  @Option(names = "--print", description = "Show every message.")
  private boolean print;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Mixin private WaitOption waiting = new WaitOption();

  OscCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    return new LoneBridge(clasp, connection, waiting, NAME, "signals").run(definition(), print);
  }

  // --- options -----------------------------------------------------------------------------------

  /** What the options say. */
  BridgeDefinition definition() {
    if (port < 0 || port > 65_535) {
      throw wrong("--port must be 0 to 65535, not " + port);
    }
    Namespace where;
    try {
      where = Namespace.parse(namespace);
    } catch (IllegalArgumentException e) {
      throw wrong("--namespace: " + Printable.escape(String.valueOf(e.getMessage())));
    }
    return BridgeDefinition.of(NAME, "osc", settings())
        .withNamespace(where)
        .withMapping(mapping())
        .withProfile(standard ? TypeProfile.STANDARD : TypeProfile.COMPATIBLE);
  }

  private Map<String, Value> settings() {
    Map<String, Value> settings = new LinkedHashMap<>();
    String host =
        bind != null ? bind : targets.isEmpty() && groups.isEmpty() ? "127.0.0.1" : "0.0.0.0";
    boolean six = host.contains(":") && !host.startsWith("[");
    settings.put("bind", Value.of((six ? "[" + host + "]" : host) + ":" + port));
    settings.put("transport", Value.of(transport));
    LoneDefinition.put(settings, "targets", targets);
    LoneDefinition.put(settings, "multicast", groups);
    Optional.ofNullable(networkInterface)
        .ifPresent(name -> settings.put("interface", Value.of(name)));
    settings.put("reply", Value.of(reply || replyPort != null));
    Optional.ofNullable(replyPort)
        .ifPresent(number -> settings.put("reply_port", Value.of((long) number)));
    settings.put("initial", Value.of(initial));
    settings.put("width", Value.of(width));
    if (gather != null) {
      settings.put("gather", Value.of(gather.toNanos() / 1e9));
    }
    LoneDefinition.put(settings, "hello", hello);
    LoneDefinition.put(settings, "keepalive", keepAlive);
    LoneDefinition.put(settings, "allow", allow);
    if (!types.isEmpty()) {
      Map<String, Value> tags = new LinkedHashMap<>();
      types.forEach((pattern, text) -> tags.put(pattern, Value.of(text)));
      settings.put("types", Value.of(tags));
    }
    return settings;
  }

  private Value mapping() {
    Map<String, Value> mapping = new LinkedHashMap<>();
    LoneDefinition.put(mapping, "include", include);
    LoneDefinition.put(mapping, "exclude", exclude);
    if (!maps.isEmpty()) {
      List<Value> rules = new ArrayList<>();
      maps.forEach((from, to) ->
          rules.add(
              Value.of(
                  Map.of(
                      "from", Value.of(from),
                      "to", Value.of(to),
                      "direction", Value.of("both")))));
      mapping.put("rules", Value.of(rules));
    }
    return mapping.isEmpty() ? Value.NULL : Value.of(mapping);
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
