package dev.clasp.cli;

import dev.clasp.cli.ConnectionOptions.Reconnect;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.Parameter;
import dev.clasp.protocol.Value;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code clasp get}: reads one parameter. */
@Command(
    name = "get",
    description = {
      "Print the value at an address.",
      "",
      "Prints it as clasp set would take it: JSON, strings with their quotes. The exit status is 4"
          + " if there is no value.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp get /lights/1/brightness",
      "  clasp get /show/title --raw                the text alone",
      "  clasp get /lights/1/brightness --output json",
      "  clasp set /b \"$(clasp get /a)\"             copies",
    })
final class GetCommand implements Callable<Integer> {

  private final Clasp clasp;

  @Parameters(index = "0", paramLabel = "ADDRESS", description = "Such as /lights/1/brightness.")
  private String address = "";

  @Option(
      names = {"-r", "--raw"},
      description = "Print a string without quotes, as it is when stdout is no terminal.")
  private boolean raw;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  GetCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    clasp.startLogging(Clasp.LogLevel.WARN);
    Optional<Parameter> parameter;
    try (ClaspClient client = connection.connect("get", Reconnect.NEVER, event -> {})) {
      parameter = client.blocking().get(address);
    }
    if (parameter.isEmpty()) {
      clasp.note("there is no value at " + Printable.escape(address));
      return ExitStatus.ABSENT;
    }
    PrintWriter out = clasp.terminal().out();
    out.println(clasp.json() ? jsonLine(parameter.get()) : text(parameter.get().value()));
    return ExitStatus.OK;
  }

  private String text(Value value) {
    if (raw && value instanceof Value.Text(String text)) {
      return clasp.terminal().outIsTerminal() ? Printable.escape(text) : text;
    }
    return clasp.style().value(value, ValueText.human(value));
  }

  private static String jsonLine(Parameter parameter) {
    return new JsonLine()
        .put("ts", Times.iso(parameter.timestampMicros()))
        .put("address", parameter.address())
        .put("value", parameter.value())
        .put("revision", OptionalLong.of(parameter.revision()))
        .put("writer", parameter.writer())
        .end();
  }
}
