package dev.clasp.cli;

import dev.clasp.bridge.BridgeDefinition;
import dev.clasp.bridge.Namespace;
import dev.clasp.protocol.PatternException;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code clasp oscquery import}: the tree of a program in the router, until interrupted. */
@Command(
    name = "import",
    description = {
      "Bring the tree of an OSCQuery program into a router, until Ctrl-C.",
      "",
      "What the program has at /layer/opacity is /oscquery/layer/opacity in the router: it follows"
          + " the program, and what is written there is sent to it by OSC.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp oscquery import http://localhost:9000",
      "  clasp oscquery import http://vj.local:1234 --namespace /vj --include '/layer/**'",
      "  clasp oscquery import http://localhost:9000 --scale unit    ranges become 0 to 1",
    })
final class OscQueryImportCommand implements Callable<Integer> {

  private static final String NAME = "import";

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "URL", description = "Where the program serves its tree.")
  private String url = "";

  @Option(
      names = {"--namespace", "--prefix"},
      paramLabel = "ADDRESS",
      description = "Where it is in the address space (default: ${DEFAULT-VALUE}).")
  private String namespace = "/oscquery";

  @Option(
      names = "--include",
      paramLabel = "PATTERN",
      description = "Only what matches, such as /layer/**; repeat for more.")
  private List<String> include = new ArrayList<>();

  @Option(
      names = "--exclude",
      paramLabel = "PATTERN",
      description = "Nothing that matches; repeat for more.")
  private List<String> exclude = new ArrayList<>();

  @Option(names = "--no-listen", description = "Ask again and again instead of listening.")
  private boolean noListen;

  @Option(
      names = "--poll",
      paramLabel = "TIME",
      description = "How often to ask where there is no WebSocket (default: ${DEFAULT-VALUE}).")
  private String poll = "1s";

  @Option(
      names = "--scale",
      paramLabel = "HOW",
      description = "unit: numbers with a range are 0 to 1 here (default: ${DEFAULT-VALUE}).")
  private String scale = "none";

  @Option(
      names = "--osc",
      paramLabel = "HOST:PORT",
      description = "Where the program takes OSC, if it is not where it says.")
  private @Nullable String osc;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Mixin private WaitOption waiting = new WaitOption();

  OscQueryImportCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    return new LoneBridge(clasp, connection, waiting, "oscquery import", "values")
        .run(definition(), false);
  }

  private BridgeDefinition definition() {
    Map<String, Value> settings = new HashMap<>();
    settings.put("url", Value.of(url));
    settings.put("include", texts(include));
    settings.put("exclude", texts(exclude));
    settings.put("listen", Value.of(!noListen));
    settings.put("poll", Value.of(poll));
    settings.put("scale", Value.of(scale));
    if (osc != null) {
      settings.put("osc", Value.of(osc));
    }
    try {
      return BridgeDefinition.of(NAME, "oscquery", settings)
          .withNamespace(Namespace.parse(namespace));
    } catch (IllegalArgumentException | PatternException e) {
      throw wrong(Printable.escape(String.valueOf(e.getMessage())));
    }
  }

  private static Value texts(List<String> texts) {
    return Value.of(texts.stream().map(Value::of).toList());
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
