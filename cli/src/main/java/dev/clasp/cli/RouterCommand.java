package dev.clasp.cli;

import picocli.CommandLine.Command;

/** {@code clasp router}, also {@code clasp-router}. */
@Command(
    name = "router",
    description = {
      "Run the router with the options of the reference's clasp-router.",
      "",
      "For scripts and programs that start one, such as the desktop app. Unlike 'clasp server' it listens on"
          + " all addresses, without tokens unless some are given.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp router --listen 0.0.0.0:7330 --auth-mode authenticated --token-file tokens.txt"
    })
final class RouterCommand extends CompatibleServer {

  RouterCommand(Clasp clasp) {
    super(clasp, "CLASP Router");
  }
}
