package dev.clasp.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class KeySetUrlTest {

  private static final String KEYS = keys("one");

  private final TestClock clock = new TestClock();
  private final List<String> answers = new ArrayList<>();
  private int fetches;
  private int changes;
  private final KeySetUrl url =
      new KeySetUrl("the test's", this::fetch, clock, Runnable::run, () -> changes++);

  private static String keys(String kid) {
    return new JWKSet(new RSAKey.Builder((RSAPublicKey) Jwts.RSA.getPublic()).keyID(kid).build())
        .toString();
  }

  private byte[] fetch() throws IOException {
    fetches++;
    String answer = answers.removeFirst();
    if (answer.isEmpty()) {
      throw new IOException("nobody there");
    }
    return answer.getBytes(UTF_8);
  }

  @Test
  void theFirstTickFetchesAndThenOneEveryTenMinutes() {
    answers.addAll(List.of(KEYS, KEYS, keys("two")));
    assertThat(url.keys()).isEmpty();
    url.tick();
    assertThat(url.keys()).hasSize(1);
    for (int i = 0; i < 9; i++) {
      clock.advance(Duration.ofMinutes(1));
      url.tick();
    }
    assertThat(fetches).isEqualTo(1);
    clock.advance(Duration.ofMinutes(1));
    url.tick();
    assertThat(fetches).isEqualTo(2);
    assertThat(changes).isEqualTo(1);
    clock.advance(Duration.ofMinutes(10));
    url.tick();
    assertThat(changes).isEqualTo(2);
    assertThat(url.keys().getFirst().kid()).hasValue("two");
  }

  @Test
  void unknownKidsFetchAtMostOnceAMinute() {
    answers.addAll(List.of(KEYS, keys("two")));
    url.tick();
    for (int i = 0; i < 5; i++) {
      clock.advance(Duration.ofSeconds(10));
      assertThat(url.freshKeys().getFirst().kid()).hasValue("one");
    }
    assertThat(fetches).isEqualTo(1);
    clock.advance(Duration.ofSeconds(10));
    assertThat(url.freshKeys().getFirst().kid()).hasValue("two");
    url.freshKeys();
    assertThat(fetches).isEqualTo(2);
  }

  @Test
  void theOldKeysStayWhenFetchingFailsAndItIsTriedAgainAfterAMinute() {
    answers.addAll(List.of(KEYS, "", "nonsense", keys("two")));
    url.tick();
    clock.advance(Duration.ofMinutes(10));
    url.tick();
    assertThat(url.keys().getFirst().kid()).hasValue("one");
    url.tick();
    assertThat(fetches).isEqualTo(2);
    clock.advance(Duration.ofMinutes(1));
    url.tick();
    assertThat(url.keys().getFirst().kid()).hasValue("one");
    clock.advance(Duration.ofMinutes(1));
    url.tick();
    assertThat(url.keys().getFirst().kid()).hasValue("two");
  }

  @Test
  void manyWhoWantFreshKeysWaitForOneFetch() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    KeySetUrl slow =
        new KeySetUrl(
            "slow",
            () -> {
              fetches++;
              asked.countDown();
              go.await();
              return KEYS.getBytes(UTF_8);
            },
            clock,
            Runnable::run,
            () -> {});
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<List<JwtKey>>> all = new ArrayList<>();
      all.add(executor.submit(slow::freshKeys));
      asked.await();
      for (int i = 0; i < 20; i++) {
        all.add(executor.submit(slow::freshKeys));
      }
      go.countDown();
      for (Future<List<JwtKey>> keys : all) {
        assertThat(keys.get()).hasSize(1);
      }
    }
    assertThat(fetches).isEqualTo(1);
  }

  // --- over HTTP ---------------------------------------------------------------------------------

  private static HttpServer server() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    answer(server, "/keys", 200, KEYS);
    answer(server, "/missing", 404, "no");
    answer(server, "/large", 200, " ".repeat(JwtKeys.MAX_BYTES + 1));
    server.createContext(
        "/moved",
        exchange -> {
          exchange.getResponseHeaders().set("Location", "/keys");
          exchange.sendResponseHeaders(302, -1);
          exchange.close();
        });
    server.start();
    return server;
  }

  private static void answer(HttpServer server, String path, int status, String body) {
    server.createContext(
        path,
        exchange -> {
          byte[] bytes = body.getBytes(UTF_8);
          exchange.sendResponseHeaders(status, bytes.length);
          try (var out = exchange.getResponseBody()) {
            out.write(bytes);
          }
        });
  }

  private static byte[] get(HttpServer server, String path) throws Exception {
    try (HttpKeyFetcher fetcher =
        new HttpKeyFetcher(
            URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path))) {
      return fetcher.fetch();
    }
  }

  @Test
  void keysAreFetchedOverHttp() throws Exception {
    HttpServer server = server();
    try {
      assertThat(new String(get(server, "/keys"), UTF_8)).isEqualTo(KEYS);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void otherAnswersAreErrorsAndTheirSizeIsLimited() throws Exception {
    HttpServer server = server();
    try {
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> get(server, "/missing"))
          .withMessageContaining("404");
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> get(server, "/moved"))
          .withMessageContaining("302");
      assertThatExceptionOfType(IOException.class).isThrownBy(() -> get(server, "/large"));
    } finally {
      server.stop(0);
    }
    assertThatExceptionOfType(IOException.class).isThrownBy(() -> get(server, "/keys"));
  }
}
