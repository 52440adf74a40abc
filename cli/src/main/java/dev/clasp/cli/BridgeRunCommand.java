package dev.clasp.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code clasp bridge run}. */
@Command(
    name = "run",
    description = {
      "Run one bridge in this process, against any router, until Ctrl-C.",
      "",
      "The protocols have commands of their own with friendlier options: 'clasp osc', 'clasp mqtt'.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp bridge run osc -o bind=:9000",
      "  clasp bridge run osc -o bind=:9000 --map '/1/fader{n}=/lights/{n}/level' --server stage.local",
    })
final class BridgeRunCommand implements Callable<Integer> {

  private final Clasp clasp;

  @Parameters(paramLabel = "PROTOCOL", description = "osc, mqtt, ...")
  private String protocol = "";

  @Option(
      names = "--bridge-name",
      paramLabel = "NAME",
      description = "How it is called (default: the protocol).")
  private @Nullable String name;

  @Mixin private BridgeDefinitionOptions options = new BridgeDefinitionOptions();

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Mixin private WaitOption waiting = new WaitOption();

  BridgeRunCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    String chosen = name == null ? protocol : name;
    return new LoneBridge(clasp, connection, waiting, chosen, "signals")
        .run(options.definition(chosen, protocol));
  }
}
