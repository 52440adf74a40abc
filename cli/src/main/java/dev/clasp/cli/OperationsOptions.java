package dev.clasp.cli;

import dev.clasp.server.AdminApi;
import dev.clasp.server.AdminConfig;
import dev.clasp.server.Companion;
import dev.clasp.server.ConfigReloads;
import dev.clasp.server.MetricsPage;
import dev.clasp.server.SidePort;
import dev.clasp.transport.ServerTls;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What {@code clasp server} tells to those who look after it. */
final class OperationsOptions {

  @Option(
      names = "--no-metrics",
      order = HelpSections.OPERATIONS,
      description = "Do not serve /metrics for Prometheus.")
  private boolean noMetrics;

  @Option(
      names = "--metrics-port",
      order = HelpSections.OPERATIONS,
      arity = "0..1",
      fallbackValue = "9090",
      paramLabel = "PORT",
      description =
          "Serve it on a port of its own, not on the main one (default: ${FALLBACK-VALUE}).")
  private @Nullable Integer metricsPort;

  @Option(
      names = "--health-port",
      order = HelpSections.OPERATIONS,
      arity = "0..1",
      fallbackValue = "7360",
      paramLabel = "PORT",
      description =
          "Answer /health and /ready on a port of its own too, with an event loop of its own (default:"
              + " ${FALLBACK-VALUE}).")
  private @Nullable Integer healthPort;

  @Option(
      names = "--metrics-host",
      order = HelpSections.OPERATIONS,
      paramLabel = "ADDRESS",
      description = "Address of --metrics-port (default: ${DEFAULT-VALUE}).")
  private String metricsHost = "127.0.0.1";

  @Option(
      names = "--health-host",
      order = HelpSections.OPERATIONS,
      paramLabel = "ADDRESS",
      description = "Address of --health-port (default: ${DEFAULT-VALUE}).")
  private String healthHost = "127.0.0.1";

  @Option(
      names = "--no-admin",
      order = HelpSections.OPERATIONS,
      description = "Do not serve the API for administrators, /admin/v1.")
  private boolean noAdmin;

  /**
   * What lives beside the server.
   *
   * @param reloads counted by who reads the settings again
   * @throws IllegalArgumentException an option is wrong, with a sentence for the user
   */
  List<Companion.Factory> companions(
      ConfigReloads reloads, AdminConfig admin, Optional<ServerTls> tls) {
    List<Companion.Factory> companions = new ArrayList<>();
    Integer own = metricsPort;
    if (own != null) {
      NetworkOptions.range("--metrics-port", own, 0, 65_535);
      if (noMetrics) {
        throw new IllegalArgumentException("--metrics-port and --no-metrics contradict each other");
      }
      companions.add(
          SidePort.of(
              new SidePort.Place("metrics", metricsHost, own, tls),
              List.of(MetricsPage.factory(reloads))));
    } else if (!noMetrics) {
      companions.add(MetricsPage.factory(reloads));
    }
    Integer probes = healthPort;
    if (probes != null) {
      NetworkOptions.range("--health-port", probes, 0, 65_535);
      // Probes speak plain HTTP.
      companions.add(
          SidePort.health(new SidePort.Place("health", healthHost, probes, Optional.empty())));
    }
    if (!noAdmin) {
      companions.add(AdminApi.factory(admin));
    }
    return companions;
  }
}
