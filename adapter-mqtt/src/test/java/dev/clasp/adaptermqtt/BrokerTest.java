package dev.clasp.adaptermqtt;

import static dev.clasp.adaptermqtt.RawClient.connect;
import static dev.clasp.adaptermqtt.RawClient.hex;
import static dev.clasp.adaptermqtt.RawClient.packet;
import static dev.clasp.adaptermqtt.RawClient.publish;
import static dev.clasp.adaptermqtt.RawClient.subscribe;
import static dev.clasp.adaptermqtt.RawClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspClient;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.FakeAuthenticator;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the standards ask of a server, byte by byte: the scenarios of the interoperability suites of
 * Eclipse Paho, and more.
 */
class BrokerTest {

  // --- CONNECT -----------------------------------------------------------------------------------

  @Test
  void anEmptyClientIdGetsOneOfTheServer() throws Exception {
    try (House house = House.open();
        RawClient five = new RawClient(house.port());
        RawClient four = new RawClient(house.port())) {
      five.send(connect(5, 2, 0, "00", text("")));
      assertThat(five.nextHex()).startsWith("20").contains("12002663" /* assigned, 38 bytes, c */);

      four.send(connect(4, 0, 0, "", text("")));
      assertThat(four.nextHex()).isEqualTo("20020002");
      assertThat(four.nextHex()).isEqualTo("end");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "wrong first packet, C000",
    "unknown name, 100C00044D5155540402000000",
    "reserved flag, 100C00044D51545404030000 0000",
    "fixed flags, 110C00044D51545404020000 0000",
    "will QoS 3, 100C00044D515454041E0000 0000",
    "id is not UTF-8, 100D00044D515454040200000001FF",
    "id with a zero, 100D00044D5154540402000000 0100",
    "too short, 100A00044D5154540402 0000",
    "length of five bytes, 10FFFFFFFF01"
  })
  void malformedConnectsEndTheConnection(String what, String bytes) throws Exception {
    try (House house = House.open();
        RawClient client = new RawClient(house.port())) {
      client.send(hex(bytes));

      assertThat(client.nextHex()).as(what).isEqualTo("end");
    }
  }

  @Test
  void anUnknownLevelIsToldSo() throws Exception {
    try (House house = House.open();
        RawClient client = new RawClient(house.port())) {
      client.send(connect(9, 2, 0, "", text("a")));

      assertThat(client.nextHex()).isEqualTo("20020001");
    }
  }

  @Test
  void whoSaysNothingIsClosed() throws Exception {
    try (House house = House.open(c -> c.withConnectTimeout(Duration.ofMillis(50)));
        RawClient client = new RawClient(house.port())) {
      client.send(hex("10"));

      assertThat(client.nextHex()).isEqualTo("end");
    }
  }

  @Test
  void aSecondConnectIsAViolation() throws Exception {
    try (House house = House.open();
        RawClient client = RawClient.of(house.port(), 5, "a")) {
      client.send(connect(5, 2, 0, "00", text("a")));

      assertThat(client.nextHex()).startsWith("E0").matches("E0..82.*");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void theSameClientIdTakesOver(int level) throws Exception {
    try (House house = House.open();
        RawClient first = RawClient.of(house.port(), level, "same");
        RawClient second = RawClient.of(house.port(), level, "same")) {
      String last = first.nextHex();

      assertThat(last).matches(level == 5 ? "E0..8E.*" : "end");
      second.send(hex("C000"));
      assertThat(second.nextHex()).isEqualTo("D000");
    }
  }

  @Test
  void whoIsSilentForTooLongIsClosedAndHisWillPublished() throws Exception {
    try (House house = House.open();
        RawClient watcher = RawClient.of(house.port(), 4, "watcher");
        RawClient silent = new RawClient(house.port())) {
      watcher.send(subscribe(4, 1, "wills/#", 0));
      assertThat(watcher.nextHex()).isEqualTo("9003000100");
      silent.send(connect(4, 0x06, 1, "", text("silent"), text("wills/silent"), text("gone")));
      assertThat(silent.nextHex()).isEqualTo("20020000");

      assertThat(silent.nextHex()).isEqualTo("end");
      assertThat(watcher.nextHex()).isEqualTo("3012000C77696C6C732F73696C656E74676F6E65");
    }
  }

  @Test
  void aFriendlyGoodbyeTakesTheWillAlong() throws Exception {
    try (House house = House.open();
        RawClient watcher = RawClient.of(house.port(), 4, "watcher")) {
      watcher.send(subscribe(4, 1, "#", 0));
      watcher.nextHex();
      try (RawClient one = new RawClient(house.port())) {
        one.send(connect(4, 0x06, 0, "", text("one"), text("w"), text("gone")));
        one.nextHex();
        one.send(hex("E000"));
        one.awaitEnd();
      }
      watcher.send(publish(0x30, 4, "next", 0, "x"));

      assertThat(watcher.nextHex()).isEqualTo("3007" + "00046E657874" + "78");
    }
  }

  // --- QoS ---------------------------------------------------------------------------------------

  @Test
  void qos2IsExecutedOnceHoweverOftenItIsSent() throws Exception {
    try (House house = House.open();
        RawClient sub = RawClient.of(house.port(), 4, "sub");
        RawClient pub = RawClient.of(house.port(), 4, "pub")) {
      sub.send(subscribe(4, 1, "t", 0));
      sub.nextHex();

      pub.send(publish(0x34, 4, "t", 7, "one"));
      assertThat(pub.nextHex()).isEqualTo("50020007");
      pub.send(publish(0x3C, 4, "t", 7, "one"));
      assertThat(pub.nextHex()).isEqualTo("50020007");
      pub.send(hex("62020007"));
      assertThat(pub.nextHex()).isEqualTo("70020007");
      pub.send(publish(0x30, 4, "t", 0, "two"));

      assertThat(sub.nextHex()).isEqualTo("3006000174" + "6F6E65");
      assertThat(sub.nextHex()).isEqualTo("3006000174" + "74776F");
    }
  }

  @Test
  void whatIsNotAnsweredIsSentAgainAfterAReconnect() throws Exception {
    try (House house = House.open();
        RawClient pub = RawClient.of(house.port(), 4, "pub")) {
      try (RawClient sub = new RawClient(house.port())) {
        sub.send(connect(4, 0, 0, "", text("sub")));
        assertThat(sub.nextHex()).isEqualTo("20020000");
        sub.send(subscribe(4, 1, "t", 2));
        assertThat(sub.nextHex()).isEqualTo("9003000102");
        pub.send(publish(0x32, 4, "t", 1, "a"));
        assertThat(sub.nextHex()).isEqualTo("32060001740001" + "61");
        pub.send(publish(0x34, 4, "t", 2, "b"));
        assertThat(sub.nextHex()).isEqualTo("34060001740002" + "62");
        sub.send(hex("50020002"));
        assertThat(sub.nextHex()).isEqualTo("62020002");
      }
      House.eventually(() -> house.away() == 1);
      pub.send(publish(0x32, 4, "t", 3, "c"));
      pub.send(publish(0x30, 4, "t", 0, "lost, because it has no quality"));
      assertThat(pub.nextHex()).isEqualTo("40020001");
      assertThat(pub.nextHex()).isEqualTo("50020002");
      assertThat(pub.nextHex()).isEqualTo("40020003");
      try (RawClient sub = new RawClient(house.port())) {
        sub.send(connect(4, 0, 0, "", text("sub")));
        assertThat(sub.nextHex()).isEqualTo("20020100");
        assertThat(sub.nextHex()).isEqualTo("3A060001740001" + "61");
        assertThat(sub.nextHex()).isEqualTo("62020002");
        assertThat(sub.nextHex()).isEqualTo("32060001740003" + "63");
      }
      try (RawClient sub = new RawClient(house.port())) {
        sub.send(connect(4, 2, 0, "", text("sub")));
        assertThat(sub.nextHex()).as("clean: nothing is left").isEqualTo("20020000");
      }
    }
  }

  @Test
  void noMoreIsSentThanTheClientTakesAtOnce() throws Exception {
    try (House house = House.open();
        RawClient sub = new RawClient(house.port());
        RawClient pub = RawClient.of(house.port(), 4, "pub")) {
      sub.send(connect(5, 2, 0, "03210002", text("sub")));
      sub.nextHex();
      sub.send(subscribe(5, 1, "t", 1));
      sub.nextHex();
      for (int i = 1; i <= 3; i++) {
        pub.send(publish(0x32, 4, "t", i, "" + i));
        pub.nextHex();
      }
      assertThat(sub.nextHex()).startsWith("3207000174" + "0001");
      assertThat(sub.nextHex()).startsWith("3207000174" + "0002");
      sub.send(hex("C000"));
      assertThat(sub.nextHex()).isEqualTo("D000");
      sub.send(hex("40020001"));
      assertThat(sub.nextHex()).startsWith("3207000174" + "0003");
    }
  }

  @Test
  void moreThanTheReceiveMaximumIsAViolation() throws Exception {
    try (House house = House.open(c -> c.withReceiveMaximum(1));
        RawClient pub = RawClient.of(house.port(), 5, "pub")) {
      pub.send(publish(0x34, 5, "t", 1, "a"));
      assertThat(pub.nextHex()).isEqualTo("50020001");
      pub.send(publish(0x34, 5, "t", 2, "b"));
      assertThat(pub.nextHex()).matches("E0..93.*");
    }
  }

  // --- subscriptions -----------------------------------------------------------------------------

  @Test
  void overlappingSubscriptionsGiveOneMessageWithTheHighestQosAndAllIdentifiers() throws Exception {
    try (House house = House.open();
        RawClient c = RawClient.of(house.port(), 5, "c")) {
      c.send(packet(0x82, hex("0001 02 0B05"), text("t/#"), hex("01")));
      assertThat(c.nextHex()).isEqualTo("9004000100" + "01");
      c.send(packet(0x82, hex("0002 02 0B06"), text("t/+"), hex("02")));
      assertThat(c.nextHex()).isEqualTo("9004000200" + "02");
      c.send(publish(0x34, 5, "t/x", 9, "v"));

      assertThat(c.nextHex()).isEqualTo("340D0003742F78" + "0001" + "04" + "0B050B06" + "76");
      assertThat(c.nextHex()).isEqualTo("50020009");
    }
  }

  @Test
  void noLocalKeepsTheEchoAway() throws Exception {
    try (House house = House.open();
        RawClient c = RawClient.of(house.port(), 5, "c")) {
      c.send(subscribe(5, 1, "a", 4)).send(subscribe(5, 2, "b", 0));
      c.nextHex();
      c.nextHex();
      c.send(publish(0x30, 5, "a", 0, "1")).send(publish(0x30, 5, "b", 0, "2"));

      assertThat(c.nextHex()).isEqualTo("3005000162" + "00" + "32");
    }
  }

  @Test
  void dollarTopicsAreNotMatchedByWildcardsAtTheRoot() throws Exception {
    try (House house = House.open();
        RawClient c = RawClient.of(house.port(), 4, "c")) {
      c.send(subscribe(4, 1, "#", 0)).send(subscribe(4, 2, "+/x", 0));
      c.nextHex();
      c.nextHex();
      c.send(publish(0x30, 4, "$other/x", 0, "no")).send(publish(0x30, 4, "/x", 0, "yes"));
      assertThat(c.nextHex()).isEqualTo("3007" + "00022F78" + "796573");
    }
  }

  @Test
  void theServerTellsOfItself() throws Exception {
    try (House house = House.open();
        RawClient c = RawClient.of(house.port(), 4, "c")) {
      c.send(subscribe(4, 1, "$SYS/broker/clients/connected", 0));
      c.nextHex();
      assertThat(c.nextHex()).startsWith("31").endsWith("31");
    }
  }

  @Test
  void retainHandlingAndRetainAsPublished() throws Exception {
    try (House house = House.open();
        RawClient c = RawClient.of(house.port(), 5, "c")) {
      c.send(publish(0x33, 5, "r", 1, "kept"));
      assertThat(c.nextHex()).isEqualTo("40020001");
      c.send(subscribe(5, 2, "r", 0x10));
      assertThat(c.nextHex()).startsWith("9004");
      assertThat(c.nextHex()).isEqualTo("3108000172" + "00" + "6B657074");
      c.send(subscribe(5, 3, "r", 0x10));
      assertThat(c.nextHex()).startsWith("9004");
      c.send(subscribe(5, 4, "r", 0x28));
      assertThat(c.nextHex()).startsWith("9004");
      c.send(publish(0x31, 5, "r", 0, "new"));
      assertThat(c.nextHex()).as("as published").isEqualTo("3107000172" + "00" + "6E6577");
    }
  }

  @Test
  void unsubscribedIsUnsubscribed() throws Exception {
    try (House house = House.open();
        RawClient c = RawClient.of(house.port(), 5, "c")) {
      c.send(subscribe(5, 1, "a", 0));
      c.nextHex();
      c.send(packet(0xA2, hex("000200"), text("a"), text("never")));
      assertThat(c.nextHex()).isEqualTo("B005000200" + "0011");
      c.send(publish(0x30, 5, "a", 0, "x")).send(hex("C000"));
      assertThat(c.nextHex()).isEqualTo("D000");
    }
  }

  @Test
  void filtersThatAreNoneAreRefused() throws Exception {
    try (House house = House.open();
        RawClient five = RawClient.of(house.port(), 5, "five");
        RawClient four = RawClient.of(house.port(), 4, "four")) {
      five.send(subscribe(5, 1, "a/#/b", 0));
      assertThat(five.nextHex()).isEqualTo("90040001008F");
      four.send(subscribe(4, 1, "a+", 0));
      assertThat(four.nextHex()).isEqualTo("9003000180");
    }
  }

  @Test
  void oneOfAGroupGetsEachMessage() throws Exception {
    try (House house = House.open();
        RawClient a = RawClient.of(house.port(), 5, "a");
        RawClient b = RawClient.of(house.port(), 5, "b");
        RawClient pub = RawClient.of(house.port(), 5, "pub")) {
      a.send(subscribe(5, 1, "$share/g/work", 0));
      b.send(subscribe(5, 1, "$share/g/work", 0));
      a.nextHex();
      b.nextHex();
      for (int i = 0; i < 200; i++) {
        pub.send(publish(0x32, 5, "work", 1 + i, "job " + i));
        pub.nextHex();
      }
      int[] shares = new int[2];
      House.eventually(() -> {
        shares[0] += a.untilPong().size();
        shares[1] += b.untilPong().size();
        return shares[0] + shares[1] >= 200;
      });
      assertThat(shares[0] + shares[1]).isEqualTo(200);
      assertThat(shares[0]).isBetween(20, 180);
    }
  }

  // --- properties --------------------------------------------------------------------------------

  @Test
  void whatTravelsArrivesAndAliasesAreResolved() throws Exception {
    try (House house = House.open();
        RawClient sub = RawClient.of(house.port(), 5, "sub");
        RawClient pub = RawClient.of(house.port(), 5, "pub")) {
      sub.send(subscribe(5, 1, "q", 0));
      sub.nextHex();
      String travelling = "080001" + "72" + "090002CAFE" + "26000161000162";
      pub.send(packet(0x30, text("q"), hex("13230001" + travelling), hex("7B207D")));
      pub.send(packet(0x30, text(""), hex("03230001"), hex("32")));

      assertThat(sub.nextHex()).isEqualTo("3017" + "000171" + "10" + travelling + "7B207D");
      assertThat(sub.nextHex()).isEqualTo("3005" + "000171" + "00" + "32");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "alias that stands for nothing, 300700000323000761, 82",
    "alias 0, 300700000323000061, 94",
    "wildcard in a topic, 300600022B2F0061, 90",
    "property twice, 3009000174040100010061, 82",
    "QoS 3, 3606000174000100, 81",
    "subscription identifier of a client, 30070001740 20B0161, 82",
    "SUBSCRIBE without filter, 8203000100, 82",
    "SUBSCRIBE with wrong flags, 800700010000016100, 81",
    "reserved options, 8207000100000161C0, 81",
    "no local on a shared one, 8210000100000A 2473686172652F672F6104, 82",
    "AUTH, F000, 82",
    "packet of a server, D000, 82"
  })
  void violationsAreToldAndEndTheConnection(String what, String bytes, String reason)
      throws Exception {
    try (House house = House.open();
        RawClient c = RawClient.of(house.port(), 5, "c")) {
      c.send(hex(bytes));

      assertThat(c.nextHex()).as(what).matches("E0.." + reason + ".*");
      assertThat(c.nextHex()).isEqualTo("end");
    }
  }

  @Test
  void packetsThatAreTooLargeAreRefusedInBothDirections() throws Exception {
    try (House house = House.open();
        RawClient small = new RawClient(house.port());
        RawClient pub = RawClient.of(house.port(), 5, "pub")) {
      small.send(connect(5, 2, 0, "0527 00000014", text("small")));
      small.nextHex();
      small.send(subscribe(5, 1, "#", 0));
      small.nextHex();
      pub.send(publish(0x30, 5, "t", 0, "x".repeat(100))).send(publish(0x30, 5, "t", 0, "short"));
      assertThat(small.nextHex()).isEqualTo("300900017400" + "73686F7274");

      pub.send(hex("30FFFFFF7F"));
      assertThat(pub.nextHex()).matches("E0..95.*");
    }
  }

  @Test
  void aPayloadThatNoFrameHoldsIsRefused() throws Exception {
    try (House house = House.open();
        RawClient c = RawClient.of(house.port(), 5, "c")) {
      c.send(publish(0x32, 5, "big", 1, "x".repeat(66_000)));
      assertThat(c.nextHex()).isEqualTo("4003000197");
      c.send(publish(0x32, 5, "big", 2, "x".repeat(60_000)));
      assertThat(c.nextHex()).isEqualTo("40020002");
    }
  }

  // --- rights ------------------------------------------------------------------------------------

  private static House withTokens() {
    FakeAuthenticator tokens =
        new FakeAuthenticator()
            .admit("sensor", "write:/mqtt/sensors/**")
            .admit("panel", "read:/mqtt/sensors/**")
            .expired("old");
    return House.open(c -> c.withAuthenticator(tokens), c -> c);
  }

  private static byte[] login(int level, String id, String token) {
    return connect(level, 0xC2, 0, "00", text(id), text("user"), text(token));
  }

  @Test
  void thePasswordIsTheToken() throws Exception {
    try (House house = withTokens();
        RawClient wrong = new RawClient(house.port());
        RawClient old = new RawClient(house.port());
        RawClient none = new RawClient(house.port());
        RawClient five = new RawClient(house.port());
        RawClient right = new RawClient(house.port())) {
      assertThat(wrong.send(login(4, "a", "nonsense")).nextHex()).isEqualTo("20020004");
      assertThat(old.send(login(4, "a", "old")).nextHex()).isEqualTo("20020005");
      assertThat(none.send(connect(4, 2, 0, "", text("a"))).nextHex()).isEqualTo("20020005");
      assertThat(five.send(login(5, "a", "nonsense")).nextHex()).isEqualTo("2003008600");
      assertThat(right.send(login(4, "a", "panel")).nextHex()).isEqualTo("20020000");
    }
  }

  @Test
  void scopesHoldForTopics() throws Exception {
    try (House house = withTokens();
        RawClient sensor = new RawClient(house.port());
        RawClient panel = new RawClient(house.port())) {
      sensor.send(login(5, "sensor", "sensor")).nextHex();
      panel.send(login(5, "panel", "panel")).nextHex();
      assertThat(panel.send(subscribe(5, 1, "#", 0)).nextHex()).isEqualTo("900400010087");
      assertThat(panel.send(subscribe(5, 2, "$SYS/#", 0)).nextHex()).isEqualTo("900400020087");
      assertThat(panel.send(subscribe(5, 3, "sensors/#", 0)).nextHex()).isEqualTo("900400030000");
      assertThat(sensor.send(publish(0x32, 5, "other", 1, "x")).nextHex()).isEqualTo("4003000187");
      assertThat(sensor.send(publish(0x32, 5, "sensors/a", 2, "7")).nextHex())
          .isEqualTo("40020002");
      assertThat(panel.nextHex()).isEqualTo("300D" + "000973656E736F72732F61" + "00" + "37");
    }
  }

  @Test
  void aSessionIsInheritedByNobodyElse() throws Exception {
    try (House house = withTokens()) {
      try (RawClient panel = new RawClient(house.port())) {
        panel.send(connect(5, 0xC0, 0, "051100000E10", text("id"), text("u"), text("panel")));
        assertThat(panel.nextHex()).matches("20..0000.*");
      }
      House.eventually(() -> house.away() == 1);
      try (RawClient sensor = new RawClient(house.port())) {
        sensor.send(connect(5, 0xC0, 0, "051100000E10", text("id"), text("u"), text("sensor")));
        assertThat(sensor.nextHex()).matches("20..0000.*");
      }
      House.eventually(() -> house.away() == 1);
      try (RawClient again = new RawClient(house.port())) {
        again.send(connect(5, 0xC0, 0, "051100000E10", text("id"), text("u"), text("sensor")));
        assertThat(again.nextHex()).matches("20..0100.*");
      }
    }
  }

  // --- the two worlds ----------------------------------------------------------------------------

  @Test
  void claspAndMqttHearEachOther() throws Exception {
    try (House house = House.open();
        ClaspClient clasp = house.clasp();
        RawClient c = RawClient.of(house.port(), 4, "c")) {
      c.send(subscribe(4, 1, "lamp/+", 1));
      c.nextHex();
      clasp.set("/mqtt/lamp/level", 42.0).get(House.LIMIT_SECONDS, TimeUnit.SECONDS);
      assertThat(c.nextHex()).isEqualTo("3210000A6C616D702F6C6576656C0001" + "3432");
      c.send(hex("40020001"));
      clasp.emit("/mqtt/lamp/press", Value.of("short"));
      assertThat(c.nextHex()).isEqualTo("3213000A6C616D702F70726573730002" + "73686F7274");
    }
  }

  @Test
  void whatIsPublishedAgainAfterItsDeletionHasItsOwnSpelling() throws Exception {
    try (House house = House.open();
        RawClient pub = RawClient.of(house.port(), 4, "pub");
        RawClient c = RawClient.of(house.port(), 4, "c")) {
      c.ask(subscribe(4, 1, "t", 0));
      for (String spelling : new String[] {"20.50", "20.5", "2.05e1"}) {
        pub.send(publish(0x31, 4, "t", 0, spelling));
        assertThat(c.nextHex())
            .endsWith(
                java.util.HexFormat.of()
                    .withUpperCase()
                    .formatHex(spelling.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        pub.send(publish(0x31, 4, "t", 0, ""));
        assertThat(c.nextHex()).isEqualTo("3003000174");
      }
    }
  }

  @Test
  void inTheCompatibleProfileEverythingStays() throws Exception {
    try (House house = House.open(c -> c.withProfile(MqttProfile.COMPAT));
        ClaspClient clasp = house.clasp();
        RawClient c = RawClient.of(house.port(), 4, "c")) {
      c.send(subscribe(4, 1, "#", 0));
      c.nextHex();
      c.send(publish(0x32, 4, "t", 1, "21.5"));
      assertThat(c.nextHex()).as("no echo").isEqualTo("40020001");
      assertThat(clasp.get("/mqtt/t").get(House.LIMIT_SECONDS, TimeUnit.SECONDS)).isPresent();
    }
  }

  // --- what else 5.0 has -------------------------------------------------------------------------

  @Test
  void enhancedAuthenticationIsNotThere() throws Exception {
    try (House house = House.open();
        RawClient c = new RawClient(house.port())) {
      c.send(connect(5, 2, 0, "0415000161", text("c")));

      assertThat(c.nextHex()).isEqualTo("2003008C00");
    }
  }

  @Test
  void theServerShortensTheKeepAlive() throws Exception {
    try (House house = House.open(c -> c.withMaxKeepAlive(Duration.ofSeconds(60)));
        RawClient c = new RawClient(house.port())) {
      c.send(connect(5, 2, 600, "00", text("c")));

      assertThat(c.nextHex()).contains("13003C");
    }
  }

  @Test
  void noExpiryOutOfZeroAtTheEnd() throws Exception {
    try (House house = House.open();
        RawClient c = RawClient.of(house.port(), 5, "c")) {
      c.send(hex("E0070005110000000A"));

      assertThat(c.nextHex()).matches("E0..82.*");
    }
  }

  @Test
  void aliasesAreUsedAsFarAsTheClientTakesThem() throws Exception {
    try (House house = House.open();
        RawClient c = new RawClient(house.port())) {
      c.send(connect(5, 2, 0, "03220001", text("c")));
      c.nextHex();
      c.send(subscribe(5, 1, "#", 0));
      c.nextHex();
      c.send(publish(0x30, 5, "a", 0, "1"));
      assertThat(c.nextHex()).isEqualTo("3008000161" + "03230001" + "31");
      c.send(publish(0x30, 5, "a", 0, "2"));
      assertThat(c.nextHex()).isEqualTo("30070000" + "03230001" + "32");
      c.send(publish(0x30, 5, "b", 0, "3"));
      assertThat(c.nextHex()).isEqualTo("3005000162" + "00" + "33");
    }
  }

  @Test
  void aRetainedWillIsAParameterAndADelayedOneWaits() throws Exception {
    try (House house = House.open();
        RawClient watcher = RawClient.of(house.port(), 4, "watcher")) {
      watcher.send(subscribe(4, 1, "w", 0));
      watcher.nextHex();
      try (RawClient c = new RawClient(house.port())) {
        c.send(connect(5, 0x26, 0, "00", text("c"), hex("051800000E10"), text("w"), text("gone")));
        c.nextHex();
      }
      // Without a session to wait in, the delay is over at once.
      assertThat(watcher.nextHex()).isEqualTo("3007" + "000177" + "676F6E65");
      assertThat(house.server.router().parameterCount()).isEqualTo(1);
    }
  }
}
