package dev.clasp.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing goes back where it came from, nothing goes round for ever, and no last value is lost. */
class BridgeEchoTest {

  private final HostRig rig = new HostRig();

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ownWritesDoNotComeBack(boolean answersFirst) {
    rig.router.answersFirst = answersFirst;
    rig.addDesk();
    for (int i = 0; i < 100; i++) {
      rig.device().says("/a", Value.of(i));
    }
    assertThat(rig.heard()).isEmpty();
    assertThat(rig.counts().echoes()).isEqualTo(100);
    rig.writes("/fake/a", Value.of(99));
    rig.pass(Duration.ofSeconds(3));
    rig.writes("/fake/a", Value.of(99));
    assertThat(rig.heard()).as("somebody else says it later").containsExactly("/a 99");
  }

  @Test
  void ifTheRouterHasOwnAndOtherTheOtherWayRoundTheOtherSideIsCorrected() {
    rig.addDesk();
    // Somebody writes 7 just before 5 arrives; the device has moved to 5 and hears 7.
    rig.router.write("/fake/a", Value.of(7));
    rig.device().says("/a", Value.of(5));
    rig.clock.settle();
    assertThat(rig.router.values).containsEntry("/fake/a", Value.of(5));
    assertThat(rig.heard()).last().isEqualTo("/a 5");
  }

  @Test
  void whatTheDeviceRepeatsIsNotWrittenAgain() {
    rig.addDesk().writes("/fake/a", Value.of(0.1));
    assertThat(rig.heard()).hasSize(1);
    // Through a 32-bit float.
    rig.says("/a", Value.of((double) 0.1f));
    assertThat(rig.router.writes).hasSize(1);
    assertThat(rig.counts().echoes()).isEqualTo(1);
    rig.pass(Duration.ofMillis(251)).says("/a", Value.of((double) 0.1f));
    assertThat(rig.router.writes).as("after the window it is news").hasSize(2);
  }

  @Test
  void whileAFaderIsDrawnItsOldEchoesDoNotPullItBack() {
    rig.addDesk();
    for (int i = 1; i <= 5; i++) {
      rig.writes("/fake/a", Value.of(i));
    }
    for (int i = 1; i <= 5; i++) {
      rig.says("/a", Value.of(i));
    }
    rig.pass(Duration.ofSeconds(1));
    assertThat(rig.router.writes).hasSize(5);
    assertThat(rig.router.values).containsEntry("/fake/a", Value.of(5));
  }

  @Test
  void aDeviceThatReallyGoesBackIsHeard() {
    rig.addDesk();
    rig.writes("/fake/a", Value.of(0)).writes("/fake/a", Value.of(1));
    rig.says("/a", Value.of(0));
    assertThat(rig.router.values).containsEntry("/fake/a", Value.of(1));
    rig.pass(Duration.ofMillis(300));
    assertThat(rig.router.values).containsEntry("/fake/a", Value.of(0));

    rig.writes("/fake/b", Value.of(5));
    rig.says("/b", Value.of(6)).says("/b", Value.of(5));
    assertThat(rig.router.values).as("there and back").containsEntry("/fake/b", Value.of(5));
  }

  @Test
  void withoutAWindowNothingIsTakenForAnEcho() {
    rig.add(HostRig.desk().withEchoWindow(Duration.ZERO));
    rig.writes("/fake/a", Value.of(1)).says("/a", Value.of(1));
    assertThat(rig.router.writes).hasSize(2);
  }

  @Test
  void whatACapHoldsIsNotTakenForSent() {
    rig.add(
        HostRig.desk()
            .withRates(RateCaps.NONE, new RateCaps(OptionalDouble.of(10), OptionalDouble.empty())));
    rig.writes("/fake/a", Value.of(1))
        .writes("/fake/a", Value.of(2))
        .writes("/fake/a", Value.of(1));
    rig.pass(Duration.ofSeconds(1));
    assertThat(rig.heard()).last().isEqualTo("/a 1");
    assertThat(rig.router.values).containsEntry("/fake/a", Value.of(1));
  }

  @Test
  void togglingFastIsNoEcho() {
    rig.addDesk();
    for (int i = 0; i < 100; i++) {
      rig.writes("/fake/button", Value.of(i % 2));
    }
    assertThat(rig.heard()).hasSize(100).last().isEqualTo("/button 1");
  }

  @Test
  void twoBridgesOnOneNamespaceAndOneNetworkSettle() {
    rig.protocol.bus = true;
    rig.addDesk().add(BridgeDefinition.of("twin", "fake", Map.of()));
    rig.writes("/fake/a", Value.of(1));
    rig.pass(Duration.ofSeconds(5));
    int settled = rig.router.writes.size();
    assertThat(settled).isLessThan(4);
    for (int i = 0; i < 20; i++) {
      rig.router.write("/fake/a", Value.of(i));
      rig.clock.settle();
    }
    rig.pass(Duration.ofSeconds(5));
    int after = rig.router.writes.size();
    rig.pass(Duration.ofSeconds(60));
    assertThat(rig.router.writes).as("it is quiet").hasSize(after);
    assertThat(rig.router.values).containsEntry("/fake/a", Value.of(19));
  }

  @Test
  void whatSomebodyElseSendsBackForEverIsStopped() {
    rig.addDesk();
    // A program that answers every change with the same value, and another client that repeats it.
    for (int i = 0; i < 1000; i++) {
      rig.router.emit("/fake/go", Value.of("x"));
      rig.clock.settle();
      rig.pass(Duration.ofMillis(1));
      rig.device().says("/go", SignalType.EVENT, Value.of("y"));
      rig.router.emit("/fake/go", Value.of("y"));
      rig.device().says("/go", SignalType.EVENT, Value.of("x"));
      rig.clock.settle();
    }
    assertThat(rig.counts().loops()).isPositive();
    assertThat(rig.status().lastError())
        .hasValueSatisfying(text -> assertThat(text).contains("goes round in circles"));
  }
}
