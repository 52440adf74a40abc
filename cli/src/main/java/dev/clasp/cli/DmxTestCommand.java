package dev.clasp.cli;

import dev.clasp.bridge.Namespace;
import dev.clasp.cli.ConnectionOptions.Reconnect;
import dev.clasp.client.BundleBuilder;
import dev.clasp.client.ClaspClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code clasp dmx test}: patterns for commissioning. */
@Command(
    name = "test",
    description = {
      "Write a moving pattern to universes in the router, until Ctrl-C; then they go dark.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp dmx test chase 1                     one slot after the other, 4 a second",
      "  clasp dmx test chase 1 --to 24 --speed 1",
      "  clasp dmx test ramp 1 2 --level 50%%",
      "  clasp dmx test flash 1 --from 10 --to 10   which light is slot 10",
      "  clasp dmx test all 1 --keep                everything on, and left on",
    })
final class DmxTestCommand implements Callable<Integer> {

  private static final double MAX_RATE = 44;
  private static final int SLOTS = 512;
  private static final int MAX_UNIVERSES = 16;

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(index = "0", paramLabel = "PATTERN", description = "chase, ramp, flash, sine or all.")
  private DmxPattern pattern = DmxPattern.CHASE;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "UNIVERSE",
      description = "Where; up to 16.")
  private List<Integer> universes = new ArrayList<>();

  @Option(names = "--from", paramLabel = "SLOT", description = "First slot (default: 1).")
  private int from = 1;

  @Option(names = "--to", paramLabel = "SLOT", description = "Last slot (default: 512).")
  private int to = SLOTS;

  @Option(
      names = "--speed",
      paramLabel = "N",
      description =
          "chase: slots a second (4); ramp, flash, sine: times a second (0.25, 1, 0.25); up to 40.")
  private @Nullable Double speed;

  @Option(
      names = "--level",
      paramLabel = "LEVEL",
      description = "The highest level: 0 to 255, 50%%, full (default: full).")
  private String level = "full";

  @Option(
      names = "--rate",
      paramLabel = "HZ",
      description = "Most writes a second, 1 to 44 (default: 30).")
  private double rate = 30;

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      description = "End after so long: 10s, 5m (default: at Ctrl-C).")
  private @Nullable Duration duration;

  @Option(names = "--keep", description = "Leave the last levels instead of going dark.")
  private boolean keep;

  @Option(
      names = "--namespace",
      paramLabel = "ADDRESS",
      description = "Where the universes are: /dmx, /artnet, /sacn (default: ${DEFAULT-VALUE}).")
  private String namespace = "/dmx";

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  DmxTestCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() throws InterruptedException {
    int highest = check();
    String prefix = prefix();
    clasp.startLogging(Clasp.LogLevel.ERROR);
    CountDownLatch interrupted = new CountDownLatch(1);
    ConnectionNotes notes =
        new ConnectionNotes(clasp, connection.url(), _ -> interrupted.countDown());
    try (ClaspClient client = connection.connect("dmx test", Reconnect.WHEN_LOST, notes);
        Interrupts.Registration _ =
            clasp.terminal().interrupts().onInterrupt(interrupted::countDown)) {
      String numbers = String.join(", ", universes.stream().map(String::valueOf).toList());
      clasp.note(pattern + " on universe " + numbers + ", until Ctrl-C");
      play(client, prefix, highest, interrupted);
    }
    return ExitStatus.OK;
  }

  private int check() {
    if (from < 1 || to > SLOTS || from > to) {
      throw wrong("--from and --to must be 1 to 512, the lower one first");
    }
    if (!(rate >= 1 && rate <= MAX_RATE)) {
      throw wrong("--rate must be 1 to 44, not " + rate);
    }
    if (speed != null && !(speed > 0 && speed <= 40)) {
      throw wrong("--speed must be above 0 and at most 40, not " + speed);
    }
    if (universes.size() > MAX_UNIVERSES
        || universes.stream().anyMatch(each -> each < 0 || each > 63_999)) {
      throw wrong("UNIVERSE must be 0 to 63999, at most " + MAX_UNIVERSES + " of them");
    }
    try {
      return DmxAssignment.level(level);
    } catch (IllegalArgumentException e) {
      throw wrong("--level: " + Printable.escape(String.valueOf(e.getMessage())));
    }
  }

  private String prefix() {
    try {
      return Namespace.parse(namespace).prefix();
    } catch (IllegalArgumentException e) {
      throw wrong("--namespace: " + Printable.escape(String.valueOf(e.getMessage())));
    }
  }

  /** Each turn waits for the router, so that a slow one gets fewer writes and not a queue. */
  private void play(ClaspClient client, String prefix, int highest, CountDownLatch interrupted)
      throws InterruptedException {
    int slots = to - from + 1;
    double perSecond = speed == null ? pattern.speed() : speed;
    int[] shown = new int[slots];
    // Nobody knows what was there before.
    Arrays.fill(shown, -1);
    long start = System.nanoTime();
    long period = (long) (TimeUnit.SECONDS.toNanos(1) / rate);
    long next = start;
    long end = duration == null ? Long.MAX_VALUE / 2 : duration.toNanos();
    do {
      long now = System.nanoTime();
      if (now - start >= end) {
        break;
      }
      double seconds = (double) (now - start) / TimeUnit.SECONDS.toNanos(1);
      write(client, prefix, shown, pattern.levels(slots, highest, perSecond, seconds));
      next = Math.max(next + period, now);
    } while (!interrupted.await(
        Math.max(0, Math.min(next - System.nanoTime(), start + end - System.nanoTime())),
        TimeUnit.NANOSECONDS));
    if (!keep) {
      write(client, prefix, shown, new int[slots]);
    }
  }

  /** What has changed, a bundle for each universe. */
  private void write(ClaspClient client, String prefix, int[] shown, int[] levels) {
    for (int universe : universes) {
      BundleBuilder bundle = new BundleBuilder();
      for (int i = 0; i < levels.length; i++) {
        if (levels[i] != shown[i]) {
          bundle.set(prefix + "/" + universe + "/" + (from + i), (long) levels[i]);
        }
      }
      if (bundle.size() > 0) {
        client.blocking().bundle(bundle);
      }
    }
    System.arraycopy(levels, 0, shown, 0, levels.length);
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
