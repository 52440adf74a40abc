package dev.clasp.cli;

import dev.clasp.bench.BenchException;
import dev.clasp.bench.BenchTarget;
import dev.clasp.bench.Soak;
import dev.clasp.bench.SoakPlan;
import dev.clasp.bench.SoakReport;
import dev.clasp.bench.SoakSample;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code clasp soak}: hours of load, and what grows meanwhile. */
@Command(
    name = "soak",
    description = {
      "Load a router for hours and report what leaks.",
      "",
      "Writers, a reader that checks every revision, and clients that come and go. Samples the"
          + " router's live memory, files and threads, and those of the clients here; what kept growing in the second half is"
          + " reported as a leak. Without --url a router of ours is started for it.",
    },
    footer = {
      "",
      "Status 1 if something leaked or went wrong.",
      "",
      "Examples:",
      "  clasp soak --hours 8",
      "  clasp soak --hours 0.1 --every 10s",
      "  clasp soak --hours 1 --url ws://localhost:7330 --pid 1234",
    })
final class SoakCommand implements Callable<Integer> {

  private static final int SAMPLES = 60;

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--hours",
      paramLabel = "H",
      description = "How long; may be a fraction (default: ${DEFAULT-VALUE}).")
  private double hours = 1;

  @Option(
      names = "--every",
      paramLabel = "TIME",
      description = "Time between samples (default: a sixtieth of the whole).")
  private @Nullable Duration every;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Writes a second of the steady load (default: ${DEFAULT-VALUE}).")
  private int rate = 2000;

  @Option(
      names = {"-u", "--url"},
      paramLabel = "URL",
      description = "The router to load; the same as --server.")
  private @Nullable String url;

  @Option(
      names = "--pid",
      paramLabel = "PID",
      description = "Process of the router at --url; without it nothing can be said of leaks.")
  private @Nullable Long pid;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  SoakCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    Duration duration = Duration.ofNanos((long) (hours * Duration.ofHours(1).toNanos()));
    if (!(hours > 0) || hours > 24 * 366) {
      throw wrong("--hours must be more than 0 and up to a year, not " + hours);
    }
    clasp.startLogging(Clasp.LogLevel.ERROR);
    try (BenchTarget target = target()) {
      SoakPlan plan = plan(target, duration);
      clasp.note("soaking " + target.uri() + " for " + DurationText.human(duration) + " ...");
      SoakReport report = Soak.run(plan, this::print);
      return print(report);
    } catch (BenchException e) {
      throw new CommandException(ExitStatus.FAILURE, String.valueOf(e.getMessage()), e);
    }
  }

  private BenchTarget target() {
    if (url == null) {
      if (pid != null) {
        throw wrong("--pid belongs to a router at --url");
      }
      return BenchCommand.startRouter("ws");
    }
    connection.useServer(url);
    URI uri = URI.create(connection.url());
    return (pid == null ? BenchTarget.at(uri) : BenchTarget.at(uri, pid))
        .trusting(connection.tls());
  }

  private SoakPlan plan(BenchTarget target, Duration duration) {
    try {
      return new SoakPlan(
          target,
          connection.token(),
          duration,
          every == null ? duration.dividedBy(SAMPLES) : every,
          rate);
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private void print(SoakSample sample) {
    PrintWriter out = clasp.terminal().out();
    if (clasp.json()) {
      out.println(
          new JsonLine()
              .put("seconds", sample.seconds(), 1)
              .put("heap_bytes", sample.heapBytes())
              .put("resident_bytes", sample.residentBytes())
              .put("files", sample.files())
              .put("threads", sample.threads())
              .put("client_heap_bytes", sample.clientHeapBytes())
              .put("client_threads", sample.clientThreads())
              .end());
    } else {
      out.printf(
          Locale.ROOT,
          "%8.0f s  live %s  resident %s  files %s  threads %s  clients: live %s  threads %s%n",
          sample.seconds(),
          mebibytes(sample.heapBytes()),
          mebibytes(sample.residentBytes()),
          number(sample.files()),
          number(sample.threads()),
          mebibytes(sample.clientHeapBytes()),
          number(sample.clientThreads()));
    }
    out.flush();
  }

  private int print(SoakReport report) {
    PrintWriter out = clasp.terminal().out();
    List<String> leaks = report.leaks();
    if (clasp.json()) {
      out.println(
          new JsonLine()
              .put("writes", report.writes())
              .put("connections", report.connections())
              .put("violations", report.violations().size())
              .put("leaks", leaks.size())
              .end());
    } else {
      out.printf(
          Locale.ROOT,
          "%d writes, %d connections that came and went%n",
          report.writes(),
          report.connections());
    }
    out.flush();
    report.violations().forEach(violation -> clasp.note(Printable.escape(violation)));
    leaks.forEach(clasp::note);
    if (!report.judged()) {
      clasp.note("too few samples to tell leaks: soak longer, or set --every");
    } else if (leaks.isEmpty() && report.violations().isEmpty()) {
      clasp.note("nothing leaked and nothing went wrong");
    }
    return leaks.isEmpty() && report.violations().isEmpty() ? ExitStatus.OK : ExitStatus.FAILURE;
  }

  private static String mebibytes(OptionalLong bytes) {
    return bytes.isEmpty()
        ? "?"
        : String.format(Locale.ROOT, "%.1f MiB", bytes.getAsLong() / 1048576.0);
  }

  private static String number(OptionalLong value) {
    return value.isEmpty() ? "?" : Long.toString(value.getAsLong());
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
