package dev.clasp.discovery;

import dev.clasp.discovery.RendezvousException.Kind;
import dev.clasp.discovery.RendezvousJson.MalformedException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks a rendezvous server (discovery.md 5). Thread-safe. Calls wait: 5 s for the connection, 10 s
 * in all, and throw {@link RendezvousException}.
 */
public final class RendezvousClient implements Rendezvous, AutoCloseable {

  static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  static final Duration TIMEOUT = Duration.ofSeconds(10);

  /** Longest answer that is read, in bytes. */
  private static final int MAX_ANSWER = 8 << 20;

  private static final Duration MAX_RETRY_AFTER = Duration.ofHours(1);

  private final String base;
  private final Optional<String> token;
  private final HttpClient http;
  private final Duration timeout;

  /**
   * @param url {@code http://host:7340} or {@code https://...}; what stands behind the host is kept
   * @param token for servers that want one
   * @throws RendezvousException of kind INVALID
   */
  public RendezvousClient(String url, Optional<String> token) {
    this(url, token, CONNECT_TIMEOUT, TIMEOUT);
  }

  RendezvousClient(String url, Optional<String> token, Duration connect, Duration timeout) {
    this.base = base(url);
    this.token = token;
    this.timeout = timeout;
    this.http =
        HttpClient.newBuilder()
            .connectTimeout(connect)
            .version(HttpClient.Version.HTTP_1_1)
            // A server that is asked with a token must not send us on to another one with it.
            .followRedirects(
                token.isPresent() ? HttpClient.Redirect.NEVER : HttpClient.Redirect.NORMAL)
            .executor(
                Executors.newThreadPerTaskExecutor(
                    Thread.ofPlatform().daemon().name("clasp-rendezvous-http-", 0).factory()))
            .build();
  }

  /**
   * Is this the URL of a rendezvous server?
   *
   * @throws RendezvousException of kind INVALID, with a sentence for the user
   */
  public static void checkUrl(String url) {
    base(url);
  }

  /** Without slashes at the end. */
  private static String base(String url) {
    try {
      URI uri = new URI(url.strip());
      String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      if ((scheme.equals("http") || scheme.equals("https"))
          && uri.getHost() != null
          && uri.getRawUserInfo() == null
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null) {
        return uri.toString().replaceFirst("/+$", "");
      }
    } catch (URISyntaxException e) {
      // The sentence below says it.
    }
    throw new RendezvousException(
        Kind.INVALID,
        "'"
            + PlainText.cleaned(url, 100)
            + "' is no URL of a rendezvous server such as http://host:7340");
  }

  /** The URL, without slashes at the end. */
  public String url() {
    return base;
  }

  @Override
  public Receipt register(Registration registration) {
    HttpResponse<byte[]> answer =
        send(
            request("/api/v1/register")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(RendezvousJson.request(registration))),
            timeout);
    try {
      return RendezvousJson.receipt(answer.body());
    } catch (MalformedException e) {
      throw malformed(e);
    }
  }

  /**
   * @throws RendezvousException of kind STATUS with 404 if the registration has ended
   */
  @Override
  public void refresh(String id) {
    send(request("/api/v1/refresh/" + encoded(id)).POST(BodyPublishers.noBody()), timeout);
  }

  /** Ends a registration. */
  public void unregister(String id) {
    unregister(id, timeout);
  }

  @Override
  public void unregister(String id, Duration limit) {
    send(request("/api/v1/unregister/" + encoded(id)).DELETE(), limit);
  }

  /** Devices with this tag and this feature, at most 1,000. */
  public List<RegisteredDevice> discover(Optional<String> tag, Optional<String> feature) {
    return discover(tag, feature, timeout);
  }

  @Override
  public List<RegisteredDevice> discover(
      Optional<String> tag, Optional<String> feature, Duration limit) {
    StringBuilder path = new StringBuilder("/api/v1/discover?limit=" + RendezvousJson.MAX_LISTED);
    tag.ifPresent(text -> path.append("&tag=").append(encoded(text)));
    feature.ifPresent(text -> path.append("&feature=").append(encoded(text)));
    HttpResponse<byte[]> answer = send(request(path.toString()).GET(), limit);
    try {
      return RendezvousJson.devices(answer.body());
    } catch (MalformedException e) {
      throw malformed(e);
    }
  }

  private RendezvousException malformed(MalformedException e) {
    return new RendezvousException(
        Kind.MALFORMED,
        base + " does not answer as a rendezvous server does: " + e.getMessage(),
        e);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path));
    token.ifPresent(t -> request.header("Authorization", "Bearer " + t));
    return request;
  }

  private HttpResponse<byte[]> send(HttpRequest.Builder request, Duration limit) {
    CompletableFuture<HttpResponse<byte[]>> sent =
        http.sendAsync(
            request.timeout(limit).build(),
            BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER));
    HttpResponse<byte[]> answer;
    try {
      // The time of the request ends with the head of the answer; the body has to come in time too.
      answer = sent.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      sent.cancel(true);
      throw late(e, limit);
    } catch (InterruptedException e) {
      sent.cancel(true);
      Thread.currentThread().interrupt();
      throw new RendezvousException(Kind.TIMEOUT, "nobody waits for " + base + " any more", e);
    } catch (ExecutionException e) {
      throw failure(e.getCause() == null ? e : e.getCause(), limit);
    }
    if (answer.statusCode() / 100 != 2) {
      throw refused(answer);
    }
    return answer;
  }

  private RendezvousException late(Throwable e, Duration limit) {
    return new RendezvousException(
        Kind.TIMEOUT, base + " does not answer within " + limit.toMillis() + " ms", e);
  }

  private RendezvousException failure(Throwable cause, Duration limit) {
    return switch (cause) {
      case HttpConnectTimeoutException e ->
          new RendezvousException(Kind.UNREACHABLE, nobody() + ": no connection in time", e);
      case HttpTimeoutException e -> late(e, limit);
      case ConnectException e -> new RendezvousException(Kind.UNREACHABLE, nobody(), e);
      default ->
          new RendezvousException(
              Kind.UNREACHABLE,
              nobody() + ": " + PlainText.cleaned(String.valueOf(cause.getMessage()), 200),
              cause);
    };
  }

  private String nobody() {
    return "no rendezvous server answers at " + base;
  }

  private RendezvousException refused(HttpResponse<byte[]> answer) {
    int status = answer.statusCode();
    Optional<Duration> retryAfter =
        answer
            .headers()
            .firstValue("retry-after")
            .filter(text -> text.matches("[0-9]{1,9}"))
            .map(text -> Duration.ofSeconds(Long.parseLong(text)))
            .map(wait -> wait.compareTo(MAX_RETRY_AFTER) > 0 ? MAX_RETRY_AFTER : wait);
    return new RendezvousException(
        status,
        retryAfter,
        base
            + " answers "
            + status
            + switch (status) {
              case 401, 403 -> ": it wants another token";
              case 404 -> ": it does not know this registration, or is no rendezvous server";
              case 429 -> ": too many requests";
              default -> "";
            });
  }

  /** Calls that wait fail. Idempotent. */
  @Override
  public void close() {
    http.shutdownNow();
  }
}
