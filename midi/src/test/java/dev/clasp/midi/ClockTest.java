package dev.clasp.midi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ClockTest {

  private static final double TICK_120 = 60e9 / (120 * 24);

  private final ClockTracker tracker = new ClockTracker();
  private double now = 1e9;

  private void ticks(int count, double tempo, double jitterNanos, double lost, Random random) {
    double period = 60e9 / (tempo * 24);
    for (int i = 0; i < count; i++) {
      now += period;
      if (random.nextDouble() >= lost) {
        tracker.tick((long) (now + jitterNanos * (random.nextDouble() - 0.5)));
      }
    }
  }

  private double tempo() {
    return tracker.tempo((long) now).orElseThrow();
  }

  @Test
  void tempoIsKnownAfterHalfAQuarterNote() {
    ticks(11, 120, 0, 0, new Random(1));
    assertThat(tracker.tempo((long) now)).isEmpty();
    ticks(1, 120, 0, 0, new Random(1));
    assertThat(tempo()).isCloseTo(120, within(0.001));
  }

  @Test
  void jitterHardlyChangesIt() {
    Random random = new Random(2);
    ticks(60, 120, 4e6, 0, random);
    for (int i = 0; i < 500; i++) {
      ticks(1, 120, 4e6, 0, random);
      assertThat(tempo()).isCloseTo(120, within(1.0));
    }
  }

  @Test
  void ticksThatAreLostDoNotChangeIt() {
    Random random = new Random(3);
    tracker.start();
    ticks(60, 133, 0, 0, random);
    for (int i = 0; i < 1000; i++) {
      ticks(1, 133, 1e6, 0.1, random);
      assertThat(tempo()).isCloseTo(133, within(1.0));
    }
    // The first tick is the beginning; what was lost is counted, but for the last ones perhaps.
    assertThat(tracker.position()).isBetween(1055L, 1059L);
  }

  @Test
  void aNewTempoIsFollowedWithinAQuarterNote() {
    Random random = new Random(4);
    for (double tempo : new double[] {120, 60, 180, 90, 89, 300, 40, 20}) {
      ticks(30, tempo, 0, 0, random);
      assertThat(tempo()).as("%s", tempo).isCloseTo(tempo, within(tempo * 0.03));
      ticks(30, tempo, 0, 0, random);
      assertThat(tempo()).as("%s", tempo).isCloseTo(tempo, within(0.01));
    }
  }

  @Test
  void silenceEndsIt() {
    ticks(60, 120, 0, 0, new Random(1));
    assertThat(tracker.tempo((long) now + 600_000_000)).isEmpty();
    now += 1e9;
    ticks(12, 140, 0, 0, new Random(1));
    assertThat(tempo()).isCloseTo(140, within(0.001));
  }

  @Test
  void theSongIsCounted() {
    tracker.start();
    ticks(25, 120, 0, 0, new Random(1));
    assertThat(tracker.position()).isEqualTo(24);
    tracker.stop();
    ticks(10, 120, 0, 0, new Random(1));
    assertThat(tracker.position()).isEqualTo(24);
    assertThat(tracker.running()).isFalse();
    tracker.songPosition(16);
    tracker.resume();
    ticks(2, 120, 0, 0, new Random(1));
    assertThat(tracker.position()).isEqualTo(97);
  }

  @Test
  void ourTicksDoNotDrift() {
    ClockSchedule schedule = new ClockSchedule(127.3, 1000);
    for (int i = 0; i < 1_000_000; i++) {
      schedule.sent();
    }
    assertThat(schedule.next()).isEqualTo(1000 + Math.round(1_000_000 * 60e9 / (127.3 * 24)));
  }

  @Test
  void aNewTempoKeepsThePhase() {
    ClockSchedule schedule = new ClockSchedule(120, 0);
    schedule.sent();
    assertThat(schedule.next()).isEqualTo(Math.round(TICK_120));
    // A quarter of the tick is over; three quarters of it take twice as long.
    schedule.tempo(60, Math.round(TICK_120 / 4));
    assertThat((double) schedule.next()).isCloseTo(TICK_120 / 4 + 1.5 * TICK_120, within(2.0));
    schedule.sent();
    assertThat((double) schedule.next()).isCloseTo(TICK_120 / 4 + 3.5 * TICK_120, within(2.0));
  }

  @Test
  void manyChangesOfTempoAddUpToNothing() {
    ClockSchedule schedule = new ClockSchedule(120, 0);
    for (int i = 0; i < 10_000; i++) {
      schedule.tempo(120, schedule.next());
      schedule.sent();
    }
    assertThat((double) schedule.next()).isCloseTo(10_000 * TICK_120, within(10_000.0));
  }

  @Test
  void aMachineThatSleptSendsNoHeap() {
    ClockSchedule schedule = new ClockSchedule(120, 0);
    assertThat(schedule.skip(1_000_000, 200_000_000)).isZero();
    assertThat(schedule.skip(10_000_000_000L, 200_000_000)).isEqualTo(480);
    assertThat(schedule.next()).isEqualTo(10_000_000_000L);
  }

  @Test
  void whatTheScheduleSaysTheTrackerHears() {
    ClockSchedule schedule = new ClockSchedule(98.6, 5);
    for (int i = 0; i < 60; i++) {
      tracker.tick(schedule.next());
      now = schedule.next();
      schedule.sent();
    }
    assertThat(tempo()).isCloseTo(98.6, within(0.001));
  }
}
