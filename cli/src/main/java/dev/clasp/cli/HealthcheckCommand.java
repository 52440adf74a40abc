package dev.clasp.cli;

import dev.clasp.server.ServerConfig;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code clasp healthcheck}: asks a router how it is, for container images that have neither a
 * shell nor curl (operations.md 10.2).
 */
@Command(
    name = "healthcheck",
    description = {
      "Ask a router over HTTP whether it is well, for the health checks of containers.",
      "",
      "Ends with 0 if it is, and with 1 if it is not or does not answer.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp healthcheck",
      "  clasp healthcheck --ready",
      "  clasp healthcheck --url http://127.0.0.1:7330",
    })
final class HealthcheckCommand implements Callable<Integer> {

  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final Duration LONGEST = Duration.ofHours(1);

  /** Of an answer, bytes: enough for the one line that says what is wrong. */
  private static final int ANSWER = 200;

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--url",
      paramLabel = "URL",
      description =
          "Whom to ask; without a path, /healthz or /readyz is added (default: this machine, at"
              + " $CLASP_HEALTH_PORT, $CLASP_PORT or 7330).")
  private @Nullable String url;

  @Option(names = "--ready", description = "Whether it wants clients, instead of whether it lives.")
  private boolean ready;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "How long to wait for a connection, and for an answer (default: 3s).")
  private Duration timeout = Duration.ofSeconds(3);

  HealthcheckCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    if (timeout.compareTo(SHORTEST) < 0 || timeout.compareTo(LONGEST) > 0) {
      throw wrong("--timeout must be 1ms to 1h");
    }
    URI target = target();
    int status;
    String answer;
    try {
      HttpURLConnection connection =
          (HttpURLConnection) target.toURL().openConnection(Proxy.NO_PROXY);
      connection.setConnectTimeout((int) timeout.toMillis());
      connection.setReadTimeout((int) timeout.toMillis());
      connection.setInstanceFollowRedirects(false);
      connection.setUseCaches(false);
      try {
        status = connection.getResponseCode();
        answer = firstLine(connection);
      } finally {
        connection.disconnect();
      }
    } catch (IOException e) {
      throw new CommandException(
          ExitStatus.FAILURE,
          target + " does not answer: " + Printable.escape(String.valueOf(e.getMessage())),
          e);
    }
    if (status != 200) {
      throw new CommandException(
          ExitStatus.FAILURE,
          target
              + (status < 0 ? " answers something else than HTTP" : " answers " + status)
              + (answer.isEmpty() ? "" : ": " + answer));
    }
    clasp
        .terminal()
        .out()
        .println(
            clasp.json()
                ? new JsonLine().put("url", target.toString()).put("healthy", true).end()
                : "healthy: " + target + " answers " + status);
    return ExitStatus.OK;
  }

  private URI target() {
    URI uri;
    if (url == null) {
      uri = URI.create("http://127.0.0.1:" + port());
    } else {
      try {
        uri = new URI(url);
      } catch (URISyntaxException e) {
        throw notAnUrl(url);
      }
      if (uri.getScheme() == null
          || !Set.of("http", "https").contains(uri.getScheme())
          || uri.getHost() == null
          || uri.getPort() > 65_535
          || uri.getUserInfo() != null) {
        throw notAnUrl(url);
      }
    }
    String path = uri.getRawPath();
    return path == null || path.isEmpty() || path.equals("/")
        ? uri.resolve(ready ? "/readyz" : "/healthz")
        : uri;
  }

  /** Where a server with the same variables answers probes. */
  private int port() {
    for (String variable : List.of("CLASP_HEALTH_PORT", "CLASP_PORT")) {
      String port = clasp.terminal().environment().getOrDefault(variable, "");
      // Kubernetes sets CLASP_PORT=tcp://... for a service of that name.
      if (port.matches("[1-9][0-9]{0,4}") && Integer.parseInt(port) <= 65_535) {
        return Integer.parseInt(port);
      }
    }
    return ServerConfig.DEFAULT_PORT;
  }

  private ParameterException notAnUrl(String given) {
    return wrong("--url must be like http://127.0.0.1:7330, not '" + Printable.escape(given) + "'");
  }

  private static String firstLine(HttpURLConnection connection) throws IOException {
    InputStream body = connection.getErrorStream();
    if (body == null) {
      return "";
    }
    try (body) {
      return new String(body.readNBytes(ANSWER), StandardCharsets.UTF_8)
          .lines()
          .findFirst()
          .map(Printable::escape)
          .orElse("");
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
