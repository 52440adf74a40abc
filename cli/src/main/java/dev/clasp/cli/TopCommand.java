package dev.clasp.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code clasp top}: who is connected to a router, and what it does, again and again. */
@Command(
    name = "top",
    description = {
      "Show the sessions of a router with their rates and queues, once a second.",
      "",
      "Asks /api/status. On a router that wants tokens it needs one of admin:/**. Runs until Ctrl-C.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp top                               this machine",
      "  clasp top stage.local --sort queue      who does not keep up",
      "  clasp top --once                        one look, for scripts",
      "  clasp top --output json                 one object a second",
    })
final class TopCommand implements Callable<Integer> {

  private static final Duration SHORTEST = Duration.ofMillis(100);

  private final Clasp clasp;

  @Parameters(arity = "0..1", paramLabel = "URL", description = "The router; the same as --server.")
  private @Nullable String url;

  @Option(
      names = "--sort",
      paramLabel = "BY",
      description =
          "rate, bytes, queue, dropped, age (most first) or name (default: ${DEFAULT-VALUE}).")
  private TopView.Sort sort = TopView.Sort.RATE;

  @Option(
      names = {"-i", "--interval"},
      paramLabel = "TIME",
      description = "Time between two looks (default: 1s).")
  private Duration interval = Duration.ofSeconds(1);

  @Option(names = "--once", description = "Two looks, print the rates between them, and end.")
  private boolean once;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  TopCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    if (interval.compareTo(SHORTEST) < 0) {
      throw new CommandException(ExitStatus.USAGE, "--interval must be at least 100ms");
    }
    clasp.startLogging(Clasp.LogLevel.ERROR);
    if (url != null) {
      connection.useServer(url);
    }
    boolean redraw = !once && !clasp.json() && clasp.terminal().outIsTerminal();
    CountDownLatch interrupted = new CountDownLatch(1);
    try (Interrupts.Registration _ =
            clasp.terminal().interrupts().onInterrupt(interrupted::countDown);
        RouterPages status = new RouterPages(connection)) {
      look(status, redraw, interrupted);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (redraw) {
        screen().end();
      }
    }
    return ExitStatus.OK;
  }

  private void look(RouterPages status, boolean redraw, CountDownLatch interrupted)
      throws InterruptedException {
    Output out = clasp.terminal().out();
    JsonNode before = status.status();
    if (redraw) {
      screen().begin();
      draw(new TopView(before, null));
    }
    boolean lost = false;
    while (!interrupted.await(interval.toNanos(), TimeUnit.NANOSECONDS)) {
      JsonNode now;
      try {
        now = status.status();
        lost = false;
      } catch (CommandException e) {
        if (once || e.status() != ExitStatus.UNAVAILABLE) {
          throw e;
        }
        // It may come back; that is what one watches it for.
        if (!lost) {
          lost = true;
          tell(redraw, String.valueOf(e.getMessage()));
        }
        continue;
      }
      TopView view = new TopView(now, before);
      if (clasp.json()) {
        out.println(view.json(sort));
      } else if (redraw) {
        draw(view);
      } else {
        lines(view, LiveScreen.MANY_ROWS).forEach(out::println);
        if (!once) {
          out.println();
        }
      }
      out.flush();
      if (once || out.checkError()) {
        return;
      }
      before = now;
    }
  }

  private void tell(boolean redraw, String what) {
    if (redraw) {
      screen().drawFirst(clasp.style().error(what));
    } else {
      clasp.note(what);
    }
  }

  private List<String> lines(TopView view, int rows) {
    return view.lines(screen().columns(), rows, sort, connection.url(), clasp.style());
  }

  private void draw(TopView view) {
    screen().draw(lines(view, screen().rows()));
  }

  private LiveScreen screen() {
    return new LiveScreen(clasp.terminal());
  }
}
