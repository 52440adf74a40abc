package dev.clasp.cli;

import dev.clasp.bridge.BridgeDefinition;
import dev.clasp.bridge.BridgeEvent;
import dev.clasp.bridge.BridgeHost;
import dev.clasp.bridge.BridgeState;
import dev.clasp.bridge.BridgeStatus;
import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.cli.ConnectionOptions.Reconnect;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.protocol.Value;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** One bridge between another protocol and a router, in this process, until it is interrupted. */
final class LoneBridge {

  private final Clasp clasp;
  private final ConnectionOptions connection;

  LoneBridge(Clasp clasp, ConnectionOptions connection) {
    this.clasp = clasp;
    this.connection = connection;
  }

  /**
   * Runs it; returns when it was interrupted.
   *
   * @throws CommandException the definition cannot be used
   */
  int run(Value definition) {
    BridgeDefinition bridge;
    try {
      bridge = BridgeDefinition.parse(definition, "");
    } catch (BridgeException e) {
      throw unusable(e);
    }
    clasp.startLogging(Clasp.LogLevel.ERROR);
    CompletableFuture<Integer> end = new CompletableFuture<>();
    ConnectionNotes notes =
        new ConnectionNotes(clasp, connection.url(), end::completeExceptionally);
    try (ClaspClient router = connection.connect(bridge.name(), Reconnect.WHEN_LOST, notes);
        Interrupts.Registration _ =
            clasp.terminal().interrupts().onInterrupt(() -> end.complete(ExitStatus.OK));
        BridgeHost host = BridgeHost.shared(router, event -> tell(event, end))) {
      host.add(bridge);
      int status = end.join();
      host.status(bridge.name()).ifPresent(this::report);
      return status;
    } catch (BridgeException e) {
      throw unusable(e);
    } catch (CompletionException e) {
      if (e.getCause() instanceof ClaspException cause) {
        throw cause;
      }
      if (e.getCause() instanceof CommandException cause) {
        throw cause;
      }
      throw e;
    }
  }

  private static CommandException unusable(BridgeException e) {
    return new CommandException(
        ExitStatus.USAGE, Printable.escape(String.valueOf(e.getMessage())), e);
  }

  private void tell(BridgeEvent event, CompletableFuture<Integer> end) {
    switch (event) {
      case BridgeEvent.StateChanged(_, _, BridgeState to, String detail) -> {
        if (to == BridgeState.FAILED) {
          end.completeExceptionally(
              new CommandException(ExitStatus.FAILURE, Printable.escape(detail)));
        } else if (to != BridgeState.STOPPED && !detail.isEmpty()) {
          String state = to == BridgeState.WAITING ? "not possible yet" : word(to);
          clasp.note(state + ": " + Printable.escape(detail));
        }
      }
      case BridgeEvent.Problem(_, String what, long more) ->
          clasp.note(Printable.escape(what) + (more == 0 ? "" : " (and " + more + " more)"));
      case BridgeEvent.Defined _, BridgeEvent.Removed _ -> {}
    }
  }

  private static String word(BridgeState state) {
    return state.name().toLowerCase(Locale.ROOT);
  }

  private void report(BridgeStatus status) {
    BridgeStatus.Counts counts = status.counts();
    clasp.note(
        counts.in()
            + " signals into the router, "
            + counts.out()
            + " out of it, "
            + counts.dropped()
            + " lost, "
            + counts.echoes()
            + " echoes stopped"
            + status.lastError().map(e -> "; last error: " + Printable.escape(e)).orElse(""));
  }
}
