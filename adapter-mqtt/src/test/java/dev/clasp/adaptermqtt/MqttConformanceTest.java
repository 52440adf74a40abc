package dev.clasp.adaptermqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** docs/mqtt-conformance.md has every statement of the standards once, and tests that exist. */
class MqttConformanceTest {

  private static final Path PAGE = Path.of("../docs/mqtt-conformance.md");
  private static final Path TESTS = Path.of("src/test/java/dev/clasp/adaptermqtt");
  private static final Pattern NUMBER = Pattern.compile("\\d+(?:\\.\\d+)+-\\d+");

  private static List<String> statements(String version) throws IOException {
    try (var in = MqttConformanceTest.class.getResourceAsStream("statements.txt")) {
      assertThat(in).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> line.startsWith(version + " "))
          .flatMap(line -> NUMBER.matcher(line).results().map(MatchResult::group))
          .toList();
    }
  }

  @ParameterizedTest
  @CsvSource({"3.1.1, 1", "5.0, 2"})
  void everyStatementStandsThereOnce(String version, int column) throws IOException {
    List<String> listed = new ArrayList<>();
    for (String line : Files.readString(PAGE).lines().toList()) {
      String where =
          line.startsWith("| ")
              ? line.split("\\|", -1)[column]
              : line.startsWith(version + ": ") ? line : "";
      NUMBER.matcher(where).results().forEach(found -> listed.add(found.group()));
    }

    assertThat(listed).containsExactlyInAnyOrderElementsOf(statements(version));
  }

  @Test
  void everyTestThatIsNamedExists() throws IOException {
    List<MatchResult> named =
        Pattern.compile("`(\\w+Test)\\.(\\w+)`").matcher(Files.readString(PAGE)).results().toList();
    assertThat(named).hasSizeGreaterThan(100);
    for (MatchResult test : named) {
      assertThat(Files.readString(TESTS.resolve(test.group(1) + ".java")))
          .as(test.group())
          .contains("void " + test.group(2) + "(");
    }
  }
}
