package dev.clasp.cli;

import dev.clasp.cli.ConnectionOptions.Reconnect;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.client.ClockReading;
import dev.clasp.protocol.Feature;
import dev.clasp.server.Version;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code clasp info}: what is installed here, and what a router offers. */
@Command(
    name = "info",
    description = {
      "Say what is installed, and what the router offers.",
      "",
      "With URL, the status is 69 if no router answers there.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp info",
      "  clasp info ws://stage.local:7330",
      "  clasp info --qr ws://192.168.1.20:7330",
      "  clasp info --output json",
    })
final class InfoCommand implements Callable<Integer> {

  private final Clasp clasp;

  @Parameters(arity = "0..1", paramLabel = "URL", description = "The router; the same as --server.")
  private @Nullable String url;

  @Option(names = "--qr", description = "Show the router's URL as a QR code, for telephones.")
  private boolean qr;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  InfoCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  /** What a router says about itself. */
  private record Offer(
      String name,
      int version,
      List<String> features,
      String session,
      Duration roundTrip,
      Optional<ClockReading> clock) {}

  @Override
  public Integer call() {
    clasp.startLogging(Clasp.LogLevel.ERROR);
    if (url != null) {
      connection.useServer(url);
    }
    PrintWriter out = clasp.terminal().out();
    if (!clasp.json()) {
      installed(out);
      out.flush();
    }
    Optional<Offer> offer = Optional.empty();
    try {
      offer = Optional.of(ask());
    } catch (CommandException e) {
      if (url != null) {
        throw e;
      }
    }
    if (clasp.json()) {
      out.println(json(offer));
    } else {
      offer(out, offer);
    }
    if (qr) {
      QrText.print(clasp, connection.url());
    }
    return ExitStatus.OK;
  }

  private Offer ask() {
    try (ClaspClient client = connection.connect("info", Reconnect.NEVER, event -> {})) {
      Duration roundTrip = client.blocking().ping();
      Optional<ClockReading> clock;
      try {
        clock = Optional.of(client.blocking().sync());
      } catch (ClaspException e) {
        clock = Optional.empty();
      }
      return new Offer(
          client.server().name(),
          client.server().version(),
          client.server().features().stream().sorted().map(Feature::wireName).toList(),
          client.session(),
          roundTrip,
          clock);
    }
  }

  private void installed(PrintWriter out) {
    Style style = clasp.style();
    out.println(style.bold("CLASP for Java " + Version.number()));
    row(out, "Java", java() + " in " + System.getProperty("java.home"));
    row(out, "system", system());
    row(out, "speaks", "WebSocket (ws, wss), TCP (tcp, tls)");
  }

  private void offer(PrintWriter out, Optional<Offer> offer) {
    out.println();
    if (offer.isEmpty()) {
      out.println("No router answers at " + connection.url() + ". Start one with: clasp server");
      return;
    }
    Offer router = offer.get();
    out.println(clasp.style().bold("Router at " + connection.url()));
    row(out, "name", Printable.escape(router.name));
    row(out, "protocol", "version " + router.version);
    row(out, "features", String.join(", ", router.features));
    row(out, "session", Printable.escape(router.session));
    row(out, "round trip", millis(router.roundTrip.toNanos() / 1e6) + " ms");
    router.clock.ifPresent(clock ->
        row(
            out,
            "clock",
            String.format(Locale.ROOT, "%+.3f ms from ours", clock.offsetMicros() / 1000.0)));
  }

  private String json(Optional<Offer> offer) {
    JsonLine line =
        new JsonLine()
            .put("version", Version.number())
            .put("java", java())
            .put("system", system())
            .put("server", connection.url())
            .put("answers", offer.isPresent());
    offer.ifPresent(router -> {
      line.put("name", router.name)
          .put("protocol", router.version)
          .put("features", router.features)
          .put("session", router.session)
          .put("roundTripMs", router.roundTrip.toNanos() / 1e6, 3);
      router.clock.ifPresent(clock -> line.put("clockOffsetMs", clock.offsetMicros() / 1000.0, 3));
    });
    return line.end();
  }

  private static String java() {
    return System.getProperty("java.version", "");
  }

  private static String system() {
    return System.getProperty("os.name", "")
        + " "
        + System.getProperty("os.version", "")
        + ", "
        + System.getProperty("os.arch", "")
        + ", "
        + Runtime.getRuntime().availableProcessors()
        + " cores";
  }

  private static String millis(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  private void row(PrintWriter out, String name, String value) {
    out.println(
        "  " + clasp.style().dim(name + " ".repeat(Math.max(1, 12 - name.length()))) + value);
  }
}
