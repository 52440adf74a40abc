package dev.clasp.cli;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code clasp serial}: devices on serial ports. */
@Command(
    name = "serial",
    description = {
      "Serial ports: list them, couple one with a router elsewhere.",
      "",
      "Every command takes a serial port in place of a URL too, if a router is at its other end.",
    },
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Examples:",
      "  clasp serial list",
      "  clasp serial connect /dev/ttyUSB0 --server ws://stage.local:7330",
      "  clasp watch '/**' --server 'serial:/dev/ttyUSB0?baud=57600'",
    })
final class SerialCommand implements Runnable, CommandGroup {

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  SerialCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public List<Object> commands() {
    return List.of(new SerialListCommand(clasp), new SerialConnectCommand(clasp));
  }

  /** {@code clasp serial} alone: the help, as an error. */
  @Override
  public void run() {
    spec.commandLine().usage(clasp.terminal().err());
    throw new CommandException(ExitStatus.USAGE, "a command of clasp serial is missing");
  }
}
