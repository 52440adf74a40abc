package dev.clasp.security;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Fetches a key set over HTTP. Follows no redirects: the operator said where the keys are. */
final class HttpKeyFetcher implements KeyFetcher, AutoCloseable {

  /** For the whole answer, however slowly it drips. */
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private final HttpClient client;
  private final HttpRequest request;

  HttpKeyFetcher(URI url) {
    client =
        HttpClient.newBuilder()
            .connectTimeout(LIMIT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    request =
        HttpRequest.newBuilder(url).timeout(LIMIT).header("Accept", "application/json").build();
  }

  @Override
  public byte[] fetch() throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(
            request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), JwtKeys.MAX_BYTES));
    try {
      HttpResponse<byte[]> response = answer.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      if (response.statusCode() != 200) {
        throw new IOException("it answered with HTTP status " + response.statusCode());
      }
      return response.body();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } catch (TimeoutException e) {
      throw new IOException("it did not answer completely within " + LIMIT.toSeconds() + " s", e);
    } finally {
      // Ends the request if it still runs.
      answer.cancel(true);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
