package dev.clasp.cli;

import dev.clasp.bridge.BridgeDefinition;
import dev.clasp.bridge.BridgeEvent;
import dev.clasp.bridge.BridgeHost;
import dev.clasp.bridge.BridgeState;
import dev.clasp.bridge.BridgeStatus;
import dev.clasp.bridge.RouterDoors;
import dev.clasp.bridge.Traffic;
import dev.clasp.bridge.TrafficWatch;
import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.protocol.Value;
import dev.clasp.transform.Direction;
import dev.clasp.transport.EventLoops;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** One bridge between another protocol and a router, in this process, until it is interrupted. */
final class LoneBridge {

  private static final int WATCHED = 10_000;
  private static final long PRINT_MILLIS = 50;

  private final Clasp clasp;
  private final ConnectionOptions connection;
  private final WaitOption waiting;
  private final String command;
  private final String things;

  /**
   * @param command that runs it, for the name that others see
   * @param things what it carries, for people: {@code signals}
   */
  LoneBridge(
      Clasp clasp,
      ConnectionOptions connection,
      WaitOption waiting,
      String command,
      String things) {
    this.clasp = clasp;
    this.connection = connection;
    this.waiting = waiting;
    this.command = command;
    this.things = things;
  }

  /**
   * Runs it; returns when it was interrupted.
   *
   * @throws CommandException the definition cannot be used
   */
  int run(Value definition) {
    try {
      return run(BridgeDefinition.parse(definition, ""), false);
    } catch (BridgeException e) {
      throw unusable(e);
    }
  }

  /**
   * Runs it; returns when it was interrupted.
   *
   * @param print every message as it passes
   * @throws CommandException the definition cannot be used, or its port is taken
   */
  int run(BridgeDefinition definition, boolean print) {
    return run(definition, print, _ -> false);
  }

  /**
   * The same; returns also when the bridge has nothing more to do.
   *
   * @param ended whether what a bridge says of its state means that
   */
  int run(BridgeDefinition definition, boolean print, Predicate<String> ended) {
    clasp.startLogging(Clasp.LogLevel.ERROR);
    CompletableFuture<Integer> end = new CompletableFuture<>();
    try {
      return waiting.noRouter()
          ? alone(definition, end, ended)
          : connected(definition, print, end, ended);
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

  private int connected(
      BridgeDefinition definition,
      boolean print,
      CompletableFuture<Integer> end,
      Predicate<String> ended) {
    ConnectionNotes notes =
        new ConnectionNotes(clasp, connection.url(), end::completeExceptionally);
    try (ClaspClient router = connection.connect(command, waiting.reconnect(), notes);
        Interrupts.Registration _ = interruptible(end);
        EventLoops loops = EventLoops.create("clasp-peers", 1);
        BridgeHost host =
            BridgeHost.shared(
                router,
                RouterDoors.at(connection.url(), connection.tls(), loops),
                new Notes(end, ended)::told)) {
      int status = print ? printing(host, definition, end) : running(host, definition, end);
      host.status(definition.name()).ifPresent(each -> report(each, ended));
      return status;
    }
  }

  private Interrupts.Registration interruptible(CompletableFuture<Integer> end) {
    return clasp.terminal().interrupts().onInterrupt(() -> end.complete(ExitStatus.OK));
  }

  /** Shows what comes, and has no other use for it. */
  private int alone(
      BridgeDefinition definition, CompletableFuture<Integer> end, Predicate<String> ended) {
    try (Interrupts.Registration _ = interruptible(end);
        BridgeHost host = BridgeHost.alone(new Notes(end, ended)::told)) {
      return printing(host, definition, end);
    }
  }

  private static CommandException unusable(BridgeException e) {
    return new CommandException(
        ExitStatus.USAGE, Printable.escape(String.valueOf(e.getMessage())), e);
  }

  /** What happens to the bridge, on stderr. A port that is taken at the start ends the command. */
  private final class Notes {
    private final CompletableFuture<Integer> end;
    private final Predicate<String> ended;
    private boolean ran;

    Notes(CompletableFuture<Integer> end, Predicate<String> ended) {
      this.end = end;
      this.ended = ended;
    }

    void told(BridgeEvent event) {
      switch (event) {
        case BridgeEvent.StateChanged(_, _, BridgeState to, String detail) -> {
          ran |= to == BridgeState.RUNNING || to == BridgeState.DEGRADED;
          String text = Printable.escape(detail);
          if (ended.test(detail)) {
            end.complete(ExitStatus.OK);
          } else if (to == BridgeState.FAILED || to == BridgeState.WAITING && !ran) {
            end.completeExceptionally(new CommandException(ExitStatus.FAILURE, text));
          } else if (to != BridgeState.STARTING && to != BridgeState.STOPPED && !text.isEmpty()) {
            clasp.note(text);
          }
        }
        case BridgeEvent.Problem(_, String what, long more) ->
            clasp.note(Printable.escape(what) + (more == 0 ? "" : " (and " + more + " others)"));
        case BridgeEvent.Defined _, BridgeEvent.Removed _ -> {}
      }
    }
  }

  private static int running(
      BridgeHost host, BridgeDefinition definition, CompletableFuture<Integer> end) {
    host.add(definition);
    return end.join();
  }

  private int printing(
      BridgeHost host, BridgeDefinition definition, CompletableFuture<Integer> end) {
    // Watched before it runs, and until it has ended: nothing that comes is left out.
    host.add(definition.withEnabled(false));
    try (TrafficWatch watch = host.watch(definition.name(), WATCHED)) {
      try (ScheduledExecutorService printer =
          Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().factory())) {
        printer.scheduleWithFixedDelay(
            () -> print(watch), PRINT_MILLIS, PRINT_MILLIS, TimeUnit.MILLISECONDS);
        host.enable(definition.name(), definition.enabled());
        try {
          return end.join();
        } finally {
          printer.shutdownNow();
        }
      } finally {
        print(watch);
      }
    }
  }

  private void print(TrafficWatch watch) {
    for (Traffic traffic : watch.take()) {
      clasp.terminal().out().println(clasp.json() ? json(traffic) : text(traffic));
    }
    clasp.terminal().out().flush();
  }

  private static String text(Traffic traffic) {
    return (traffic.direction() == Direction.IN ? "in  " : "out ")
        + Printable.escape(traffic.before().address())
        + traffic
            .before()
            .gesture()
            .map(step -> " " + step.phase().wireName() + " " + Integer.toUnsignedString(step.id()))
            .orElse("")
        + " "
        + ValueText.human(traffic.before().value())
        + traffic.peer().map(peer -> "  from " + Printable.escape(peer)).orElse("")
        + (traffic.outcome() == Traffic.Outcome.CARRIED ? "" : "  (" + outcome(traffic) + ")");
  }

  private static String json(Traffic traffic) {
    JsonLine line =
        new JsonLine()
            .put("ts", traffic.at().toString())
            .put("direction", traffic.direction() == Direction.IN ? "in" : "out")
            .put("address", traffic.before().address())
            .put("type", traffic.before().type().wireName())
            .put("value", traffic.before().value())
            .put("outcome", outcome(traffic));
    traffic
        .before()
        .gesture()
        .ifPresent(step ->
            line.put("id", Integer.toUnsignedLong(step.id()))
                .put("phase", step.phase().wireName()));
    traffic.peer().ifPresent(peer -> line.put("peer", peer));
    return line.end();
  }

  private static String outcome(Traffic traffic) {
    return traffic.outcome().name().toLowerCase(Locale.ROOT);
  }

  private void report(BridgeStatus status, Predicate<String> ended) {
    BridgeStatus.Counts counts = status.counts();
    clasp.note(
        counts.in()
            + " "
            + things
            + " into the router, "
            + counts.out()
            + " out of it, "
            + counts.dropped()
            + " lost, "
            + counts.echoes()
            + " echoes stopped"
            + status
                .lastError()
                .filter(ended.negate())
                .map(e -> "; last error: " + Printable.escape(e))
                .orElse(""));
  }
}
