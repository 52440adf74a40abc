package dev.clasp.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code clasp config check}: finds mistakes before the show. */
@Command(
    name = "check",
    description =
        "Check the file, with the environment: that every setting exists, can be what it is, and fits to the"
            + " others, and that files which it names can be read. Nothing is started.",
    footer = {"", "Exits with 78 if something is wrong."})
final class ConfigCheckCommand implements Callable<Integer> {

  private final Clasp clasp;

  @Parameters(
      arity = "0..1",
      paramLabel = "FILE",
      description = "The file (default: the one that 'clasp server' would read).")
  private @Nullable Path file;

  @Option(
      names = "--config-lenient",
      description = "Warn of settings that do not exist, as 'clasp server' does with this option.")
  private boolean lenient;

  ConfigCheckCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    List<String> args = new ArrayList<>(List.of("server"));
    if (file != null) {
      args.add("--config=" + file);
    }
    if (lenient) {
      args.add("--config-lenient");
    }
    ServerSettings settings = ServerSettings.load(clasp.terminal(), args);
    settings.check();
    settings.warnings().forEach(clasp::note);
    String checked = settings.file().map(Path::toString).orElse("");
    if (clasp.json()) {
      clasp.terminal().out().println(new JsonLine().put("ok", true).put("file", checked).end());
    } else {
      clasp
          .terminal()
          .out()
          .println(
              checked.isEmpty()
                  ? "There is no file; the defaults and the environment are fine"
                  : Printable.escape(checked) + " is fine");
    }
    return ExitStatus.OK;
  }

  /** All keys that there are. */
  static ServerKeys keys(Clasp clasp) {
    return new ServerKeys(
        CommandLines.serverOf(CommandLines.server(new Clasp(clasp.terminal()))).getCommandSpec());
  }
}
