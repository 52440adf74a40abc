package dev.clasp.cli;

import dev.clasp.config.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code clasp config show}: what holds, and why. */
@Command(
    name = "show",
    aliases = "print",
    description =
        "Print every setting as it would hold, and where it comes from. Secrets are not shown.",
    footer = {
      "",
      "Examples:",
      "  clasp config show",
      "  clasp config show --changed -- --port 7331 --max-sessions 20",
      "                                     what these options would make of it"
    })
final class ConfigShowCommand implements Callable<Integer> {

  private final Clasp clasp;

  @Option(names = "--changed", description = "Only what is not the default.")
  private boolean changed;

  @Option(names = "--show-origin", hidden = true, description = "It is always shown.")
  @SuppressWarnings("UnusedVariable")
  private boolean origin;

  @Parameters(
      arity = "0..*",
      paramLabel = "OPTION",
      description = "Options of 'clasp server', after --.")
  private List<String> options = new ArrayList<>();

  ConfigShowCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    List<String> args = new ArrayList<>(List.of("server"));
    args.addAll(options);
    ServerSettings settings = ServerSettings.load(clasp.terminal(), args);
    settings.warnings().forEach(clasp::note);
    for (ServerSettings.Effective one : settings.effective()) {
      if (changed && one.origin() instanceof Origin.BuiltIn) {
        continue;
      }
      String key = "server." + one.setting().key();
      if (clasp.json()) {
        clasp
            .terminal()
            .out()
            .println(
                new JsonLine()
                    .put("key", key)
                    .put("value", one.value())
                    .put("origin", one.origin().toString())
                    .put("live", one.setting().live())
                    .end());
      } else {
        clasp
            .terminal()
            .out()
            .println(
                String.format(
                    "%-44s %-20s # %s",
                    key, Printable.escape(one.value()), Printable.escape(one.origin().toString())));
      }
    }
    return ExitStatus.OK;
  }
}
