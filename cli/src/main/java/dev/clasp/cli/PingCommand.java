package dev.clasp.cli;

import dev.clasp.cli.ConnectionOptions.Reconnect;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.client.ClockReading;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code clasp ping}: the way to the router and back, measured. */
@Command(
    name = "ping",
    description = {
      "Measure the way to the router and back, until Ctrl-C.",
      "",
      "Each line is one PING and its PONG. The summary has the median (p50) and the 99th percentile,"
          + " and how far the clocks are apart.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp ping",
      "  clasp ping -c 10 -i 0.1",
      "  clasp ping --server ws://stage.local:7330 -c 100 -i 10ms -q",
    })
final class PingCommand implements Callable<Integer> {

  private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(1);

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-c", "--count"},
      paramLabel = "N",
      description = "End after so many pings.")
  private @Nullable Long count;

  @Option(
      names = {"-i", "--interval"},
      paramLabel = "TIME",
      description = "Time between pings (default: 1s).")
  private Duration interval = Duration.ofSeconds(1);

  @Option(
      names = {"-q", "--quiet"},
      description = "Only the summary.")
  private boolean quiet;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  PingCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (count != null && count < 1) {
      throw new ParameterException(spec.commandLine(), "--count must be at least 1, not " + count);
    }
    if (interval.compareTo(SHORTEST_INTERVAL) < 0) {
      throw new ParameterException(spec.commandLine(), "--interval must be at least 1ms");
    }
    clasp.startLogging(Clasp.LogLevel.WARN);
    CountDownLatch interrupted = new CountDownLatch(1);
    try (ClaspClient client = connection.connect("ping", Reconnect.NEVER, event -> {});
        Interrupts.Registration _ =
            clasp.terminal().interrupts().onInterrupt(interrupted::countDown)) {
      return ping(client, interrupted);
    }
  }

  private int ping(ClaspClient client, CountDownLatch interrupted) throws InterruptedException {
    warmUp(client);
    RoundTrips times = new RoundTrips();
    Optional<ClaspException> lost = Optional.empty();
    long sent = 0;
    while (lost.isEmpty()) {
      sent++;
      long start = System.nanoTime();
      try {
        Duration time = client.blocking().ping();
        times.add(time.toNanos());
        answered(client, sent, time);
      } catch (ClaspException e) {
        unanswered(sent, e);
        if (e.kind() != ClaspException.Kind.TIMEOUT) {
          lost = Optional.of(e);
        }
      }
      clasp.terminal().out().flush();
      long wait = interval.toNanos() - (System.nanoTime() - start);
      if ((count != null && sent >= count) || interrupted.await(wait, TimeUnit.NANOSECONDS)) {
        break;
      }
    }
    Optional<ClockReading> clock = lost.isPresent() ? Optional.empty() : clock(client);
    summary(sent, times, clock);
    if (lost.isPresent()) {
      return ExitStatus.UNAVAILABLE;
    }
    return times.count() > 0 ? ExitStatus.OK : ExitStatus.FAILURE;
  }

  /** The first one takes longer because of this program, not because of the way. */
  private static void warmUp(ClaspClient client) {
    try {
      client.blocking().ping();
    } catch (ClaspException e) {
      // The next one will say so.
    }
  }

  private static Optional<ClockReading> clock(ClaspClient client) {
    try {
      return Optional.of(client.blocking().sync());
    } catch (ClaspException e) {
      return Optional.empty();
    }
  }

  private void answered(ClaspClient client, long number, Duration time) {
    if (quiet) {
      return;
    }
    PrintWriter out = clasp.terminal().out();
    if (clasp.json()) {
      out.println(
          new JsonLine()
              .put("ts", Times.iso(clasp.terminal().unixMicros()))
              .put("seq", number)
              .put("ms", millis(time.toNanos()), 3)
              .end());
    } else {
      out.println(
          "pong from "
              + Printable.escape(client.server().name())
              + ": seq="
              + number
              + " time="
              + text(time.toNanos())
              + " ms");
    }
  }

  private void unanswered(long number, ClaspException failure) {
    if (!quiet && !clasp.json()) {
      clasp.terminal().out().println("seq=" + number + ": " + failure.getMessage());
    }
  }

  private void summary(long sent, RoundTrips times, Optional<ClockReading> clock) {
    PrintWriter out = clasp.terminal().out();
    long answered = times.count();
    if (clasp.json()) {
      JsonLine line =
          new JsonLine()
              .put("server", connection.url())
              .put("sent", sent)
              .put("answered", answered);
      if (answered > 0) {
        line.put("minMs", millis(times.min()), 3)
            .put("p50Ms", millis(times.percentile(50)), 3)
            .put("p99Ms", millis(times.percentile(99)), 3)
            .put("maxMs", millis(times.max()), 3);
      }
      clock.ifPresent(reading -> line.put("clockOffsetMs", reading.offsetMicros() / 1000.0, 3));
      out.println(line.end());
      return;
    }
    if (!quiet) {
      out.println();
    }
    out.println("--- " + connection.url() + " ---");
    out.println(
        sent
            + (sent == 1 ? " ping, " : " pings, ")
            + answered
            + " answered, "
            + Math.round(100.0 * (sent - answered) / sent)
            + " % lost");
    if (answered > 0) {
      out.println(
          "min/p50/p99/max = "
              + text(times.min())
              + "/"
              + text(times.percentile(50))
              + "/"
              + text(times.percentile(99))
              + "/"
              + text(times.max())
              + " ms");
    }
    clock.ifPresent(reading ->
        out.println(
            String.format(
                Locale.ROOT,
                "clock of the router: %+.3f ms from ours (quality %.0f %%)",
                reading.offsetMicros() / 1000.0,
                100 * reading.quality())));
  }

  private static double millis(long nanos) {
    return nanos / 1e6;
  }

  private static String text(long nanos) {
    return String.format(Locale.ROOT, "%.3f", millis(nanos));
  }
}
