package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The command line without a router. */
class CommandLinesTest {

  private final TestTerminal terminal = new TestTerminal();

  static Stream<String> commands() {
    return CommandLines.create(new Clasp(new TestTerminal().terminal()))
        .getSubcommands()
        .keySet()
        .stream();
  }

  @Test
  void theReadmePromisesTheseCommands() {
    assertThat(commands())
        .contains(
            "server", "set", "get", "emit", "watch", "demo", "ping", "bench", "info", "completion");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandExplainsItselfWithAnExample(String command) {
    assertThat(terminal.run(command, "--help")).isZero();
    assertThat(terminal.err()).isEmpty();
    assertThat(terminal.out())
        .contains("Usage: clasp ")
        .containsPattern("Examples:\\R  .*clasp ")
        .contains("--help")
        .contains("General:");
    assertThat(terminal.lines()).allMatch(line -> line.length() <= 100);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyOptionAndArgumentIsDescribed(String command) {
    CommandLine line =
        Objects.requireNonNull(
            CommandLines.create(new Clasp(terminal.terminal())).getSubcommands().get(command));
    for (OptionSpec option : line.getCommandSpec().options()) {
      assertThat(option.description()).as(option.longestName()).isNotEmpty();
    }
    for (PositionalParamSpec positional : line.getCommandSpec().positionalParameters()) {
      assertThat(positional.description()).as(positional.paramLabel()).isNotEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  void noOptionIsDeclaredTwiceUnderOneName(String command) {
    // picocli refuses duplicates when the command is built; this builds each alone, as a run does.
    assertThat(terminal.run(command, "-h")).isZero();
  }

  @Test
  void helpOfAllListsEveryCommand() {
    assertThat(terminal.run("--help")).isZero();
    assertThat(terminal.lines())
        .anyMatch(line -> line.matches(" +server +Run the router\\."))
        .anyMatch(line -> line.matches(" +watch, sub +Print signals as they arrive.*"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-V", "--version"})
  void theVersionIsOneLine(String option) {
    assertThat(terminal.run(option)).isZero();
    assertThat(terminal.out()).matches("clasp \\S+\\R");
    TestTerminal second = new TestTerminal();
    assertThat(second.run("ping", option)).isZero();
    assertThat(second.out()).isEqualTo(terminal.out());
  }

  @Test
  void withoutACommandTheHelpIsAnError() {
    assertThat(terminal.run()).isEqualTo(ExitStatus.USAGE);
    assertThat(terminal.out()).isEmpty();
    assertThat(terminal.err()).contains("Commands:").contains("a command is missing");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "serve | unknown command 'serve' | server",
        "wacth | unknown command 'wacth' | watch",
        "set /a 1 --revison 3 | unknown option '--revison' | --revision",
        "set /a --lokc | unknown option '--lokc' | --lock",
        "watch --max-rat 5 | unknown option '--max-rat' | --max-rate",
        "server --prot 7 | unknown option '--prot' | --protocol",
      })
  void aTypoIsAnsweredWithWhatWasMeant(String line, String complaint, String suggestion) {
    assertThat(terminal.run(line.split(" "))).isEqualTo(ExitStatus.USAGE);
    assertThat(terminal.out()).isEmpty();
    assertThat(terminal.err())
        .contains("clasp: " + complaint)
        .containsPattern("Did you mean .*" + suggestion)
        .contains("--help'.")
        .doesNotContain("\tat ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "set",
        "set /a",
        "set /a 1 2",
        "set /a -x",
        "set /a 1 --int --float",
        "set /a 1.5 --int",
        "set /a hello --json",
        "set /a 1 --lock --unlock",
        "set /a 1 --ttl 0",
        "set /a 1 --ttl 1.5s",
        "set /a 1 --ttl soon",
        "set /a 1 --ttl-absolute",
        "set /a 1 --revision -1",
        "set /a 1 --qos best",
        "set /a 1 --signal event --lock",
        "set /a 1 --signal timeline",
        "get",
        "emit",
        "emit /a --signal stream",
        "emit /a 1 --signal gesture",
        "emit /a 1 --signal param",
        "emit /a 1 --phase start",
        "emit /a 1 --signal gesture --phase start --id 4294967296",
        "watch lights",
        "watch --count 0",
        "watch --types colour",
        "watch --max-rate 0",
        "watch --epsilon -1",
        "watch --timeout 3d",
        "ping -c 0",
        "ping -i 0",
        "ping here",
        "demo --rate 0",
        "demo --prefix demo",
        "demo --prefix /demo/*",
        "server --port 65536",
        "server --port x",
        "server --ack sometimes",
        "server --loops -1",
        "server --protocol quic",
        "server -p 7330",
        "server --max-connections -1",
        "server --max-unauthenticated 0",
        "server --connection-burst 0",
        "server --small-frame 10",
        "server --upgrade-timeout 0",
        "server --trusted-proxy proxy.local",
        "server now",
        "completion",
        "completion tcsh",
        "info a b",
        "get /a --color sometimes",
        "get /a --log-level loud",
      })
  void aWrongCommandLineIsAUsageErrorInOneSentence(String line) {
    assertThat(terminal.run(line.split(" "))).isEqualTo(ExitStatus.USAGE);
    assertThat(terminal.out()).isEmpty();
    assertThat(terminal.err()).startsWith("clasp: ").contains("--help'.").doesNotContain("\tat ");
    assertThat(terminal.err().lines().count()).isBetween(2L, 3L);
  }

  @Test
  void generalOptionsStandBeforeOrAfterTheCommand() {
    for (List<String> line :
        List.of(
            List.of("--color", "always", "set", "--help"),
            List.of("set", "--help", "--color", "always"))) {
      TestTerminal each = new TestTerminal();
      assertThat(each.run(line.toArray(String[]::new))).isZero();
      assertThat(each.out()).contains("\u001b[");
    }
  }

  @Test
  void coloursFollowTheUsualVariables() {
    assertThat(colored(Map.of(), true)).isTrue();
    assertThat(colored(Map.of(), false)).isFalse();
    assertThat(colored(Map.of("NO_COLOR", "1"), true)).isFalse();
    assertThat(colored(Map.of("NO_COLOR", ""), true)).isTrue();
    assertThat(colored(Map.of("CLICOLOR", "0"), true)).isFalse();
    assertThat(colored(Map.of("CLICOLOR_FORCE", "1"), false)).isTrue();
    assertThat(colored(Map.of("CLICOLOR_FORCE", "1", "NO_COLOR", "1"), false)).isFalse();
    assertThat(colored(Map.of("TERM", "dumb"), true)).isFalse();
    assertThat(colored(Map.of("NO_COLOR", "1"), true, "--color", "always")).isTrue();
    assertThat(colored(Map.of(), true, "--color", "never")).isFalse();
  }

  private static boolean colored(
      Map<String, String> environment, boolean person, String... options) {
    TestTerminal each = new TestTerminal(environment, person);
    String[] line = Stream.concat(Stream.of("--help"), Stream.of(options)).toArray(String[]::new);
    assertThat(each.run(line)).isZero();
    return each.out().contains("\u001b[");
  }

  @Test
  void theEnvironmentGivesDefaultsAndOptionsWin() {
    Map<String, String> environment =
        Map.of("CLASP_SERVER", "ws://127.0.0.1:1", "CLASP_PORT", "99999", "CLASP_LOG", "loud");
    TestTerminal server = new TestTerminal(Map.of("CLASP_PORT", "99999"), false);
    assertThat(server.run("server")).isEqualTo(ExitStatus.CONFIG);
    assertThat(server.err()).contains("99999");
    TestTerminal get = new TestTerminal(Map.of("CLASP_SERVER", "ws://127.0.0.1:1"), false);
    assertThat(get.run("get", "/a")).isEqualTo(ExitStatus.UNAVAILABLE);
    assertThat(get.err()).contains("ws://127.0.0.1:1");
    TestTerminal option = new TestTerminal(environment, false);
    assertThat(option.run("get", "/a", "-s", "ws://127.0.0.1:2", "--log-level", "warn"))
        .isEqualTo(ExitStatus.UNAVAILABLE);
    assertThat(option.err()).contains("ws://127.0.0.1:2");
  }

  @ParameterizedTest
  @CsvSource({
    "localhost, ws://localhost:7330",
    "stage.local:9000, ws://stage.local:9000",
    "10.0.0.5, ws://10.0.0.5:7330",
    "[::1], ws://[::1]:7330",
    "[::1]:9000, ws://[::1]:9000",
    "ws://a, ws://a",
    "wss://a/path, wss://a/path",
    "http://localhost:7330/, ws://localhost:7330/",
    "HTTPS://a, wss://a",
  })
  void urlsMayBeShort(String given, String url) {
    assertThat(ConnectionOptions.fullUrl(given)).isEqualTo(url);
  }
}
