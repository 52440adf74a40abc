package dev.clasp.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Leads a browser to an address that nobody else may see.
 *
 * <p>Command lines are seen by every user of a machine, so a browser is started with the address of
 * this instead: on the loopback interface, with 128 random bits in it, good for one visit. The
 * answer is a redirect to the secret address.
 */
final class TokenHandOver implements AutoCloseable {

  private static final int RANDOM_BYTES = 16;

  private final HttpServer http;
  private final String path;
  private final URI secret;
  private final AtomicBoolean taken = new AtomicBoolean();
  private final CountDownLatch fetched = new CountDownLatch(1);

  /**
   * @param secret where the browser is to go
   * @throws IOException there is no port to listen on
   */
  TokenHandOver(URI secret, SecureRandom random) throws IOException {
    this.secret = secret;
    byte[] bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    path = "/" + HexFormat.of().formatHex(bytes);
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext("/", this::answer);
    http.start();
  }

  /** What the browser is to open. */
  URI address() {
    return URI.create(
        "http://"
            + InetAddress.getLoopbackAddress().getHostAddress()
            + ":"
            + http.getAddress().getPort()
            + path);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      exchange.getResponseHeaders().set("Cache-Control", "no-store");
      exchange.getResponseHeaders().set("Referrer-Policy", "no-referrer");
      boolean ours =
          exchange.getRequestMethod().equals("GET")
              && exchange.getRequestURI().toString().equals(path);
      if (ours && taken.compareAndSet(false, true)) {
        exchange.getResponseHeaders().set("Location", secret.toString());
        exchange.sendResponseHeaders(302, -1);
        fetched.countDown();
      } else {
        byte[] said = "nothing here\n".getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        exchange.sendResponseHeaders(404, said.length);
        exchange.getResponseBody().write(said);
      }
    }
  }

  /** Waits until the browser has been here; false if it does not come in time. */
  boolean await(Duration limit) throws InterruptedException {
    return fetched.await(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Ends at once; what is being answered still goes out. */
  @Override
  public void close() {
    http.stop(taken.get() ? 1 : 0);
  }
}
