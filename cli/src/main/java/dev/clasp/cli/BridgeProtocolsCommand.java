package dev.clasp.cli;

import dev.clasp.bridge.BridgeHost;
import dev.clasp.bridge.JsonValues;
import dev.clasp.bridge.spi.BridgeProvider;
import dev.clasp.bridge.spi.BridgeSetting;
import dev.clasp.protocol.Value;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code clasp bridge protocols}: what this program knows; no router is asked. */
@Command(
    name = "protocols",
    description = "List the protocols that bridges speak, or the settings of one.",
    footer = {"", "Examples:", "  clasp bridge protocols", "  clasp bridge protocols osc"})
final class BridgeProtocolsCommand implements Callable<Integer> {

  private final Clasp clasp;

  @Parameters(arity = "0..1", paramLabel = "PROTOCOL", description = "Show its settings.")
  private @Nullable String protocol;

  BridgeProtocolsCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    List<BridgeProvider> all =
        BridgeHost.found().stream().sorted(Comparator.comparing(BridgeProvider::protocol)).toList();
    if (protocol == null) {
      all.forEach(
          each -> print(String.format(Locale.ROOT, "%-12s %s", each.protocol(), each.title())));
      return ExitStatus.OK;
    }
    BridgeProvider chosen =
        all.stream()
            .filter(each -> each.protocol().equals(protocol))
            .findFirst()
            .orElseThrow(() ->
                new CommandException(
                    ExitStatus.USAGE,
                    "there is no protocol "
                        + Printable.escape(String.valueOf(protocol))
                        + "; there are "
                        + String.join(", ", all.stream().map(BridgeProvider::protocol).toList())));
    print(chosen.title() + ", below " + chosen.defaultNamespace() + "/** unless you say otherwise");
    print("");
    for (BridgeSetting setting : chosen.settings()) {
      String standard =
          setting.standard().equals(Value.NULL)
              ? ""
              : " (default: " + JsonValues.text(setting.standard()) + ")";
      String kind =
          setting.choices().isEmpty()
              ? setting.kind().name().toLowerCase(Locale.ROOT)
              : String.join("|", setting.choices());
      print(String.format(Locale.ROOT, "  %-18s %s", setting.name() + "=" + kind, ""));
      print("      " + setting.description() + standard);
    }
    return ExitStatus.OK;
  }

  private void print(String line) {
    clasp.terminal().out().println(line.stripTrailing());
  }
}
