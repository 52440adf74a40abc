package dev.clasp.bridgemidi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridgetestkit.FakeContext;
import dev.clasp.midi.ClockTracker;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.PtyPair;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * How even the clock is that we send, as whoever reads the wire sees it. The figures are published
 * with the test, not judged: they say more of the machine than of us.
 */
@Timeout(180)
class ClockJitterTest {

  private static final double TEMPO = 240;
  private static final int TICKS = 480;

  /** Before everything is loaded and warm. */
  private static final int FIRST = 192;

  @TempDir private Path folder;

  @Test
  void everyTickComesAndHowLateIsToldToWhoLooks(TestReporter reporter) throws Exception {
    MidiProvider provider = new MidiProvider();
    FakeContext context = FakeContext.inRealTime();
    try (PtyPair pair = new PtyPair(folder);
        Endpoint endpoint =
            provider.create(
                BridgeSettings.of(
                    provider.settings(),
                    Map.of(
                        "port", Value.of("raw:" + pair.near()),
                        "device_name", Value.of("d"),
                        "tempo", Value.of(TEMPO),
                        "clock_out", Value.TRUE)),
                context)) {
      endpoint.start();
      context.awaitTold("up");
      long[] times = new long[TICKS];
      try (InputStream wire = Files.newInputStream(Path.of(pair.far()))) {
        assertThat(wire.readNBytes(FIRST)).hasSize(FIRST);
        for (int i = 0; i < TICKS; i++) {
          assertThat(wire.read()).isEqualTo(0xF8);
          times[i] = System.nanoTime();
        }
      }
      ClockTracker tracker = new ClockTracker();
      Arrays.stream(times).forEach(tracker::tick);
      reporter.publishEntry("clock", figures(times, tracker.tempo(times[TICKS - 1])));
      assertThat(endpoint.details()).containsKeys("late_us_p50", "late_us_p99");
    }
  }

  /** Against the even grid that lies earliest: nothing comes before its time. */
  private static String figures(long[] times, OptionalDouble tracked) {
    double period = 60e9 / (TEMPO * ClockTracker.TICKS_PER_QUARTER);
    double[] late = new double[times.length];
    for (int i = 0; i < times.length; i++) {
      late[i] = times[i] - times[0] - i * period;
    }
    double earliest = Arrays.stream(late).min().orElse(0);
    double[] sorted = Arrays.stream(late).map(each -> (each - earliest) / 1e3).sorted().toArray();
    return String.format(
        Locale.ROOT,
        "%d ticks at %.0f: later than the earliest by %.0f us (half), %.0f us (99 in 100), %.0f us"
            + " (all), of %.0f us from tick to tick; a reader takes it for %.1f",
        times.length,
        TEMPO,
        sorted[sorted.length / 2],
        sorted[(int) ((sorted.length - 1) * 0.99)],
        sorted[sorted.length - 1],
        period / 1e3,
        tracked.orElse(0));
  }
}
