package dev.clasp.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.router.RouterConfig;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.ServerConfig;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Every scenario against the real server, for a moment: it comes to its end, and its counts are
 * right. Nothing here looks at a time.
 */
class ScenarioSmokeTest {

  /** Fewer than some scenarios would like. */
  private static final int SESSIONS = 200;

  private ClaspServer server;

  @BeforeEach
  void start() {
    server = start(RouterConfig.builder().maxSessions(SESSIONS).maxParameters(200_000));
  }

  private static ClaspServer start(RouterConfig.Builder router) {
    return ClaspServer.start(ServerConfig.DEFAULT.withPort(0).withRouter(router.build()));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private List<RunResult> run(Scenario scenario, UnaryOperator<BenchPlan.Builder> settings) {
    BenchPlan.Builder plan =
        BenchPlan.builder()
            .target(BenchTarget.embedded(URI.create(server.url())))
            .scenarios(List.of(scenario))
            .duration(Duration.ofMillis(400))
            .warmup(Duration.ofMillis(50))
            .runs(1);
    return Bench.run(settings.apply(plan).build(), BenchListener.SILENT).results();
  }

  private List<RunResult> run(Scenario scenario) {
    return run(scenario, plan -> plan);
  }

  private static double figure(RunResult result, String name) {
    return result
        .figure(name)
        .orElseThrow(() -> new AssertionError(name + " is missing in " + result))
        .value();
  }

  @Test
  void codec() {
    List<RunResult> results = run(Scenario.CODEC);
    assertThat(results).hasSize(Shape.values().length);
    for (RunResult result : results) {
      assertThat(figure(result, "encode")).isPositive();
      assertThat(figure(result, "decode")).isPositive();
      // The first calls may allocate (lambdas, compiled code): little each on average.
      assertThat(figure(result, "view allocates")).isLessThan(10);
    }
    assertThat(figure(results.getFirst(), "frame")).isEqualTo(31);
  }

  @Test
  void setAck() {
    RunResult result = run(Scenario.SET_ACK, plan -> plan.clients(3)).getFirst();
    assertThat(result.variant()).isEqualTo("3 clients");
    assertThat(figure(result, "acks")).isPositive();
    assertThat(figure(result, "ack p50")).isPositive();
    assertThat(server.router().parameterCount()).isEqualTo(3);
  }

  @Test
  void setAckPipelined() {
    assertThat(figure(run(Scenario.SET_ACK_PIPELINED).getFirst(), "acks")).isPositive();
  }

  @Test
  void hop() {
    RunResult result = run(Scenario.HOP, plan -> plan.payload(5000)).getFirst();
    assertThat(figure(result, "messages")).isPositive();
    assertThat(figure(result, "latency loss")).isZero();
  }

  @Test
  void hopOpen() {
    RunResult result = run(Scenario.HOP_OPEN).getFirst();
    assertThat(figure(result, "loss")).isZero();
    assertThat(figure(result, "messages")).isPositive();
  }

  @Test
  void fanout() {
    RunResult result = run(Scenario.FANOUT, plan -> plan.subscribers(10).loops(2)).getFirst();
    assertThat(result.variant()).isEqualTo("10 subscribers");
    assertThat(figure(result, "deliveries")).isPositive();
    assertThat(figure(result, "saturated loss")).isZero();
    assertThat(figure(result, "last loss")).isZero();
    assertThat(result.figure("saturated repeated")).isEmpty();
    assertThat(figure(result, "each p50")).isLessThanOrEqualTo(figure(result, "last max"));
  }

  @Test
  void wildcard() {
    List<RunResult> results = run(Scenario.WILDCARD);
    assertThat(results).hasSize(16);
    assertThat(results)
        .allSatisfy(result -> {
          assertThat(figure(result, "saturated loss")).isZero();
          assertThat(figure(result, "deliveries")).isPositive();
        });
  }

  @Test
  void throughput() {
    RunResult result = run(Scenario.THROUGHPUT, plan -> plan.subscribers(2)).getFirst();
    assertThat(figure(result, "tries")).isPositive();
    assertThat(figure(result, "deliveries")).isEqualTo(2 * figure(result, "messages"));
  }

  @Test
  void churn() {
    List<RunResult> results = run(Scenario.CHURN, plan -> plan.clients(4));
    assertThat(results).hasSize(3);
    assertThat(figure(results.get(2), "cycles")).isPositive();
    assertThat(figure(results.get(2), "silent connections")).isBetween(500.0, 1000.0);
    assertThat(figure(results.get(0), "idle sessions")).isZero();
    assertThat(figure(results.get(1), "idle sessions")).isBetween(150.0, SESSIONS - 4.0);
  }

  @Test
  void lateJoin() {
    List<RunResult> results = run(Scenario.LATE_JOIN);
    assertThat(results).hasSize(5);
    assertThat(results)
        .extracting(result -> figure(result, "stored"))
        .containsExactly(10.0, 100.0, 1000.0, 10_000.0, 100_000.0);
    assertThat(results).allSatisfy(result -> assertThat(figure(result, "joins")).isPositive());
  }

  @Test
  void aFullServerStoresFewerParameters() {
    server.close();
    server = start(RouterConfig.builder().maxParameters(500));
    List<RunResult> results = run(Scenario.LATE_JOIN);
    // The writer's parameter is one of the 500.
    assertThat(results)
        .extracting(result -> figure(result, "stored"))
        .containsExactly(10.0, 100.0, 499.0, 499.0, 499.0);
  }

  @Test
  void memory() {
    RunResult result = run(Scenario.MEMORY).getFirst();
    assertThat(figure(result, "connections")).isBetween(150.0, (double) SESSIONS);
    assertThat(figure(result, "subscriptions")).isGreaterThan(9_000);
    assertThat(figure(result, "values")).isEqualTo(50_000);
    assertThat(figure(result, "value heap")).isPositive();
  }

  @Test
  void memoryOfAnotherMachineCannotBeMeasured() {
    BenchPlan plan =
        BenchPlan.builder()
            .target(BenchTarget.at(URI.create(server.url())))
            .scenarios(List.of(Scenario.MEMORY))
            .build();
    assertThatThrownBy(() -> Bench.run(plan, BenchListener.SILENT))
        .isInstanceOf(BenchException.class)
        .hasMessageContaining("process on this machine");
  }

  @Test
  void slowConsumer() {
    RunResult result = run(Scenario.SLOW_CONSUMER, plan -> plan.subscribers(5)).getFirst();
    assertThat(figure(result, "stale values")).isZero();
    assertThat(figure(result, "others loss")).isZero();
    assertThat(figure(result, "held back")).isPositive();
  }

  @Test
  void gesture() {
    List<RunResult> results = run(Scenario.GESTURE);
    assertThat(results).hasSize(4);
    for (RunResult result : results) {
      assertThat(figure(result, "edges lost")).isZero();
      assertThat(figure(result, "last moves lost")).isZero();
      assertThat(figure(result, "delivered"))
          .isLessThanOrEqualTo(figure(result, "to be delivered"))
          .isPositive();
    }
  }

  @Test
  void nobodyThereIsSaidInOneSentence() {
    String url = server.url();
    server.close();
    BenchPlan plan =
        BenchPlan.builder()
            .target(BenchTarget.at(URI.create(url)))
            .scenarios(List.of(Scenario.HOP))
            .build();
    assertThatThrownBy(() -> Bench.run(plan, BenchListener.SILENT))
        .isInstanceOf(BenchException.class)
        .hasMessageContaining("nobody listens on");
  }

  @Test
  void oneClientIsComparedWithABareLoop() {
    RunResult result = run(Scenario.CLIENT).getFirst();
    for (String name : List.of("sets", "samples")) {
      assertThat(figure(result, name)).isPositive();
      assertThat(figure(result, name + " bare")).isPositive();
    }
  }
}
