package dev.clasp.cli;

import dev.clasp.discovery.Device;
import dev.clasp.discovery.Discovery;
import dev.clasp.discovery.DiscoveryConfig;
import dev.clasp.discovery.DiscoveryEvent;
import dev.clasp.discovery.DiscoveryEvent.Failed;
import dev.clasp.discovery.DiscoveryEvent.Found;
import dev.clasp.discovery.DiscoveryEvent.Lost;
import dev.clasp.discovery.DiscoveryEvent.Updated;
import dev.clasp.discovery.RendezvousException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code clasp discover}: which routers there are. */
@Command(
    name = "discover",
    description = {
      "List the routers in this network, and those at a rendezvous server.",
      "",
      "Each line is a name, the URL to connect to, and how it was found. Nobody has vouched for"
          + " them. The status is 69 if there is none.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp discover",
      "  clasp discover --watch                                until Ctrl-C",
      "  clasp discover --rendezvous http://meet.example:7340 --wan",
      "  clasp discover --mdns --timeout 2s --json",
    })
final class DiscoverCommand implements Callable<Integer> {

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--mdns", description = "Look by mDNS only, or by what else is named.")
  private boolean mdns;

  @Option(names = "--broadcast", description = "Look by broadcast only, or by what else is named.")
  private boolean broadcast;

  @Option(names = "--wan", description = "Ask the rendezvous server only.")
  private boolean wan;

  @Option(
      names = "--rendezvous",
      paramLabel = "URL",
      description = "Ask this rendezvous server too; also $CLASP_RENDEZVOUS.")
  private @Nullable String rendezvous;

  @Option(
      names = "--tag",
      paramLabel = "TAG",
      description = "Only those that the rendezvous server knows under this tag.")
  private @Nullable String tag;

  @Option(
      names = "--rendezvous-token",
      paramLabel = "TOKEN",
      description = "Token for a rendezvous server that asks for one.")
  private @Nullable String token;

  @Option(
      names = "--broadcast-port",
      paramLabel = "PORT",
      description = "Where broadcasts go to (default: ${DEFAULT-VALUE}).")
  private int broadcastPort = DiscoveryConfig.DEFAULT_BROADCAST_PORT;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "How long to look (default: 5s; with --watch: until Ctrl-C).")
  private @Nullable Duration timeout;

  @Option(names = "--watch", description = "Go on, and say who comes, changes and goes.")
  private boolean watch;

  @Option(names = "--json", description = "One JSON object a line; the same as --output json.")
  private boolean json;

  DiscoverCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    DiscoveryConfig config = config();
    clasp.startLogging(Clasp.LogLevel.ERROR);
    ConcurrentLinkedQueue<Failed> failures = new ConcurrentLinkedQueue<>();
    Discovery.Builder builder = Discovery.builder().config(config);
    if (wan) {
      builder.lan(_ -> List.of());
    }
    if (!watch) {
      builder.onFailure(failures::add);
    }
    try (Discovery discovery = builder.build()) {
      return watch ? watch(discovery) : list(discovery, failures);
    } catch (RendezvousException e) {
      throw new CommandException(
          e.kind() == RendezvousException.Kind.INVALID ? ExitStatus.USAGE : ExitStatus.UNAVAILABLE,
          Printable.escape(e.getMessage()),
          e);
    }
  }

  private DiscoveryConfig config() {
    if (wan && (mdns || broadcast)) {
      throw wrong("--wan asks the rendezvous server only: leave out --mdns and --broadcast");
    }
    if (rendezvous == null && (wan || tag != null || token != null)) {
      throw wrong(
          (wan ? "--wan" : tag != null ? "--tag" : "--rendezvous-token")
              + " needs a rendezvous server: --rendezvous URL");
    }
    try {
      boolean all = !mdns && !broadcast;
      DiscoveryConfig config =
          DiscoveryConfig.DEFAULT
              .withMechanisms(!wan && (all || mdns), !wan && (all || broadcast))
              .withBroadcastPort(broadcastPort);
      if (timeout != null) {
        config = config.withTimeout(timeout);
      }
      return rendezvous == null
          ? config
          : config.withRendezvous(rendezvous, Optional.ofNullable(tag), Optional.ofNullable(token));
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  // --- once --------------------------------------------------------------------------------------

  private int list(Discovery discovery, ConcurrentLinkedQueue<Failed> failures) {
    // Only the server is asked: then what it says is the result, also if it says no.
    List<Device> devices;
    try (Countdown _ = Countdown.of(clasp, "looking for routers", config().timeout())) {
      devices = wan ? discovery.discoverWan() : discovery.discoverAll();
    }
    PrintWriter out = clasp.terminal().out();
    int name = width(devices.stream().map(Device::name).toList());
    int url = width(devices.stream().map(DiscoverCommand::url).toList());
    for (Device device : devices) {
      out.println(asJson() ? json(device, Optional.empty()) : row(device, name, url));
    }
    failures.forEach(this::note);
    if (devices.isEmpty()) {
      clasp.note("no router was found. Does one run in this network, and does it announce itself?");
      return ExitStatus.UNAVAILABLE;
    }
    return ExitStatus.OK;
  }

  private static int width(List<String> texts) {
    return texts.stream().mapToInt(text -> Printable.escape(text).length()).max().orElse(0);
  }

  private String row(Device device, int name, int url) {
    return padded(clasp.style().bold(Printable.escape(device.name())), device.name(), name)
        + "  "
        + padded(Printable.escape(url(device)), url(device), url)
        + "  "
        + clasp.style().dim(sources(device));
  }

  private static String padded(String shown, String text, int width) {
    return shown + " ".repeat(Math.max(0, width - Printable.escape(text).length()));
  }

  private static String url(Device device) {
    return device
        .url()
        .orElseGet(() -> device.endpoints().values().stream().findFirst().orElse("no address"));
  }

  private static String sources(Device device) {
    return device.sources().stream().map(Object::toString).collect(Collectors.joining(", "));
  }

  private boolean asJson() {
    return json || clasp.json();
  }

  private static String json(Device device, Optional<String> event) {
    JsonLine line = new JsonLine();
    event.ifPresent(e -> line.put("event", e));
    return line.put("id", device.id())
        .put("stableId", device.stableId())
        .put("name", device.name())
        .put("url", device.url())
        .put("endpoints", device.endpoints().values())
        .put("features", device.info().features())
        .put("sources", device.sources().stream().map(Object::toString).toList())
        .end();
  }

  private void note(Failed failed) {
    clasp.note(failed.mechanism() + ": " + Printable.escape(failed.message()));
  }

  // --- watching ----------------------------------------------------------------------------------

  private int watch(Discovery discovery) {
    CompletableFuture<Boolean> end = new CompletableFuture<>();
    try (Interrupts.Registration _ =
        clasp.terminal().interrupts().onInterrupt(() -> end.complete(true))) {
      if (timeout != null) {
        end.completeOnTimeout(true, timeout.toNanos(), TimeUnit.NANOSECONDS);
      }
      discovery.start().subscribe(new Printer(end));
      end.join();
      return ExitStatus.OK;
    } catch (CompletionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new CommandException(
          ExitStatus.FAILURE, "watching has ended: " + cause.getMessage(), e);
    }
  }

  /** Prints what changes, one after the other. */
  private final class Printer implements Flow.Subscriber<DiscoveryEvent> {
    private final CompletableFuture<Boolean> end;
    private final Map<String, Device> known = new HashMap<>();

    Printer(CompletableFuture<Boolean> end) {
      this.end = end;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(DiscoveryEvent event) {
      switch (event) {
        case Found(Device device) -> print("found", device);
        case Updated(Device device) -> print("changed", device);
        case Lost(String id) -> {
          Device gone = known.remove(id);
          if (gone != null) {
            print("lost", gone);
            known.remove(id);
          }
        }
        case Failed failed -> note(failed);
      }
    }

    private void print(String what, Device device) {
      known.put(device.id(), device);
      clasp
          .terminal()
          .out()
          .println(
              asJson()
                  ? json(device, Optional.of(what))
                  : padded(what, what, 8) + row(device, 0, 0));
      if (clasp.terminal().out().checkError()) {
        // Nobody reads any more: clasp discover --watch | head.
        end.complete(true);
      }
    }

    @Override
    public void onError(Throwable failure) {
      end.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      end.complete(true);
    }
  }
}
