package dev.clasp.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clasp.bridge.JsonValues;
import dev.clasp.protocol.Value;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code clasp bridge preview}. */
@Command(
    name = "preview",
    description = "Say what a bridge would make of a message, and by which rules; nothing is sent.",
    footer = {
      "",
      "Examples:",
      "  clasp bridge preview desk in /1/fader1 0.5       as if the device sent it",
      "  clasp bridge preview desk out /lights/1 255      as if somebody set it",
    })
final class BridgePreviewCommand extends BridgeCall {

  /** Which way a message goes. */
  enum Way {
    IN,
    OUT
  }

  @Parameters(index = "0", paramLabel = "NAME", description = "The bridge.")
  private String name = "";

  @Parameters(index = "1", paramLabel = "WAY", description = "in (from the device) or out.")
  private Way way = Way.IN;

  @Parameters(index = "2", paramLabel = "ADDRESS", description = "Where it comes from.")
  private String address = "";

  @Parameters(
      index = "3",
      arity = "0..1",
      paramLabel = "VALUE",
      description = "JSON or text (default: null).")
  private String value = "null";

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "param, event or stream (default: ${DEFAULT-VALUE}).")
  private String type = "param";

  BridgePreviewCommand(Clasp clasp) {
    super(clasp);
  }

  @Override
  void ask(RouterPages pages) throws InterruptedException {
    Map<String, Value> body = new LinkedHashMap<>();
    body.put("bridge", Value.of(name));
    body.put("direction", Value.of(way == Way.IN ? "in" : "out"));
    body.put("address", Value.of(address));
    body.put("value", ValueParser.parse(value));
    body.put("type", Value.of(type));
    JsonNode answer = call(pages, "POST", "/bridge-preview", JsonValues.text(Value.of(body)));
    if (clasp().json()) {
      print(answer.toString());
      return;
    }
    for (JsonNode step : answer.path("steps")) {
      print("  " + Printable.escape(step.asText()));
    }
    if (answer.path("signals").isEmpty()) {
      print("nothing goes on");
    }
    for (JsonNode signal : answer.path("signals")) {
      print(
          text(signal, "address")
              + " = "
              + Printable.escape(signal.path("value").toString())
              + " ("
              + text(signal, "type")
              + ")");
    }
  }
}
