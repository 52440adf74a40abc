package dev.clasp.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code clasp bridge remove}. */
@Command(
    name = "remove",
    description = "Stop a bridge and forget it.",
    footer = {"", "Examples:", "  clasp bridge remove desk"})
final class BridgeRemoveCommand extends BridgeCall {

  @Parameters(paramLabel = "NAME", description = "The bridge.")
  private String name = "";

  BridgeRemoveCommand(Clasp clasp) {
    super(clasp);
  }

  @Override
  void ask(RouterPages pages) throws InterruptedException {
    call(pages, "DELETE", path(name), "");
  }
}
