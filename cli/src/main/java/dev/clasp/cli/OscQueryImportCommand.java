package dev.clasp.cli;

import dev.clasp.bridge.BridgeDefinition;
import dev.clasp.bridge.BridgeEvent;
import dev.clasp.bridge.BridgeHost;
import dev.clasp.bridge.BridgeState;
import dev.clasp.bridge.BridgeStatus;
import dev.clasp.bridge.Namespace;
import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.cli.ConnectionOptions.Reconnect;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.protocol.PatternException;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code clasp oscquery import}: the tree of a program in the router, until interrupted. */
@Command(
    name = "import",
    description = {
      "Bring the tree of an OSCQuery program into a router, until Ctrl-C.",
      "",
      "What the program has at /layer/opacity is /oscquery/layer/opacity in the router: it follows"
          + " the program, and what is written there is sent to it by OSC.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp oscquery import http://localhost:9000",
      "  clasp oscquery import http://vj.local:1234 --namespace /vj --include '/layer/**'",
      "  clasp oscquery import http://localhost:9000 --scale unit    ranges become 0 to 1",
    })
final class OscQueryImportCommand implements Callable<Integer> {

  private static final String NAME = "import";

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "URL", description = "Where the program serves its tree.")
  private String url = "";

  @Option(
      names = {"--namespace", "--prefix"},
      paramLabel = "ADDRESS",
      description = "Where it is in the address space (default: ${DEFAULT-VALUE}).")
  private String namespace = "/oscquery";

  @Option(
      names = "--include",
      paramLabel = "PATTERN",
      description = "Only what matches, such as /layer/**; repeat for more.")
  private List<String> include = new ArrayList<>();

  @Option(
      names = "--exclude",
      paramLabel = "PATTERN",
      description = "Nothing that matches; repeat for more.")
  private List<String> exclude = new ArrayList<>();

  @Option(names = "--no-listen", description = "Ask again and again instead of listening.")
  private boolean noListen;

  @Option(
      names = "--poll",
      paramLabel = "TIME",
      description = "How often to ask where there is no WebSocket (default: ${DEFAULT-VALUE}).")
  private String poll = "1s";

  @Option(
      names = "--scale",
      paramLabel = "HOW",
      description = "unit: numbers with a range are 0 to 1 here (default: ${DEFAULT-VALUE}).")
  private String scale = "none";

  @Option(
      names = "--osc",
      paramLabel = "HOST:PORT",
      description = "Where the program takes OSC, if it is not where it says.")
  private @Nullable String osc;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  OscQueryImportCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    BridgeDefinition definition = definition();
    clasp.startLogging(Clasp.LogLevel.ERROR);
    CompletableFuture<Integer> end = new CompletableFuture<>();
    ConnectionNotes notes =
        new ConnectionNotes(clasp, connection.url(), end::completeExceptionally);
    try (ClaspClient router = connection.connect("oscquery import", Reconnect.WHEN_LOST, notes);
        Interrupts.Registration _ =
            clasp.terminal().interrupts().onInterrupt(() -> end.complete(ExitStatus.OK));
        BridgeHost host = BridgeHost.shared(router, event -> tell(event, end))) {
      host.add(definition);
      int status = end.join();
      host.status(NAME).ifPresent(this::report);
      return status;
    } catch (BridgeException e) {
      throw wrong(Printable.escape(String.valueOf(e.getMessage())));
    } catch (CompletionException e) {
      switch (e.getCause()) {
        case ClaspException cause -> throw cause;
        case CommandException cause -> throw cause;
        case null, default -> throw e;
      }
    }
  }

  private void tell(BridgeEvent event, CompletableFuture<Integer> end) {
    switch (event) {
      case BridgeEvent.StateChanged changed -> {
        if (changed.to() == BridgeState.FAILED) {
          end.completeExceptionally(
              new CommandException(ExitStatus.USAGE, Printable.escape(changed.detail())));
        } else if (!changed.detail().isEmpty()) {
          clasp.note(Printable.escape(changed.detail()));
        }
      }
      case BridgeEvent.Problem problem ->
          clasp.note(
              Printable.escape(problem.what())
                  + (problem.more() > 0 ? " (and " + problem.more() + " more)" : ""));
      case BridgeEvent.Defined _, BridgeEvent.Removed _ -> {}
    }
  }

  private void report(BridgeStatus status) {
    clasp.note(
        status.counts().in()
            + " values into the router, "
            + status.counts().out()
            + " to the program, "
            + status.counts().dropped()
            + " left out");
  }

  private BridgeDefinition definition() {
    Map<String, Value> settings = new HashMap<>();
    settings.put("url", Value.of(url));
    settings.put("include", texts(include));
    settings.put("exclude", texts(exclude));
    settings.put("listen", Value.of(!noListen));
    settings.put("poll", Value.of(poll));
    settings.put("scale", Value.of(scale));
    if (osc != null) {
      settings.put("osc", Value.of(osc));
    }
    try {
      return BridgeDefinition.of(NAME, "oscquery", settings)
          .withNamespace(Namespace.parse(namespace));
    } catch (IllegalArgumentException | PatternException e) {
      throw wrong(Printable.escape(String.valueOf(e.getMessage())));
    }
  }

  private static Value texts(List<String> texts) {
    return Value.of(texts.stream().map(Value::of).toList());
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
