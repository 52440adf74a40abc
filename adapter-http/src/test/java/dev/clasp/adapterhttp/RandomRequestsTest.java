package dev.clasp.adapterhttp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.transport.HttpBody;
import dev.clasp.transport.HttpQuery;
import dev.clasp.transport.HttpReply;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Whatever is asked: there is an answer, it is never the fault of the server, nothing is thrown.
 */
final class RandomRequestsTest {

  private static final int REQUESTS = 6000;

  private static final List<String> METHODS =
      List.of("GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "TRACE", "get", "");

  private static final List<String> PATHS =
      List.of(
          "/v1",
          "/v1/",
          "/v1/state/a",
          "/v1/state/a/b%20c",
          "/v1/state/",
          "/v1/state//",
          "/v1/state/a//b",
          "/v1/state/%00",
          "/v1/state/%ff%fe",
          "/v1/state/a*",
          "/v1/emit/a",
          "/v1/stream/a",
          "/v1/list",
          "/v1/definitions",
          "/v1/snapshot",
          "/v1/snapshot/a",
          "/v1/snapshot/*",
          "/v1/bundle",
          "/v1/batch",
          "/v1/events",
          "/v1/locks",
          "/v1/locks/abc",
          "/v1/openapi.json",
          "/v1/" + "x".repeat(3000),
          "/v1/state/" + "a/".repeat(600),
          "/api",
          "/api/",
          "/api/health",
          "/api/signals",
          "/api/a",
          "/api/%",
          "/api//");

  private static final List<String> QUERIES =
      List.of(
          "",
          "pattern=/**",
          "pattern=/a/*&pattern=**&type=event",
          "pattern=",
          "type=%zz",
          "ttl=5",
          "ttl=-5",
          "ttl=99999999999999999999",
          "limit=0",
          "limit=5&after=/a",
          "wait=1s",
          "wait=0",
          "wait=1s&wait=1s",
          "last_event_id=x-1",
          "capacity=16",
          "access_token=abc",
          "bytes=base64",
          "&&=&=x&%3d",
          "a=1&".repeat(400));

  private static final List<String> BODIES =
      List.of(
          "",
          "1",
          "\"text\"",
          "{\"value\": 1}",
          "{\"value\": {\"$bytes\": \"AA==\"}}",
          "{\"value\": {\"$bytes\": \"???\"}}",
          "[1,2,{\"a\":[null,true,1e400,-0.0,18446744073709551616]}]",
          "{\"signals\": [{\"address\": \"/a\", \"value\": 1}]}",
          "{\"signals\": [{\"address\": \"a\"}, 5]}",
          "{\"signals\": [{\"address\": \"/a\", \"type\": \"x\", \"revision\": -1}]}",
          "{\"in\": 1e9, \"at\": \"x\", \"signals\": [{\"address\": \"/a\"}]}",
          "{\"requests\": [{\"op\": \"set\", \"address\": \"/a\", \"value\": 1},"
              + " {\"op\": \"get\", \"address\": \"//\"}, {}, 1, {\"op\": \"stream\", \"address\":"
              + " \"/s\"}]}",
          "{\"address\": \"/lock\", \"value\": 1, \"ttl\": 1}",
          "{\"address\": 5}",
          "{\"samples\": [1, \"a\"]}",
          "{\"samples\": [1, 2], \"rate\": -1}",
          "{",
          "\u0000\u0001\u00ff",
          "[".repeat(100),
          "\"" + "x".repeat(70_000) + "\"");

  private static final Map<String, List<String>> HEADERS =
      Map.of(
          "content-type",
          List.of(
              "application/json",
              "application/cbor",
              "application/msgpack",
              "text/plain",
              "application/octet-stream",
              "text/html",
              ";;;",
              ""),
          "accept",
          List.of(
              "*/*",
              "application/cbor",
              "text/plain",
              "text/event-stream",
              "image/*",
              ",,;q=x",
              ""),
          "if-match",
          List.of(
              "*", "\"1\"", "W/\"1\"", "1", "\"\"", "\"99999999999999999999999\"", "\"1\",\"2\""),
          "if-none-match",
          List.of("*", "\"1\"", "nonsense", ""),
          "origin",
          List.of("http://localhost", "null", "https://evil.example", "http://[", ""),
          "host",
          List.of("localhost", "localhost:80", "evil.example", "[::1]", ""),
          "authorization",
          List.of("Bearer abc", "Basic eA==", "Bearer", "bearer  "),
          "last-event-id",
          List.of("x", "abc-5", ""),
          "clasp-lock",
          List.of("abc", ""));

  private static <T> T any(Random random, List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private static String spoiled(Random random, String text) {
    if (text.isEmpty() || random.nextInt(3) > 0) {
      return text;
    }
    StringBuilder changed = new StringBuilder(text);
    for (int n = random.nextInt(1, 4); n > 0; n--) {
      int at = random.nextInt(changed.length());
      changed.setCharAt(at, (char) random.nextInt(1, 256));
    }
    return changed.toString();
  }

  @Test
  void everyRequestHasAnAnswerThatIsNotTheFaultOfTheServer() throws Exception {
    try (Site site = Site.open()) {
      Random random = new Random(11);
      BlockingQueue<String> bad = new LinkedBlockingQueue<>();
      BlockingQueue<Integer> answered = new LinkedBlockingQueue<>();
      for (int i = 0; i < REQUESTS; i++) {
        Map<String, String> headers = new HashMap<>();
        headers.put("host", "localhost");
        HEADERS.forEach((name, values) -> {
          if (random.nextInt(name.equals("host") || name.equals("origin") ? 20 : 4) == 0) {
            headers.put(name, spoiled(random, any(random, values)));
          }
        });
        String path = any(random, PATHS);
        HttpQuery query =
            new HttpQuery(
                // Many hosts: no limit is reached.
                new InetSocketAddress(
                    "127.0." + random.nextInt(250) + "." + random.nextInt(250), 1),
                any(random, METHODS),
                path.length() > 4
                    ? path.substring(0, 4) + spoiled(random, path.substring(4))
                    : path,
                spoiled(random, any(random, QUERIES)),
                headers,
                spoiled(random, any(random, BODIES)).getBytes(StandardCharsets.ISO_8859_1));
        try {
          site.adapter.handle(
              query,
              reply -> {
                if (reply.status() >= 500 && reply.status() != 507 && reply.status() != 503) {
                  bad.add(reply.status() + " to " + shown(query) + ": " + text(reply));
                }
                reply.stream().ifPresent(stream -> stream.accept(new Gone()));
                answered.add(reply.status());
              });
        } catch (RuntimeException | Error e) {
          bad.add(e + " at " + shown(query));
        }
      }
      List<Integer> statuses = new ArrayList<>();
      while (statuses.size() < REQUESTS) {
        Integer next = answered.poll(60, TimeUnit.SECONDS);
        if (next == null) {
          throw new AssertionError("no answer after " + statuses.size() + "; " + bad);
        }
        statuses.add(next);
      }
      assertThat(bad).isEmpty();
      assertThat(statuses.stream().filter(s -> s == 503).count()).isLessThan(REQUESTS / 20);
      assertThat(statuses).contains(200, 204, 400, 403, 404, 405, 406, 412, 415);
    }
  }

  private static String shown(HttpQuery query) {
    return query.method()
        + " "
        + query.path()
        + "?"
        + query.query()
        + " "
        + query.headers()
        + " "
        + new String(
            query.body(), 0, Math.min(200, query.body().length), StandardCharsets.ISO_8859_1);
  }

  private static String text(HttpReply reply) {
    return new String(reply.body(), StandardCharsets.UTF_8);
  }

  /** A peer that has gone at once. */
  private static final class Gone implements HttpBody {
    @Override
    public boolean write(byte[] piece) {
      return false;
    }

    @Override
    public boolean writable() {
      return true;
    }

    @Override
    public void whenWritable(Runnable task) {}

    @Override
    public void whenEnded(Runnable task) {
      task.run();
    }

    @Override
    public void end() {}
  }
}
