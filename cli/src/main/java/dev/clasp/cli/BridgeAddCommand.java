package dev.clasp.cli;

import dev.clasp.bridge.JsonValues;
import dev.clasp.protocol.Value;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code clasp bridge add}. */
@Command(
    name = "add",
    description = "Add a bridge to a router, or put another in its place.",
    footer = {
      "",
      "Examples:",
      "  clasp bridge add desk osc -o bind=:9000",
      "  clasp bridge add desk osc --replace -o bind=:9000 --map '/1/fader{n}=/lights/{n}/level'",
      "  clasp bridge add house mqtt -o broker=mqtt://broker.local --namespace /house",
    })
final class BridgeAddCommand extends BridgeCall {

  @Parameters(index = "0", paramLabel = "NAME", description = "How it shall be called.")
  private String name = "";

  @Parameters(index = "1", paramLabel = "PROTOCOL", description = "osc, mqtt, ...")
  private String protocol = "";

  @Option(names = "--replace", description = "Take the place of the bridge of that name.")
  private boolean replace;

  @Option(names = "--disabled", description = "Do not start it yet.")
  private boolean disabled;

  @Mixin private BridgeDefinitionOptions options = new BridgeDefinitionOptions();

  BridgeAddCommand(Clasp clasp) {
    super(clasp);
  }

  @Override
  void ask(RouterPages pages) throws InterruptedException {
    Map<String, Value> definition =
        new LinkedHashMap<>(options.definition(name, protocol).entries());
    definition.put("enabled", Value.of(!disabled));
    String body = JsonValues.text(Value.of(definition));
    var bridge =
        replace ? call(pages, "PUT", path(name), body) : call(pages, "POST", "/bridges", body);
    print(
        clasp().json()
            ? bridge.toString()
            : Printable.escape(name)
                + " is "
                + text(bridge, "state")
                + ": "
                + text(bridge, "detail"));
  }
}
