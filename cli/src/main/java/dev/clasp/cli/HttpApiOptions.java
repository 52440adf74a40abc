package dev.clasp.cli;

import dev.clasp.adapterhttp.HttpAdapter;
import dev.clasp.server.Companion;
import dev.clasp.web.HttpApiConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Option;

/** The options of {@code clasp server} for the HTTP API (docs/http-api.md). */
final class HttpApiOptions {

  private static final int MOST = 1_000_000;

  @Option(
      names = "--no-http-api",
      order = HelpSections.PROTOCOLS,
      description = "Do not serve the HTTP API below /v1 and /api.")
  private boolean off;

  @Option(
      names = "--http-base-path",
      order = HelpSections.PROTOCOLS,
      paramLabel = "PATH",
      description = "Where the short paths of the HTTP API are (default: ${DEFAULT-VALUE}).")
  private String basePath = HttpApiConfig.DEFAULT.basePath();

  @Option(
      names = "--http-namespace",
      order = HelpSections.PROTOCOLS,
      paramLabel = "ADDRESS",
      description =
          "What those short paths stand for: with /http, /api/lamp is the address /http/lamp"
              + " (default: nothing, /api/lamp is /lamp).")
  private String namespace = "";

  @Option(
      names = "--http-origin",
      order = HelpSections.PROTOCOLS,
      paramLabel = "ORIGIN",
      description =
          "Let pages of this origin use the HTTP API, for example https://show.example; * for all."
              + " May be given several times (default: pages of this server only).")
  private List<String> origins = new ArrayList<>();

  @Option(
      names = "--http-rate",
      order = HelpSections.PROTOCOLS,
      paramLabel = "N",
      description =
          "HTTP requests a second of one token, or of one address without; 0 = any number"
              + " (default: ${DEFAULT-VALUE}).")
  private int rate = HttpApiConfig.DEFAULT.requestsPerSecond();

  @Option(
      names = "--http-max-streams",
      order = HelpSections.PROTOCOLS,
      paramLabel = "N",
      description =
          "Event streams, snapshots and waiting requests at once (default: ${DEFAULT-VALUE}).")
  private int streams = HttpApiConfig.DEFAULT.streams();

  /**
   * What lives beside the server.
   *
   * @throws IllegalArgumentException an option is wrong, with a sentence for the user
   */
  Optional<Companion.Factory> companion() {
    if (off) {
      return Optional.empty();
    }
    bounded("--http-rate", rate);
    bounded("--http-max-streams", streams);
    HttpApiConfig config =
        HttpApiConfig.DEFAULT
            .withBasePath(basePath)
            .withNamespace(namespace)
            .withCorsOrigins(Set.copyOf(origins))
            .withRequestsPerSecond(rate)
            .withStreams(streams, Math.min(streams, HttpApiConfig.DEFAULT.streamsPerCaller()));
    // Not before the log is set up: the adapter's first logger would fix how it is written.
    return Optional.of(server -> HttpAdapter.factory(config).create(server));
  }

  private static void bounded(String option, int number) {
    if (number < 0 || number > MOST) {
      throw new IllegalArgumentException(option + " must be 0 to " + MOST + ", not " + number);
    }
  }
}
