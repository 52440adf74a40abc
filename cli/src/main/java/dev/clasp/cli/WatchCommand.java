package dev.clasp.cli;

import dev.clasp.cli.ConnectionOptions.Reconnect;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.client.Signal;
import dev.clasp.client.SubscribeOptions;
import dev.clasp.client.Subscription;
import dev.clasp.protocol.PatternException;
import dev.clasp.protocol.SignalType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code clasp watch}: prints signals as they arrive. */
@Command(
    name = "watch",
    aliases = "sub",
    description = {
      "Print signals as they arrive, until Ctrl-C.",
      "",
      "First come the values that the router remembers, marked 'stored'. In a pattern, * stands for"
          + " one part of an address and ** for any number; quote it, or the shell expands it. Goes"
          + " on when the router is restarted.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp watch                          everything",
      "  clasp watch '/lights/**' /cue/go",
      "  clasp watch '/lights/*/brightness' --max-rate 5",
      "  clasp watch --types event,gesture",
      "  clasp watch '/sensor/**' --json | jq .value",
      "  clasp watch /cue/go --live --count 1 --timeout 30s",
    })
final class WatchCommand implements Callable<Integer> {

  /** Why it ends. */
  private enum End {
    INTERRUPTED,
    COUNTED,
    OUTPUT_CLOSED,
    TIMED_OUT
  }

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "0..*",
      paramLabel = "PATTERN",
      description = "What to watch (default: '/**', everything).")
  private List<String> patterns = new ArrayList<>();

  @Option(
      names = {"-t", "--types"},
      split = ",",
      paramLabel = "TYPE",
      completionCandidates = Candidates.Types.class,
      description = "Only these: param, event, stream, gesture, timeline.")
  private Set<SignalType> types = EnumSet.noneOf(SignalType.class);

  @Option(
      names = {"-n", "--count"},
      paramLabel = "N",
      description = "End after so many signals.")
  private @Nullable Long count;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "End after so long: 10s, 500ms, 5m. Status 1 if --count was not reached.")
  private @Nullable Duration timeout;

  @Option(
      names = "--max-rate",
      paramLabel = "N",
      description = "At most so many values a second from each address; the newest always comes.")
  private @Nullable Integer maxRate;

  @Option(
      names = "--epsilon",
      paramLabel = "X",
      description = "Leave out numbers that change by less.")
  private @Nullable Double epsilon;

  @Option(
      names = "--history",
      paramLabel = "N",
      description = "Begin with up to N past values of each address.")
  private @Nullable Integer history;

  @Option(names = "--live", description = "Leave out the values that the router remembers.")
  private boolean live;

  @Option(names = "--full", description = "Do not cut long values to the width of the terminal.")
  private boolean full;

  @Option(names = "--json", description = "One JSON object a line; the same as --output json.")
  private boolean json;

  @Option(names = "--wait", description = "If no router answers, wait for one.")
  private boolean waitForRouter;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  WatchCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    PatternSet set = patternSet();
    SubscribeOptions options = options();
    if (count != null && count < 1) {
      throw wrong("--count must be at least 1, not " + count);
    }
    clasp.startLogging(Clasp.LogLevel.ERROR);
    CompletableFuture<End> end = new CompletableFuture<>();
    Output output = new Output(printer(), count == null ? Long.MAX_VALUE : count, end);
    ConnectionNotes notes =
        new ConnectionNotes(clasp, connection.url(), end::completeExceptionally);
    try (FlushingExecutor executor = new FlushingExecutor(output::flush);
        ClaspClient client =
            connection.connect(
                "watch", waitForRouter ? Reconnect.ALWAYS : Reconnect.WHEN_LOST, notes);
        Interrupts.Registration _ =
            clasp.terminal().interrupts().onInterrupt(() -> end.complete(End.INTERRUPTED))) {
      if (timeout != null) {
        end.completeOnTimeout(End.TIMED_OUT, timeout.toNanos(), TimeUnit.NANOSECONDS);
      }
      for (int i = 0; i < set.size(); i++) {
        int index = i;
        Subscription subscription =
            client.subscribe(
                set.text(index),
                options.withExecutor(executor),
                signal -> {
                  if (set.isFirst(index, signal.address()) && !(live && isStored(signal))) {
                    output.print(signal);
                  }
                });
        subscription
            .active()
            .whenComplete((_, failure) -> {
              if (failure != null) {
                end.completeExceptionally(failure);
              }
            });
      }
      return status(end.join(), output);
    } catch (CompletionException e) {
      if (e.getCause() instanceof ClaspException cause) {
        throw cause;
      }
      throw e;
    }
  }

  private static boolean isStored(Signal signal) {
    return signal instanceof Signal.Change change && change.fromSnapshot();
  }

  private int status(End end, Output output) {
    return switch (end) {
      case INTERRUPTED, COUNTED, OUTPUT_CLOSED -> ExitStatus.OK;
      case TIMED_OUT -> {
        if (count == null) {
          yield ExitStatus.OK;
        }
        clasp.note("only " + output.printed() + " of " + count + " signals came in time");
        yield ExitStatus.FAILURE;
      }
    };
  }

  private SignalPrinter printer() {
    Terminal terminal = clasp.terminal();
    if (json || clasp.json()) {
      return new JsonSignalPrinter();
    }
    return terminal.outIsTerminal() || clasp.colored()
        ? new TerminalSignalPrinter(
            clasp.style(),
            terminal.zone(),
            full || !terminal.outIsTerminal() ? 0 : terminal.columns())
        : new TextSignalPrinter();
  }

  private PatternSet patternSet() {
    try {
      return new PatternSet(patterns.isEmpty() ? List.of("/**") : patterns);
    } catch (PatternException e) {
      throw wrong(Printable.escape(String.valueOf(e.getMessage())));
    }
  }

  private SubscribeOptions options() {
    SubscribeOptions options = SubscribeOptions.DEFAULT;
    try {
      if (!types.isEmpty()) {
        SignalType first = types.iterator().next();
        options = options.withTypes(first, types.toArray(SignalType[]::new));
      }
      if (maxRate != null) {
        options = options.withMaxRate(maxRate);
      }
      if (epsilon != null) {
        options = options.withEpsilon(epsilon);
      }
      if (history != null) {
        options = options.withHistory(history);
      }
      return options;
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  /** Where the lines go. Used by one thread, but for {@link #printed}. */
  private final class Output {
    private final SignalPrinter printer;
    private final CompletableFuture<End> end;
    private final long limit;
    private volatile long printed;

    Output(SignalPrinter printer, long limit, CompletableFuture<End> end) {
      this.printer = printer;
      this.limit = limit;
      this.end = end;
    }

    void print(Signal signal) {
      long before = printed;
      if (before >= limit) {
        return;
      }
      clasp.terminal().out().println(printer.line(signal, clasp.terminal().unixMicros()));
      printed = before + 1;
      if (before + 1 == limit) {
        flush();
        end.complete(End.COUNTED);
      }
    }

    /** Also finds out whether anybody still reads: {@code clasp watch | head}. */
    void flush() {
      if (clasp.terminal().out().checkError()) {
        end.complete(End.OUTPUT_CLOSED);
      }
    }

    long printed() {
      return printed;
    }
  }
}
