package dev.clasp.cli;

import java.util.Map;
import java.util.Set;
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
          "--ca", "CLASP_CA",
          "--rendezvous", "CLASP_RENDEZVOUS",
          "--log-level", "CLASP_LOG",
          "--log-format", "CLASP_LOG_FORMAT");

  /** Those of the router alone: others have options of the same names for something else. */
  static final Map<String, String> SERVER_VARIABLES =
      Map.of("--host", "CLASP_BIND", "--port", "CLASP_PORT", "--token-file", "CLASP_TOKEN_FILE");

  /** What the router has under a name that means something else to clients. */
  private static final Set<String> NOT_OF_THE_SERVER = Set.of("--token", "--rendezvous");

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    if (argument instanceof OptionSpec option) {
      boolean server = option.command().userObject() instanceof ServerCommand;
      boolean rendezvous = option.command().userObject() instanceof RendezvousCommand;
      for (String name : option.names()) {
        String variable = VARIABLES.get(name);
        if (server) {
          variable =
              NOT_OF_THE_SERVER.contains(name)
                  ? null
                  : SERVER_VARIABLES.getOrDefault(name, variable);
        } else if (rendezvous && NOT_OF_THE_SERVER.contains(name)) {
          variable = null;
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
