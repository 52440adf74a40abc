package dev.clasp.cli;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code clasp ble}: devices in range of Bluetooth. */
@Command(
    name = "ble",
    description = {
      "Bluetooth LE: see which devices are in range.",
      "",
      "Every command takes a Bluetooth device in place of a URL too, if a router is inside it."
          + " Needs Linux with BlueZ.",
    },
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Examples:",
      "  clasp ble scan",
      "  clasp watch '/**' --server ble:AA:BB:CC:DD:EE:FF",
      "  clasp watch '/**' --server 'ble:Stage?scan=10s'",
    })
final class BleCommand implements Runnable, CommandGroup {

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  BleCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public List<Object> commands() {
    return List.of(new BleScanCommand(clasp));
  }

  /** {@code clasp ble} alone: the help, as an error. */
  @Override
  public void run() {
    spec.commandLine().usage(clasp.terminal().err());
    throw new CommandException(ExitStatus.USAGE, "a command of clasp ble is missing");
  }
}
