package dev.clasp.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
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

/** Asks a router over HTTP. Blocks; follows no redirects. */
final class RouterPages implements AutoCloseable {

  /** Bytes of an answer: about a hundred thousand sessions. */
  private static final int MAX_BYTES = 32 << 20;

  private static final int MAX_SENTENCE = 300;
  private static final int CONFLICT = 409;

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
  private final Duration timeout;
  private final Optional<String> token;
  private final String root;

  /**
   * @param connection where the router is, whom to trust, and the token
   * @throws CommandException the URL is none that has pages
   */
  RouterPages(ConnectionOptions connection) {
    this(connection, root(connection.url()));
  }

  /**
   * @param connection whom to trust, and the token
   * @param root where the pages are, without a slash at the end
   */
  RouterPages(ConnectionOptions connection, String root) {
    this.root = root;
    timeout = connection.answerTimeout();
    token = connection.token();
    http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(timeout)
            .sslContext(connection.tls().sslContext())
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  private static String root(String url) {
    try {
      URI given = new URI(url);
      String scheme =
          switch (String.valueOf(given.getScheme())) {
            case "ws", "tcp", "http" -> "http";
            case "wss", "tls", "https" -> "https";
            default ->
                throw new CommandException(
                    ExitStatus.USAGE,
                    "this is asked over HTTP: it needs a URL with ws, wss, http or https, not "
                        + Printable.escape(String.valueOf(given.getScheme())));
          };
      if (given.getHost() == null) {
        throw new CommandException(ExitStatus.USAGE, "'" + Printable.escape(url) + "' has no host");
      }
      return scheme + "://" + given.getHost() + (given.getPort() < 0 ? "" : ":" + given.getPort());
    } catch (URISyntaxException e) {
      throw new CommandException(ExitStatus.USAGE, "'" + Printable.escape(url) + "' is no URL", e);
    }
  }

  /**
   * The status now (docs/status-api.md).
   *
   * @throws CommandException with a sentence: nobody answers, a token is wanted, or something else
   */
  JsonNode status() throws InterruptedException {
    return ask("GET", "/api/status", "", Duration.ZERO);
  }

  /**
   * A call of the admin API (docs/admin-api.md).
   *
   * @param body JSON; empty for none
   * @param patience how much longer than others the router may take for it
   * @return what it says; nothing at all is a missing node
   * @throws CommandException with a sentence: nobody answers, a token is wanted, or something else
   */
  JsonNode admin(String method, String path, String body, Duration patience)
      throws InterruptedException {
    return ask(method, "/admin/v1" + path, body, patience);
  }

  /**
   * A ticket for the token (docs/security.md); empty if this router wants no token.
   *
   * @throws CommandException with a sentence: nobody answers, the token is not good, or something
   *     else
   */
  Optional<String> ticket() throws InterruptedException {
    JsonNode answer = ask("POST", "/api/ticket", "", Duration.ZERO, CONFLICT);
    return Optional.of(answer.path("ticket").asText()).filter(ticket -> !ticket.isEmpty());
  }

  private JsonNode ask(String method, String path, String body, Duration patience)
      throws InterruptedException {
    return ask(method, path, body, patience, 0);
  }

  /**
   * @param nothing the status that says that there is nothing
   */
  private JsonNode ask(String method, String path, String body, Duration patience, int nothing)
      throws InterruptedException {
    URI page = URI.create(root + path);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(page)
            .timeout(timeout.plus(patience))
            .header("X-Clasp-Admin", "1")
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (!body.isEmpty()) {
      request.header("Content-Type", "application/json");
    }
    if (token.isPresent()) {
      try {
        request.header("Authorization", "Bearer " + token.get());
      } catch (IllegalArgumentException e) {
        throw new CommandException(ExitStatus.USAGE, "the token has characters that none has", e);
      }
    }
    try {
      HttpResponse<InputStream> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      byte[] answer;
      try (InputStream in = response.body()) {
        answer = in.readNBytes(MAX_BYTES);
      }
      if (response.statusCode() == nothing) {
        return MissingNode.getInstance();
      }
      return switch (response.statusCode()) {
        case 200, 201, 202, 204 -> json.readTree(answer);
        case 401, 403 -> throw new CommandException(ExitStatus.NOT_PERMITTED, said(answer));
        case 400, 404, 409 -> throw new CommandException(ExitStatus.FAILURE, said(answer));
        default ->
            throw new CommandException(
                ExitStatus.FAILURE,
                page + " answers with HTTP " + response.statusCode() + ": " + said(answer));
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
