package dev.clasp.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code clasp bridge learn}. */
@Command(
    name = "learn",
    description = {
      "Say what the device of a bridge sends next: move a fader, press a key.",
      "",
      "What it prints is the device side of a rule. The bridge goes on as always meanwhile.",
    },
    footer = {"", "Examples:", "  clasp bridge learn desk", "  clasp bridge learn desk --time 1m"})
final class BridgeLearnCommand extends BridgeCall {

  private static final Duration LONGEST = Duration.ofMinutes(5);

  @Parameters(paramLabel = "NAME", description = "The bridge.")
  private String name = "";

  @Option(
      names = "--time",
      paramLabel = "TIME",
      description = "How long to wait, 5m at most (default: 30s).")
  private Duration time = Duration.ofSeconds(30);

  BridgeLearnCommand(Clasp clasp) {
    super(clasp);
  }

  @Override
  void ask(RouterPages pages) throws InterruptedException {
    if (time.compareTo(LONGEST) > 0 || time.toSeconds() < 1) {
      throw new CommandException(ExitStatus.USAGE, "--time must be 1s to 5m");
    }
    JsonNode heard =
        pages
            .admin("POST", path(name) + "/learn", "{\"seconds\":" + time.toSeconds() + "}", time)
            .path("heard");
    if (!heard.isObject()) {
      throw new CommandException(
          ExitStatus.FAILURE, "nothing came from its device; is it sending to this bridge?");
    }
    print(
        clasp().json()
            ? heard.toString()
            : text(heard, "address") + " = " + Printable.escape(heard.path("value").toString()));
  }
}
