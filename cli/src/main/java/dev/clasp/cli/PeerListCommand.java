package dev.clasp.cli;

import dev.clasp.cli.ConnectionOptions.Reconnect;
import dev.clasp.client.ClaspClient;
import dev.clasp.webrtc.Peer;
import dev.clasp.webrtc.PeerException;
import dev.clasp.webrtc.PeerToPeer;
import dev.clasp.webrtc.RoutingMode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code clasp peer list}. */
@Command(
    name = "list",
    description = {
      "List the clients that connect to peers.",
      "",
      "Each line is a session id and what that client says it can. Peers of other makes tell it"
          + " only when they connect to the router, and are missing here when that was before.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp peer list",
      "  clasp peer list --wait 10s --output json",
    })
final class PeerListCommand implements Callable<Integer> {

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--wait",
      paramLabel = "TIME",
      description = "How long to wait for them to say so (default: 1s).")
  private Duration wait = Duration.ofSeconds(1);

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  PeerListCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    if (wait.isNegative() || wait.compareTo(Duration.ofHours(1)) > 0) {
      throw new ParameterException(spec.commandLine(), "--wait must be at most an hour");
    }
    clasp.startLogging(Clasp.LogLevel.ERROR);
    CompletableFuture<Boolean> end = new CompletableFuture<>();
    try (ClaspClient client = connection.connect("peer list", Reconnect.NEVER, _ -> {});
        // Looking on tells nobody an address.
        PeerToPeer peers = PeerToPeer.builder(client).mode(RoutingMode.ROUTER_ONLY).start().join();
        Interrupts.Registration _ =
            clasp.terminal().interrupts().onInterrupt(() -> end.complete(true))) {
      end.completeOnTimeout(true, wait.toNanos(), TimeUnit.NANOSECONDS).join();
      print(peers.peers());
      return ExitStatus.OK;
    } catch (CompletionException e) {
      if (e.getCause() instanceof PeerException failure) {
        throw PeerOptions.sentence(failure);
      }
      throw e;
    }
  }

  private void print(List<Peer> peers) {
    PrintWriter out = clasp.terminal().out();
    for (Peer peer : peers) {
      List<String> features = peer.features().stream().sorted().toList();
      out.println(
          clasp.json()
              ? new JsonLine().put("session", peer.session()).put("features", features).end()
              : peer.session() + "  " + Printable.escape(String.join(" ", features)));
    }
    if (peers.isEmpty()) {
      clasp.note("nobody is there");
    }
  }
}
