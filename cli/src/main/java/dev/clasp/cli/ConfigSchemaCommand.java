package dev.clasp.cli;

import dev.clasp.config.JsonSchema;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code clasp config schema}: for editors. */
@Command(
    name = "schema",
    description =
        "Print the JSON Schema of the file, by which editors complete keys and mark mistakes.",
    footer = {
      "",
      "Example:",
      "  clasp config schema > clasp.schema.json",
      "and as first line of the file:",
      "  # yaml-language-server: $schema=clasp.schema.json"
    })
final class ConfigSchemaCommand implements Callable<Integer> {

  private final Clasp clasp;

  ConfigSchemaCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    clasp.terminal().out().print(JsonSchema.of(ConfigCheckCommand.keys(clasp).catalogue()));
    return ExitStatus.OK;
  }
}
