package dev.clasp.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code clasp bridge restart}. */
@Command(
    name = "restart",
    description = "Start a bridge anew, at once, whatever it was waiting for.",
    footer = {"", "Examples:", "  clasp bridge restart desk"})
final class BridgeRestartCommand extends BridgeCall {

  @Parameters(paramLabel = "NAME", description = "The bridge.")
  private String name = "";

  BridgeRestartCommand(Clasp clasp) {
    super(clasp);
  }

  @Override
  void ask(RouterPages pages) throws InterruptedException {
    call(pages, "POST", path(name) + "/restart", "{}");
  }
}
