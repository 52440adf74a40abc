package dev.clasp.security;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clasp.security.PairingClient.Paired;
import dev.clasp.security.PairingException.Kind;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;

/**
 * Speaks about pairing with a server, over HTTP. Blocks. Follows no redirects: the user said where
 * the server is.
 */
public final class PairingCall implements AutoCloseable {

  private static final String PATH = "/api/pair";

  /** Characters of an error of the server that are passed on. */
  private static final int MAX_ERROR = 300;

  /**
   * A code that the server has made.
   *
   * @param scopes of the token that it is good for
   */
  public record NewCode(PairingCode code, Duration left, List<String> scopes) {
    public NewCode {
      scopes = List.copyOf(scopes);
    }
  }

  private final URI server;
  private final Duration timeout;
  private final HttpClient http;

  /**
   * @param server the URL of the router: ws, wss, tcp, tls, http or https; only host and port count
   * @param timeout for each answer as a whole
   * @param tls whom to trust behind https
   * @throws IllegalArgumentException the URL is none of these
   */
  public PairingCall(URI server, Duration timeout, SSLContext tls) {
    this.server = http(server);
    this.timeout = timeout;
    http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(timeout)
            .sslContext(tls)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  /** With the authorities of the Java runtime. */
  public PairingCall(URI server, Duration timeout) {
    this(server, timeout, defaultTls());
  }

  private static SSLContext defaultTls() {
    try {
      return SSLContext.getDefault();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java runtime has no TLS", e);
    }
  }

  private static URI http(URI url) {
    String scheme =
        switch (String.valueOf(url.getScheme())) {
          case "ws", "tcp", "http" -> "http";
          case "wss", "tls", "https" -> "https";
          default ->
              throw new IllegalArgumentException(
                  "pairing needs a URL with ws, wss, http or https, not " + url.getScheme());
        };
    if (url.getHost() == null) {
      throw new IllegalArgumentException("the URL has no host");
    }
    return URI.create(
        scheme + "://" + url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort()));
  }

  /**
   * Asks whether there is anything to pair for.
   *
   * @throws PairingException of kind NOT_NEEDED, CLOSED or UNREACHABLE: why not
   */
  public void check() {
    HttpResponse<byte[]> response = send(request("").GET());
    if (response.statusCode() != 200) {
      throw noPairing(response);
    }
    JsonNode node = json(response);
    if (!node.path("needed").asBoolean(false)) {
      throw new PairingException(
          Kind.NOT_NEEDED, "pairing is not needed: this router lets everybody in without a token");
    }
    if (!node.path("possible").asBoolean(false)) {
      throw new PairingException(
          Kind.CLOSED, "this router does not offer pairing: it has no store for new tokens");
    }
  }

  /**
   * Proves to know the code, and gets the token.
   *
   * @throws PairingException what went wrong
   */
  public Paired pair(PairingClient client) {
    byte[] first = round("/1", client.first());
    byte[] second = round("/2", client.second(first));
    return client.finish(round("/3", client.third(second)));
  }

  private byte[] round(String path, byte[] message) {
    HttpResponse<byte[]> response =
        send(
            request(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(message)));
    if (response.statusCode() != 200) {
      throw switch (response.statusCode()) {
        case 400 -> new PairingException(Kind.MALFORMED, said(response));
        case 403 -> new PairingException(Kind.REFUSED, said(response));
        case 409 -> new PairingException(Kind.CLOSED, said(response));
        case 503 -> new PairingException(Kind.UNAVAILABLE, said(response));
        default -> noPairing(response);
      };
    }
    return response.body();
  }

  /**
   * Asks the server for a new code.
   *
   * @param token of an administrator
   * @param scopes with commas between them; without, those of the server's choice
   * @throws PairingException what went wrong
   */
  public NewCode newCode(Optional<String> token, Optional<String> scopes) {
    HttpRequest.Builder request = request("");
    token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
    HttpResponse<byte[]> response =
        send(
            request
                .header("Content-Type", "application/json")
                .POST(
                    scopes
                        .map(PairingJson::scopes)
                        .map(BodyPublishers::ofByteArray)
                        .orElse(BodyPublishers.noBody())));
    if (response.statusCode() != 201) {
      throw switch (response.statusCode()) {
        case 400 -> new PairingException(Kind.MALFORMED, said(response));
        case 401, 403, 429 -> new PairingException(Kind.NOT_PERMITTED, said(response));
        case 409 -> new PairingException(Kind.CLOSED, said(response));
        default -> noPairing(response);
      };
    }
    JsonNode node = json(response);
    return new NewCode(
        PairingCode.parse(node.path("code").asText("")).orElseThrow(() -> noPairing(response)),
        Duration.ofMillis((long) (node.path("secondsLeft").asDouble(0) * 1000)),
        node.path("scopes").valueStream().map(JsonNode::asText).map(PairingCall::clean).toList());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(server.resolve(PATH + path)).timeout(timeout);
  }

  private HttpResponse<byte[]> send(HttpRequest.Builder request) {
    CompletableFuture<HttpResponse<byte[]>> answer =
        http.sendAsync(
            request.build(),
            BodyHandlers.limiting(BodyHandlers.ofByteArray(), PairingJson.MAX_BYTES));
    try {
      return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PairingException(Kind.UNREACHABLE, "interrupted", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() instanceof IOException io ? io : e;
      throw new PairingException(
          Kind.UNREACHABLE,
          "no router answers at " + server + " (" + cause.getClass().getSimpleName() + ")",
          cause);
    } catch (TimeoutException e) {
      throw new PairingException(
          Kind.UNREACHABLE,
          "no answer from " + server + " within " + timeout.toMillis() / 1000.0 + " s",
          e);
    } finally {
      answer.cancel(true);
    }
  }

  private static JsonNode json(HttpResponse<byte[]> response) {
    return PairingJson.any(response.body()).orElseThrow(() -> noPairing(response));
  }

  private static PairingException noPairing(HttpResponse<byte[]> response) {
    return new PairingException(
        Kind.UNREACHABLE,
        "what answers there does not know pairing (HTTP status " + response.statusCode() + ")");
  }

  private static String said(HttpResponse<byte[]> response) {
    String text = clean(new String(response.body(), StandardCharsets.UTF_8)).strip();
    return text.isEmpty() ? "the server gives no reason" : text;
  }

  /** What a stranger sent, fit for a terminal. */
  private static String clean(String text) {
    StringBuilder clean = new StringBuilder();
    text.codePoints().filter(c -> !Quoted.acts(c)).limit(MAX_ERROR).forEach(clean::appendCodePoint);
    return clean.toString();
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
