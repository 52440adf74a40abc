package dev.clasp.cli;

import dev.clasp.server.AdminApi;
import dev.clasp.server.AdminConfig;
import dev.clasp.server.Companion;
import dev.clasp.server.ConfigReloads;
import dev.clasp.server.MetricsPage;
import dev.clasp.server.SidePort;
import dev.clasp.server.Traces;
import dev.clasp.transport.ServerTls;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
      names = "--otel-endpoint",
      order = HelpSections.OPERATIONS,
      paramLabel = "URL",
      description =
          "Send traces of sessions to this collector of OpenTelemetry (OTLP over HTTP). Example:"
              + " http://localhost:4318. See docs/tracing.md")
  private @Nullable String otelEndpoint;

  @Option(
      names = "--no-admin",
      order = HelpSections.OPERATIONS,
      description = "Do not serve the API for administrators, /admin/v1.")
  private boolean noAdmin;

  /**
   * Where traces go, if they go anywhere.
   *
   * @param environment with {@code OTEL_SERVICE_NAME} and {@code OTEL_EXPORTER_OTLP_HEADERS}, which
   *     may hold secrets and so are no options
   * @throws IllegalArgumentException it is no URL, with a sentence for the user
   */
  Optional<Traces> traces(Map<String, String> environment) {
    String endpoint = otelEndpoint;
    if (endpoint == null) {
      return Optional.empty();
    }
    Map<String, String> headers = new LinkedHashMap<>();
    for (String pair : environment.getOrDefault("OTEL_EXPORTER_OTLP_HEADERS", "").split(",", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        String name = pair.substring(0, equals).strip();
        try {
          headers.put(
              name,
              URLDecoder.decode(
                  pair.substring(equals + 1).strip().replace("+", "%2B"), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(
              "OTEL_EXPORTER_OTLP_HEADERS: after % in the value of "
                  + name
                  + " there must be two hexadecimal digits",
              e);
        }
      }
    }
    try {
      return Optional.of(
          Traces.to(
              endpoint,
              headers,
              environment.getOrDefault("OTEL_SERVICE_NAME", "clasp"),
              new SecureRandom()));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--otel-endpoint " + e.getMessage(), e);
    }
  }

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
