package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.BridgeDefinition;
import dev.clasp.client.ClaspClient;
import dev.clasp.protocol.Value;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.ServerConfig;
import dev.clasp.testkit.FreePort;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** {@code clasp artnet} around routers in this process, with addresses of this machine. */
class ArtNetCommandTest {

  private ClaspServer router;
  private ClaspServer other;

  @BeforeEach
  void startRouters() {
    router = ClaspServer.start(ServerConfig.DEFAULT.withPort(0));
    other = ClaspServer.start(ServerConfig.DEFAULT.withPort(0));
  }

  @AfterEach
  void stopRouters() {
    router.close();
    other.close();
  }

  private static TestTerminal terminal(ClaspServer server) {
    return new TestTerminal(Map.of("CLASP_SERVER", server.url()), false);
  }

  private static void until(TestTerminal terminal, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TestTerminal.LIMIT_SECONDS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("never: " + terminal.err());
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static int end(CompletableFuture<Integer> status) throws Exception {
    return status.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  @Test
  void levelsGoFromOneRouterToAnotherThroughTwoBridges() throws Exception {
    String port = "" + FreePort.find();
    try (ClaspClient desk = ClaspClient.builder(router.url()).connectBlocking();
        ClaspClient there = ClaspClient.builder(other.url()).connectBlocking()) {
      TestTerminal receiving = terminal(other);
      CompletableFuture<Integer> received =
          receiving.start(
              "artnet", "-b", "127.0.0.21", "-p", port, "-u", "3", "--short-name", "stage");
      until(receiving, () -> receiving.err().contains("listening"));
      TestTerminal sending = terminal(router);
      CompletableFuture<Integer> sent =
          sending.start("artnet", "-b", "127.0.0.22", "-p", port, "--poll", "127.0.0.21");
      until(
          sending,
          () ->
              desk.blocking()
                  .get("/artnet/$nodes/127.0.0.21/1/name")
                  .filter(p -> p.value().equals(Value.of("stage")))
                  .isPresent());

      desk.set("/artnet/3/47", 200).join();

      until(
          receiving,
          () ->
              there
                  .blocking()
                  .get("/artnet/3/47")
                  .filter(p -> p.value().equals(Value.of(200)))
                  .isPresent());
      sending.interrupt();
      receiving.interrupt();
      assertThat(end(sent)).isZero();
      assertThat(end(received)).isZero();
    }
  }

  private static BridgeDefinition definition(String... args) {
    CommandLine all = CommandLines.create(new Clasp(new TestTerminal().terminal()));
    all.parseArgs(args);
    ArtNetCommand command = Objects.requireNonNull(all.getSubcommands().get("artnet")).getCommand();
    return command.definition();
  }

  @Test
  void onlyWhatIsSaidIsASetting() {
    assertThat(definition("artnet").settings()).isEmpty();
    assertThat(definition("artnet", "-o", "node=false", "-o", "long_name=x").settings())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("node", Value.FALSE, "long_name", Value.of("x")));
    assertThat(definition("artnet", "-b", "10.0.0.1", "--no-controller").settings())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "bind",
                Value.of("10.0.0.1:6454"),
                "controller",
                Value.FALSE,
                "send",
                Value.of("off")));
  }

  @Test
  void whatDoesNotFitTogetherIsAMistakeOfTheUser() {
    TestTerminal terminal = terminal(router);

    assertThat(terminal.run("artnet", "-b", "127.0.0.21", "-u", "32768"))
        .isEqualTo(ExitStatus.USAGE);
    assertThat(terminal.err()).contains("32768").contains("net/subnet/universe");
  }
}
