package dev.clasp.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code clasp bridge}: bridges of a running router, and one alone. */
@Command(
    name = "bridge",
    description = {
      "Bring other protocols into the address space: look at the bridges of a router and change them.",
      "",
      "The router must run on this machine or want a token of admin:/**. What is changed here holds at"
          + " once; whether it outlives the router, --bridges FILE of 'clasp server' decides.",
    },
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Examples:",
      "  clasp bridge protocols                              what there is",
      "  clasp bridge add desk osc -o bind=:9000 -o targets=192.168.1.30:8000",
      "  clasp bridge add desk osc --replace --map '/1/fader{n}=/lights/{n}/level'",
      "  clasp bridge list",
      "  clasp bridge learn desk                             move a fader: which address is it?",
      "  clasp bridge preview desk in /1/fader1 0.5          what would become of it?",
      "  clasp bridge disable desk",
      "  clasp bridge run osc -o bind=:9000                  one alone, until Ctrl-C",
    })
final class BridgeCommand implements Callable<Integer>, CommandGroup {

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-b", "--bridge-type"},
      paramLabel = "PROTOCOL",
      description = "Run one bridge alone, as 'clasp bridge run PROTOCOL' does.")
  private @Nullable String type;

  @Option(
      names = {"-o", "--opt"},
      paramLabel = "NAME=VALUE",
      description = "A setting of that bridge; repeat for more.")
  private List<String> settings = new ArrayList<>();

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Mixin private WaitOption waiting = new WaitOption();

  BridgeCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public List<Object> commands() {
    return List.of(
        new BridgeListCommand(clasp),
        new BridgeShowCommand(clasp),
        new BridgeAddCommand(clasp),
        new BridgeRemoveCommand(clasp),
        new BridgeEnableCommand(clasp),
        new BridgeDisableCommand(clasp),
        new BridgeRestartCommand(clasp),
        new BridgeLearnCommand(clasp),
        new BridgePreviewCommand(clasp),
        new BridgeProtocolsCommand(clasp),
        new BridgeRunCommand(clasp));
  }

  @Override
  public Integer call() {
    if (type == null) {
      spec.commandLine().usage(clasp.terminal().err());
      throw new CommandException(ExitStatus.USAGE, "a command of clasp bridge is missing");
    }
    BridgeDefinitionOptions options = new BridgeDefinitionOptions();
    options.settings.addAll(settings);
    return new LoneBridge(clasp, connection, waiting, type, "signals")
        .run(options.definition(type, type));
  }
}
