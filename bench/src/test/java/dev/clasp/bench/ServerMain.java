package dev.clasp.bench;

import dev.clasp.router.RouterConfig;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.ServerConfig;

/** A server in a process of its own, to be measured: prints its URL; ends with its input. */
final class ServerMain {

  private ServerMain() {}

  public static void main(String[] args) throws Exception {
    int loops = args.length > 0 ? Integer.parseInt(args[0]) : 0;
    RouterConfig router =
        RouterConfig.builder()
            .maxSessions(0)
            .maxParameters(1_000_000)
            .maxStateBytes(1L << 30)
            .build();
    try (ClaspServer server =
        ClaspServer.start(ServerConfig.DEFAULT.withPort(0).withLoops(loops).withRouter(router))) {
      System.out.println(server.url());
      while (System.in.read() >= 0) {
        // Waits for the end of the input.
      }
    }
  }
}
