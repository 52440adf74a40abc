package dev.clasp.cli;

import dev.clasp.cli.ConnectionOptions.Reconnect;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.webrtc.PeerEvent;
import dev.clasp.webrtc.PeerException;
import dev.clasp.webrtc.PeerToPeer;
import dev.clasp.webrtc.Route;
import dev.clasp.webrtc.RoutingMode;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code clasp peer send}: one message to one peer. */
@Command(
    name = "send",
    description = {
      "Send a text to a peer.",
      "",
      "Directly if that is possible, else through the router if the peer takes that. The peer"
          + " learns addresses of this machine, unless with --relay-only.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp peer send 3f2b8c1e-6d1c-4f7a-9a51-2f6f1c9f0f11 'hello'",
      "  clasp peer send 3f2b8c1e-6d1c-4f7a-9a51-2f6f1c9f0f11 'hello' --relay-only",
    })
final class PeerSendCommand implements Callable<Integer> {

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      index = "0",
      paramLabel = "SESSION",
      description = "The peer, as clasp peer list shows it.")
  private String session = "";

  @Parameters(index = "1", paramLabel = "TEXT", description = "What it is sent, as UTF-8.")
  private String text = "";

  @Option(names = "--unreliable", description = "Over the channel that may lose messages.")
  private boolean unreliable;

  @Option(
      names = {"-q", "--quiet"},
      description = "Print nothing when it worked.")
  private boolean quiet;

  @Mixin private PeerOptions options = new PeerOptions();

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  PeerSendCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    options.check(clasp, spec.commandLine());
    clasp.startLogging(Clasp.LogLevel.ERROR);
    AtomicReference<Optional<String>> lost = new AtomicReference<>(Optional.empty());
    try (ClaspClient client = connection.connect("peer send", Reconnect.NEVER, _ -> {});
        PeerToPeer peers =
            options
                .builder(clasp, spec.commandLine(), client)
                .listener(event -> {
                  if (event instanceof PeerEvent.Undelivered undelivered) {
                    lost.set(Optional.of(undelivered.reason()));
                  }
                })
                .start()
                .join()) {
      connectIfPossible(peers);
      Route route = peers.send(session, text.getBytes(StandardCharsets.UTF_8), !unreliable).join();
      if (route == Route.RELAY) {
        // What the router has against it comes before the answer to this.
        client.ping().join();
      }
      if (lost.get().isEmpty()) {
        report(route);
      }
    } catch (CompletionException e) {
      switch (e.getCause()) {
        case PeerException failure -> throw PeerOptions.sentence(failure);
        case ClaspException failure -> throw failure;
        case null, default -> throw e;
      }
    } finally {
      PeerOptions.nothingMoreIsPrinted(clasp.terminal());
    }
    lost.get()
        .ifPresent(reason -> {
          throw new CommandException(ExitStatus.UNAVAILABLE, Printable.escape(reason));
        });
    return ExitStatus.OK;
  }

  private void report(Route route) {
    if (clasp.json()) {
      clasp
          .terminal()
          .out()
          .println(
              new JsonLine()
                  .put("peer", session)
                  .put("route", PeerListenCommand.name(route))
                  .end());
    } else if (!quiet) {
      clasp.note(
          switch (route) {
            case PEER -> "sent directly";
            case RELAY -> "sent through the router";
          });
    }
  }

  private void connectIfPossible(PeerToPeer peers) {
    RoutingMode mode = options.mode(spec.commandLine());
    if (mode == RoutingMode.ROUTER_ONLY) {
      return;
    }
    try {
      peers.connect(session).join();
    } catch (CompletionException e) {
      if (!(e.getCause() instanceof PeerException failure)) {
        throw e;
      }
      boolean another =
          switch (failure.kind()) {
            case TIMEOUT, UNREACHABLE, UNSUPPORTED, OVERFLOW, REFUSED -> true;
            case INVALID,
                TOO_LARGE,
                NOT_CONNECTED,
                NO_RELAY,
                NO_SUCH_PEER,
                NOT_PERMITTED,
                NO_ROUTER,
                CLOSED ->
                false;
          };
      if (mode == RoutingMode.PEER_ONLY || !another) {
        throw e;
      }
      if (!quiet) {
        clasp.note("not directly: " + Printable.escape(failure.getMessage()));
      }
    }
  }
}
