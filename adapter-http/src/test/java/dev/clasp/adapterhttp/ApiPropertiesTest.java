package dev.clasp.adapterhttp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.JsonValues;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Schemathesis asks the API whatever its OpenAPI document allows, and what it forbids: no answer is
 * a failure of the server, and each is as the document says. Always the same requests.
 */
class ApiPropertiesTest {

  private static final Path PROGRAM =
      Path.of("..", "system-tests", "target", "python-venv", "bin", "schemathesis")
          .toAbsolutePath()
          .normalize();

  private static final int EXAMPLES = 15;

  @TempDir private Path folder;

  @Test
  void everyAnswerIsAsTheDocumentSays() throws Exception {
    assertThat(PROGRAM)
        .as(
            "schemathesis: python3 -m venv system-tests/target/python-venv, and pip install -r"
                + " system-tests/peers/python/requirements.txt in it; ./verify does so")
        .exists();
    try (Site site = Site.open()) {
      Path document = folder.resolve("openapi.json");
      Files.writeString(document, JsonValues.text(bounded(site.get("/v1/openapi.json").json())));
      Path printed = folder.resolve("printed");
      Process process =
          new ProcessBuilder(
                  PROGRAM.resolveSibling("python").toString(),
                  PROGRAM.toString(),
                  "run",
                  document.toString(),
                  "--url",
                  "http://127.0.0.1:" + site.port(),
                  "--phases",
                  "examples,coverage,fuzzing",
                  "--max-examples",
                  "" + EXAMPLES,
                  "--seed",
                  "7330",
                  "--checks",
                  "not_a_server_error,status_code_conformance,content_type_conformance,"
                      + "response_schema_conformance",
                  "--continue-on-failure",
                  "--request-timeout",
                  "60",
                  "--generation-database",
                  "none",
                  "--no-color",
                  "--warnings",
                  "off")
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(printed.toFile())
              .start();
      boolean ended;
      try {
        ended = process.waitFor(10, TimeUnit.MINUTES);
      } finally {
        process.destroyForcibly();
      }
      assertThat(ended).as("it ends: " + Files.readString(printed)).isTrue();
      assertThat(process.exitValue()).as(Files.readString(printed)).isZero();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Without what never ends (events) or takes a minute (long polls), and without bodies that
   * Schemathesis cannot write.
   */
  private static Value bounded(Value document) {
    return switch (document) {
      case Value.Map(Map<String, Value> entries) -> {
        Map<String, Value> kept = new LinkedHashMap<>();
        entries.forEach((name, value) -> {
          switch (name) {
            case "/v1/events", "application/msgpack", "application/cbor" -> {}
            case "wait" ->
                kept.put(
                    name,
                    value instanceof Value.Map(Map<String, Value> wait)
                            && wait.containsKey("schema")
                        ? with(
                            wait, Map.of("type", Value.of("string"), "pattern", Value.of("^1s?$")))
                        : bounded(value));
            default -> kept.put(name, bounded(value));
          }
        });
        yield Value.of(kept);
      }
      case Value.Array(List<Value> values) ->
          Value.of(values.stream().map(ApiPropertiesTest::bounded).toList());
      case Value.Null _, Value.Bool _, Value.Int _, Value.Float _, Value.Text _, Value.Bytes _ ->
          document;
    };
  }

  private static Value with(Map<String, Value> parameter, Map<String, Value> schema) {
    Map<String, Value> changed = new LinkedHashMap<>(parameter);
    changed.put("schema", Value.of(schema));
    return Value.of(changed);
  }
}
