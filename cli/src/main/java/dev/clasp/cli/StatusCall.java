package dev.clasp.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** Asks a router for its status (docs/status-api.md). Blocks; follows no redirects. */
final class StatusCall implements AutoCloseable {

  /** Bytes of an answer: about a hundred thousand sessions. */
  private static final int MAX_BYTES = 32 << 20;

  private static final int MAX_SENTENCE = 300;

  private final ObjectMapper json =
      new ObjectMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder()
                      .maxNestingDepth(16)
                      .maxDocumentLength(MAX_BYTES)
                      .build())
              .build());

  private final HttpClient http;
  private final HttpRequest request;
  private final URI page;

  /**
   * @param connection where the router is, whom to trust, and the token
   * @throws CommandException the URL is none that has pages
   */
  StatusCall(ConnectionOptions connection) {
    page = page(connection.url());
    Duration timeout = connection.answerTimeout();
    http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(timeout)
            .sslContext(connection.tls().sslContext())
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    HttpRequest.Builder builder = HttpRequest.newBuilder(page).timeout(timeout).GET();
    Optional<String> token = connection.token();
    if (token.isPresent()) {
      try {
        builder.header("Authorization", "Bearer " + token.get());
      } catch (IllegalArgumentException e) {
        throw new CommandException(ExitStatus.USAGE, "the token has characters that none has", e);
      }
    }
    request = builder.build();
  }

  private static URI page(String url) {
    try {
      URI given = new URI(url);
      String scheme =
          switch (String.valueOf(given.getScheme())) {
            case "ws", "tcp", "http" -> "http";
            case "wss", "tls", "https" -> "https";
            default ->
                throw new CommandException(
                    ExitStatus.USAGE,
                    "the status is a page: it needs a URL with ws, wss, http or https, not "
                        + Printable.escape(String.valueOf(given.getScheme())));
          };
      if (given.getHost() == null) {
        throw new CommandException(ExitStatus.USAGE, "'" + Printable.escape(url) + "' has no host");
      }
      return URI.create(
          scheme
              + "://"
              + given.getHost()
              + (given.getPort() < 0 ? "" : ":" + given.getPort())
              + "/api/status");
    } catch (URISyntaxException e) {
      throw new CommandException(ExitStatus.USAGE, "'" + Printable.escape(url) + "' is no URL", e);
    }
  }

  /**
   * The status now.
   *
   * @throws CommandException with a sentence: nobody answers, a token is wanted, or something else
   */
  JsonNode status() throws InterruptedException {
    try {
      HttpResponse<InputStream> response =
          http.send(request, HttpResponse.BodyHandlers.ofInputStream());
      byte[] body;
      try (InputStream in = response.body()) {
        body = in.readNBytes(MAX_BYTES);
      }
      return switch (response.statusCode()) {
        case 200 -> json.readTree(body);
        case 401, 403 -> throw new CommandException(ExitStatus.NOT_PERMITTED, said(body));
        default ->
            throw new CommandException(
                ExitStatus.FAILURE,
                page + " answers with HTTP " + response.statusCode() + ": " + said(body));
      };
    } catch (IOException e) {
      throw new CommandException(
          ExitStatus.UNAVAILABLE,
          "no router answers at " + page + ". Is the address right, and the router running?",
          e);
    }
  }

  private static String said(byte[] body) {
    String text = new String(body, StandardCharsets.UTF_8).strip();
    return Printable.escape(text.substring(0, Math.min(text.length(), MAX_SENTENCE)));
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
