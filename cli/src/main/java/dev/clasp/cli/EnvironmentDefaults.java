package dev.clasp.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Options whose default may come from the environment (operations.md 2.3, 12.5). */
record EnvironmentDefaults(Map<String, String> environment) implements IDefaultValueProvider {

  /** Option to variable. */
  static final Map<String, String> VARIABLES =
      Map.of(
          "--server", "CLASP_SERVER",
          "--token", "CLASP_TOKEN",
          "--log-level", "CLASP_LOG",
          "--log-format", "CLASP_LOG_FORMAT");

  /** Those of the router alone: others have options of the same names for something else. */
  static final Map<String, String> SERVER_VARIABLES =
      Map.of("--host", "CLASP_BIND", "--port", "CLASP_PORT");

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    if (argument instanceof OptionSpec option) {
      for (String name : option.names()) {
        String variable = VARIABLES.get(name);
        if (variable == null && option.command().userObject() instanceof ServerCommand) {
          variable = SERVER_VARIABLES.get(name);
        }
        String value = variable == null ? null : environment.get(variable);
        if (value != null && !value.isEmpty()) {
          return value;
        }
      }
    }
    return null;
  }
}
