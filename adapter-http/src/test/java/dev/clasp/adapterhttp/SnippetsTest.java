package dev.clasp.adapterhttp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.JsonValues;
import dev.clasp.protocol.Value;
import dev.clasp.server.ServerConfig;
import dev.clasp.web.HttpApiConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The examples of docs/http-snippets.md: each runs against a real server, and the page shows them.
 */
class SnippetsTest {

  private static final Path PAGE = Path.of("..", "docs", "http-snippets.md");
  private static final Path PEERS =
      Path.of("..", "system-tests", "peers").toAbsolutePath().normalize();
  private static final Path PYTHON =
      Path.of("..", "system-tests", "target", "python-venv", "bin", "python")
          .toAbsolutePath()
          .normalize();

  @TempDir private Path folder;

  /** Operations of the OpenAPI document, with what they are about. */
  private static Map<String, String> operations() {
    try (Site site = Site.open()) {
      Map<String, String> operations = new LinkedHashMap<>();
      entries(site.get("/v1/openapi.json").at("paths"))
          .forEach((path, methods) ->
              entries(methods)
                  .forEach((method, operation) -> {
                    // The plain paths are those of other bridges, and have their own page.
                    if (path.startsWith("/v1")
                        && entries(operation).get("operationId") instanceof Value.Text(String id)) {
                      operations.put(
                          id,
                          entries(operation).get("summary") instanceof Value.Text(String summary)
                              ? summary
                              : "");
                    }
                  }));
      return operations;
    }
  }

  private static Map<String, Value> entries(Value value) {
    return value instanceof Value.Map(Map<String, Value> entries) ? entries : Map.of();
  }

  private static List<String> command(Snippets.Language language, Path program) {
    return switch (language) {
      case CURL -> List.of("bash", program.toString());
      case JAVASCRIPT -> List.of("node", program.toString());
      case PYTHON -> {
        assertThat(PYTHON)
            .as(
                "Python with requests: python3 -m venv system-tests/target/python-venv, and pip install"
                    + " -r system-tests/peers/python/requirements.txt in it; ./verify does so")
            .exists();
        yield List.of(PYTHON.toString(), program.toString());
      }
    };
  }

  @ParameterizedTest
  @EnumSource(Snippets.Language.class)
  void eachRunsAgainstARealServer(Snippets.Language language) throws Exception {
    Snippets snippets = Snippets.of(language);
    Path program = folder.resolve("snippets." + language.ending);
    Files.writeString(program, snippets.program());
    // Node.js looks for packages beside the program.
    Path packages = folder.resolve("node_modules");
    Files.createSymbolicLink(packages, PEERS.resolve("node/node_modules"));
    HttpApiConfig config =
        new HttpApiConfig(
            true, "/api", "", Set.of(), 2000, 5000, 2000, java.time.Duration.ofSeconds(1));
    try (Site site = Site.open(ServerConfig.DEFAULT, config)) {
      ProcessBuilder builder =
          new ProcessBuilder(command(language, program))
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("printed").toFile())
              .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")));
      builder.environment().put("CLASP", "http://127.0.0.1:" + site.port());
      Process process;
      try {
        process = builder.start();
      } catch (IOException e) {
        throw new AssertionError(
            "this test needs curl, nodejs and npm (apt-get install), and npm ci in " + PEERS, e);
      }
      boolean ended;
      try {
        ended = process.waitFor(120, TimeUnit.SECONDS);
      } finally {
        process.destroyForcibly();
        Files.delete(packages);
      }
      String printed = Files.readString(folder.resolve("printed"));
      assertThat(ended).as("it ends; so far " + printed).isTrue();
      assertThat(process.exitValue()).as(printed).isZero();
      Map<String, String> parts = new LinkedHashMap<>();
      for (String part : printed.split("(?m)^== ", -1)) {
        int end = part.indexOf('\n');
        parts.put(part.substring(0, Math.max(0, end)).strip(), part.substring(end + 1));
      }
      snippets
          .sections()
          .forEach((name, section) -> {
            assertThat(section.prints()).as(name + " has something to print").isNotEmpty();
            assertThat(parts.getOrDefault(name, "nothing"))
                .as(language + " " + name)
                .contains(section.prints());
          });
    }
  }

  @Test
  void everyOperationHasAnExampleInEveryLanguage() {
    Set<String> operations = new TreeSet<>(operations().keySet());
    for (Snippets.Language language : Snippets.Language.values()) {
      assertThat(new TreeSet<>(Snippets.of(language).sections().keySet()))
          .as(language.title)
          .isEqualTo(operations);
    }
  }

  @Test
  void thePageShowsThem() throws IOException {
    String page = page();
    if (Boolean.getBoolean("clasp.write-docs")) {
      Files.writeString(PAGE, page);
    }
    assertThat(PAGE)
        .as("written anew with -Dclasp.write-docs=true")
        .content(StandardCharsets.UTF_8)
        .isEqualTo(page);
  }

  private static String page() {
    List<Snippets> all = Stream.of(Snippets.Language.values()).map(Snippets::of).toList();
    List<String> lines = new ArrayList<>();
    lines.add("# Examples for the HTTP API");
    lines.add("");
    lines.add(
        "<!-- Made of adapter-http/src/test/resources/http-snippets by SnippetsTest, which also runs"
            + " them; not to be edited here. -->");
    lines.add("");
    lines.add(
        "Every operation of the [HTTP API](http-api.md) with `curl`, JavaScript and Python; each of them"
            + " is run against a server in the tests.");
    lines.add("A server that wants tokens gets one in the header `Authorization: Bearer TOKEN`.");
    lines.add("");
    lines.add("What comes first in each language:");
    lines.add("");
    all.forEach(snippets -> fence(lines, snippets.language(), snippets.start()));
    operations()
        .forEach((operation, summary) -> {
          lines.add("## " + summary);
          lines.add("");
          for (Snippets snippets : all) {
            Snippets.Section section = snippets.sections().get(operation);
            if (section != null) {
              fence(lines, snippets.language(), section.code());
            }
          }
        });
    lines.removeLast();
    return String.join("\n", lines) + "\n";
  }

  private static void fence(List<String> lines, Snippets.Language language, String code) {
    lines.add("```" + language.fence);
    lines.add(code.strip());
    lines.add("```");
    lines.add("");
  }

  @Test
  void whatIsJsonInThePageIsJson() {
    // Of curl, where nobody else looks.
    Snippets.of(Snippets.Language.CURL)
        .sections()
        .forEach((name, section) -> {
          var bodies = java.util.regex.Pattern.compile("-d '([^']*)'").matcher(section.code());
          while (bodies.find()) {
            assertThat(JsonValues.parse(bodies.group(1))).as(name).isPresent();
          }
        });
  }
}
