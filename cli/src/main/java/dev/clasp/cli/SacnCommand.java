package dev.clasp.cli;

import dev.clasp.bridge.BridgeDefinition;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code clasp sacn}: universes of sACN as addresses, until it is interrupted. */
@Command(
    name = "sacn",
    description = {
      "Carry levels between sACN (E1.31) and the router, until Ctrl-C.",
      "",
      "Slot 47 of universe 1 is /sacn/1/47. It listens; --mode sender sends what is below /sacn.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp sacn -u 1 --print                         show what consoles send",
      "  clasp sacn -u 1-8 --interface eth1              of the lighting network only",
      "  clasp sacn --mode sender -u 1 --priority 120    send what the router has",
      "  clasp sacn --mode sender -u 1 --no-multicast -t 192.168.1.50",
      "  clasp sacn --mode sender --map '/fixture/**=/fixture/**' -o fixtures='[{\"name\":"
          + " \"spot1\", \"universe\": 1, \"address\": 10, \"profile\": \"rgbw\"}]'",
    })
final class SacnCommand implements Callable<Integer> {

  private static final String NAME = "sacn";

  private final Clasp clasp;

  @Option(
      names = {"-m", "--mode"},
      paramLabel = "MODE",
      description = "receiver, sender, or bidirectional (default: ${DEFAULT-VALUE}).")
  private String mode = "receiver";

  @Option(
      names = {"-u", "--universe", "--universes"},
      paramLabel = "UNIVERSE",
      description = "A universe, or a range: 1-8; repeat for more (default: 1).")
  private List<String> universes = new ArrayList<>();

  @Option(
      names = "--priority",
      paramLabel = "PRIORITY",
      description = "Of what is sent, 0 to 200 (default: 100).")
  private @Nullable Integer priority;

  @Option(
      names = "--source-name",
      paramLabel = "NAME",
      description = "How it calls itself to others.")
  private @Nullable String sourceName;

  @Option(
      names = {"-t", "--to"},
      paramLabel = "HOST",
      description = "Send to this host as well, host or host:port; repeat for more.")
  private List<String> unicast = new ArrayList<>();

  @Option(names = "--no-multicast", description = "Neither listen to groups nor send to them.")
  private boolean noMulticast;

  @Option(
      names = "--interface",
      paramLabel = "NAME",
      description = "A network interface for multicast, by name or address; repeat for more.")
  private List<String> interfaces = new ArrayList<>();

  @Option(
      names = {"-b", "--bind"},
      paramLabel = "ADDRESS",
      description = "The address to listen on (default: all, port 5568).")
  private @Nullable String bind;

  @Option(
      names = "--standard",
      description = "Floats from 0.0 to 1.0 are dark to full (default: levels, as integers).")
  private boolean standard;

  @Option(names = "--print", description = "Show every value.")
  private boolean print;

  @Mixin private BridgeDefinitionOptions options = new BridgeDefinitionOptions();
  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Mixin private WaitOption waiting = new WaitOption();

  SacnCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    return new LoneBridge(clasp, connection, waiting, NAME, "levels").run(definition(), print);
  }

  /** What the options say. */
  BridgeDefinition definition() {
    return options.definition(NAME, standard, _ -> settings());
  }

  private Map<String, Value> settings() {
    Map<String, Value> settings = new LinkedHashMap<>();
    settings.put("mode", Value.of(mode));
    LoneDefinition.put(settings, "universes", universes);
    LoneDefinition.put(settings, "unicast_destinations", unicast);
    LoneDefinition.put(settings, "interfaces", interfaces);
    settings.put("multicast", Value.of(!noMulticast));
    if (priority != null) {
      settings.put("priority", Value.of((long) priority));
    }
    if (sourceName != null) {
      settings.put("source_name", Value.of(sourceName));
    }
    if (bind != null) {
      settings.put("bind", Value.of(bind));
    }
    return settings;
  }
}
