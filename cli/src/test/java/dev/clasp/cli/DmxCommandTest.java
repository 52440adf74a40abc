package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.clasp.bridge.BridgeDefinition;
import dev.clasp.bridge.BridgeHost;
import dev.clasp.bridge.BridgeState;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.Signal;
import dev.clasp.dmx.FloatMode;
import dev.clasp.protocol.Value;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.ServerConfig;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** {@code clasp dmx} and its tools. */
@Timeout(180)
class DmxCommandTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Style PLAIN = new Style(false);

  private static TestTerminal terminal(ClaspServer server) {
    return new TestTerminal(Map.of("CLASP_SERVER", server.url()), false);
  }

  private static String ok(ClaspServer server, String... args) {
    TestTerminal terminal = terminal(server);
    int status = terminal.run(args);
    assertThat(status).as(() -> terminal.out() + terminal.err()).isZero();
    return terminal.out();
  }

  private static ClaspServer router() {
    return ClaspServer.start(ServerConfig.DEFAULT.withPort(0));
  }

  // --- set ---------------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({
    "255, 255",
    "0, 0",
    "50%, 128",
    "0.5, 128",
    "1.0, 255",
    "100%, 255",
    "full, 255",
    "off, 0",
    "1, 1",
    "0.0, 0",
  })
  void levelsHaveManyForms(String text, int level) {
    assertThat(DmxAssignment.level(text)).isEqualTo(level);
  }

  @ParameterizedTest
  @CsvSource({"256", "1.5", "101%", "-1", "bright", "0x10", "%", "1000"})
  void othersAreNoLevels(String text) {
    assertThatThrownBy(() -> DmxAssignment.level(text)).hasMessageContaining("a level is 0 to 255");
  }

  @Test
  void targetsAreSlotsRangesUniversesAndFixtures() {
    assertThat(DmxAssignment.parse("1/47=255"))
        .containsExactly(new DmxAssignment.Write("/1/47", Value.of(255)));
    assertThat(DmxAssignment.parse("2/3..5=off")).hasSize(3);
    assertThat(DmxAssignment.parse("2/3-5=1").getLast().path()).isEqualTo("/2/5");
    assertThat(DmxAssignment.parse("7=full")).hasSize(512);
    assertThat(DmxAssignment.parse("spot1/pan=50%"))
        .containsExactly(new DmxAssignment.Write("/fixture/spot1/pan", Value.of(0.5)));
    assertThat(DmxAssignment.parse("master=full").getFirst().value()).isEqualTo(Value.of(1.0));
    assertThat(DmxAssignment.parse("master=0.8").getFirst().path()).isEqualTo("/master");
  }

  @Test
  void whatAFixtureGetsIsInTheRangeOfTheParameter() {
    Map<String, Value> values =
        Map.of(
            "full", Value.TRUE,
            "on", Value.TRUE,
            "off", Value.FALSE,
            "128", Value.of(128),
            "-90", Value.of(-90),
            "-45.5", Value.of(-45.5),
            "0.25", Value.of(0.25),
            "50%", Value.of(0.5));
    values.forEach((text, value) ->
        assertThat(DmxAssignment.parse("spot1/pan=" + text))
            .containsExactly(new DmxAssignment.Write("/fixture/spot1/pan", value)));
    assertThatThrownBy(() -> DmxAssignment.parse("spot1/pan=left"))
        .hasMessageContaining("a number in its range");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "dmx set | Missing required parameter",
        "dmx set 1/47 | needs TARGET=LEVEL",
        "dmx set 1/0=1 | slots are 1 to 512",
        "dmx set 1/9-3=1 | the lower one first",
        "dmx set 64000/1=1 | a universe is at most",
        "dmx set 1/1=300 | a level is 0 to 255",
        "dmx set a=1 | is no universe/slot",
        "dmx monitor -1 | UNIVERSE must be",
        "dmx monitor 70000 | UNIVERSE must be 0 to 63999",
        "dmx monitor --values octal | Invalid value",
        "dmx monitor --interval 1ms | at least 50ms",
        "dmx test | Missing required parameter",
        "dmx test blink 1 | Invalid value",
        "dmx test chase | Missing required parameter",
        "dmx test chase 1 --from 0 | must be 1 to 512",
        "dmx test chase 1 --rate 45 | --rate must be 1 to 44",
        "dmx test chase 1 --speed 0 | --speed must be above 0",
        "dmx test chase 1 --level loud | --level: a level is",
        "dmx -i x -p y | stands there",
        "dmx --namespace /a/* | no wildcards",
      })
  void whatIsWrongIsSaid(String line, String complaint) {
    TestTerminal terminal = new TestTerminal();
    assertThat(terminal.run(line.split(" "))).as(terminal.out()).isEqualTo(ExitStatus.USAGE);
    assertThat(terminal.err()).contains(complaint).doesNotContain("\tat ");
  }

  @Test
  void slotsAreSetTogetherAndSeen() throws Exception {
    try (ClaspServer server = router()) {
      assertThat(ok(server, "dmx", "set", "1/1-3=full", "1/47=50%", "1/2=7"))
          .contains("4 values set, together");
      assertThat(ok(server, "get", "/dmx/1/2").strip()).isEqualTo("7");
      assertThat(ok(server, "get", "/dmx/1/47").strip()).isEqualTo("128");

      String view = ok(server, "dmx", "monitor", "1", "--once", "--values", "dec");
      List<String> lines = view.lines().toList();
      assertThat(lines.getFirst()).startsWith("/dmx/1  4 of 512 lit");
      assertThat(lines.get(1)).startsWith("   1  255   7 255   .");
      assertThat(lines).hasSize(1 + 512 / 16);

      JsonNode json = JSON.readTree(ok(server, "dmx", "monitor", "--once", "--output", "json"));
      assertThat(json.get("universe").intValue()).isEqualTo(1);
      assertThat(json.get("levels")).hasSize(512);
      assertThat(json.get("levels").get(46).intValue()).isEqualTo(128);
    }
  }

  @Test
  void wholeUniversesOfOtherNamespacesAreSeenToo() throws Exception {
    try (ClaspServer server = router();
        ClaspClient client = ClaspClient.builder(server.url()).connectBlocking()) {
      byte[] levels = new byte[512];
      Arrays.fill(levels, (byte) 255);
      client.blocking().set("/artnet/3", Value.of(levels));
      assertThat(
              ok(server, "dmx", "monitor", "--once", "--namespace", "/artnet", "--values", "hex"))
          .startsWith("/artnet/3  512 of 512 lit")
          .contains("   1 FFFFFFFFFFFFFFFF FFFF");
    }
  }

  @Test
  void whereNothingIsThatIsSaid() {
    try (ClaspServer server = router()) {
      assertThat(ok(server, "dmx", "monitor", "--once")).contains("nothing below /dmx yet");
      assertThat(ok(server, "dmx", "monitor", "5", "--once")).startsWith("/dmx/5  0 of 512 lit");
    }
  }

  @Test
  void theViewGoesOnUntilCtrlC() throws Exception {
    try (ClaspServer server = router();
        ClaspClient client = ClaspClient.builder(server.url()).connectBlocking()) {
      TestTerminal terminal = new TestTerminal(Map.of("CLASP_SERVER", server.url()), true);
      CompletableFuture<Integer> status =
          terminal.start("dmx", "monitor", "1", "--color", "never", "--values", "dec");
      terminal.awaitOut(text -> text.contains("/dmx/1  0 of 512 lit"));
      client.blocking().set("/dmx/1/1", Value.of(99));
      terminal.awaitOut(text -> text.contains("   1   99"));
      terminal.interrupt();

      assertThat(status.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS)).isZero();
      assertThat(terminal.out()).contains("\u001b[?25l").contains("\u001b[?25h");
    }
  }

  // --- how it looks ------------------------------------------------------------------------------

  @Test
  void everyLineFitsAndAllOfAUniverseFitsAnOrdinaryTerminal() {
    DmxLevels levels = new DmxLevels(FloatMode.UNIT);
    for (int slot = 1; slot <= 512; slot++) {
      levels.take("/1/" + slot, Value.of(slot % 256), false, slot);
    }
    for (DmxLevels.Form form : DmxLevels.Form.values()) {
      for (int width = 40; width <= 300; width++) {
        int columns = width;
        assertThat(levels.lines("/dmx", form, width, PLAIN, 1000).stream().skip(1))
            .allMatch(line -> line.length() <= columns);
      }
    }
    DmxLevels.Form form = DmxLevels.fitting(80, 24);
    assertThat(form).isEqualTo(DmxLevels.Form.HEX);
    assertThat(levels.lines("/dmx", form, 80, PLAIN, 1000)).hasSizeLessThanOrEqualTo(24);
    assertThat(DmxLevels.fitting(160, 24)).isEqualTo(DmxLevels.Form.DEC);
    assertThat(DmxLevels.fitting(80, 50)).isEqualTo(DmxLevels.Form.DEC);
  }

  @Test
  void whatIsNoLevelIsLeftOut() {
    DmxLevels levels = new DmxLevels(FloatMode.UNIT);
    assertThat(levels.take("/1/1", Value.of("full"), false, 1)).isFalse();
    assertThat(levels.take("/1/513", Value.of(1), false, 1)).isFalse();
    assertThat(levels.take("/$sources/1/x", Value.of(1), false, 1)).isFalse();
    assertThat(levels.take("/1", Value.of(1), false, 1)).isFalse();
    assertThat(levels.isEmpty()).isTrue();
    assertThat(levels.take("/1/1", Value.of(0.5), false, 1)).isTrue();
    assertThat(levels.lines("/dmx", DmxLevels.Form.PERCENT, 80, PLAIN, 1).get(1))
        .startsWith("   1 50");
  }

  @Test
  void floatsAreShownAsTheBridgeSendsThem() {
    try (ClaspServer server = router();
        ClaspClient client = ClaspClient.builder(server.url()).connectBlocking()) {
      client.blocking().set("/dmx/1/1", Value.of(0.5));
      client.blocking().set("/dmx/1/2", Value.of(200.7));
      assertThat(ok(server, "dmx", "monitor", "1", "--once", "--values", "dec"))
          .contains("   1    . 200");
      assertThat(
              ok(
                  server,
                  "dmx",
                  "monitor",
                  "1",
                  "--once",
                  "--values",
                  "dec",
                  "--float-mode",
                  "unit"))
          .contains("   1  128 200");
    }
  }

  @Test
  void changesAreCountedAndColoured() {
    DmxLevels levels = new DmxLevels(FloatMode.UNIT);
    levels.take("/1/1", Value.of(10), true, 1);
    assertThat(levels.lines("/dmx", DmxLevels.Form.DEC, 80, PLAIN, 1).getFirst())
        .contains("no change yet");
    levels.take("/1/1", Value.of(11), false, 2_000_000_000L);
    List<String> lines =
        levels.lines("/dmx", DmxLevels.Form.DEC, 80, new Style(true), 2_500_000_000L);
    assertThat(lines.getFirst()).contains("last change 0.50 s ago");
    assertThat(lines.get(1)).contains("\u001b[36m  11\u001b[0m");
    assertThat(levels.lines("/dmx", DmxLevels.Form.DEC, 80, new Style(true), 4_000_000_000L).get(1))
        .doesNotContain("\u001b[36m");
  }

  // --- patterns ----------------------------------------------------------------------------------

  @Test
  void patternsAreFunctionsOfTime() {
    assertThat(DmxPattern.CHASE.levels(4, 255, 4, 0)).containsExactly(255, 0, 0, 0);
    assertThat(DmxPattern.CHASE.levels(4, 255, 4, 0.5)).containsExactly(0, 0, 255, 0);
    assertThat(DmxPattern.CHASE.levels(4, 255, 4, 1.0)).containsExactly(255, 0, 0, 0);
    assertThat(DmxPattern.RAMP.levels(2, 200, 0.25, 2)).containsExactly(100, 100);
    assertThat(DmxPattern.FLASH.levels(2, 255, 1, 0.4)).containsExactly(255, 255);
    assertThat(DmxPattern.FLASH.levels(2, 255, 1, 0.6)).containsExactly(0, 0);
    assertThat(DmxPattern.SINE.levels(9, 255, 1, 0)[8]).isEqualTo(255);
    assertThat(DmxPattern.SINE.levels(9, 255, 1, 0)[0]).isZero();
    assertThat(DmxPattern.ALL.levels(2, 9, 1, 77)).containsExactly(9, 9);
    for (DmxPattern pattern : DmxPattern.values()) {
      for (int step = 0; step < 500; step++) {
        assertThat(Arrays.stream(pattern.levels(512, 255, pattern.speed(), step / 7.0)))
            .allMatch(level -> level >= 0 && level <= 255);
      }
    }
  }

  @Test
  void aPatternMovesAndThenItIsDark() throws Exception {
    try (ClaspServer server = router();
        ClaspClient client = ClaspClient.builder(server.url()).connectBlocking()) {
      TestTerminal terminal = terminal(server);
      CompletableFuture<Boolean> third = new CompletableFuture<>();
      client
          .subscribe(
              "/dmx/1/3",
              signal -> {
                if (signal instanceof Signal.Change change
                    && change.value().equals(Value.of(255))) {
                  third.complete(true);
                }
              })
          .active()
          .join();
      CompletableFuture<Integer> status =
          terminal.start("dmx", "test", "chase", "1", "--to", "4", "--speed", "20");
      assertThat(third.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
      terminal.interrupt();

      assertThat(status.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS)).isZero();
      for (int slot = 1; slot <= 4; slot++) {
        assertThat(client.blocking().get("/dmx/1/" + slot).orElseThrow().value())
            .isEqualTo(Value.of(0));
      }
    }
  }

  @Test
  void keptLevelsStay() {
    try (ClaspServer server = router()) {
      ok(server, "dmx", "test", "all", "2", "--to", "2", "--keep", "--duration", "2s");
      assertThat(ok(server, "get", "/dmx/2/2").strip()).isEqualTo("255");
    }
  }

  // --- the bridge --------------------------------------------------------------------------------

  @Test
  void theListNeedsNoRouter() {
    TestTerminal terminal = new TestTerminal(Map.of("CLASP_SERVER", "ws://127.0.0.1:1"), false);
    assertThat(terminal.run("dmx", "--list", "-p", "/dev/ttyNoSuchPort")).isZero();
    assertThat(terminal.out()).contains("/dev/ttyNoSuchPort  there is no serial port");
    assertThat(terminal.run("dmx", "--list", "-p", "tcp://foo")).isZero();
    assertThat(terminal.out()).contains("a serial server is tcp://host:port, not tcp://foo");
  }

  @Test
  void aVirtualInterfaceRunsUntilCtrlC() throws Exception {
    try (ClaspServer server = router()) {
      TestTerminal terminal = terminal(server);
      CompletableFuture<Integer> status = terminal.start("dmx", "-u", "1", "--print");
      terminal.awaitErr(text -> text.contains("virtual: nothing is sent"));
      ok(server, "dmx", "set", "1/5=200");
      terminal.awaitOut(text -> text.contains("out /dmx/1/5 200"));
      terminal.interrupt();
      assertThat(status.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS)).isZero();
    }
  }

  @Test
  void aPortThatIsNotThereIsWaitedFor() throws Exception {
    try (ClaspServer server = router()) {
      TestTerminal terminal = terminal(server);
      CompletableFuture<Integer> status = terminal.start("dmx", "-p", "/dev/ttyNoSuchPort");
      terminal.awaitErr(text -> text.contains("there is no serial port /dev/ttyNoSuchPort"));
      terminal.interrupt();
      assertThat(status.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS)).isZero();
    }
  }

  private static BridgeDefinition definition(String... args) {
    CommandLine all = CommandLines.create(new Clasp(new TestTerminal().terminal()));
    all.parseArgs(args);
    DmxCommand command = Objects.requireNonNull(all.getSubcommands().get("dmx")).getCommand();
    return command.definition();
  }

  @Test
  void optionsBecomeSettings() {
    assertThat(definition("dmx").settings()).isEmpty();
    assertThat(definition("dmx", "-u", "1", "-o", "universe=7", "-o", "rate=30").settings())
        .containsExactlyInAnyOrderEntriesOf(Map.of("universe", Value.of(7), "rate", Value.of(30)));
    assertThat(definition("dmx", "--direction", "in").settings())
        .containsEntry("direction", Value.of("in"));
    assertThat(definition("dmx", "-i", "a", "-i", "b", "--in", "--break", "200").settings())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "interfaces",
                Value.of(List.of(Value.of("a"), Value.of("b"))),
                "direction",
                Value.of("in"),
                "break_us",
                Value.of(200)));
  }

  @Test
  void rulesAndOtherSettingsAreTakenToo() throws Exception {
    try (ClaspServer server = router()) {
      TestTerminal terminal = terminal(server);
      CompletableFuture<Integer> status =
          terminal.start("dmx", "-o", "universe=7", "--map", "/7/1=/lights/spot", "--print");
      terminal.awaitErr(text -> text.contains("virtual: nothing is sent"));
      ok(server, "set", "/lights/spot", "77");
      terminal.awaitOut(text -> text.contains("out /lights/spot 77"));
      terminal.interrupt();
      assertThat(status.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS)).isZero();
    }
  }

  @Test
  void oneInterfaceThatIsMissingDoesNotSilenceTheOthers() throws Exception {
    try (ClaspServer server = router();
        ClaspClient desk = ClaspClient.builder(server.url()).connectBlocking();
        ClaspClient client = ClaspClient.builder(server.url()).connectBlocking();
        BridgeHost host = BridgeHost.shared(client, _ -> {})) {
      host.add(
          BridgeDefinition.of(
              "stage",
              "dmx",
              Map.of(
                  "interfaces",
                  Value.of(
                      List.of(
                          Value.of("/dev/ttyNoSuchPort?kind=pro&universe=1"),
                          Value.of("virtual?universe=2"))))));
      until(() ->
          host.status("stage").orElseThrow().state() == BridgeState.RUNNING
              && host.status("stage")
                  .orElseThrow()
                  .detail()
                  .contains("missing: /dev/ttyNoSuchPort: there is no serial port"));
      until(() ->
          host.status("stage")
              .orElseThrow()
              .lastError()
              .orElse("")
              .contains("there is no serial port"));

      desk.set("/dmx/2/5", 200).join();
      until(() -> levelOfTheSecond(host) == 200);
    }
  }

  /** Slot 5 of the virtual interface; -1 if it is not known. */
  private static int levelOfTheSecond(BridgeHost host) {
    return host.status("stage").orElseThrow().details().get("interfaces")
                instanceof Value.Array(List<Value> all)
            && all.getLast() instanceof Value.Map(Map<String, Value> only)
            && only.get("levels") instanceof Value.Bytes levels
        ? levels.value()[4] & 0xFF
        : -1;
  }

  private static void until(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TestTerminal.LIMIT_SECONDS);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.sleep(5);
    }
  }
}
