package dev.clasp.oscquery;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks another program for its tree. Follows no redirects and uses no proxies: the program is where
 * the user says. Thread-safe.
 */
final class RemoteProgram implements AutoCloseable {

  /** Of a tree as JSON. */
  private static final int MAX_TREE_BYTES = 64 << 20;

  private static final int MAX_INFO_BYTES = 64 << 10;
  private static final Duration CONNECT = Duration.ofSeconds(5);

  /** For an answer to be there in full. */
  private static final Duration ANSWER = Duration.ofSeconds(30);

  private final ImportConfig config;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client =
      HttpClient.newBuilder()
          .connectTimeout(CONNECT)
          .followRedirects(HttpClient.Redirect.NEVER)
          .version(HttpClient.Version.HTTP_1_1)
          .proxy(HttpClient.Builder.NO_PROXY)
          .executor(threads)
          .build();

  RemoteProgram(ImportConfig config) {
    this.config = config;
  }

  /** What it says of itself; {@link HostInfo#UNSAID} if it does not. */
  HostInfo hostInfo() throws IOException, InterruptedException {
    HttpResponse<byte[]> response = get("/", "HOST_INFO", MAX_INFO_BYTES);
    if (response.statusCode() != 200) {
      refuseRedirect(response);
      return HostInfo.UNSAID;
    }
    return RemoteTreeReader.hostInfo(response.body());
  }

  /** Its methods, by path. */
  Map<String, RemoteNode> tree() throws IOException, InterruptedException {
    HttpResponse<byte[]> response = get(config.base(), null, MAX_TREE_BYTES);
    if (response.statusCode() != 200) {
      refuseRedirect(response);
      throw new IOException(
          "asked for " + config.base() + ", it answers with status " + response.statusCode());
    }
    return RemoteTreeReader.read(response.body(), config.base(), config.nodes());
  }

  private static void refuseRedirect(HttpResponse<?> response) throws IOException {
    if (response.statusCode() >= 300 && response.statusCode() < 400) {
      throw new IOException("it sends us elsewhere, which is not followed; use the other URL");
    }
  }

  private HttpResponse<byte[]> get(
      String path, @org.jspecify.annotations.Nullable String query, int maxBytes)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(uri(config.url().getScheme(), config.port(), path, query))
            .timeout(ANSWER)
            .header("Accept", "application/json")
            .GET()
            .build();
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), maxBytes));
    return await(answer, ANSWER);
  }

  private URI uri(
      String scheme, int port, String path, @org.jspecify.annotations.Nullable String query)
      throws IOException {
    try {
      return new URI(scheme, null, config.url().getHost(), port, path, query, null);
    } catch (URISyntaxException e) {
      throw new IOException("no URL: " + e.getMessage(), e);
    }
  }

  /** Opens a WebSocket to the same machine, at the port that it says. */
  RemoteLine line(HostInfo info, RemoteLine.Listener listener)
      throws IOException, InterruptedException {
    int port = info.wsPort().orElse(config.port());
    String scheme = config.url().getScheme().equals("https") ? "wss" : "ws";
    RemoteLine line = new RemoteLine(listener);
    CompletableFuture<WebSocket> opened =
        client
            .newWebSocketBuilder()
            .connectTimeout(CONNECT)
            .buildAsync(uri(scheme, port, "/", null), line);
    line.opened(await(opened, CONNECT.plusSeconds(1)));
    return line;
  }

  private static <T> T await(CompletableFuture<T> future, Duration limit)
      throws IOException, InterruptedException {
    try {
      return future.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      future.cancel(true);
      throw new IOException("no answer in " + limit.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      String message = cause == null ? "" : String.valueOf(cause.getMessage());
      throw new IOException(
          cause instanceof java.net.ConnectException
              ? "nobody listens there"
              : cause instanceof java.net.http.WebSocketHandshakeException
                  ? "it does not speak WebSocket there"
                  : message.isEmpty() || message.equals("null") ? String.valueOf(cause) : message,
          e);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
    threads.shutdownNow();
  }
}
