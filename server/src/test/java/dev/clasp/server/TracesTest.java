package dev.clasp.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.clasp.security.AuditEvent;
import dev.clasp.security.AuditEvent.Kind;
import dev.clasp.security.AuditEvent.Result;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What happens in a server, as a collector of OpenTelemetry gets it. */
@Timeout(60)
class TracesTest {

  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00.5Z");

  private static AuditEvent event(Kind kind, Result result, int second, String detail) {
    return AuditEvent.of(BEGIN.plusSeconds(second), kind, result, detail)
        .withPeer("192.0.2.1:5")
        .withSession("s-1");
  }

  private static void session(Traces traces) {
    traces.accept(event(Kind.SESSION_OPEN, Result.OK, 0, "websocket, name desk"));
    traces.accept(
        event(Kind.DENIED, Result.DENIED, 1, "may not write")
            .withAddress(Optional.of("/a"))
            .withCode(301));
    traces.accept(event(Kind.SESSION_CLOSE, Result.OK, 2, "1000 bye"));
  }

  @Test
  void aSessionIsASpanWithWhatHappenedInIt() throws Exception {
    BlockingQueue<String> got = new LinkedBlockingQueue<>();
    try (Traces traces =
        new Traces(
            json -> got.add(new String(json, StandardCharsets.UTF_8)),
            "stage",
            new SplittableRandom(1))) {
      traces.start();
      session(traces);
      assertThat(got.take())
          .contains("{\"key\":\"service.name\",\"value\":{\"stringValue\":\"stage\"}}")
          .contains("\"name\":\"session\",\"kind\":2")
          .contains("\"startTimeUnixNano\":\"1767225600500000000\"")
          .contains("\"endTimeUnixNano\":\"1767225602500000000\"")
          .contains("\"timeUnixNano\":\"1767225601500000000\",\"name\":\"authz.denied\"")
          .contains("{\"key\":\"clasp.close_reason\",\"value\":{\"stringValue\":\"1000 bye\"}}")
          .contains("\"status\":{\"code\":2")
          .containsPattern("\"traceId\":\"[0-9a-f]{32}\",\"spanId\":\"[0-9a-f]{16}\"");
    }
  }

  @Test
  void whatBelongsToNoSessionIsASpanOfItsOwn() throws Exception {
    BlockingQueue<String> got = new LinkedBlockingQueue<>();
    try (Traces traces =
        new Traces(
            json -> got.add(new String(json, StandardCharsets.UTF_8)),
            "stage",
            new SplittableRandom(1))) {
      traces.start();
      traces.accept(AuditEvent.of(BEGIN, Kind.DRAIN, Result.OK, "the server stops"));
      assertThat(got.take()).contains("\"name\":\"drain\"").contains("\"status\":{}");
    }
  }

  @Test
  void aCollectorThatHangsHoldsUpNobody() {
    CountDownLatch never = new CountDownLatch(1);
    Traces traces = new Traces(_ -> never.await(), "stage", new SplittableRandom(1));
    traces.start();
    for (int i = 0; i < 5000; i++) {
      session(traces);
    }
    assertThat(traces.dropped()).isPositive();
    traces.close();
  }

  @Test
  void itIsSentOverHttpWithTheHeaders() throws Exception {
    BlockingQueue<String> got = new LinkedBlockingQueue<>();
    HttpServer collector =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
    collector.createContext(
        "/v1/traces",
        exchange -> {
          got.add(
              exchange.getRequestMethod()
                  + " "
                  + exchange.getRequestHeaders().getFirst("Content-Type")
                  + " "
                  + exchange.getRequestHeaders().getFirst("X-Key"));
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    collector.start();
    try (Traces traces =
        Traces.to(
            "http://127.0.0.1:" + collector.getAddress().getPort() + "/",
            Map.of("X-Key", "k"),
            "stage",
            new SplittableRandom(1))) {
      session(traces);
      assertThat(got.take()).isEqualTo("POST application/json k");
    } finally {
      collector.stop(0);
    }
  }

  @Test
  void aCollectorThatRefusesIsSaidOnceAndTheSpansAreCounted() throws Exception {
    BlockingQueue<String> tried = new LinkedBlockingQueue<>();
    try (Traces traces =
        new Traces(
            _ -> {
              tried.add("");
              throw new IOException("status 503");
            },
            "stage",
            new SplittableRandom(1))) {
      traces.start();
      session(traces);
      tried.take();
      while (traces.dropped() == 0) {
        LockSupport.parkNanos(1_000_000);
      }
    }
  }

  @Test
  void aSpanThatCannotBeSentEndsNothing() throws Exception {
    BlockingQueue<String> tried = new LinkedBlockingQueue<>();
    try (Traces traces =
        new Traces(
            _ -> {
              tried.add("");
              throw new IllegalStateException("broken");
            },
            "stage",
            new SplittableRandom(1))) {
      traces.start();
      session(traces);
      tried.take();
      session(traces);
      tried.take();
    }
  }

  @Test
  void keysInHeadersThatCannotBeSentAreNotShown() {
    assertThatThrownBy(
            () -> HttpCollector.of("http://localhost:1", Map.of("Authorization", "secret\n")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Authorization")
        .hasMessageNotContaining("secret");
  }

  @Test
  void whatIsNoUrlIsRefused() {
    for (String wrong :
        new String[] {"localhost:4318", "ftp://x", "http://u:p@x", "http://", " "}) {
      assertThatThrownBy(() -> HttpCollector.of(wrong, Map.of()))
          .as(wrong)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("must be the URL of a collector");
    }
  }
}
