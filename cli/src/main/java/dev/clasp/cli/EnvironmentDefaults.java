package dev.clasp.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Options of clients whose default may come from the environment (operations.md 2.3). The router
 * has {@link ServerSettings} instead.
 */
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

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    if (argument instanceof OptionSpec option && !(user(option) instanceof ServerCommand)) {
      for (String name : option.names()) {
        // Who serves has a --token of its own: who may come in.
        boolean serves =
            user(option) instanceof RendezvousCommand || user(option) instanceof CompatibleServer;
        String variable = serves && !name.startsWith("--log") ? null : VARIABLES.get(name);
        String value = variable == null ? null : environment.get(variable);
        if (value != null && !value.isEmpty()) {
          return value;
        }
      }
    }
    return null;
  }

  private static Object user(OptionSpec option) {
    return option.command().userObject();
  }
}
