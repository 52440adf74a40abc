package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.SubscribeOptions;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Ttl;
import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class RouterMetricsTest {

  private final ManualTime time = new ManualTime();
  private final Router router = new Router(RouterConfig.DEFAULT, time);
  private final Lane lane = router.addLane(time.loop());

  private TestPeer client(String name) {
    return new TestPeer(time, router, lane).hello(name);
  }

  private long total(String series, String label) {
    return RouterMetrics.of(router).stream()
        .filter(m -> m instanceof RouterMetrics.Total)
        .map(m -> (RouterMetrics.Total) m)
        .filter(t -> t.series().equals(series) && t.label().equals(label))
        .mapToLong(RouterMetrics.Total::value)
        .sum();
  }

  private static String received(String type) {
    return "type=" + type + ",direction=in,transport=memory";
  }

  @Test
  void messagesAreCountedByTypeAndErrorsByCode() {
    TestPeer a = client("a");
    a.set("/x", 1).set("/x", 2).send(new Message.Get("/none")).send(new Message.Ping());
    assertThat(total("clasp_messages_total", received("set"))).isEqualTo(2);
    assertThat(total("clasp_messages_total", received("get"))).isEqualTo(1);
    assertThat(total("clasp_messages_total", received("ping"))).isEqualTo(1);
    assertThat(total("clasp_messages_total", received("hello"))).isEqualTo(1);
    assertThat(total("clasp_errors_total", "code=404")).isEqualTo(1);
    assertThat(total("clasp_sets_applied_total", "")).isEqualTo(2);
  }

  @Test
  void gaugesFollowWhatIsThere() {
    TestPeer a = client("a").subscribe(1, "/**");
    a.send(TestPeer.setOf("/x", Value.of(1)));
    a.send(
        new Message.SetValue(
            "/y", Value.of(1), OptionalLong.empty(), true, false, Optional.empty()));
    assertThat(Gauge.SESSIONS.of(router)).isEqualTo(1);
    assertThat(Gauge.SUBSCRIPTIONS.of(router)).isEqualTo(1);
    assertThat(Gauge.PARAMETERS.of(router)).isEqualTo(2);
    assertThat(Gauge.STATE_BYTES.of(router)).isEqualTo(2 * (2 + 8 + Retention.OVERHEAD_BYTES));
    assertThat(Gauge.LOCKS.of(router)).isEqualTo(1);
    a.disconnect();
    assertThat(Gauge.SESSIONS.of(router)).isZero();
    assertThat(Gauge.SUBSCRIPTIONS.of(router)).isZero();
    assertThat(Gauge.LOCKS.of(router)).isZero();
  }

  private RouterMetrics.Histogram histogram(String series, String label) {
    return RouterMetrics.of(router).stream()
        .filter(m -> m instanceof RouterMetrics.Histogram)
        .map(m -> (RouterMetrics.Histogram) m)
        .filter(h -> h.series().equals(series) && h.label().equals(label))
        .findFirst()
        .orElseThrow();
  }

  private long level(String series, String label) {
    return RouterMetrics.of(router).stream()
        .filter(m -> m instanceof RouterMetrics.Level)
        .map(m -> (RouterMetrics.Level) m)
        .filter(l -> l.series().equals(series) && l.label().equals(label))
        .mapToLong(RouterMetrics.Level::value)
        .sum();
  }

  @Test
  void theFanOutIsRecordedBySignal() {
    for (int i = 0; i < 5; i++) {
      client("reader" + i).subscribe(1, "/x");
    }
    client("writer").set("/x", 1).set("/x", 2);
    RouterMetrics.Histogram fanout = histogram("clasp_broadcast_fanout", "signal=param");
    assertThat(fanout.bounds()).containsExactly(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000);
    assertThat(fanout.counts()).startsWith(0, 0, 2, 0);
    assertThat(fanout.sum()).isEqualTo(10);
    assertThat(histogram("clasp_broadcast_fanout", "signal=event").counts()).containsOnly(0);
  }

  @Test
  void everyMessageHasALatencyOfItsType() {
    TestPeer a = client("a");
    a.set("/x", 1).set("/x", 2).send(new Message.Ping());
    assertThat(histogram("clasp_message_latency_seconds", "type=set").counts()).startsWith(2, 0);
    assertThat(histogram("clasp_message_latency_seconds", "type=ping").counts()).startsWith(1, 0);
    assertThat(histogram("clasp_message_latency_seconds", "type=set").bounds())
        .hasSize(16)
        .startsWith(0.00001, 0.00002, 0.00005)
        .endsWith(0.5, 1);
  }

  @Test
  void whatIsSentIsCountedByTypeToo() {
    TestPeer a = client("a").subscribe(1, "/x");
    a.set("/x", 1).set("/x", 2).send(new Message.Ping());
    String out = ",direction=out,transport=memory";
    assertThat(total("clasp_messages_total", "type=set" + out)).isEqualTo(2);
    assertThat(total("clasp_messages_total", "type=pong" + out)).isEqualTo(1);
    assertThat(total("clasp_messages_total", "type=welcome" + out)).isEqualTo(1);
    assertThat(router.count(Counter.FRAMES_OUT))
        .isEqualTo(
            RouterMetrics.of(router).stream()
                .filter(m -> m.series().equals("clasp_messages_total"))
                .map(m -> (RouterMetrics.Total) m)
                .filter(t -> t.label().contains("direction=out"))
                .mapToLong(RouterMetrics.Total::value)
                .sum());
  }

  @Test
  void sessionsAreCountedByTransportAndEnd() {
    TestPeer a = client("a");
    client("b");
    String transport = "transport=memory";
    assertThat(level("clasp_sessions_active", transport)).isEqualTo(2);
    assertThat(level("clasp_connections_active", transport)).isEqualTo(2);
    a.disconnect();
    assertThat(level("clasp_sessions_active", transport)).isEqualTo(1);
    assertThat(level("clasp_connections_active", transport)).isEqualTo(1);
    assertThat(
            RouterMetrics.of(router).stream()
                .filter(m -> m.series().equals("clasp_sessions_total"))
                .mapToLong(m -> ((RouterMetrics.Total) m).value())
                .sum())
        .isEqualTo(1);
    assertThat(histogram("clasp_handshake_seconds", transport).counts()).startsWith(2, 0);
  }

  @Test
  void bucketsHoldWhatTheyShould() {
    assertThat(Distribution.bucket(0)).isZero();
    assertThat(Distribution.bucket(1)).isZero();
    assertThat(Distribution.bucket(2)).isEqualTo(1);
    assertThat(Distribution.bucket(3)).isEqualTo(2);
    assertThat(Distribution.bucket(4)).isEqualTo(2);
    assertThat(Distribution.bucket(5)).isEqualTo(3);
    assertThat(Distribution.bucket(Long.MAX_VALUE)).isEqualTo(Distribution.BUCKETS - 1);
  }

  @Test
  void everyMetricHasANameAndAHelpText() {
    assertThat(RouterMetrics.of(router))
        .allSatisfy(m -> {
          assertThat(m.series()).matches("clasp_[a-z_]+");
          assertThat(m.help()).isNotBlank();
        });
  }

  @Test
  void theDumpsShowSubscriptionsAndParameters() {
    TestPeer a = client("a");
    a.subscribe(7, "/x/**", SignalType.PARAM.maskBit());
    a.send(
        new Message.SetValue(
            "/x/1",
            Value.of("v"),
            OptionalLong.empty(),
            true,
            false,
            Optional.of(new Ttl.Sliding(5))));
    a.set("/y", 1);
    assertThat(router.subscriptionStatus(100))
        .containsExactly(
            new SubscriptionStatus(
                a.session(), 7, "/x/**", SignalType.PARAM.maskBit(), SubscribeOptions.NONE));
    List<ParameterStatus> found = router.parameters(AddressPattern.parse("/x/**"), 10);
    assertThat(found)
        .containsExactly(
            new ParameterStatus(
                "/x/1",
                Value.of("v"),
                1,
                a.session(),
                time.unixMicros(),
                Optional.of(a.session()),
                ConflictStrategy.LWW,
                OptionalLong.of(5_000_000_000L)));
    assertThat(router.parameters(AddressPattern.parse("/**"), 1)).hasSize(1);
  }

  @Test
  void aReplyThatQuotesAHugeRequestStillFitsAFrame() {
    TestPeer a = client("a");
    a.subscribe(1, "/" + "a[".repeat(32_000) + "//x");
    assertThat(a.received())
        .hasSize(1)
        .first()
        .isInstanceOfSatisfying(
            Message.Error.class, error -> assertThat(error.code()).isEqualTo(202));
    a.send(new Message.Get("/" + "é".repeat(32_000)));
    assertThat(a.received())
        .hasSize(1)
        .first()
        .isInstanceOfSatisfying(
            Message.Error.class, error -> assertThat(error.code()).isEqualTo(404));
  }
}
