package dev.clasp.client;

import static dev.clasp.client.Outcomes.failure;
import static dev.clasp.client.Outcomes.result;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.Message;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Router time. The estimate itself is that of the protocol module, and tested there. */
class ClockTest {

  // --- router time -------------------------------------------------------------------------------

  @Test
  void smallCorrectionsAreSpreadOut() {
    RouterTime time = new RouterTime();
    time.set(0, 1_000);
    time.correct(1_000_000, 6_000);

    assertThat(time.at(1_000_000)).isEqualTo(1_001_000);
    assertThat(time.at(2_000_000)).as("1 ms after a second").isEqualTo(2_002_000);
    assertThat(time.at(6_000_000)).isEqualTo(6_006_000);
    assertThat(time.at(60_000_000)).isEqualTo(60_006_000);
  }

  @Test
  void timeNeverRunsBackwardsForSmallCorrections() {
    RouterTime time = new RouterTime();
    SplittableRandom random = new SplittableRandom(5);
    long offset = 0;
    time.set(0, 0);
    long last = 0;
    for (long local = 0; local < 10_000_000; local += random.nextLong(1, 2_000)) {
      if (random.nextInt(100) == 0) {
        offset += random.nextLong(-40_000, 40_000);
        offset = Math.clamp(offset, -50_000, 50_000);
        time.correct(local, offset);
      }
      long now = time.at(local);
      assertThat(now).isGreaterThanOrEqualTo(last);
      last = now;
    }
  }

  @Test
  void largeCorrectionsAreMadeAtOnce() {
    RouterTime time = new RouterTime();
    time.set(0, 0);
    time.correct(1_000_000, 500_000);
    assertThat(time.at(1_000_000)).isEqualTo(1_500_000);
  }

  // --- the exchanges -----------------------------------------------------------------------------

  private final Rig rig = new Rig();

  private ClaspClient connect(boolean periodic) {
    rig.clockSync = periodic;
    rig.connect();
    return rig.client();
  }

  /** The router answers what was asked, its clock ahead by so much, after so long. */
  private int answer(Duration ahead, Duration delay) {
    List<Message.Sync> syncs = rig.link().takeSyncs();
    for (Message.Sync sync : syncs) {
      long router = rig.reactor.unixMicros() + delay.toNanos() / 2000 + ahead.toNanos() / 1000;
      rig.reactor.pass(delay);
      rig.link()
          .says(
              new Message.Sync(sync.t1Micros(), OptionalLong.of(router), OptionalLong.of(router)));
    }
    return syncs.size();
  }

  @Test
  void measuresFiveTimesAfterConnectingOneAfterTheOther() {
    ClaspClient client = connect(true);
    for (int i = 0; i < ClockExchanges.BURST; i++) {
      assertThat(answer(Duration.ofMillis(50), Duration.ofMillis(2))).isEqualTo(1);
    }
    assertThat(rig.link().takeSyncs()).isEmpty();

    ClockReading reading = client.clock();
    assertThat(reading.samples()).isEqualTo(5);
    assertThat(reading.offsetMicros()).isEqualTo(50_000);
    assertThat(reading.roundTrip()).isEqualTo(Duration.ofMillis(2));
    rig.reactor.pass(Duration.ofSeconds(60));
    assertThat(rig.link().takeSyncs()).as("again after 30 s").hasSize(1);
    rig.reactor.pass(Duration.ofSeconds(1));
    assertThat(client.time() - rig.reactor.unixMicros()).isEqualTo(50_000);
  }

  @Test
  void measuresOnRequest() {
    ClaspClient client = connect(false);
    assertThat(rig.link().takeSyncs()).isEmpty();
    var first = client.sync();
    rig.reactor.run();
    answer(Duration.ofMillis(10), Duration.ofMillis(1));
    var second = client.sync();
    for (int i = 1; i < ClockExchanges.BURST; i++) {
      answer(Duration.ofMillis(10), Duration.ofMillis(1));
    }

    assertThat(result(first).offsetMicros()).isEqualTo(10_000);
    assertThat(result(second)).isEqualTo(result(first));
    rig.reactor.pass(Duration.ofMinutes(2));
    assertThat(rig.link().takeSyncs()).isEmpty();
  }

  @Test
  void aRouterThatDoesNotAnswerIsNotWaitedForForEver() {
    ClaspClient client = connect(true);
    var reading = client.sync();
    rig.reactor.pass(Duration.ofSeconds(6));

    assertThat(failure(reading).kind()).isEqualTo(Kind.TIMEOUT);
    assertThat(client.clock().samples()).isZero();
    assertThat(Math.abs(client.time() - rig.reactor.unixMicros())).isLessThan(1_000_000);
  }

  @Test
  void answersToOtherQuestionsAreIgnored() {
    ClaspClient client = connect(true);
    rig.link().takeSyncs();
    rig.link()
        .says(
            new Message.Sync(1, OptionalLong.of(5), OptionalLong.of(5)),
            new Message.Sync(
                ManualReactor.START_MICROS, OptionalLong.empty(), OptionalLong.empty()));

    assertThat(client.clock().samples()).isZero();
  }

  @Test
  void theClockOfTheNextRouterIsMeasuredAnew() {
    ClaspClient client = connect(true);
    for (int i = 0; i < ClockExchanges.BURST; i++) {
      answer(Duration.ofHours(1), Duration.ofMillis(1));
    }
    rig.link().breaks("cable");
    rig.reactor.pass(Duration.ofSeconds(1));
    rig.welcome();

    assertThat(client.clock().samples()).isZero();
    assertThat(Math.abs(client.time() - rig.reactor.unixMicros())).isLessThan(1_000_000);
    for (int i = 0; i < ClockExchanges.BURST; i++) {
      assertThat(answer(Duration.ofHours(2), Duration.ofMillis(1))).isEqualTo(1);
    }
    assertThat(client.time() - rig.reactor.unixMicros())
        .isEqualTo(Duration.ofHours(2).toNanos() / 1000);
  }

  @Test
  void closingEndsTheMeasurements() {
    ClaspClient client = connect(true);
    client.closeAsync();
    rig.reactor.run();
    assertThat(rig.reactor.timers()).isZero();
  }
}
