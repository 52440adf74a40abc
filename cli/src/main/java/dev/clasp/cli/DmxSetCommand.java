package dev.clasp.cli;

import dev.clasp.bridge.Namespace;
import dev.clasp.cli.ConnectionOptions.Reconnect;
import dev.clasp.client.BundleBuilder;
import dev.clasp.client.ClaspClient;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code clasp dmx set}: writes slots into the router, together. */
@Command(
    name = "set",
    description = {
      "Set slots of universes in the router, all at once.",
      "",
      "A bridge brings them to the lights: clasp dmx, or one for Art-Net or sACN.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp dmx set 1/47=255                   universe 1, slot 47, full",
      "  clasp dmx set 1/1-10=full 1/48=0.5       a range, and half",
      "  clasp dmx set 1=off                      a whole universe dark",
      "  clasp dmx set spot1/pan=0.5 spot1/dimmer=full",
      "  clasp dmx set 3/1=80%% --namespace /artnet",
    })
final class DmxSetCommand implements Callable<Integer> {

  /** A router takes 1000 members of a bundle, unless it is told otherwise. */
  private static final int MEMBERS = 1000;

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "1..*",
      paramLabel = "TARGET=LEVEL",
      description =
          "TARGET: universe/slot, universe/first-last, universe, fixture/parameter, master or"
              + " blackout. LEVEL: 0 to 255, 0.0 to 1.0, 0%% to 100%%, full or off. Of a fixture: a"
              + " number in the range of the parameter, normally 0.0 to 1.0, so that 128 is full"
              + " and 0.5 half; full and off are the ends of any range.")
  private List<String> assignments = new ArrayList<>();

  @Option(
      names = "--namespace",
      paramLabel = "ADDRESS",
      description = "Where the universes are: /dmx, /artnet, /sacn (default: ${DEFAULT-VALUE}).")
  private String namespace = "/dmx";

  @Option(
      names = {"-q", "--quiet"},
      description = "Print nothing when it worked.")
  private boolean quiet;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  DmxSetCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    Map<String, Value> writes = new LinkedHashMap<>();
    String prefix;
    try {
      prefix = Namespace.parse(namespace).prefix();
      for (String text : assignments) {
        for (DmxAssignment.Write write : DmxAssignment.parse(text)) {
          // The last one counts.
          writes.put(prefix + write.path(), write.value());
        }
      }
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(), Printable.escape(String.valueOf(e.getMessage())));
    }
    clasp.startLogging(Clasp.LogLevel.WARN);
    int bundles = 0;
    try (ClaspClient client = connection.connect("dmx set", Reconnect.NEVER, _ -> {})) {
      BundleBuilder bundle = new BundleBuilder();
      for (Map.Entry<String, Value> write : writes.entrySet()) {
        if (bundle.size() == MEMBERS) {
          client.blocking().bundle(bundle);
          bundles++;
          bundle = new BundleBuilder();
        }
        bundle.set(write.getKey(), write.getValue());
      }
      client.blocking().bundle(bundle);
      bundles++;
    }
    if (!quiet) {
      String first = writes.keySet().iterator().next();
      clasp
          .terminal()
          .out()
          .println(
              clasp.json()
                  ? new JsonLine()
                      .put("set", (long) writes.size())
                      .put("bundles", (long) bundles)
                      .end()
                  : writes.size() == 1
                      ? first + " " + ValueText.human(writes.values().iterator().next())
                      : writes.size()
                          + " values set, "
                          + (bundles == 1 ? "together" : "in " + bundles + " parts"));
      clasp.terminal().out().flush();
    }
    return ExitStatus.OK;
  }
}
