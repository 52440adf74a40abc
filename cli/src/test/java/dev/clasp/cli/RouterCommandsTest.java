package dev.clasp.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.ServerConfig;
import dev.clasp.testkit.FreePort;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands against a router in this process. */
class RouterCommandsTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  private ClaspServer server;

  @BeforeEach
  void startRouter() {
    // Some start it again: nobody may take the port meanwhile.
    server = ClaspServer.start(ServerConfig.DEFAULT.withPort(FreePort.find()));
  }

  @AfterEach
  void stopRouter() {
    server.close();
  }

  /** A world whose CLASP_SERVER is the router. */
  private TestTerminal terminal() {
    return new TestTerminal(Map.of("CLASP_SERVER", server.url()), false);
  }

  /** Runs a command that must succeed, and returns what it printed. */
  private String ok(String... args) {
    TestTerminal terminal = terminal();
    int status = terminal.run(args);
    assertThat(status).as(() -> terminal.out() + terminal.err()).isZero();
    return terminal.out();
  }

  private static int end(CompletableFuture<Integer> status) throws Exception {
    return status.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  private void restartRouter() {
    int port = server.address().getPort();
    server.close();
    server = ClaspServer.start(ServerConfig.DEFAULT.withPort(port));
  }

  // --- set, get
  // ------------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "0.8 | 0.8",
        "1 | 1",
        "1.0 | 1.0",
        "-5 | -5",
        "-0.25 | -0.25",
        "true | true",
        "null | null",
        "hello | \"hello\"",
        "{\"n\": 1} | {\"n\": 1}",
        "[1,2.5] | [1, 2.5]",
      })
  void whatIsSetIsWhatGetPrints(String given, String printed) {
    assertThat(ok("set", "/a", given))
        .isEqualTo("/a " + printed + " rev=1" + System.lineSeparator());
    assertThat(ok("get", "/a").strip()).isEqualTo(printed);
  }

  @Test
  void kindsCanBeForced() {
    ok("set", "/a", "007", "--string");
    assertThat(ok("get", "/a").strip()).isEqualTo("\"007\"");
    assertThat(ok("get", "/a", "--raw").strip()).isEqualTo("007");
    ok("set", "/a", "1", "--float");
    assertThat(ok("get", "/a").strip()).isEqualTo("1.0");
    ok("set", "/a", "--bytes", "00ff");
    assertThat(ok("get", "/a").strip()).isEqualTo("0x00ff");
    ok("set", "/a", "--string", "-x");
    assertThat(ok("get", "/a", "-r").strip()).isEqualTo("-x");
    ok("set", "/a", "--", "--lock");
    assertThat(ok("get", "/a", "-r").strip()).isEqualTo("--lock");
  }

  @Test
  void revisionsCountAndCanBeDemanded() {
    ok("set", "/a", "1");
    assertThat(ok("set", "/a", "2")).contains("rev=2");
    assertThat(ok("set", "/a", "3", "--revision", "2")).contains("rev=3");
    TestTerminal late = terminal();
    assertThat(late.run("set", "/a", "4", "--revision", "2")).isEqualTo(ExitStatus.FAILURE);
    assertThat(late.out()).isEmpty();
    assertThat(late.err()).startsWith("clasp: ").contains("revision");
    assertThat(ok("get", "/a").strip()).isEqualTo("3");
  }

  @Test
  void nothingThereIsStatus4() {
    TestTerminal terminal = terminal();
    assertThat(terminal.run("get", "/nothing")).isEqualTo(ExitStatus.ABSENT);
    assertThat(terminal.out()).isEmpty();
    assertThat(terminal.err())
        .isEqualTo("clasp: there is no value at /nothing" + System.lineSeparator());
  }

  @Test
  void jsonOutputIsOneObject() throws Exception {
    JsonNode set = JSON.readTree(ok("set", "/a", "[1]", "--output", "json"));
    assertThat(set).isEqualTo(JSON.readTree("{\"address\":\"/a\",\"value\":[1],\"revision\":1}"));
    JsonNode get = JSON.readTree(ok("--output", "json", "get", "/a"));
    assertThat(get.get("value")).isEqualTo(JSON.readTree("[1]"));
    assertThat(get.get("revision").asLong()).isEqualTo(1);
    assertThat(get.get("address").asText()).isEqualTo("/a");
    assertThat(get.has("writer")).isTrue();
  }

  @Test
  void quietAndFire() {
    assertThat(ok("set", "/a", "1", "--quiet")).isEmpty();
    assertThat(ok("set", "/a", "2", "--qos", "fire").strip()).isEqualTo("/a 2");
    assertThat(ok("set", "/a", "3", "--qos", "COMMIT").strip()).isEqualTo("/a 3 rev=3");
  }

  @Test
  void pubIsSetByAnotherName() {
    assertThat(ok("pub", "/a", "1").strip()).isEqualTo("/a 1 rev=1");
    assertThat(ok("pub", "/e", "1", "--signal", "event").strip()).isEqualTo("event /e 1");
    assertThat(terminal().run("get", "/e")).isEqualTo(ExitStatus.ABSENT);
  }

  @Test
  void aWrongAddressIsAUsageError() {
    for (String line : List.of("set lights 1", "set /a/* 1", "get lights", "emit lights")) {
      TestTerminal terminal = terminal();
      assertThat(terminal.run(line.split(" "))).as(line).isEqualTo(ExitStatus.USAGE);
      assertThat(terminal.err()).startsWith("clasp: ").doesNotContain("\tat ");
    }
  }

  @Test
  void brokenJsonIsSentAsTextWithANote() {
    TestTerminal terminal = terminal();
    assertThat(terminal.run("set", "/a", "{n: 1}")).isZero();
    assertThat(terminal.err()).contains("not JSON");
    assertThat(terminal.out().strip()).isEqualTo("/a \"{n: 1}\" rev=1");
  }

  @Test
  void aHeldLockKeepsOthersOutUntilTheInterrupt() throws Exception {
    TestTerminal holder = terminal();
    CompletableFuture<Integer> holding = holder.start("set", "/a", "1", "--lock", "--hold");
    holder.awaitErr(text -> text.contains("locked until Ctrl-C"));
    TestTerminal other = terminal();
    assertThat(other.run("set", "/a", "2")).isEqualTo(ExitStatus.FAILURE);
    assertThat(other.err()).containsIgnoringCase("lock");
    holder.interrupt();
    assertThat(end(holding)).isZero();
    ok("set", "/a", "3");
  }

  @Test
  void aLockWithoutHoldSaysThatItIsGone() {
    TestTerminal terminal = terminal();
    assertThat(terminal.run("set", "/a", "1", "--lock")).isZero();
    assertThat(terminal.err()).contains("--hold");
  }

  @Test
  void aHeldConnectionThatIsLostIsAFailure() throws Exception {
    TestTerminal holder = terminal();
    CompletableFuture<Integer> holding = holder.start("set", "/a", "1", "--lock", "--hold");
    holder.awaitErr(text -> text.contains("locked until Ctrl-C"));
    server.close();
    assertThat(end(holding)).isEqualTo(ExitStatus.UNAVAILABLE);
    assertThat(holder.err()).contains("lost");
  }

  // --- emit, watch
  // -----------------------------------------------------------------------------------

  @Test
  void watchShowsWhatIsEmitted() throws Exception {
    TestTerminal watcher = terminal();
    CompletableFuture<Integer> watching = watcher.start("watch", "/**", "--json", "--count", "5");
    ok("set", "/first", "0");
    watcher.awaitOut(text -> text.contains("/first"));
    assertThat(ok("emit", "/cue/go", "{\"n\": 1}").strip()).isEqualTo("event /cue/go {\"n\": 1}");
    assertThat(ok("emit", "/cue/stop").strip()).isEqualTo("event /cue/stop");
    ok("emit", "/sensor/x", "-0.5", "--signal", "stream");
    ok("emit", "/pad", "[0.1,0.9]", "--signal", "gesture", "--phase", "start", "--id", "7");
    assertThat(end(watching)).isZero();
    assertThat(watcher.lines()).hasSize(5);
    assertThat(line(watcher, "/cue/go"))
        .isEqualTo(
            "event {\"n\":1} {\"ts\":\"2025-01-31T18:30:00.123Z\",\"revision\":null,\"writer\":null}");
    assertThat(line(watcher, "/cue/stop")).startsWith("event null ");
    assertThat(line(watcher, "/sensor/x")).startsWith("stream -0.5 ");
    assertThat(line(watcher, "/pad"))
        .startsWith("gesture [0.1,0.9] ")
        .endsWith("\"id\":7,\"phase\":\"start\"}");
  }

  /** Type, value and the rest of the JSON line about an address. */
  private static String line(TestTerminal watcher, String address) throws Exception {
    for (String line : watcher.lines()) {
      if (JSON.readTree(line) instanceof com.fasterxml.jackson.databind.node.ObjectNode node
          && node.get("address").asText().equals(address)) {
        node.remove("address");
        String start = node.remove("type").asText() + " " + node.remove("value") + " ";
        // Events carry the time of their sender.
        if (!node.get("ts").asText().startsWith("2025-01-31")) {
          node.put("ts", "2025-01-31T18:30:00.123Z");
        }
        return start + node;
      }
    }
    throw new AssertionError("nothing about " + address + " in " + watcher.out());
  }

  @Test
  void watchBeginsWithWhatTheRouterRemembers() {
    ok("set", "/a", "0.5");
    assertThat(ok("watch", "/a", "--count", "1", "--json"))
        .contains("\"value\":0.5,\"revision\":1,")
        .contains("\"snapshot\":true");
    assertThat(ok("watch", "/a", "--count", "1").strip()).endsWith("Z param /a 0.5 rev=1");
  }

  @Test
  void watchLiveLeavesItOut() throws Exception {
    ok("set", "/a", "1");
    TestTerminal watcher = terminal();
    CompletableFuture<Integer> watching =
        watcher.start("watch", "/a", "/live", "--live", "--count", "1");
    // The subscription is in force when its first signal has come; until then, say it again.
    while (!watching.isDone()) {
      ok("set", "/live", "2");
    }
    assertThat(end(watching)).isZero();
    assertThat(watcher.out()).contains(" /live 2 ").doesNotContain(" /a ");
  }

  @Test
  void watchCanLookForTypes() throws Exception {
    ok("set", "/a", "1");
    TestTerminal watcher = terminal();
    CompletableFuture<Integer> watching =
        watcher.start("sub", "--types", "event,gesture", "--count", "1");
    while (!watching.isDone()) {
      ok("set", "/a", "2");
      ok("emit", "/e");
    }
    assertThat(watcher.out()).contains(" event /e null");
    assertThat(watcher.lines()).hasSize(1);
  }

  @Test
  void overlappingPatternsShowASignalOnce() {
    ok("set", "/a/b", "1");
    ok("set", "/c", "1");
    String out = ok("watch", "/a/*", "/*/b", "/a/b", "/c", "--count", "2");
    assertThat(out.lines().filter(line -> line.contains(" /a/b ")).count()).isEqualTo(1);
    assertThat(out).contains(" /c 1 ");
  }

  @Test
  void watchEndsAfterItsTime() {
    TestTerminal watcher = terminal();
    assertThat(watcher.run("watch", "--timeout", "10ms")).isZero();
    TestTerminal counting = terminal();
    assertThat(counting.run("watch", "--timeout", "10ms", "--count", "1"))
        .isEqualTo(ExitStatus.FAILURE);
    assertThat(counting.err()).contains("only 0 of 1 signals came");
  }

  @Test
  void watchEndsAtTheInterrupt() throws Exception {
    TestTerminal watcher = terminal();
    CompletableFuture<Integer> watching = watcher.start("watch");
    watcher.interrupt();
    assertThat(end(watching)).isZero();
    assertThat(watcher.err()).isEmpty();
  }

  @Test
  void watchEndsQuietlyWhenNobodyReadsAnyMore() throws Exception {
    TestTerminal watcher = terminal();
    CompletableFuture<Integer> watching = watcher.start("watch");
    ok("set", "/a", "1");
    watcher.awaitOut(text -> text.contains("/a 1"));
    watcher.closeOut();
    ok("set", "/a", "2");
    assertThat(end(watching)).isZero();
    assertThat(watcher.err()).isEmpty();
  }

  @Test
  void whatCannotBeWrittenIsAFailure() {
    ok("set", "/a", "1");
    for (String line : List.of("get /a", "watch /a", "set /a 2", "info")) {
      TestTerminal terminal = terminal();
      terminal.fillOut();
      assertThat(terminal.run(line.split(" "))).as(line).isEqualTo(ExitStatus.FAILURE);
      assertThat(terminal.err()).contains("cannot write the output: No space left on device");
    }
  }

  @Test
  void watchSurvivesARestartOfTheRouter() throws Exception {
    TestTerminal watcher = terminal();
    CompletableFuture<Integer> watching = watcher.start("watch");
    ok("set", "/a", "1");
    watcher.awaitOut(text -> text.contains("/a 1"));
    restartRouter();
    watcher.awaitErr(text -> text.contains("connected to " + server.url() + " again"));
    assertThat(watcher.err()).contains("lost the connection to " + server.url());
    ok("set", "/b", "2");
    watcher.awaitOut(text -> text.contains("/b 2"));
    watcher.interrupt();
    assertThat(end(watching)).isZero();
  }

  @Test
  void watchCanWaitForARouter() throws Exception {
    int port = server.address().getPort();
    server.close();
    TestTerminal watcher = terminal();
    CompletableFuture<Integer> watching = watcher.start("watch", "--wait", "--count", "1");
    watcher.awaitErr(text -> text.contains("no router answers"));
    server = ClaspServer.start(ServerConfig.DEFAULT.withPort(port));
    ok("set", "/a", "1");
    assertThat(end(watching)).isZero();
    assertThat(watcher.out()).contains("/a 1");
  }

  @Test
  void aBridgeCanWaitForARouter() throws Exception {
    int port = server.address().getPort();
    server.close();
    assertThat(terminal().run("osc", "--port", "0")).isEqualTo(ExitStatus.UNAVAILABLE);
    TestTerminal bridge = terminal();
    CompletableFuture<Integer> running = bridge.start("osc", "--port", "0", "--wait");
    bridge.awaitErr(text -> text.contains("no router answers"));

    server = ClaspServer.start(ServerConfig.DEFAULT.withPort(port));
    bridge.awaitErr(text -> text.contains("listening"));

    bridge.interrupt();
    assertThat(end(running)).isZero();
  }

  @Test
  void hostileTextIsPrintedEscaped() {
    ok("set", "/a", "\"\\u001b[2J\"");
    ok("set", "/b", "{\"\\u009b\": \"\\u202e\"}");
    for (String out :
        List.of(
            ok("get", "/a"),
            ok("get", "/b"),
            ok("watch", "--count", "2", "--color", "never"),
            ok("watch", "--count", "2", "--json"))) {
      assertThat(out.replaceAll("\\R", "")).matches("[\\x20-\\x7e]+").contains("\\u");
    }
    TestTerminal person = new TestTerminal(Map.of("CLASP_SERVER", server.url()), true);
    assertThat(person.run("get", "/a", "--raw")).isZero();
    assertThat(person.out().strip()).isEqualTo("\\u001b[2J");
  }

  // --- ping, info, demo
  // --------------------------------------------------------------------------------

  @Test
  void pingCounts() {
    assertThat(ok("ping", "-c", "3", "-i", "1ms").lines())
        .hasSize(8)
        .anyMatch(line -> line.matches("pong from CLASP Router: seq=3 time=\\d+\\.\\d{3} ms"))
        .contains("3 pings, 3 answered, 0 % lost")
        .anyMatch(line -> line.matches("min/p50/p99/max = (\\d+\\.\\d{3}/?){4} ms"))
        .anyMatch(line -> line.matches("clock of the router: [+-]\\d+\\.\\d{3} ms from ours .*"));
  }

  @Test
  void pingInJson() throws Exception {
    List<String> lines = ok("ping", "-c", "2", "-i", "1ms", "--output", "json").lines().toList();
    assertThat(lines).hasSize(3);
    assertThat(JSON.readTree(lines.get(1)).get("seq").asInt()).isEqualTo(2);
    assertThat(JSON.readTree(lines.get(2)).get("answered").asInt()).isEqualTo(2);
    assertThat(JSON.readTree(lines.get(2)).get("p99Ms").asDouble()).isPositive();
  }

  @Test
  void pingEndsAtTheInterruptWithItsSummary() throws Exception {
    TestTerminal terminal = terminal();
    CompletableFuture<Integer> pinging = terminal.start("ping", "-i", "1h");
    terminal.awaitOut(text -> text.contains("seq=1"));
    terminal.interrupt();
    assertThat(end(pinging)).isZero();
    assertThat(terminal.out()).contains("1 ping, 1 answered");
  }

  @Test
  void infoTellsAboutTheRouter() throws Exception {
    assertThat(ok("info"))
        .contains("Java")
        .contains("Router at " + server.url())
        .contains("CLASP Router")
        .contains("param, event, stream");
    JsonNode json = JSON.readTree(ok("info", server.url(), "--output", "json"));
    assertThat(json.get("answers").asBoolean()).isTrue();
    assertThat(json.get("name").asText()).isEqualTo("CLASP Router");
    assertThat(json.get("features")).contains(JSON.readTree("\"gesture\""));
  }

  @Test
  void theDemoPlaysAndListens() throws Exception {
    ok("set", "/demo/master", "0.5");
    TestTerminal demo = terminal();
    CompletableFuture<Integer> playing = demo.start("demo", "--rate", "50");
    demo.awaitOut(text -> text.contains("cue 1: "));
    assertThat(ok("get", "/demo/master").strip()).isEqualTo("0.5");
    assertThat(ok("watch", "/demo/**", "--types", "event,stream", "--count", "5"))
        .contains("stream /demo/meter/left");
    ok("set", "/demo/master", "0");
    demo.awaitOut(text -> text.contains("somebody set /demo/master to 0"));
    TestTerminal lamp = terminal();
    CompletableFuture<Integer> watching = lamp.start("watch", "/demo/lamp/1/brightness");
    lamp.awaitOut(text -> text.contains(" /demo/lamp/1/brightness 0.0 "));
    lamp.interrupt();
    assertThat(end(watching)).isZero();
    ok("emit", "/demo/cue/next");
    demo.awaitOut(text -> text.contains("cue 2: "));
    restartRouter();
    demo.awaitErr(text -> text.contains("connected to " + server.url() + " again"));
    TestTerminal again = terminal();
    CompletableFuture<Integer> watchingAgain = again.start("watch", "/demo/tempo", "--count", "1");
    assertThat(end(watchingAgain)).isZero();
    demo.interrupt();
    assertThat(end(playing)).isZero();
    // Its own values, sent again after reconnecting, are not taken for those of others.
    assertThat(demo.lines().stream().filter(line -> line.startsWith("somebody set")))
        .containsExactly("somebody set /demo/master to 0");
  }

  @Test
  void theDemoEndsAfterItsTime() {
    assertThat(ok("demo", "--seconds", "0.1", "--prefix", "/x/y", "--quiet")).isEmpty();
    assertThat(ok("get", "/x/y/master").strip()).isEqualTo("1.0");
  }

  // --- no router
  // -----------------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({"get /a", "set /a 1", "emit /a", "watch", "ping", "demo", "info ws://127.0.0.1:1"})
  void withoutARouterItIsStatus69AndSaysWhatToDo(String line) {
    TestTerminal terminal = new TestTerminal(Map.of("CLASP_SERVER", "ws://127.0.0.1:1"), false);
    assertThat(terminal.run(line.split(" "))).isEqualTo(ExitStatus.UNAVAILABLE);
    assertThat(terminal.err())
        .isEqualTo(
            "clasp: No router answers at ws://127.0.0.1:1. Start one with: clasp server --port 1"
                + System.lineSeparator());
  }

  @Test
  void infoWithoutUrlIsFineWithoutARouter() {
    TestTerminal terminal = new TestTerminal(Map.of("CLASP_SERVER", "ws://127.0.0.1:1"), false);
    assertThat(terminal.run("info")).isZero();
    assertThat(terminal.out()).contains("CLASP for Java").contains("No router answers");
  }

  @Test
  void anotherProgramAtTheAddressIsNotARouter() throws Exception {
    try (java.net.ServerSocket other =
        new java.net.ServerSocket(0, 10, java.net.InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual()
          .start(() -> {
            try (java.net.Socket peer = other.accept()) {
              peer.getOutputStream()
                  .write("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".getBytes(US_ASCII));
              peer.getOutputStream().flush();
              peer.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
            } catch (java.io.IOException e) {
              // The client has gone.
            }
          });
      TestTerminal terminal = new TestTerminal();
      assertThat(terminal.run("get", "/a", "-s", "ws://127.0.0.1:" + other.getLocalPort()))
          .isEqualTo(ExitStatus.UNAVAILABLE);
      assertThat(terminal.err()).startsWith("clasp: ").doesNotContain("Start one with");
    }
  }
}
