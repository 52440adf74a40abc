package dev.clasp.cli;

import dev.clasp.bridge.Namespace;
import dev.clasp.cli.ConnectionOptions.Reconnect;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.discovery.MdnsNetwork;
import dev.clasp.oscquery.OscQueryConfig;
import dev.clasp.oscquery.OscQueryException;
import dev.clasp.oscquery.OscQueryServer;
import dev.clasp.protocol.PatternException;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code clasp oscquery serve}: the address space as an OSCQuery tree, until interrupted. */
@Command(
    name = "serve",
    description = {
      "Show the address space of a router to OSCQuery programs, until Ctrl-C.",
      "",
      "Programs read the tree by HTTP, listen by WebSocket and set values by OSC. There are no"
          + " passwords in OSCQuery: whoever reaches the port may do what the token of this command"
          + " allows.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp oscquery serve                             for this machine, on port 7770",
      "  clasp oscquery serve --bind 0.0.0.0              for the network, announced by mDNS",
      "  clasp oscquery serve --root /lights --read-only",
      "  clasp oscquery serve --port 9000 --osc-port 9001",
    })
final class OscQueryServeCommand implements Callable<Integer> {

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-b", "--bind"},
      paramLabel = "ADDRESS",
      description = "Where to listen; 0.0.0.0 for the network (default: ${DEFAULT-VALUE}).")
  private String bind = OscQueryConfig.DEFAULT.host();

  @Option(
      names = {"-p", "--port"},
      paramLabel = "PORT",
      description = "For HTTP and WebSockets; 0 = any free one (default: ${DEFAULT-VALUE}).")
  private int port = OscQueryConfig.DEFAULT_PORT;

  @Option(
      names = "--osc-port",
      paramLabel = "PORT",
      description = "For OSC by UDP (default: the number of --port).")
  private @Nullable Integer oscPort;

  @Option(names = "--no-osc", description = "Take no OSC by UDP, only by WebSocket.")
  private boolean noOsc;

  @Option(
      names = {"--root", "--namespace"},
      paramLabel = "ADDRESS",
      description = "Show only this and what is below it (default: everything).")
  private String root = "";

  @Option(names = "--read-only", description = "Let nobody set anything.")
  private boolean readOnly;

  @Option(names = "--create", description = "Let OSC to an unknown address make a parameter of it.")
  private boolean create;

  @Option(
      names = "--title",
      paramLabel = "NAME",
      description = "What programs show to people (default: ${DEFAULT-VALUE}).")
  private String title = OscQueryConfig.DEFAULT.name();

  @Option(
      names = "--origin",
      paramLabel = "ORIGIN",
      description = "Let web pages of this origin read and connect; repeat for more.")
  private Set<String> origins = new LinkedHashSet<>();

  @Option(
      names = "--no-mdns",
      description = "Do not announce it by mDNS. What is bound to this machine never is.")
  private boolean noMdns;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  OscQueryServeCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    OscQueryConfig config = config();
    clasp.startLogging(Clasp.LogLevel.ERROR);
    CompletableFuture<Integer> end = new CompletableFuture<>();
    ConnectionNotes notes =
        new ConnectionNotes(clasp, connection.url(), end::completeExceptionally);
    try (ClaspClient router = connection.connect("oscquery serve", Reconnect.WHEN_LOST, notes);
        Interrupts.Registration _ =
            clasp.terminal().interrupts().onInterrupt(() -> end.complete(ExitStatus.OK));
        OscQueryServer server = OscQueryServer.start(config, router)) {
      clasp.note("OSCQuery at " + String.join(", ", server.urls()));
      int status = end.join();
      report(server.counters());
      return status;
    } catch (OscQueryException e) {
      throw new CommandException(
          ExitStatus.FAILURE, Printable.escape(String.valueOf(e.getMessage())), e);
    } catch (CompletionException e) {
      if (e.getCause() instanceof ClaspException cause) {
        throw cause;
      }
      throw e;
    }
  }

  private void report(Map<String, Long> counters) {
    clasp.note(
        counters.get("requests")
            + " requests, "
            + counters.get("sessions")
            + " programs connected, "
            + counters.get("osc_in")
            + " OSC messages in, "
            + counters.get("osc_out")
            + " out, "
            + counters.get("osc_dropped")
            + " left out");
  }

  private OscQueryConfig config() {
    if (noOsc && oscPort != null) {
      throw wrong("--no-osc and --osc-port contradict each other");
    }
    try {
      return OscQueryConfig.DEFAULT
          .withHost(bind)
          .withPort(port)
          .withOscPort(
              noOsc ? OptionalInt.empty() : OptionalInt.of(oscPort == null ? port : oscPort))
          .withServed(Namespace.parse(root))
          .withReadOnly(readOnly)
          .withCreate(create)
          .withName(title)
          .withOrigins(origins)
          .withMdns(noMdns ? Optional.empty() : Optional.of(MdnsNetwork.ALL));
    } catch (IllegalArgumentException | PatternException e) {
      throw wrong(Printable.escape(String.valueOf(e.getMessage())));
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
