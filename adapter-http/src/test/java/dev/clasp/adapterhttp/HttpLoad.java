package dev.clasp.adapterhttp;

import dev.clasp.client.ClaspClient;
import dev.clasp.protocol.Value;
import dev.clasp.server.ServerConfig;
import dev.clasp.web.HttpApiConfig;
import java.io.BufferedInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much the HTTP API carries on this machine, clients included: no test, run by hand. With
 * {@code serve} it only serves, on a free port that it prints, until it is ended.
 */
public final class HttpLoad {

  private static final int SECONDS = 5;

  private HttpLoad() {}

  public static void main(String[] arguments) throws Exception {
    HttpApiConfig config = HttpApiConfig.DEFAULT.withRequestsPerSecond(0);
    try (Site site = Site.open(ServerConfig.DEFAULT, config)) {
      if (arguments.length > 0 && arguments[0].equals("serve")) {
        System.out.println(site.port());
        new CountDownLatch(1).await();
      }
      site.send("PUT", "/v1/state/load/x", "0.5");
      for (int connections : new int[] {1, 16}) {
        requests(site, "GET", "", connections);
        requests(site, "PUT", "0.5", connections);
      }
      fanOut(site, 1000);
    }
  }

  private static void requests(Site site, String method, String body, int connections)
      throws Exception {
    byte[] request =
        (method
                + " /v1/state/load/x HTTP/1.1\r\nHost: localhost\r\nContent-Type:"
                + " application/json\r\nContent-Length: "
                + body.length()
                + "\r\n\r\n"
                + body)
            .getBytes(StandardCharsets.US_ASCII);
    AtomicLong done = new AtomicLong();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                try (Socket socket = new Socket("127.0.0.1", site.port())) {
                  socket.setTcpNoDelay(true);
                  InputStream in = new BufferedInputStream(socket.getInputStream());
                  OutputStream out = socket.getOutputStream();
                  while (System.nanoTime() < end) {
                    out.write(request);
                    answer(in);
                    done.incrementAndGet();
                  }
                } catch (java.io.IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    System.out.printf(
        "%s, %d connections: %d requests a second%n", method, connections, done.get() / SECONDS);
  }

  private static void answer(InputStream in) throws java.io.IOException {
    int length = 0;
    StringBuilder line = new StringBuilder();
    while (true) {
      int c = in.read();
      if (c < 0) {
        throw new java.io.EOFException();
      }
      if (c != '\n') {
        line.append((char) c);
        continue;
      }
      String text = line.toString().strip().toLowerCase(java.util.Locale.ROOT);
      line.setLength(0);
      if (text.isEmpty()) {
        in.skipNBytes(length);
        return;
      }
      if (text.startsWith("content-length:")) {
        length = Integer.parseInt(text.substring(15).strip());
      }
    }
  }

  private static void fanOut(Site site, int listeners) throws Exception {
    AtomicLong events = new AtomicLong();
    CountDownLatch ready = new CountDownLatch(listeners);
    List<EventReader> all = new ArrayList<>();
    for (int i = 0; i < listeners; i++) {
      EventReader reader = new EventReader(site.port(), "/v1/events?pattern=/fan/*&type=event");
      all.add(reader);
      Thread.ofVirtual()
          .start(() -> {
            try {
              reader.block();
              ready.countDown();
              while (!reader.ends()) {
                events.incrementAndGet();
              }
            } catch (java.io.IOException e) {
              // It is closed at the end.
            }
          });
    }
    ready.await();
    long sent = 0;
    try (ClaspClient client = site.clasp()) {
      long begin = System.nanoTime();
      long end = begin + TimeUnit.SECONDS.toNanos(SECONDS);
      while (System.nanoTime() < end) {
        // Never so far ahead that somebody is too slow.
        if (sent * listeners - events.get() < 100L * listeners) {
          client.emit("/fan/x", Value.of(sent++));
        } else {
          Thread.sleep(1);
        }
      }
      while (events.get() < sent * listeners) {
        Thread.sleep(1);
      }
      double seconds = (System.nanoTime() - begin) / 1e9;
      System.out.printf(
          "SSE, %d listeners: %.0f events a second told to listeners%n",
          listeners, events.get() / seconds);
    }
    for (EventReader reader : all) {
      reader.close();
    }
  }
}
