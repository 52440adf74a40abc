package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/dependencies.md is about the program that was built, and not about an earlier one. */
@RealProgram
class DependenciesTest {

  /** Artifacts, with a group or without, and their version. */
  private static final Pattern ROW =
      Pattern.compile("^\\| (`.+`) \\| ([0-9][^ ]*) \\| [^|]+ \\| .*");

  private static final Pattern ARTIFACT = Pattern.compile("`(?:[^`:]+:)?([^`]+)`");

  /** The jar of one platform and that of all others are one artifact. */
  private static final Pattern PLATFORM = Pattern.compile("-linux-(?:x86_64|aarch_64|aarch64)$");

  @Test
  void everyJarOfTheProgramIsListedWithItsVersion() throws IOException {
    List<String> text = Files.readAllLines(Installation.root().resolve("docs/dependencies.md"));
    Set<String> listed = new HashSet<>();
    for (String line : text) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        ARTIFACT
            .matcher(row.group(1))
            .results()
            .forEach(artifact -> listed.add(artifact.group(1) + "-" + row.group(2)));
      }
    }

    assertThat(jars()).hasSizeGreaterThan(20).containsExactlyInAnyOrderElementsOf(listed);
  }

  @Test
  void everyJarOfTheProgramHasAStateOfMaintenance() throws IOException {
    List<Pattern> names =
        Files.readAllLines(Installation.root().resolve("docs/dependencies.md")).stream()
            .dropWhile(line -> !line.equals("## State of maintenance"))
            .skip(1)
            .takeWhile(line -> !line.startsWith("## "))
            .filter(line -> line.startsWith("| `"))
            .flatMap(line -> ARTIFACT.matcher(line.split(" \\| ", 2)[0]).results())
            .map(name -> Pattern.compile(name.group(1).replace("*", ".+")))
            .toList();

    Set<String> jars =
        jars().stream().map(jar -> jar.replaceFirst("-[0-9].*", "")).collect(Collectors.toSet());
    assertThat(jars).allMatch(jar -> names.stream().anyMatch(name -> name.matcher(jar).matches()));
    assertThat(names).allMatch(name -> jars.stream().anyMatch(jar -> name.matcher(jar).matches()));
  }

  private static Set<String> jars() throws IOException {
    Set<String> names = new HashSet<>();
    try (Stream<Path> jars = Files.list(Installation.root().resolve("cli/target/dist/lib"))) {
      jars.map(jar -> jar.getFileName().toString())
          .filter(name -> !name.startsWith("clasp-"))
          .map(name -> name.substring(0, name.length() - ".jar".length()))
          .forEach(name -> names.add(PLATFORM.matcher(name).replaceFirst("")));
    }
    return names;
  }
}
