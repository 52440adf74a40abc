package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * docs/conformance.md and docs/limits.md name tests that are there, and the former says "not yet"
 * of those that wait.
 */
class ConformanceTableTest {

  private static final Pattern TEST = Pattern.compile("`(\\w+Test)\\.(\\w+)`");

  private static String table() throws IOException {
    return Files.readString(Installation.root().resolve("docs/conformance.md"));
  }

  @TestFactory
  Stream<DynamicTest> everyTestThatIsNamedExists() throws IOException {
    String limits = Files.readString(Installation.root().resolve("docs/limits.md"));
    List<MatchResult> named = TEST.matcher(table() + limits).results().toList();
    assertThat(named).hasSizeGreaterThan(40);
    return named.stream()
        .map(test ->
            DynamicTest.dynamicTest(
                test.group(1) + "." + test.group(2),
                () ->
                    assertThat(sourcesOf(test.group(1)))
                        .isNotEmpty()
                        .anyMatch(source -> read(source).contains("void " + test.group(2) + "("))));
  }

  /** Several modules may have a test class of this name. */
  private static List<Path> sourcesOf(String testClass) throws IOException {
    try (Stream<Path> modules = Files.list(Installation.root())) {
      return modules
          .map(module ->
              module.resolve(
                  "src/test/java/dev/clasp/" + packageOf(module) + "/" + testClass + ".java"))
          .filter(Files::exists)
          .toList();
    }
  }

  /** The folder of a module is its package. */
  private static String packageOf(Path module) {
    return Installation.root().relativize(module).toString().replace("-", "");
  }

  @Test
  void everyRuleAndEveryScenarioHasItsRow() throws IOException {
    String table = table();
    assertThat(IntStream.rangeClosed(1, 25).mapToObj(i -> "| R" + i + " |"))
        .allMatch(table::contains);
    assertThat(IntStream.rangeClosed(1, 22).mapToObj(i -> "| S" + i + " "))
        .allMatch(table::contains);
  }

  @Test
  void whatWaitsIsSaidToBeNotYet() throws IOException {
    List<String> pending;
    try (Stream<Path> sources =
        Files.list(
            Installation.root().resolve("system-tests/src/test/java/dev/clasp/systemtests"))) {
      Pattern waiting = Pattern.compile("@Pending\\(.*?\\)\\s+void (\\w+)\\(", Pattern.DOTALL);
      pending =
          sources
              .filter(source -> !source.endsWith("ConformanceTableTest.java"))
              .flatMap(
                  source -> waiting.matcher(read(source)).results().map(match -> match.group(1)))
              .toList();
    }
    String table = table();
    // There may be none at all.
    assertThat(pending)
        .allSatisfy(method ->
            assertThat(table.lines().filter(line -> line.contains("." + method + "`")))
                .allMatch(line -> line.contains("not yet"))
                .isNotEmpty());
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
