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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code clasp artnet}: lights and consoles of Art-Net as addresses, until it is interrupted. */
@Command(
    name = "artnet",
    description = {
      "Carry levels between Art-Net 4 and the router, until Ctrl-C.",
      "",
      "Slot 47 of universe 18 is /artnet/18/47, 0 to 255. It is a node that consoles list, and a"
          + " controller that sends to the nodes that ask for a universe.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp artnet -u 0-3 --print               receive four universes, and show them",
      "  clasp artnet                              and send what is written below /artnet",
      "  clasp artnet -t 192.168.1.50              send to this one, whatever it asks for",
      "  clasp artnet -b 192.168.1.10 --sync       one network of several; ArtSync behind bundles",
      "  clasp artnet --rdm                        labels, addresses, identify of fixtures",
      "  clasp artnet -o merge=ltp -o rate=30      what all bridges to lights can (docs/lighting.md)",
      "  clasp artnet --map '/fixture/**=/fixture/**' -o fixtures='[{\"name\": \"spot1\","
          + " \"universe\": 1, \"address\": 10, \"profile\": \"rgbw\"}]'",
    })
final class ArtNetCommand implements Callable<Integer> {

  private static final String NAME = "artnet";
  private static final int PORT = 6454;

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-u", "--universes"},
      paramLabel = "LIST",
      description =
          "Universes to receive, as port-addresses: 0-3,17 or net/subnet/universe 0/1/2 (default:"
              + " all).")
  private List<String> universes = new ArrayList<>();

  @Option(
      names = "--send-universes",
      paramLabel = "LIST",
      description =
          "Universes that may be sent (default: all that somebody writes, except --universes).")
  private List<String> sendUniverses = new ArrayList<>();

  @Option(
      names = {"-t", "--target"},
      paramLabel = "HOST",
      description =
          "Who gets every universe; repeat for more (default: nodes that ask for a universe).")
  private List<String> targets = new ArrayList<>();

  @Option(
      names = "--broadcast",
      description = "Send to everybody, as old nodes need and Art-Net 4 forbids.")
  private boolean broadcast;

  @Option(names = "--receive-only", description = "Send no levels.")
  private boolean receiveOnly;

  @Option(
      names = {"-b", "--bind"},
      paramLabel = "ADDRESS",
      description = "An address of this machine (default: 0.0.0.0, all of them).")
  private @Nullable String bind;

  @Option(
      names = {"-p", "--port"},
      paramLabel = "PORT",
      description = "The port of Art-Net (default: 6454, as everybody expects).")
  private @Nullable Integer port;

  @Option(
      names = "--interface",
      paramLabel = "NAME",
      description = "The network to poll, by the name or the address of its interface.")
  private @Nullable String networkInterface;

  @Option(
      names = "--short-name",
      paramLabel = "TEXT",
      description = "What consoles show, at most 17 characters (default: CLASP).")
  private @Nullable String shortName;

  @Option(
      names = "--long-name",
      paramLabel = "TEXT",
      description = "The same in full, at most 63 characters (default: CLASP bridge).")
  private @Nullable String longName;

  @Option(names = "--no-node", description = "Do not answer polls.")
  private boolean noNode;

  @Option(names = "--no-controller", description = "Do not poll.")
  private boolean noController;

  @Option(
      names = "--poll",
      paramLabel = "HOST",
      description = "Poll this one, too, if broadcasts do not reach it; repeat for more.")
  private List<String> poll = new ArrayList<>();

  @Option(
      names = "--sync",
      description = "Send ArtSync behind frames of several universes that belong together.")
  private boolean sync;

  @Option(names = "--rdm", description = "Find devices of RDM, and let them be set.")
  private boolean rdm;

  @Option(
      names = "--standard",
      description = "Floats from 0 to 1 are dark to full (default: as bridges always did).")
  private boolean standard;

  @Option(names = "--print", description = "Show every message.")
  private boolean print;

  @Mixin private BridgeDefinitionOptions options = new BridgeDefinitionOptions();
  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Mixin private WaitOption waiting = new WaitOption();

  ArtNetCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    return new LoneBridge(clasp, connection, waiting, NAME, "signals").run(definition(), print);
  }

  // --- options -----------------------------------------------------------------------------------

  /** What the options say. */
  BridgeDefinition definition() {
    if (port != null && (port < 0 || port > 65_535)) {
      throw wrong("--port must be 0 to 65535, not " + port);
    }
    if (broadcast && (receiveOnly || !targets.isEmpty())) {
      throw wrong("--broadcast is for everybody; leave out --target and --receive-only");
    }
    return options.definition(NAME, standard, given -> settings(given.settings()));
  }

  /**
   * Only what was said.
   *
   * @param others what -o says
   */
  private Map<String, Value> settings(Map<String, Value> others) {
    Map<String, Value> settings = new LinkedHashMap<>();
    if (bind != null || port != null) {
      settings.put(
          "bind", Value.of((bind == null ? "0.0.0.0" : bind) + ":" + (port == null ? PORT : port)));
    }
    put(settings, "interface", networkInterface);
    put(settings, "universes", universes);
    put(settings, "output_universes", sendUniverses);
    put(settings, "targets", targets);
    put(settings, "poll", poll);
    put(settings, "short_name", shortName);
    put(settings, "long_name", longName);
    if (noNode) {
      settings.put("node", Value.FALSE);
    }
    if (noController) {
      settings.put("controller", Value.FALSE);
    }
    if (sync) {
      settings.put("sync", Value.TRUE);
    }
    if (rdm) {
      settings.put("rdm", Value.TRUE);
    }
    if (broadcast) {
      settings.put("send", Value.of("broadcast"));
    } else if (receiveOnly || noController && targets.isEmpty() && !others.containsKey("targets")) {
      // Nobody says what they want if nobody is asked.
      settings.put("send", Value.of("off"));
    }
    return settings;
  }

  private static void put(Map<String, Value> tree, String name, @Nullable String text) {
    if (text != null) {
      tree.put(name, Value.of(text));
    }
  }

  /** Lists may be given with commas or again and again. */
  private static void put(Map<String, Value> tree, String name, List<String> texts) {
    if (!texts.isEmpty()) {
      tree.put(name, Value.of(String.join(",", texts)));
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
