package dev.clasp.cli;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code clasp oscquery}: OSCQuery programs see the router, and the router sees theirs. */
@Command(
    name = "oscquery",
    description = {
      "Show a router to OSCQuery programs, or bring the tree of such a program into a router.",
      "",
      "Chataigne, VDMX, TouchDesigner, Vezer and others browse what they find by OSCQuery and"
          + " control it by OSC.",
    },
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Examples:",
      "  clasp oscquery serve                            http://127.0.0.1:7770",
      "  clasp oscquery import http://localhost:9000",
      "  clasp oscquery discover",
    })
final class OscQueryCommand implements Runnable, CommandGroup {

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  OscQueryCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public List<Object> commands() {
    return List.of(
        new OscQueryServeCommand(clasp),
        new OscQueryImportCommand(clasp),
        new OscQueryDiscoverCommand(clasp));
  }

  /** {@code clasp oscquery} alone: the help, as an error. */
  @Override
  public void run() {
    spec.commandLine().usage(clasp.terminal().err());
    throw new CommandException(ExitStatus.USAGE, "a command of clasp oscquery is missing");
  }
}
