package dev.clasp.cli;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The user's web browser, by what the system starts it with. */
final class Browser {

  /** A starter that is wrong says so within this time; a browser itself may go on for hours. */
  private static final long SETTLE_SECONDS = 3;

  private final String system;
  private final Map<String, String> environment;

  /**
   * @param system {@code os.name}
   * @param environment {@code BROWSER} goes before what the system has: command lines, separated as
   *     in {@code PATH} (colons; semicolons on Windows, whose paths have colons), with {@code %s}
   *     for the address or the address behind them
   */
  Browser(String system, Map<String, String> environment) {
    this.system = system.toLowerCase(Locale.ROOT);
    this.environment = environment;
  }

  /** Opens an address; empty if it worked, otherwise why not. */
  Optional<String> open(String address) throws InterruptedException {
    List<List<String>> commands = commands(address);
    if (commands.isEmpty()) {
      return Optional.of("there is no screen, and $BROWSER is not set");
    }
    String problem = "";
    for (List<String> command : commands) {
      try {
        Process process =
            new ProcessBuilder(command)
                .redirectInput(Redirect.from(nothing()))
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD)
                .start();
        if (!process.waitFor(SETTLE_SECONDS, TimeUnit.SECONDS) || process.exitValue() == 0) {
          return Optional.empty();
        }
        problem = command.getFirst() + " ended with " + process.exitValue();
      } catch (IOException e) {
        problem = command.getFirst() + " cannot be started";
      }
    }
    return Optional.of(problem);
  }

  private File nothing() {
    return new File(system.startsWith("windows") ? "NUL" : "/dev/null");
  }

  /** What to try, in this order. */
  List<List<String>> commands(String address) {
    String own = environment.getOrDefault("BROWSER", "");
    if (!own.isBlank()) {
      return Stream.of(own.split(system.startsWith("windows") ? ";" : ":", -1))
          .filter(command -> !command.isBlank())
          .map(command -> withAddress(command.strip(), address))
          .toList();
    }
    if (system.startsWith("mac")) {
      return List.of(List.of("open", address));
    }
    if (system.startsWith("windows")) {
      // Not start: cmd would take & and ^ in an address for its own.
      return List.of(List.of("rundll32", "url.dll,FileProtocolHandler", address));
    }
    boolean screen =
        Stream.of("DISPLAY", "WAYLAND_DISPLAY")
            .anyMatch(name -> !environment.getOrDefault(name, "").isEmpty());
    return screen ? List.of(List.of("xdg-open", address)) : List.of();
  }

  private static List<String> withAddress(String command, String address) {
    List<String> words = List.of(command.split("\\s+", -1));
    return command.contains("%s")
        ? words.stream().map(word -> word.replace("%s", address)).toList()
        : Stream.concat(words.stream(), Stream.of(address)).toList();
  }
}
