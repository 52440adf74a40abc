package dev.clasp.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code clasp bridge enable}. */
@Command(
    name = "enable",
    description = "Start a bridge that was switched off.",
    footer = {"", "Examples:", "  clasp bridge enable desk"})
final class BridgeEnableCommand extends BridgeCall {

  @Parameters(paramLabel = "NAME", description = "The bridge.")
  private String name = "";

  BridgeEnableCommand(Clasp clasp) {
    super(clasp);
  }

  @Override
  void ask(RouterPages pages) throws InterruptedException {
    call(pages, "POST", path(name) + "/enable", "{}");
  }
}
