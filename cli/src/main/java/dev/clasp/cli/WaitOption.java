package dev.clasp.cli;

import picocli.CommandLine.Option;

/** For what runs as long as the machine does, and may be started before its router. */
final class WaitOption {

  @Option(
      names = "--wait",
      description = {
        "If no router answers at the start, wait for one: for bridges that are started together with"
            + " it.",
        "Without it the command ends with status 69 then. A router that is lost later is always"
            + " waited for."
      })
  private boolean wait;

  @Option(
      names = "--no-router",
      description =
          "Only show what comes from the other side, as --print does; no router is needed, and"
              + " nothing is sent.")
  private boolean noRouter;

  /** Whether it is to run without a router. */
  boolean noRouter() {
    return noRouter;
  }

  /** What happens when there is no router. */
  ConnectionOptions.Reconnect reconnect() {
    return wait ? ConnectionOptions.Reconnect.ALWAYS : ConnectionOptions.Reconnect.WHEN_LOST;
  }
}
