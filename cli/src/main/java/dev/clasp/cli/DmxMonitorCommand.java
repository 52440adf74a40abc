package dev.clasp.cli;

import dev.clasp.bridge.Namespace;
import dev.clasp.cli.ConnectionOptions.Reconnect;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.client.Signal;
import dev.clasp.client.SubscribeOptions;
import dev.clasp.client.Subscription;
import dev.clasp.dmx.FloatMode;
import dev.clasp.protocol.SignalType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code clasp dmx monitor}: the slots of universes as the router has them, again and again. */
@Command(
    name = "monitor",
    description = {
      "Show the 512 slots of universes as the router has them, until Ctrl-C.",
      "",
      "A point is a dark slot; what has just changed is in colour.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp dmx monitor                        all universes below /dmx",
      "  clasp dmx monitor 1 --namespace /artnet",
      "  clasp dmx monitor 1 --values percent",
      "  clasp dmx monitor 1 --float-mode unit    as clasp dmx --standard sends floats",
      "  clasp dmx monitor 1 --once               one look, for scripts",
      "  clasp dmx monitor 1 --once --output json",
    })
final class DmxMonitorCommand implements Callable<Integer> {

  private static final Duration SHORTEST = Duration.ofMillis(50);

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "0..*",
      paramLabel = "UNIVERSE",
      description = "Which ones (default: all that there are).")
  private List<Integer> universes = new ArrayList<>();

  @Option(
      names = "--namespace",
      paramLabel = "ADDRESS",
      description = "Where they are: /dmx, /artnet, /sacn (default: ${DEFAULT-VALUE}).")
  private String namespace = "/dmx";

  @Option(
      names = "--values",
      paramLabel = "FORM",
      description = "dec, hex or percent (default: dec, or hex if that does not fit).")
  private DmxLevels.@Nullable Form form;

  @Option(
      names = "--float-mode",
      paramLabel = "MODE",
      completionCandidates = Candidates.FloatModes.class,
      description =
          "What a float is, as the bridge reads it: raw, a level whose fraction is cut, or unit,"
              + " with 0.0 to 1.0 dark to full, as with --standard (default: raw).")
  private FloatMode floats = FloatMode.RAW;

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      description = "Time between two looks (default: 100ms; 1s without a terminal).")
  private @Nullable Duration interval;

  @Option(names = "--once", description = "One look, and end.")
  private boolean once;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  DmxMonitorCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() throws InterruptedException {
    Namespace where = where();
    if (universes.stream().anyMatch(each -> each < 0 || each > 63_999)) {
      throw wrong("UNIVERSE must be 0 to 63999");
    }
    if (interval != null && interval.compareTo(SHORTEST) < 0) {
      throw wrong("--interval must be at least 50ms");
    }
    clasp.startLogging(Clasp.LogLevel.ERROR);
    boolean redraw = !once && !clasp.json() && clasp.terminal().outIsTerminal();
    CountDownLatch end = new CountDownLatch(1);
    CompletableFuture<Void> failure = new CompletableFuture<>();
    ConnectionNotes notes =
        new ConnectionNotes(
            clasp,
            connection.url(),
            e -> {
              failure.completeExceptionally(e);
              end.countDown();
            });
    DmxLevels levels = new DmxLevels(floats);
    universes.forEach(levels::show);
    try (ExecutorService line = Executors.newSingleThreadExecutor(Thread.ofVirtual().factory());
        ClaspClient client = connection.connect("dmx monitor", Reconnect.WHEN_LOST, notes);
        Interrupts.Registration _ = clasp.terminal().interrupts().onInterrupt(end::countDown)) {
      subscribe(client, where, levels, line);
      // What the router had comes before its answer, and is taken before the line is free.
      client.blocking().ping();
      CompletableFuture.runAsync(() -> {}, line).join();
      look(where, levels, redraw, end);
      if (failure.isCompletedExceptionally()) {
        failure.join();
      }
      return ExitStatus.OK;
    } catch (CompletionException e) {
      if (e.getCause() instanceof ClaspException cause) {
        throw cause;
      }
      throw e;
    } finally {
      if (redraw) {
        clasp.terminal().out().println();
        screen().end();
      }
    }
  }

  private void subscribe(ClaspClient client, Namespace where, DmxLevels levels, Executor line) {
    List<String> patterns = new ArrayList<>();
    if (universes.isEmpty()) {
      patterns.add(where.prefix() + "/*");
      patterns.add(where.prefix() + "/*/*");
    }
    for (int universe : universes) {
      patterns.add(where.prefix() + "/" + universe);
      patterns.add(where.prefix() + "/" + universe + "/*");
    }
    List<CompletableFuture<Subscription>> active = new ArrayList<>();
    for (String pattern : patterns) {
      active.add(
          client
              .subscribe(
                  pattern,
                  SubscribeOptions.DEFAULT
                      .withTypes(SignalType.PARAM, SignalType.STREAM)
                      .withExecutor(line),
                  signal -> {
                    String path = signal.address().substring(where.prefix().length());
                    synchronized (levels) {
                      switch (signal) {
                        case Signal.Change change ->
                            levels.take(
                                path, change.value(), change.fromSnapshot(), System.nanoTime());
                        case Signal.Stream stream ->
                            levels.take(path, stream.value(), false, System.nanoTime());
                        default -> {}
                      }
                    }
                  })
              .active());
    }
    active.forEach(CompletableFuture::join);
  }

  private void look(Namespace where, DmxLevels levels, boolean redraw, CountDownLatch end)
      throws InterruptedException {
    Output out = clasp.terminal().out();
    Duration pause = interval != null ? interval : Duration.ofMillis(redraw ? 100 : 1000);
    if (redraw) {
      screen().begin();
    }
    do {
      show(where, levels, redraw);
      out.flush();
      if (once || out.checkError()) {
        return;
      }
    } while (!end.await(pause.toNanos(), TimeUnit.NANOSECONDS));
  }

  private void show(Namespace where, DmxLevels levels, boolean redraw) {
    Output out = clasp.terminal().out();
    int columns = screen().columns();
    int rows = redraw ? screen().rows() : LiveScreen.MANY_ROWS;
    List<String> lines;
    synchronized (levels) {
      if (clasp.json()) {
        levels.json(where.prefix(), System.nanoTime()).forEach(out::println);
        return;
      }
      lines =
          levels.lines(
              where.prefix(),
              form != null ? form : DmxLevels.fitting(columns, rows),
              columns,
              clasp.style(),
              System.nanoTime());
    }
    if (lines.isEmpty()) {
      lines = List.of("nothing below " + Printable.escape(where.prefix()) + " yet");
    }
    if (!redraw) {
      lines.forEach(out::println);
      return;
    }
    List<String> shown = lines;
    if (lines.size() > rows) {
      shown = new ArrayList<>(lines.subList(0, rows - 1));
      shown.add(
          clasp.style().dim((lines.size() - shown.size()) + " lines more: name fewer universes"));
    }
    screen().draw(shown);
  }

  private LiveScreen screen() {
    return new LiveScreen(clasp.terminal());
  }

  private Namespace where() {
    try {
      return Namespace.parse(namespace);
    } catch (IllegalArgumentException e) {
      throw wrong("--namespace: " + Printable.escape(String.valueOf(e.getMessage())));
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
