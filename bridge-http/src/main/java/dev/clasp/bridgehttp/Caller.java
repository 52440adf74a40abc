package dev.clasp.bridgehttp;

import dev.clasp.transport.ClientTls;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLParameters;

/**
 * Makes requests with the JDK's client: HTTP/2 where a server with TLS offers it, HTTP/1.1
 * otherwise. What comes back is bounded in bytes and time. Thread-safe; the methods block.
 */
final class Caller implements AutoCloseable {

  /** What is done when a server says: elsewhere. */
  enum Redirects {
    NEVER,
    /** Only on the same host, port and scheme. */
    SAME_HOST,
    /** Anywhere, but not from TLS to none; what is secret stays behind. */
    ANYWHERE
  }

  /** A request. Another server, if there is a redirect to one, sees only harmless headers. */
  record Call(String method, URI uri, Map<String, String> headers, Optional<byte[]> body) {}

  /** What has come back, whole. */
  record Reply(int status, HttpHeaders headers, byte[] body) {
    Optional<String> header(String name) {
      return headers.firstValue(name);
    }
  }

  private static final int MAX_HOPS = 5;
  private static final Set<String> HARMLESS = Set.of("accept", "content-type", "idempotency-key");
  private static final Duration MAX_CONNECT = Duration.ofSeconds(10);

  private final HttpClient client;
  private final ExecutorService threads;
  private final Duration timeout;
  private final int maxBody;
  private final Redirects redirects;

  Caller(ClientTls tls, Duration timeout, int maxBody, Redirects redirects) {
    this.threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("http-bridge-", 0).factory());
    this.timeout = timeout;
    this.maxBody = maxBody;
    this.redirects = redirects;
    SSLParameters parameters = new SSLParameters();
    parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
    this.client =
        HttpClient.newBuilder()
            .executor(threads)
            .sslContext(tls.sslContext())
            .sslParameters(parameters)
            .connectTimeout(timeout.compareTo(MAX_CONNECT) < 0 ? timeout : MAX_CONNECT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  /**
   * Asks, and waits for the whole answer.
   *
   * @throws IOException there is none, or it is too long or too slow
   */
  Reply call(Call call) throws IOException, InterruptedException {
    long end = System.nanoTime() + timeout.toNanos();
    Call next = call;
    for (int hop = 0; ; hop++) {
      HttpResponse<byte[]> response =
          await(client.sendAsync(request(next, timeout), _ -> new Bounded(maxBody)), end);
      Optional<URI> elsewhere = elsewhere(response, next.uri());
      if (elsewhere.isEmpty()) {
        return new Reply(response.statusCode(), response.headers(), response.body());
      }
      if (hop == MAX_HOPS) {
        throw new IOException("redirected more than " + MAX_HOPS + " times");
      }
      next = followed(next, elsewhere.get(), response.statusCode());
    }
  }

  /**
   * Asks, and hands over the body as it comes. Its length is not bounded.
   *
   * @throws IOException there is no answer in time
   */
  HttpResponse<InputStream> open(Call call) throws IOException, InterruptedException {
    long end = System.nanoTime() + timeout.toNanos();
    Call next = call;
    for (int hop = 0; ; hop++) {
      HttpResponse<InputStream> response =
          await(
              client.sendAsync(request(next, timeout), HttpResponse.BodyHandlers.ofInputStream()),
              end);
      Optional<URI> elsewhere = elsewhere(response, next.uri());
      if (elsewhere.isEmpty()) {
        return response;
      }
      response.body().close();
      if (hop == MAX_HOPS) {
        throw new IOException("redirected more than " + MAX_HOPS + " times");
      }
      next = followed(next, elsewhere.get(), response.statusCode());
    }
  }

  private static HttpRequest request(Call call, Duration timeout) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(call.uri())
            .timeout(timeout)
            // Small devices do not understand the question whether they speak HTTP/2.
            .version(
                "https".equalsIgnoreCase(call.uri().getScheme())
                    ? HttpClient.Version.HTTP_2
                    : HttpClient.Version.HTTP_1_1)
            .method(
                call.method(),
                call.body()
                    .map(HttpRequest.BodyPublishers::ofByteArray)
                    .orElseGet(HttpRequest.BodyPublishers::noBody));
    builder.setHeader("User-Agent", "clasp-http-bridge");
    call.headers().forEach(builder::setHeader);
    return builder.build();
  }

  private static <T> T await(CompletableFuture<T> answer, long end)
      throws IOException, InterruptedException {
    try {
      return answer.get(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new IOException("no answer in time", e);
    } catch (InterruptedException e) {
      answer.cancel(true);
      throw e;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      if (e.getCause() instanceof UncheckedIOException cause) {
        throw cause.getCause();
      }
      throw new IOException(String.valueOf(e.getCause()), e);
    }
  }

  private static Optional<URI> elsewhere(HttpResponse<?> response, URI from) throws IOException {
    return switch (response.statusCode()) {
      case 301, 302, 303, 307, 308 -> {
        Optional<String> location = response.headers().firstValue("Location");
        if (location.isEmpty()) {
          yield Optional.empty();
        }
        try {
          yield Optional.of(from.resolve(location.get()));
        } catch (IllegalArgumentException e) {
          throw new IOException("redirected to something that is no URL", e);
        }
      }
      default -> Optional.empty();
    };
  }

  private Call followed(Call call, URI to, int status) throws RedirectedException {
    boolean same = sameOrigin(call.uri(), to);
    boolean read = call.method().equals("GET") || call.method().equals("HEAD");
    boolean web =
        "http".equalsIgnoreCase(to.getScheme()) || "https".equalsIgnoreCase(to.getScheme());
    boolean weaker =
        "https".equalsIgnoreCase(call.uri().getScheme()) && "http".equalsIgnoreCase(to.getScheme());
    boolean follows =
        web
            && to.getHost() != null
            && !weaker
            && switch (redirects) {
              case NEVER -> false;
              case SAME_HOST -> same;
              case ANYWHERE -> true;
            }
            // Of a write, 301 to 303 would make a read.
            && (read || status == 307 || status == 308);
    if (!follows) {
      throw new RedirectedException(call.uri(), to);
    }
    Map<String, String> headers = new LinkedHashMap<>(call.headers());
    if (!same) {
      headers.keySet().removeIf(name -> !HARMLESS.contains(name.toLowerCase(Locale.ROOT)));
    }
    return new Call(call.method(), to, headers, call.body());
  }

  /** A redirect that is not followed: asking again is useless. */
  static final class RedirectedException extends IOException {
    private static final long serialVersionUID = 1L;

    RedirectedException(URI from, URI to) {
      super(
          "is redirected to "
              + shown(to)
              + ", which is not followed from "
              + shown(from)
              + "; set that URL, or redirects");
    }
  }

  /** Without what may be secret in it. */
  static String shown(URI uri) {
    String text = uri.getScheme() + "://" + uri.getRawAuthority() + uri.getRawPath();
    return text.length() > 300 ? text.substring(0, 300) + "..." : text;
  }

  static boolean sameOrigin(URI one, URI other) {
    return String.valueOf(one.getScheme()).equalsIgnoreCase(String.valueOf(other.getScheme()))
        && String.valueOf(one.getHost()).equalsIgnoreCase(String.valueOf(other.getHost()))
        && port(one) == port(other);
  }

  private static int port(URI uri) {
    return uri.getPort() >= 0
        ? uri.getPort()
        : "https".equals(String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT)) ? 443 : 80;
  }

  @Override
  public void close() {
    client.shutdownNow();
    threads.shutdownNow();
  }

  /** A body that is given up when it is too long. */
  private static final class Bounded implements HttpResponse.BodySubscriber<byte[]> {
    private final int max;
    private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private Optional<Flow.Subscription> subscription = Optional.empty();

    Bounded(int max) {
      this.max = max;
    }

    @Override
    public CompletionStage<byte[]> getBody() {
      return whole;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = Optional.of(given);
      given.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> pieces) {
      for (ByteBuffer piece : pieces) {
        if (whole.isDone()) {
          return;
        }
        if (bytes.size() + piece.remaining() > max) {
          whole.completeExceptionally(
              new IOException("the answer is longer than " + max + " bytes (max_body)"));
          subscription.ifPresent(Flow.Subscription::cancel);
          return;
        }
        byte[] array = new byte[piece.remaining()];
        piece.get(array);
        bytes.writeBytes(array);
      }
    }

    @Override
    public void onError(Throwable cause) {
      whole.completeExceptionally(cause);
    }

    @Override
    public void onComplete() {
      whole.complete(bytes.toByteArray());
    }
  }
}
