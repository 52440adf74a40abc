package dev.clasp.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code clasp bridge show}. */
@Command(
    name = "show",
    description = "Show all about one bridge, as JSON: definition, state, counters, sources.",
    footer = {"", "Examples:", "  clasp bridge show desk"})
final class BridgeShowCommand extends BridgeCall {

  @Parameters(paramLabel = "NAME", description = "The bridge.")
  private String name = "";

  BridgeShowCommand(Clasp clasp) {
    super(clasp);
  }

  @Override
  void ask(RouterPages pages) throws InterruptedException {
    var bridge = call(pages, "GET", path(name), "");
    if (clasp().json()) {
      print(bridge.toString());
    } else {
      bridge.toPrettyString().lines().map(Printable::escape).forEach(this::print);
    }
  }
}
