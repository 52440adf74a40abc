package dev.clasp.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BenchPlanTest {

  static Stream<Consumer<BenchPlan.Builder>> mistakes() {
    return Stream.of(
        plan -> plan.duration(Duration.ZERO),
        plan -> plan.duration(Duration.ofDays(1)),
        plan -> plan.warmup(Duration.ofMillis(-1)),
        plan -> plan.runs(0),
        plan -> plan.rate(0),
        plan -> plan.clients(0),
        plan -> plan.subscribers(100_001),
        plan -> plan.payload(7),
        plan -> plan.payload(BenchPlan.MAX_PAYLOAD + 1),
        plan -> plan.window(0),
        plan -> plan.loops(0));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void refusesWhatMakesNoSense(Consumer<BenchPlan.Builder> mistake) {
    BenchPlan.Builder builder = BenchPlan.builder();
    mistake.accept(builder);
    assertThatThrownBy(builder::build).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void onlyTheCodecNeedsNoServer() {
    assertThat(BenchPlan.builder().scenarios(List.of(Scenario.CODEC)).build().needsTarget())
        .isFalse();
    assertThat(BenchPlan.builder().build().needsTarget()).isTrue();
  }

  @Test
  void withoutServerThereIsNothingToMeasure() {
    BenchPlan plan = BenchPlan.builder().scenarios(List.of(Scenario.HOP)).build();
    assertThatThrownBy(() -> Bench.run(plan, BenchListener.SILENT))
        .isInstanceOf(BenchException.class)
        .hasMessageContaining("URL");
  }

  @Test
  void scenariosAreFoundByTheirKey() {
    for (Scenario scenario : Scenario.values()) {
      assertThat(Scenario.ofKey(scenario.key())).contains(scenario);
      assertThat(Scenario.keys()).contains(scenario.key());
      assertThat(scenario.description()).isNotBlank();
    }
    assertThat(Scenario.ofKey("nonsense")).isEmpty();
  }
}
