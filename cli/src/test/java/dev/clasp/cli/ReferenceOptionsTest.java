package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * The options of the reference's programs are here by all their names (operations.md 14.1): {@code
 * reference-options.txt} has the list.
 */
class ReferenceOptionsTest {

  /** A line of the list. */
  record Row(String command, List<String> names, String value, String standard) {

    static Row of(String line) {
      List<String> parts = Arrays.stream(line.split(";", -1)).map(String::strip).toList();
      return new Row(
          parts.get(0), List.of(parts.get(1).split(",", -1)), parts.get(2), parts.get(3));
    }

    /** A command line with this name of the option. */
    String[] with(String name) {
      List<String> words = new ArrayList<>(List.of(command.split(" ", -1)));
      words.add(name);
      if (!value.isEmpty()) {
        words.add(value);
      }
      return words.toArray(String[]::new);
    }
  }

  static Stream<Row> rows() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            ReferenceOptionsTest.class.getResourceAsStream("reference-options.txt"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.isBlank() && !line.startsWith("#"))
              .map(Row::of)
              .toList()
              .stream();
    }
  }

  /** The option that such a line ends with. */
  private static OptionSpec given(Row row, String name) {
    String[] words = DocumentedOptions.understood(row.with(name));
    words = CompatibleServer.understood(words);
    ParseResult parsed =
        CommandLines.create(new Clasp(new TestTerminal().terminal()), words).parseArgs(words);
    while (parsed.hasSubcommand()) {
      parsed = parsed.subcommand();
    }
    OptionSpec option = parsed.matchedOptions().getLast();
    if (!row.value.isEmpty() && !row.value.equals("quic")) {
      assertThat(option.originalStringValues()).as("%s %s", row.command, name).contains(row.value);
    }
    return option;
  }

  @ParameterizedTest
  @MethodSource("rows")
  void anOptionOfTheReferenceIsHereByAllItsNames(Row row) {
    OptionSpec first = given(row, row.names.getFirst());

    for (String name : row.names) {
      assertThat(given(row, name).longestName()).isEqualTo(first.longestName());
    }
    if (!row.standard.isEmpty()) {
      String help = String.join(" ", first.description());
      assertThat(
              help.replace("${DEFAULT-VALUE}", "")
                  + first.initialValue()
                  + first.fallbackValue()
                  + " "
                  + duration(first))
          .contains(row.standard);
    }
  }

  private static String duration(OptionSpec option) {
    return option.initialValue() instanceof java.time.Duration time
        ? ServerKeys.duration(time)
        : "";
  }
}
