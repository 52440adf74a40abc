package dev.clasp.server;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A collector of OpenTelemetry behind HTTP (OTLP 1.x, JSON). */
final class HttpCollector implements Traces.Collector {

  private static final Duration LIMIT = Duration.ofSeconds(5);

  /** For all of it: the limit of a request ends with the headers of its answer. */
  private static final long WHOLE_LIMIT_SECONDS = 15;

  private final HttpClient http =
      HttpClient.newBuilder()
          .connectTimeout(LIMIT)
          .followRedirects(HttpClient.Redirect.NEVER)
          // Not every collector knows the offer of HTTP/2 over plain connections.
          .version(HttpClient.Version.HTTP_1_1)
          .build();

  private final URI place;
  private final Map<String, String> headers;

  private HttpCollector(URI place, Map<String, String> headers) {
    this.place = place;
    this.headers = headers;
  }

  /**
   * @throws IllegalArgumentException it is no place for traces, or a header cannot be sent
   */
  static HttpCollector of(String endpoint, Map<String, String> headers) {
    URI uri;
    try {
      uri = URI.create(endpoint.replaceAll("/+$", "") + "/v1/traces");
    } catch (IllegalArgumentException e) {
      throw wrong(endpoint);
    }
    String scheme = String.valueOf(uri.getScheme());
    if (!(scheme.equals("http") || scheme.equals("https"))
        || uri.getHost() == null
        || uri.getUserInfo() != null) {
      throw wrong(endpoint);
    }
    HttpCollector collector = new HttpCollector(uri, Map.copyOf(headers));
    try {
      var _ = collector.request(new byte[0]);
    } catch (IllegalArgumentException _) {
      // Not its message: that shows the header, and there are keys in them.
      throw new IllegalArgumentException(
          "cannot be used with OTEL_EXPORTER_OTLP_HEADERS: one of "
              + headers.keySet()
              + " is no header that can be sent");
    }
    return collector;
  }

  private static IllegalArgumentException wrong(String endpoint) {
    return new IllegalArgumentException(
        "must be the URL of a collector such as http://localhost:4318, not '" + endpoint + "'");
  }

  private HttpRequest request(byte[] json) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(place)
            .timeout(LIMIT)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(json));
    headers.forEach(request::header);
    return request.build();
  }

  @Override
  public void send(byte[] json) throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<Void>> asked =
        http.sendAsync(request(json), HttpResponse.BodyHandlers.discarding());
    HttpResponse<Void> answer;
    try {
      answer = asked.get(WHOLE_LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IOException(place + " does not answer: " + e.getCause(), e);
    } catch (TimeoutException e) {
      throw new IOException(place + " does not come to an end with its answer", e);
    } finally {
      // Frees the connection if it goes on.
      asked.cancel(true);
    }
    if (answer.statusCode() / 100 != 2) {
      throw new IOException(place + " answers with status " + answer.statusCode());
    }
  }
}
