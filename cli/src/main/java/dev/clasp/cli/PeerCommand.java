package dev.clasp.cli;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code clasp peer}: connections to other clients, past the router. */
@Command(
    name = "peer",
    description = {
      "Send data directly to other clients, over WebRTC.",
      "",
      "Clients find each other through the router; what they send then goes past it, or through it"
          + " where no direct way exists. A client is named by its session id.",
    },
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Examples:",
      "  clasp peer list",
      "  clasp peer listen                               prints its own session id",
      "  clasp peer send SESSION 'hello'                 in another terminal",
      "  clasp peer send SESSION 'hello' --relay-only    without disclosing an address",
    })
final class PeerCommand implements Runnable, CommandGroup {

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  PeerCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public List<Object> commands() {
    return List.of(
        new PeerListCommand(clasp), new PeerListenCommand(clasp), new PeerSendCommand(clasp));
  }

  /** {@code clasp peer} alone: the help, as an error. */
  @Override
  public void run() {
    spec.commandLine().usage(clasp.terminal().err());
    throw new CommandException(ExitStatus.USAGE, "a command of clasp peer is missing");
  }
}
