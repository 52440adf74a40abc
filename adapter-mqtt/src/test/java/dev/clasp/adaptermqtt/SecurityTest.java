package dev.clasp.adaptermqtt;

import static dev.clasp.adaptermqtt.RawClient.connect;
import static dev.clasp.adaptermqtt.RawClient.hex;
import static dev.clasp.adaptermqtt.RawClient.packet;
import static dev.clasp.adaptermqtt.RawClient.publish;
import static dev.clasp.adaptermqtt.RawClient.subscribe;
import static dev.clasp.adaptermqtt.RawClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.SetOptions;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.Value;
import dev.clasp.router.RouterConfig;
import dev.clasp.testkit.FakeAuthenticator;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens, scopes and limits: the same as for clients that speak CLASP, and nothing leaks. */
class SecurityTest {

  private final FakeAuthenticator tokens =
      new FakeAuthenticator()
          .admit("sensor", "write:/mqtt/sensors/**")
          .admit("panel", "read:/mqtt/sensors/**")
          .admit("all", "read:/**", "write:/**");

  private House house() {
    return House.open(c -> c.withAuthenticator(tokens), c -> c);
  }

  private static House limited(UnaryOperator<RouterConfig.Builder> limits) {
    return House.open(c -> c.withRouter(limits.apply(c.router().toBuilder()).build()), c -> c);
  }

  private static byte[] login(int level, int flags, String properties, String id, String token) {
    return connect(level, 0xC0 | flags, 0, properties, text(id), text("user"), text(token));
  }

  private static RawClient of(House house, int level, String id, String token) throws Exception {
    RawClient client = new RawClient(house.port());
    assertThat(client.ask(login(level, 2, "00", id, token))).matches("20..0000.*");
    return client;
  }

  private static byte[] withWill(String token, String topic) {
    return connect(4, 0xC6, 0, "", text("c"), text(topic), text("gone"), text("user"), text(token));
  }

  @Test
  void aWillNeedsTheRightToWrite() throws Exception {
    try (House house = house();
        RawClient watcher = of(house, 4, "watcher", "all")) {
      watcher.ask(subscribe(4, 1, "#", 0));
      for (String topic : List.of("elsewhere", "sensors/a")) {
        try (RawClient c = new RawClient(house.port())) {
          assertThat(c.ask(withWill("sensor", topic))).isEqualTo("20020000");
        }
      }

      assertThat(watcher.nextHex()).as("only the second").contains("73656E736F72732F61");
      assertThat(watcher.untilPong()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void aTokenThatIsTakenBackEndsItsSessionsWithoutWill(int level) throws Exception {
    try (House house = house();
        RawClient watcher = of(house, 4, "watcher", "all");
        RawClient c = new RawClient(house.port())) {
      watcher.ask(subscribe(4, 1, "#", 0));
      c.ask(
          connect(
              level,
              0xC6,
              0,
              "00",
              text("c"),
              level == 5 ? hex("00") : new byte[0],
              text("sensors/a"),
              text("gone"),
              text("user"),
              text("sensor")));

      assertThat(
              house
                  .server
                  .router()
                  .expel(
                      who -> who.tokenId().equals("id-of-sensor"),
                      ErrorCode.UNAUTHORIZED,
                      "Token was taken back"))
          .isEqualTo(1);

      assertThat(c.nextHex()).matches(level == 5 ? "E0..87.*" : "end");
      assertThat(watcher.untilPong()).isEmpty();
    }
  }

  @Test
  void aTokenThatIsTakenBackEndsTheSessionOfAClientThatIsAway() throws Exception {
    try (House house = house()) {
      try (RawClient c = new RawClient(house.port())) {
        c.ask(login(5, 0, "051100000E10", "c", "panel"));
      }
      House.eventually(() -> house.away() == 1);

      house.server.router().expel(_ -> true, ErrorCode.UNAUTHORIZED, "Token was taken back");

      House.eventually(() -> house.away() == 0);
    }
  }

  @Test
  void aTokenThatExpiresEndsItsSession() throws Exception {
    try (House house = house()) {
      // Not before the session is there, however busy the machine is.
      long soon = Instant.now().getEpochSecond() + 8;
      tokens.admit(
          "short",
          FakeAuthenticator.identity("short", List.of(), OptionalLong.of(soon), "read:/**"));
      try (RawClient c = of(house, 5, "c", "short")) {
        assertThat(c.nextHex()).matches("E0..87.*");
        assertThat(c.nextHex()).isEqualTo("end");
      }
    }
  }

  @Test
  void nobodyElseInheritsWhatWaitsForAClient() throws Exception {
    try (House house = house();
        RawClient pub = of(house, 5, "pub", "all")) {
      try (RawClient c = new RawClient(house.port())) {
        c.ask(login(5, 0, "051100000E10", "c", "all"));
        c.ask(subscribe(5, 1, "secret", 1));
      }
      House.eventually(() -> house.away() == 1);
      assertThat(pub.ask(publish(0x32, 5, "secret", 1, "x"))).isEqualTo("40020001");
      try (RawClient c = new RawClient(house.port())) {
        assertThat(c.ask(login(5, 0, "051100000E10", "c", "panel"))).matches("20..0000.*");
        assertThat(c.untilPong()).isEmpty();
        pub.ask(publish(0x32, 5, "secret", 2, "y"));
        assertThat(c.untilPong()).as("the subscription has gone with its session").isEmpty();
      }
    }
  }

  @Test
  void aSharedSubscriptionNeedsTheRightToReadToo() throws Exception {
    try (House house = house();
        RawClient c = of(house, 5, "c", "panel")) {
      assertThat(c.ask(subscribe(5, 1, "$share/g/#", 0))).isEqualTo("900400010087");
      assertThat(c.ask(subscribe(5, 2, "$share/g/sensors/#", 0))).isEqualTo("900400020000");
    }
  }

  @Test
  void whatIsRefusedBelow5IsAcknowledgedAndDroppedOrTheEnd() throws Exception {
    try (House house = house();
        RawClient c = of(house, 4, "c", "sensor");
        RawClient watcher = of(house, 4, "watcher", "all")) {
      watcher.ask(subscribe(4, 1, "#", 0));
      assertThat(c.ask(publish(0x32, 4, "elsewhere", 1, "x"))).isEqualTo("40020001");
      assertThat(c.ask(publish(0x33, 4, "elsewhere", 2, "x"))).isEqualTo("40020002");
      assertThat(watcher.untilPong()).isEmpty();
      assertThat(house.server.router().parameterCount()).isZero();
    }
    try (House house =
            House.open(c -> c.withAuthenticator(tokens), c -> c.withDisconnectRefused(true));
        RawClient c = of(house, 4, "c", "sensor")) {
      assertThat(c.ask(publish(0x32, 4, "elsewhere", 1, "x"))).isEqualTo("end");
    }
  }

  @Test
  void theRouterHasNoMoreSessionsThanItMay() throws Exception {
    try (House house = limited(l -> l.maxSessions(2));
        RawClient a = RawClient.of(house.port(), 5, "a");
        RawClient b = RawClient.of(house.port(), 5, "b");
        RawClient five = new RawClient(house.port());
        RawClient four = new RawClient(house.port())) {
      assertThat(five.ask(connect(5, 2, 0, "00", text("c")))).matches("20..0089.*|20..0088.*");
      assertThat(four.ask(connect(4, 2, 0, "", text("d")))).isEqualTo("20020003");
      assertThat(a.untilPong()).isEmpty();
      assertThat(b.untilPong()).isEmpty();
    }
  }

  @Test
  void aSessionHasNoMoreSubscriptionsThanItMay() throws Exception {
    try (House house = limited(l -> l.maxSubscriptionsPerSession(2));
        RawClient five = RawClient.of(house.port(), 5, "five");
        RawClient four = RawClient.of(house.port(), 4, "four")) {
      for (RawClient each : List.of(five, four)) {
        int level = each == five ? 5 : 4;
        assertThat(each.ask(subscribe(level, 1, "a", 0))).endsWith("00");
        assertThat(each.ask(subscribe(level, 2, "b", 0))).endsWith("00");
        assertThat(each.ask(subscribe(level, 3, "c", 0))).endsWith(level == 5 ? "97" : "80");
        assertThat(each.ask(subscribe(level, 4, "b", 1))).as("in its place").endsWith("01");
      }
    }
  }

  @Test
  void whoSendsTooMuchIsToldOrSlowedDownAndTheRestGoesOn() throws Exception {
    try (House house = limited(l -> l.maxMessagesPerSecond(20));
        RawClient c = RawClient.of(house.port(), 5, "c");
        RawClient calm = RawClient.of(house.port(), 5, "calm")) {
      for (int i = 1; i <= 60; i++) {
        c.send(publish(0x33, 5, "t", i, "x"));
      }
      int taken = 0;
      int refused = 0;
      while (taken + refused < 60) {
        String answer = c.nextHex();
        if (answer.matches("4003....97")) {
          refused++;
        } else {
          assertThat(answer).startsWith("4002");
          taken++;
        }
      }

      assertThat(taken).isPositive();
      assertThat(refused).isPositive();
      assertThat(calm.ask(publish(0x33, 5, "t", 1, "y"))).isEqualTo("40020001");
    }
  }

  /** Of events the router does not say which it has refused. */
  @Test
  void nothingIsCalledExecutedThatWasRefusedForComingTooFast() throws Exception {
    try (House house = limited(l -> l.maxMessagesPerSecond(20));
        RawClient sub = RawClient.of(house.port(), 5, "sub");
        RawClient c = RawClient.of(house.port(), 5, "c")) {
      sub.ask(subscribe(5, 1, "t", 0));
      for (int i = 1; i <= 60; i++) {
        c.send(publish(0x32, 5, "t", i, "x"));
      }
      int taken = 0;
      for (int i = 1; i <= 60; i++) {
        taken += c.nextHex().startsWith("4002") ? 1 : 0;
      }

      assertThat(taken).isPositive().isLessThan(60);
      int called = taken;
      int[] heard = new int[1];
      House.eventually(() -> {
        heard[0] += sub.untilPong().size();
        return heard[0] >= called;
      });
    }
  }

  @Test
  void whoIsNotLetInLeavesNothing() throws Exception {
    try (House house = house()) {
      for (int i = 0; i < 20; i++) {
        try (RawClient c = new RawClient(house.port())) {
          byte[] wrong = login(5, 0, "051100000E10", "c" + i, "wrong");
          byte[] behind = publish(0x33, 5, "t", 1, "x");
          byte[] both = new byte[wrong.length + behind.length];
          System.arraycopy(wrong, 0, both, 0, wrong.length);
          System.arraycopy(behind, 0, both, wrong.length, behind.length);
          assertThat(c.ask(both)).isEqualTo("2003008600");
          assertThat(c.nextHex()).isEqualTo("end");
        }
      }

      assertThat(house.adapter.counters()).containsEntry("sessions_now", 0L);
      assertThat(house.server.router().parameterCount()).isZero();
      House.eventually(() -> house.server.router().sessionStatus().isEmpty());
    }
  }

  @Test
  void noMoreClientsAreAwayThanMayBe() throws Exception {
    try (House house = House.open(c -> c.withMaxAway(2))) {
      for (int i = 0; i < 4; i++) {
        try (RawClient c = new RawClient(house.port())) {
          c.resume(5, "c" + i);
        }
        int soFar = Math.min(2, i + 1);
        House.eventually(() -> house.away() == soFar);
      }
      House.eventually(() -> house.now("sessions_now") == 2);
      try (RawClient c = new RawClient(house.port())) {
        assertThat(c.resume(5, "c3")).as("the last one is there").matches("20..0100.*");
      }
    }
  }

  @Test
  void subscriptionsAreBoundedByTheAdapterToo() throws Exception {
    try (House house = House.open(c -> c.withMaxSubscriptions(3));
        RawClient c = RawClient.of(house.port(), 5, "c")) {
      c.send(
          packet(
              0x82,
              hex("000100"),
              text("a"),
              hex("00"),
              text("b"),
              hex("00"),
              text("c"),
              hex("00"),
              text("d"),
              hex("00")));
      assertThat(c.nextHex()).isEqualTo("900700010000000097");
    }
  }

  /** A retained message with these properties, of 5.0. */
  private static byte[] retained(int first, String topic, int id, String properties, String text) {
    return packet(
        first,
        text(topic),
        (first & 6) == 0 ? hex("") : hex("%04X".formatted(id)),
        hex(properties),
        text.getBytes(StandardCharsets.UTF_8));
  }

  /** The same value as 20.50, with other properties; and nothing, which deletes. */
  @ParameterizedTest
  @ValueSource(ints = {0x31, 0x33, 0x35})
  void whoMayOnlyReadChangesNothingOfWhatOthersSee(int first) throws Exception {
    try (House house = house();
        RawClient writer = of(house, 5, "writer", "all");
        RawClient live = of(house, 5, "live", "panel");
        RawClient reader = of(house, 5, "reader", "panel");
        RawClient late = of(house, 5, "late", "panel")) {
      String properties = "07" + "26000161000162";
      String seen = "0009" + hexOf("sensors/a") + properties + hexOf("20.50");
      live.ask(subscribe(5, 1, "sensors/#", 0));
      writer.ask(retained(0x33, "sensors/a", 1, properties, "20.50"));
      assertThat(live.nextHex()).isEqualTo("3018" + seen);

      reader.send(retained(first, "sensors/a", 1, "0C0200000001" + "26000163000164", "20.5"));
      reader.send(retained(first, "sensors/a", 2, "00", "20.5"));
      reader.send(retained(first, "sensors/a", 3, "00", ""));
      if (first != 0x31) {
        for (int i = 1; i <= 3; i++) {
          assertThat(reader.nextHex()).matches("[45]003000" + i + "87");
        }
      }
      House.eventually(() -> house.count(MqttCounter.PUBLICATIONS_REFUSED) == 3);
      assertThat(reader.untilPong()).isEmpty();

      assertThat(live.untilPong()).isEmpty();
      late.ask(subscribe(5, 1, "sensors/#", 0));
      assertThat(late.nextHex()).isEqualTo("3118" + seen);
    }
  }

  private static String hexOf(String text) {
    return HexFormat.of().withUpperCase().formatHex(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Of those that may write as well, if the router refuses it for another reason. */
  @Test
  void whatTheRouterRefusesChangesNothingOfWhatOthersSee() throws Exception {
    try (House house = House.open();
        ClaspClient clasp = house.clasp();
        RawClient writer = RawClient.of(house.port(), 5, "writer");
        RawClient late = RawClient.of(house.port(), 5, "late")) {
      writer.ask(publish(0x33, 5, "a", 1, "20.50"));
      clasp
          .set("/mqtt/a", Value.of(20.5), SetOptions.CONFIRM.locking())
          .get(House.LIMIT_SECONDS, TimeUnit.SECONDS);

      assertThat(writer.ask(publish(0x33, 5, "a", 2, "2.05e1"))).matches("4003000283");
      assertThat(writer.ask(publish(0x33, 5, "a", 3, ""))).matches("4003000383");

      late.ask(subscribe(5, 1, "a", 0));
      assertThat(late.nextHex()).endsWith(hexOf("20.50"));
    }
  }

  @Test
  void topicsThatNoAddressHoldsAreRefused() throws Exception {
    String topic = "t/".repeat(20) + "x".repeat(1000);
    try (House house = House.open();
        RawClient five = RawClient.of(house.port(), 5, "five");
        RawClient four = RawClient.of(house.port(), 4, "four")) {
      assertThat(five.ask(publish(0x33, 5, topic, 1, "x"))).isEqualTo("4003000190");
      assertThat(five.ask(publish(0x32, 5, topic, 2, "x"))).isEqualTo("4003000290");
      byte[] named = packet(0x32, text(topic.repeat(60)), hex("0003" + "03230001"), hex("61"));
      assertThat(five.ask(named)).isEqualTo("4003000390");
      byte[] alias = packet(0x32, text(""), hex("0004" + "03230001"), hex("61"));
      assertThat(five.ask(alias)).as("by its alias too").isEqualTo("4003000490");
      assertThat(four.ask(publish(0x33, 4, topic, 1, "x"))).isEqualTo("40020001");
      assertThat(house.server.router().parameterCount()).isZero();
    }
    try (House house = House.open(c -> c.withDisconnectRefused(true));
        RawClient four = RawClient.of(house.port(), 4, "four")) {
      assertThat(four.ask(publish(0x31, 4, topic, 0, "x"))).isEqualTo("end");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0x30, 0x31})
  void withoutQualityARefusalIsTheEndTooIfThatIsSet(int first) throws Exception {
    try (House house =
            House.open(c -> c.withAuthenticator(tokens), c -> c.withDisconnectRefused(true));
        RawClient c = of(house, 4, "c", "sensor")) {
      c.send(publish(first, 4, "sensors/a", 0, "x"));
      assertThat(c.untilPong()).isEmpty();
      assertThat(c.ask(publish(first, 4, "elsewhere", 0, "x"))).isEqualTo("end");
    }
  }

  @Test
  void theFiltersOfOnePacketCountTogether() throws Exception {
    try (House house = limited(l -> l.maxSubscriptionsPerSession(2));
        RawClient c = RawClient.of(house.port(), 5, "c")) {
      assertThat(
              c.ask(
                  packet(
                      0x82,
                      hex("000100"),
                      text("a"),
                      hex("00"),
                      text("b"),
                      hex("00"),
                      text("c"),
                      hex("00"))))
          .isEqualTo("9006000100000097");
    }
  }
}
