package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspClient;
import dev.clasp.protocol.Value;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.ServerConfig;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code clasp oscquery} around routers in this process; the system tests have real peers. */
class OscQueryCommandTest {

  private static final Pattern SERVES = Pattern.compile("OSCQuery at (http://\\S+:\\d+)");

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

  private static String url(TestTerminal serving) {
    until(serving, () -> SERVES.matcher(serving.err()).find());
    Matcher said = SERVES.matcher(serving.err());
    return said.find() ? said.group(1) : "";
  }

  @Test
  void theTreeOfOneRouterComesIntoAnother() throws Exception {
    try (ClaspClient desk = ClaspClient.builder(router.url()).connectBlocking();
        ClaspClient there = ClaspClient.builder(other.url()).connectBlocking()) {
      desk.set("/fader", 0.25).join();
      TestTerminal serving = terminal(router);
      CompletableFuture<Integer> served =
          serving.start("oscquery", "serve", "--port", "0", "--osc-port", "0");
      TestTerminal importing = terminal(other);
      CompletableFuture<Integer> imported =
          importing.start("oscquery", "import", url(serving), "--namespace", "/copy");

      until(
          importing,
          () ->
              there
                  .blocking()
                  .get("/copy/fader")
                  .filter(p -> p.value().equals(Value.of(0.25)))
                  .isPresent());
      there.set("/copy/fader", 0.75).join();
      until(
          importing,
          () ->
              desk.blocking()
                  .get("/fader")
                  .filter(p -> p.value().equals(Value.of(0.75)))
                  .isPresent());

      importing.interrupt();
      assertThat(end(imported)).isZero();
      assertThat(importing.err()).contains("values into the router");
      serving.interrupt();
      assertThat(end(served)).isZero();
      assertThat(serving.err()).contains("1 programs connected");
    }
  }

  @Test
  void aPortThatIsTakenIsToldInASentence() throws Exception {
    TestTerminal first = terminal(router);
    CompletableFuture<Integer> served =
        first.start("oscquery", "serve", "--port", "0", "--osc-port", "0");
    String port = url(first).replaceFirst(".*:", "");
    TestTerminal second = terminal(router);
    assertThat(second.run("oscquery", "serve", "--port", port)).isEqualTo(ExitStatus.FAILURE);
    assertThat(second.err()).contains("port is in use");
    first.interrupt();
    assertThat(end(served)).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "oscquery, a command of clasp oscquery is missing",
    "oscquery serve --port 70000, must be 0 to 65535",
    "oscquery serve --no-osc --osc-port 1, contradict",
    "oscquery serve --root /a/*, no wildcards",
    "oscquery import, URL",
    "oscquery import ftp://x, url must be like http://host:port",
    "oscquery import http://h:1 --scale big, one of none",
    "oscquery import http://h:1 --include x, include",
  })
  void mistakesAreTold(String line, String said) {
    TestTerminal terminal = terminal(router);
    assertThat(terminal.run(line.split(" ", -1))).isEqualTo(ExitStatus.USAGE);
    assertThat(terminal.err()).contains(said);
  }
}
