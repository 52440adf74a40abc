package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * docs/conformance.md, docs/limits.md, docs/security.md and docs/dependencies.md name tests that
 * are there, and the first says "not yet" of those that wait.
 */
class ConformanceTableTest {

  private static final Pattern TEST = Pattern.compile("`(\\w+Test)\\.(\\w+)`");

  private static String table() throws IOException {
    return Files.readString(Installation.root().resolve("docs/conformance.md"));
  }

  @TestFactory
  Stream<DynamicTest> everyTestThatIsNamedExists() throws IOException {
    StringBuilder pages = new StringBuilder();
    for (String page : List.of("conformance", "limits", "security", "dependencies")) {
      pages.append(Files.readString(Installation.root().resolve("docs/" + page + ".md")));
    }
    List<MatchResult> named = TEST.matcher(pages).results().toList();
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

  /** In the table of threats, or in that of what waits for something. */
  @Test
  void everyDefectOfTheSecurityCatalogueHasItsRow() throws IOException {
    String page = Files.readString(Installation.root().resolve("docs/security.md"));
    Set<Integer> listed = new HashSet<>();
    Pattern range = Pattern.compile("SEC-(\\d\\d)(?: to SEC-(\\d\\d))?");
    page.lines()
        .filter(line -> line.startsWith("| SEC-"))
        .map(line -> line.split("\\|", -1)[1])
        .flatMap(cell -> range.matcher(cell).results())
        .forEach(found -> {
          int from = Integer.parseInt(found.group(1));
          int to = found.group(2) == null ? from : Integer.parseInt(found.group(2));
          IntStream.rangeClosed(from, to).forEach(listed::add);
        });
    assertThat(listed)
        .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, 56).boxed().toList());
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
