package dev.clasp.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import picocli.CommandLine.Command;

/** {@code clasp bridge list}. */
@Command(
    name = "list",
    description = "List the bridges of a router with their state.",
    footer = {"", "Examples:", "  clasp bridge list", "  clasp bridge list --output json"})
final class BridgeListCommand extends BridgeCall {

  BridgeListCommand(Clasp clasp) {
    super(clasp);
  }

  @Override
  void ask(RouterPages pages) throws InterruptedException {
    JsonNode all = call(pages, "GET", "/bridges", "").path("bridges");
    if (clasp().json()) {
      all.forEach(bridge -> print(bridge.toString()));
      return;
    }
    if (all.isEmpty()) {
      print("No bridges. Add one: clasp bridge add NAME PROTOCOL");
      return;
    }
    print(
        String.format(
            Locale.ROOT,
            "%-16s %-10s %-20s %-9s %10s %10s %8s  %s",
            "NAME",
            "PROTOCOL",
            "ADDRESSES",
            "STATE",
            "IN",
            "OUT",
            "DROPPED",
            "DETAIL"));
    for (JsonNode bridge : all) {
      JsonNode counts = bridge.path("counts");
      print(
          String.format(
              Locale.ROOT,
              "%-16s %-10s %-20s %-9s %10d %10d %8d  %s",
              text(bridge, "name"),
              text(bridge, "protocol"),
              text(bridge, "namespace") + "/**",
              text(bridge, "state"),
              counts.path("in").asLong(),
              counts.path("out").asLong(),
              counts.path("dropped").asLong(),
              text(bridge, "detail")));
    }
  }
}
