package dev.clasp.adapterhttp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.adapterhttp.EventReader.Event;
import dev.clasp.client.ClaspClient;
import dev.clasp.protocol.Value;
import dev.clasp.server.ServerConfig;
import dev.clasp.testkit.Eventually;
import dev.clasp.testkit.FakeAuthenticator;
import dev.clasp.web.HttpApiConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Server-sent events: who listens, what is told, and how it goes on after a cut. */
final class EventsTest {

  private Site site = Site.open();

  @AfterEach
  void close() {
    site.close();
  }

  private EventReader listen(String query, String... headers) throws IOException {
    return new EventReader(site.port(), "/v1/events" + query, headers);
  }

  private void set(String address, String json) {
    assertThat(site.send("PUT", "/v1/state" + address, json).status()).isEqualTo(200);
  }

  @Test
  void thePresentValuesComeFirstAndThenWhatHappens() throws Exception {
    set("/a/1", "1");
    try (EventReader events = listen("?pattern=/a/**")) {
      assertThat(events.status).isEqualTo(200);
      assertThat(events.head)
          .anyMatch(h -> h.startsWith("content-type: text/event-stream"))
          .noneMatch(h -> h.startsWith("access-control"));
      assertThat(events.block()).containsExactly("retry: 2000");
      Event first = events.next();
      assertThat(first.address()).isEqualTo("/a/1");
      assertThat(first.json().get("snapshot")).isEqualTo(Value.TRUE);
      set("/a/1", "2");
      Event second = events.next();
      assertThat(second.value()).isEqualTo(Value.of(2L));
      assertThat(second.json().get("revision")).isEqualTo(Value.of(2L));
      assertThat(second.json()).doesNotContainKey("snapshot");
      // Also to who emits with the same token.
      site.send("POST", "/v1/emit/a/go", "{\"value\": \"\\u00e4\"}");
      Event third = events.next();
      assertThat(third.json().get("type")).isEqualTo(Value.of("event"));
      assertThat(third.value()).isEqualTo(Value.of("ä"));
    }
    Eventually.is("no stream is left", () -> site.now("streams_now") == 0);
  }

  @Test
  void filtersByPatternsAndTypes() throws Exception {
    set("/a/1", "1");
    set("/b/1", "1");
    set("/c/1", "1");
    try (EventReader events = listen("?pattern=/a/**&pattern=/b/*&pattern=/a/1&type=param")) {
      Set<String> seen = new HashSet<>();
      seen.add(events.next().address());
      seen.add(events.next().address());
      assertThat(seen).containsExactlyInAnyOrder("/a/1", "/b/1");
      site.send("POST", "/v1/emit/a/1", "1");
      set("/a/2", "2");
      assertThat(events.next().address()).isEqualTo("/a/2");
    }
    try (EventReader events = listen("?pattern=/a/**&type=event,stream")) {
      site.send("POST", "/v1/emit/a/1", "7");
      assertThat(events.next().value()).isEqualTo(Value.of(7L));
    }
    assertThat(listen("?type=fish").status).isEqualTo(400);
    assertThat(listen("?pattern=fish").status).isEqualTo(400);
    assertThat(listen("", "Accept", "application/json").status).isEqualTo(406);
  }

  @Test
  void aQuietStreamHasAHeartbeat() throws Exception {
    site.close();
    site =
        Site.open(ServerConfig.DEFAULT, HttpApiConfig.DEFAULT.withHeartbeat(Duration.ofMillis(50)));
    try (EventReader events = listen("?pattern=/none/**")) {
      assertThat(events.block()).containsExactly("retry: 2000");
      assertThat(events.block()).containsExactly(":");
      assertThat(events.block()).containsExactly(":");
    }
  }

  @Test
  void aConnectionThatIsCutGoesOnWithoutALostOrDoubledValue() throws Exception {
    Random random = new Random(7);
    AtomicBoolean writing = new AtomicBoolean(true);
    AtomicInteger last = new AtomicInteger();
    int addresses = 20;
    Thread writer =
        Thread.ofVirtual()
            .start(() -> {
              try (ClaspClient client = site.clasp()) {
                for (int n = 1; writing.get(); n++) {
                  client.set("/r/" + n % addresses, n).join();
                  last.set(n);
                }
                for (int i = 0; i < addresses; i++) {
                  client.set("/r/" + i, -1 - i).join();
                }
              }
            });
    Map<String, Long> revisions = new HashMap<>();
    Map<String, Value> values = new HashMap<>();
    String id = "";
    int cuts = 0;
    boolean done = false;
    while (!done) {
      String[] headers = id.isEmpty() ? new String[0] : new String[] {"Last-Event-ID", id};
      try (EventReader events = listen("?pattern=/r/*", headers)) {
        assertThat(events.status).isEqualTo(200);
        // What is in the socket when it is cut has not been seen.
        for (int left = random.nextInt(1, 60); left > 0 && !done; left--) {
          Event event = events.next();
          assertThat(event.name()).as(event.data()).isEmpty();
          long revision = event.revision();
          assertThat(revisions.getOrDefault(event.address(), 0L))
              .as(event.data())
              .isLessThan(revision);
          revisions.put(event.address(), revision);
          values.put(event.address(), event.value());
          id = event.id();
          done =
              values.size() == addresses
                  && values.values().stream().allMatch(v -> ((Value.Int) v).value() < 0);
        }
      }
      if (++cuts == 150) {
        writing.set(false);
      }
    }
    writer.join();
    for (int i = 0; i < addresses; i++) {
      assertThat(values.get("/r/" + i)).isEqualTo(Value.of(-1L - i));
    }
    assertThat(cuts).isGreaterThanOrEqualTo(150);
    assertThat(last.get()).isPositive();
  }

  @Test
  void eventsOfTheTimeBetweenAreTold() throws Exception {
    String id;
    try (EventReader events = listen("?pattern=/e/**")) {
      assertThat(events.status).isEqualTo(200);
      site.send("POST", "/v1/emit/e/1", "1");
      id = events.next().id();
    }
    for (int i = 2; i <= 50; i++) {
      site.send("POST", "/v1/emit/e/1", "" + i);
    }
    try (EventReader events = listen("?pattern=/e/**", "Last-Event-ID", id)) {
      for (int i = 2; i <= 50; i++) {
        assertThat(events.next().value()).isEqualTo(Value.of((long) i));
      }
    }
  }

  @Test
  void afterARestartThePresentValuesAreToldAndThatSomethingMayBeMissing() throws Exception {
    set("/a", "1");
    String id;
    try (EventReader events = listen("?pattern=/a")) {
      id = events.next().id();
    }
    site.close();
    site = Site.open();
    set("/a", "5");
    try (EventReader events = listen("?pattern=/a", "Last-Event-ID", id)) {
      assertThat(events.next().name()).isEqualTo("gap");
      Event event = events.next();
      assertThat(event.value()).isEqualTo(Value.of(5L));
      assertThat(event.json().get("snapshot")).isEqualTo(Value.TRUE);
      assertThat(event.id()).isNotEqualTo(id);
    }
    for (String odd : List.of("x", "-", "0-0", "9".repeat(500), "\u00ff")) {
      try (EventReader events = listen("?pattern=/a", "Last-Event-ID", odd)) {
        assertThat(events.next().name()).isEqualTo("gap");
      }
    }
  }

  @Test
  void aThousandListenersAllHearIt() throws Exception {
    set("/m/1", "0");
    List<EventReader> all = new ArrayList<>();
    try {
      for (int i = 0; i < 1000; i++) {
        all.add(listen("?pattern=/m/**"));
      }
      for (EventReader each : all) {
        assertThat(each.next().value()).isEqualTo(Value.of(0L));
      }
      assertThat(site.server.router().subscriptionCount()).isEqualTo(1);
      set("/m/1", "1");
      for (EventReader each : all) {
        assertThat(each.next().value()).isEqualTo(Value.of(1L));
      }
    } finally {
      for (EventReader each : all) {
        each.close();
      }
    }
    Eventually.is("all are gone", () -> site.now("streams_now") == 0);
  }

  @Test
  void tooManyStreamsAreRefused() throws Exception {
    site.close();
    site = Site.open(ServerConfig.DEFAULT, HttpApiConfig.DEFAULT.withStreams(10, 2));
    try (EventReader one = listen("");
        EventReader two = listen("");
        EventReader three = listen("")) {
      assertThat(one.status).isEqualTo(200);
      assertThat(two.status).isEqualTo(200);
      assertThat(three.status).isEqualTo(429);
    }
    Eventually.is(
        "there is room again",
        () -> {
          try (EventReader next = listen("")) {
            return next.status == 200;
          } catch (IOException e) {
            return false;
          }
        });
  }

  @Test
  void aTokenThatEndsEndsItsStreams() throws Exception {
    FakeAuthenticator tokens = new FakeAuthenticator().admit("a", "read:/**");
    site.close();
    site = Site.open(ServerConfig.DEFAULT.withAuthenticator(tokens), HttpApiConfig.DEFAULT);
    // Where a browser cannot send a header.
    try (EventReader events = listen("?access_token=a")) {
      assertThat(events.status).isEqualTo(200);
      tokens.revoke("a");
      site.server.router().expel(_ -> true, 300, "Token revoked");
      Event end = events.next();
      assertThat(end.name()).isEqualTo("error");
      assertThat(end.json().get("status")).isEqualTo(Value.of(401L));
      assertThat(events.ends()).isTrue();
    }
    assertThat(listen("?access_token=a").status).isEqualTo(401);
  }

  @Test
  void aServerThatStopsSaysSo() throws Exception {
    try (EventReader events = listen("")) {
      assertThat(events.status).isEqualTo(200);
      assertThat(events.block()).containsExactly("retry: 2000");
      Thread stop = Thread.ofVirtual().start(site.server::close);
      Event end = events.next();
      assertThat(end.name()).isEqualTo("error");
      assertThat(end.json().get("status")).isEqualTo(Value.of(503L));
      stop.join();
    }
  }
}
