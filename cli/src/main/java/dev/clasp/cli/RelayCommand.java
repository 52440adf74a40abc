package dev.clasp.cli;

import picocli.CommandLine.Command;

/** {@code clasp relay}, also {@code clasp-relay}. */
@Command(
    name = "relay",
    description = {
      "Run the router with the options of the reference's clasp-relay.",
      "",
      "For scripts and programs that start one. Unlike 'clasp server' it listens on all addresses, without"
          + " tokens unless some are given.",
    },
    footer = {"", "Examples:", "  clasp relay --ws-port 7330 --max-sessions 500 --no-ttl"})
final class RelayCommand extends CompatibleServer {

  RelayCommand(Clasp clasp) {
    super(clasp, "CLASP Relay");
  }
}
