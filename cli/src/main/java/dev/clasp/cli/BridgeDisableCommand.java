package dev.clasp.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code clasp bridge disable}. */
@Command(
    name = "disable",
    description = "Stop a bridge; it stays defined.",
    footer = {"", "Examples:", "  clasp bridge disable desk"})
final class BridgeDisableCommand extends BridgeCall {

  @Parameters(paramLabel = "NAME", description = "The bridge.")
  private String name = "";

  BridgeDisableCommand(Clasp clasp) {
    super(clasp);
  }

  @Override
  void ask(RouterPages pages) throws InterruptedException {
    call(pages, "POST", path(name) + "/disable", "{}");
  }
}
