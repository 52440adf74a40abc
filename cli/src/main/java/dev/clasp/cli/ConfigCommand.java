package dev.clasp.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code clasp config}: files with settings of the router. */
@Command(
    name = "config",
    description = {
      "Files with settings of the router.",
      "",
      "'clasp server' reads $CLASP_CONFIG, ./clasp.yaml, ~/.config/clasp/config.yaml or"
          + " /etc/clasp/clasp.yaml, whichever is there first, or what --config names. Every option of the"
          + " router has a key in it, and a variable: limits.max_sessions is CLASP_LIMITS_MAX_SESSIONS. The"
          + " command line goes before the environment, and that before the file.",
    },
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Examples:",
      "  clasp config init clasp.yaml       a file to start from",
      "  clasp config check                 find mistakes",
      "  clasp config show --changed        what holds, and why",
    })
final class ConfigCommand implements CommandGroup, Runnable {

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  ConfigCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public List<Object> commands() {
    return List.of(
        new ConfigInitCommand(clasp),
        new ConfigCheckCommand(clasp),
        new ConfigShowCommand(clasp),
        new ConfigSchemaCommand(clasp));
  }

  @Override
  public void run() {
    CommandLine line = spec.commandLine();
    line.usage(clasp.terminal().err());
    throw new CommandException(ExitStatus.USAGE, "a command is missing");
  }
}
