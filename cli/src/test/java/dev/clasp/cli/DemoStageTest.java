package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemoStageTest {

  private static final int RATE = 20;

  private final DemoStage stage = new DemoStage("/demo", 1);
  private int step;

  /** Plays for so long, 20 steps a second. */
  private List<StageStep> play(double seconds) {
    List<StageStep> steps = new ArrayList<>();
    for (int i = 0; i < seconds * RATE; i++) {
      steps.addAll(stage.advance(step++ / (double) RATE));
    }
    return steps;
  }

  private static Map<String, Value> lastValues(List<StageStep> steps) {
    Map<String, Value> values = new HashMap<>();
    for (StageStep each : steps) {
      if (each instanceof StageStep.Param(String address, Value value)) {
        values.put(address, value);
      }
    }
    return values;
  }

  private static double number(Value value) {
    return ((Value.Float) value).value();
  }

  @Test
  void theSameSeedGivesTheSameShow() {
    List<StageStep> first = play(30);
    DemoStage other = new DemoStage("/demo", 1);
    List<StageStep> second = new ArrayList<>();
    for (int i = 0; i < 30 * RATE; i++) {
      second.addAll(other.advance(i / (double) RATE));
    }
    assertThat(second).isEqualTo(first);
  }

  @Test
  void showsEveryTypeOfSignal() {
    assertThat(play(15))
        .hasAtLeastOneElementOfType(StageStep.Param.class)
        .hasAtLeastOneElementOfType(StageStep.Event.class)
        .hasAtLeastOneElementOfType(StageStep.Sample.class)
        .hasAtLeastOneElementOfType(StageStep.Touch.class)
        .allMatch(each -> AddressPattern.parse("/demo/**").matches(each.address()));
  }

  @Test
  void valuesKeepTheirRanges() {
    for (StageStep each : play(60)) {
      switch (each) {
        case StageStep.Param(String address, Value.Float(double value)) -> {
          double limit =
              address.endsWith("/pan")
                  ? 135
                  : address.endsWith("/tilt") ? 55 : address.endsWith("/tempo") ? 120 : 1;
          assertThat(value)
              .as(address)
              .isBetween(
                  address.endsWith("/pan") ? -135.0 : address.endsWith("/tilt") ? -15.0 : 0.0,
                  limit);
        }
        case StageStep.Param(String address, Value.Map(var entries)) -> {
          assertThat(address).endsWith("/color");
          assertThat(entries).containsOnlyKeys("r", "g", "b");
          assertThat(entries.values())
              .allSatisfy(v -> assertThat(((Value.Int) v).value()).isBetween(0L, 255L))
              .anySatisfy(v -> assertThat(v).isEqualTo(Value.of(255)));
        }
        case StageStep.Param(String address, Value value) -> {
          assertThat(address).isEqualTo("/demo/cue/current");
          assertThat(value).isInstanceOf(Value.Text.class);
        }
        case StageStep.Sample(_, double level) -> assertThat(level).isBetween(0.0, 1.0);
        case StageStep.Event _, StageStep.Touch _ -> {}
      }
    }
  }

  @Test
  void everyFaderMoves() {
    Map<String, Set<Value>> seen = new HashMap<>();
    for (StageStep each : play(20)) {
      if (each instanceof StageStep.Param(String address, Value value)) {
        seen.computeIfAbsent(address, _ -> new HashSet<>()).add(value);
      }
    }
    for (int i = 1; i <= DemoStage.FADERS; i++) {
      assertThat(seen.get("/demo/fader/" + i)).hasSizeGreaterThan(60);
    }
  }

  @Test
  void whatHasNotChangedIsNotSentAgain() {
    List<StageStep> first = play(1);
    assertThat(first).filteredOn(each -> each.address().equals("/demo/master")).hasSize(1);
    assertThat(play(5)).noneMatch(each -> each.address().equals("/demo/master"));
    assertThat(stage.advance(6)).filteredOn(StageStep.Param.class::isInstance).isNotEmpty();
    assertThat(stage.advance(6)).noneMatch(StageStep.Param.class::isInstance);
  }

  @Test
  void afterTheRouterForgotEverythingIsSentAgain() {
    Map<String, Value> before = lastValues(play(2));
    stage.forgetSent();
    assertThat(lastValues(stage.advance(step / (double) RATE)).keySet()).isEqualTo(before.keySet());
  }

  @Test
  void theMasterDimsTheLamps() {
    play(1);
    assertThat(stage.written("/demo/master", Value.of(0))).isTrue();
    Map<String, Value> values = lastValues(play(1));
    assertThat(values.get("/demo/lamp/1/brightness")).isEqualTo(Value.of(0.0));
    assertThat(values.get("/demo/spot/brightness")).isEqualTo(Value.of(0.0));
    assertThat(values).doesNotContainKey("/demo/master");
    assertThat(number(values.getOrDefault("/demo/fader/1", Value.of(0.0)))).isPositive();
  }

  @Test
  void aMasterOutOfRangeIsCorrected() {
    play(1);
    stage.written("/demo/master", Value.of(7.5));
    assertThat(lastValues(play(1))).containsEntry("/demo/master", Value.of(1.0));
  }

  @Test
  void aFaderThatSomebodyMovedStaysAndGlidesBack() {
    play(1);
    stage.written("/demo/fader/3", Value.of(0.123456));
    assertThat(lastValues(play(3))).doesNotContainKey("/demo/fader/3");
    List<StageStep> after = play(6);
    List<Double> positions = new ArrayList<>();
    for (StageStep each : after) {
      if (each instanceof StageStep.Param(String address, Value value)
          && address.equals("/demo/fader/3")) {
        positions.add(number(value));
      }
    }
    assertThat(positions).hasSizeGreaterThan(20);
    assertThat(positions.getFirst()).isBetween(0.1, 0.15);
    for (int i = 1; i < positions.size(); i++) {
      assertThat(Math.abs(positions.get(i) - positions.get(i - 1))).isLessThan(0.06);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/demo/lamp/1/brightness", "/demo/fader/7", "/demo/fader/", "/other"})
  void otherAddressesAreNotItsBusiness(String address) {
    assertThat(stage.written(address, Value.of(0.5))).isFalse();
  }

  @Test
  void valuesThatAreNoNumbersAreIgnored() {
    for (Value value :
        List.of(Value.NULL, Value.TRUE, Value.of("1"), Value.of(Double.NaN), Value.of(List.of()))) {
      assertThat(stage.written("/demo/master", value)).isFalse();
      assertThat(stage.written("/demo/fader/1", value)).isFalse();
    }
  }

  @Test
  void cuesFollowEachOtherAndSomebodyCanStartTheNext() {
    assertThat(stage.cueName()).isEmpty();
    play(1);
    assertThat(stage.cueNumber()).isEqualTo(1);
    assertThat(stage.written("/demo/cue/next", Value.NULL)).isTrue();
    List<StageStep> steps = stage.advance(1);
    assertThat(stage.cueNumber()).isEqualTo(2);
    assertThat(steps).anyMatch(each -> each.address().equals("/demo/cue/go"));
    assertThat(lastValues(steps).get("/demo/cue/current"))
        .isEqualTo(Value.of(stage.cueName().orElseThrow()));
  }

  @Test
  void theTempoGivesTheBeat() {
    assertThat(beats(play(10))).isBetween(20L, 21L);
    stage.written("/demo/tempo", Value.of(240));
    assertThat(beats(play(10))).isBetween(39L, 41L);
  }

  private static long beats(List<StageStep> steps) {
    return steps.stream().filter(each -> each.address().equals("/demo/beat")).count();
  }

  @Test
  void aFingerTouchesMovesAndLeaves() {
    List<StageStep.Touch> touches =
        play(10).stream()
            .filter(StageStep.Touch.class::isInstance)
            .map(StageStep.Touch.class::cast)
            .toList();
    assertThat(touches.getFirst().phase()).isEqualTo(GesturePhase.START);
    assertThat(touches.getLast().phase()).isEqualTo(GesturePhase.END);
    assertThat(touches.subList(1, touches.size() - 1))
        .hasSizeGreaterThan(20)
        .allMatch(touch -> touch.phase() == GesturePhase.MOVE);
  }

  @Test
  void aLateStepCatchesUpWithoutABurst() {
    play(1);
    List<StageStep> late = stage.advance(120);
    assertThat(late).hasSizeLessThan(40);
    assertThat(beats(late)).isEqualTo(1);
  }
}
