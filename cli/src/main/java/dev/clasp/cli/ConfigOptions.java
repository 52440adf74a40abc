package dev.clasp.cli;

import dev.clasp.config.ConfigFile;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where settings are besides the command line. */
final class ConfigOptions {

  /** Also says where the file is. */
  static final String VARIABLE = "CLASP_CONFIG";

  @Option(
      names = {"-c", "--config"},
      order = HelpSections.CONFIGURATION,
      paramLabel = "FILE",
      description = {
        "Settings in YAML, TOML or JSON (default: $CLASP_CONFIG, ./clasp.yaml,"
            + " ~/.config/clasp/config.yaml, /etc/clasp/clasp.yaml, whichever is there first).",
        "What the environment (CLASP_PORT, ...) and the command line say goes before. See 'clasp"
            + " config'."
      })
  private @Nullable Path file;

  @Option(
      names = "--config-lenient",
      order = HelpSections.CONFIGURATION + 1,
      description = "Warn of settings in it that do not exist, instead of refusing to start.")
  private boolean lenient;

  boolean lenient() {
    return lenient;
  }

  /** The file to read; empty if there is none. */
  Optional<Path> file(Map<String, String> environment) {
    if (file != null) {
      return Optional.of(file);
    }
    String told = environment.getOrDefault(VARIABLE, "");
    return told.isEmpty() ? ConfigFile.find(environment) : Optional.of(Path.of(told));
  }
}
