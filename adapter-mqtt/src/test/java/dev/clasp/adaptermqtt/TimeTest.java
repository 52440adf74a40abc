package dev.clasp.adaptermqtt;

import static dev.clasp.adaptermqtt.RawClient.connect;
import static dev.clasp.adaptermqtt.RawClient.hex;
import static dev.clasp.adaptermqtt.RawClient.packet;
import static dev.clasp.adaptermqtt.RawClient.subscribe;
import static dev.clasp.adaptermqtt.RawClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspClient;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens after a time: keep-alive, expiry of messages and sessions, wills that wait. */
class TimeTest {

  private final HandTime time = new HandTime();

  /** A message with QoS 1 and properties. */
  private static byte[] publish(String topic, int id, String properties, String payload) {
    return packet(0x32, text(topic), hex("%04X".formatted(id)), hex(properties), hex(payload));
  }

  @Test
  void theKeepAliveEndsAfterOneAndAHalfTimes() throws Exception {
    try (House house = House.open(time);
        RawClient c = new RawClient(house.port())) {
      c.send(connect(5, 2, 10, "00", text("c"))).nextHex();

      time.pass(Duration.ofMillis(14_900));
      assertThat(c.ask(hex("C000"))).isEqualTo("D000");
      time.pass(Duration.ofMillis(14_900));
      assertThat(c.ask(hex("C000"))).isEqualTo("D000");
      time.pass(Duration.ofMillis(15_100));

      assertThat(c.nextHex()).matches("E0..8D.*");
      assertThat(house.count(MqttCounter.KEEP_ALIVE_TIMEOUTS)).isEqualTo(1);
    }
  }

  @Test
  void aMessageThatWaitsTellsHowMuchOfItsTimeIsLeft() throws Exception {
    try (House house = House.open(time);
        RawClient pub = RawClient.of(house.port(), 5, "pub")) {
      try (RawClient sub = new RawClient(house.port())) {
        sub.resume(5, "sub");
        sub.ask(subscribe(5, 1, "t", 1));
      }
      House.eventually(() -> house.away() == 1);
      // Ten seconds; two; for ever.
      assertThat(pub.ask(publish("t", 1, "05020000000A", "61"))).isEqualTo("40020001");
      assertThat(pub.ask(publish("t", 2, "050200000002", "62"))).isEqualTo("40020002");
      assertThat(pub.ask(publish("t", 3, "00", "63"))).isEqualTo("40020003");
      time.pass(Duration.ofSeconds(4));

      try (RawClient sub = new RawClient(house.port())) {
        assertThat(sub.resume(5, "sub")).matches("20..0100.*");
        assertThat(sub.nextHex()).isEqualTo("320C000174" + "0001" + "0502" + "00000006" + "61");
        assertThat(sub.nextHex()).isEqualTo("3207000174" + "0002" + "00" + "63");
        assertThat(sub.untilPong()).isEmpty();
      }
      assertThat(house.count(MqttCounter.EXPIRED)).isEqualTo(1);
    }
  }

  @Test
  void whatWasSentOnceIsSentAgainEvenIfItHasExpired() throws Exception {
    try (House house = House.open(time);
        RawClient pub = RawClient.of(house.port(), 5, "pub")) {
      try (RawClient sub = new RawClient(house.port())) {
        sub.resume(5, "sub");
        sub.ask(subscribe(5, 1, "t", 1));
        pub.ask(publish("t", 1, "050200000002", "61"));
        assertThat(sub.nextHex()).startsWith("32");
      }
      House.eventually(() -> house.away() == 1);
      time.pass(Duration.ofSeconds(5));

      try (RawClient sub = new RawClient(house.port())) {
        sub.resume(5, "sub");
        assertThat(sub.nextHex()).startsWith("3A0C000174" + "0001");
      }
    }
  }

  @Test
  void aRetainedMessageTellsHowMuchOfItsTimeIsLeft() throws Exception {
    try (House house = House.open(time);
        RawClient c = RawClient.of(house.port(), 5, "c")) {
      c.ask(packet(0x33, text("t"), hex("0001"), hex("05020000000A"), hex("61")));
      time.pass(Duration.ofSeconds(3));
      c.ask(subscribe(5, 2, "t", 0));

      assertThat(c.nextHex()).isEqualTo("310A000174" + "0502" + "00000007" + "61");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void aSessionEndsWhenItsTimeIsOver(int level) throws Exception {
    Duration lasts = level == 5 ? Duration.ofHours(1) : Duration.ofDays(1);
    try (House house = House.open(time)) {
      try (RawClient c = new RawClient(house.port())) {
        assertThat(c.resume(level, "c")).matches("20..0000.*");
      }
      House.eventually(() -> house.away() == 1);
      time.pass(lasts.minusSeconds(1));
      try (RawClient c = new RawClient(house.port())) {
        assertThat(c.resume(level, "c")).as("it is still there").matches("20..0100.*");
      }
      House.eventually(() -> house.away() == 1);
      time.pass(lasts.plusSeconds(1));

      assertThat(house.away()).isZero();
      try (RawClient c = new RawClient(house.port())) {
        assertThat(c.resume(level, "c")).as("it has ended").matches("20..0000.*");
      }
    }
  }

  @Test
  void disconnectSaysAnotherExpiry() throws Exception {
    try (House house = House.open(time)) {
      try (RawClient c = new RawClient(house.port())) {
        c.resume(5, "c");
        c.send(hex("E0070005" + "110000003C"));
        c.awaitEnd();
      }
      House.eventually(() -> house.away() == 1);
      time.pass(Duration.ofSeconds(61));

      assertThat(house.away()).isZero();
    }
  }

  private static byte[] withWill(String delay) {
    return connect(
        5, 0x04, 0, "051100000E10", text("c"), hex("0518" + delay), text("wills/c"), text("gone"));
  }

  @Test
  void aWillWaitsForItsDelay() throws Exception {
    try (House house = House.open(time);
        RawClient watcher = RawClient.of(house.port(), 4, "watcher")) {
      watcher.ask(subscribe(4, 1, "wills/#", 0));
      try (RawClient c = new RawClient(house.port())) {
        c.ask(withWill("0000000A"));
      }
      House.eventually(() -> house.away() == 1);
      time.pass(Duration.ofSeconds(9));
      assertThat(watcher.untilPong()).isEmpty();
      time.pass(Duration.ofSeconds(2));

      assertThat(watcher.nextHex()).isEqualTo("300D000777696C6C732F63676F6E65");
    }
  }

  @Test
  void whoComesBackInTimeHasNoWill() throws Exception {
    try (House house = House.open(time);
        RawClient watcher = RawClient.of(house.port(), 4, "watcher")) {
      watcher.ask(subscribe(4, 1, "wills/#", 0));
      try (RawClient c = new RawClient(house.port())) {
        c.ask(withWill("0000000A"));
      }
      House.eventually(() -> house.away() == 1);
      time.pass(Duration.ofSeconds(9));
      try (RawClient c = new RawClient(house.port())) {
        assertThat(c.resume(5, "c")).matches("20..0100.*");
        time.pass(Duration.ofSeconds(20));

        assertThat(watcher.untilPong()).isEmpty();
      }
    }
  }

  @Test
  void aWillWaitsNoLongerThanItsSession() throws Exception {
    try (House house = House.open(time);
        RawClient watcher = RawClient.of(house.port(), 4, "watcher")) {
      watcher.ask(subscribe(4, 1, "wills/#", 0));
      try (RawClient c = new RawClient(house.port())) {
        c.ask(withWill("00015180"));
      }
      House.eventually(() -> house.away() == 1);
      time.pass(Duration.ofMinutes(61));

      assertThat(watcher.nextHex()).isEqualTo("300D000777696C6C732F63676F6E65");
    }
  }

  @Test
  void whoTakesTheNameForANewSessionSetsTheWillFree() throws Exception {
    try (House house = House.open(time);
        RawClient watcher = RawClient.of(house.port(), 4, "watcher")) {
      watcher.ask(subscribe(4, 1, "wills/#", 0));
      try (RawClient c = new RawClient(house.port())) {
        c.ask(withWill("0000000A"));
      }
      House.eventually(() -> house.away() == 1);
      try (RawClient c = RawClient.of(house.port(), 5, "c")) {
        assertThat(watcher.nextHex()).isEqualTo("300D000777696C6C732F63676F6E65");
        assertThat(c.untilPong()).isEmpty();
      }
    }
  }

  @Test
  void theServerTellsWhatHasChanged() throws Exception {
    try (House house = House.open(time);
        RawClient c = RawClient.of(house.port(), 4, "c")) {
      c.ask(subscribe(4, 1, "$SYS/broker/clients/total", 0));
      assertThat(c.nextHex()).startsWith("31").endsWith("31");
      try (RawClient another = RawClient.of(house.port(), 4, "another")) {
        time.pass(Duration.ofSeconds(11));
        assertThat(c.nextHex()).startsWith("30").endsWith("32");
        assertThat(another.untilPong()).isEmpty();
      }
    }
  }

  @Test
  void whatHasExpiredTakesNothingFromAnEqualValueThatComesLater() throws Exception {
    try (House house = House.open(time);
        ClaspClient clasp = house.clasp();
        RawClient c = RawClient.of(house.port(), 5, "c")) {
      c.ask(packet(0x33, text("t"), hex("0001"), hex("050200000E10"), hex("32302E3530")));
      time.pass(Duration.ofHours(2));
      clasp.set("/mqtt/t", 20.5).get(House.LIMIT_SECONDS, TimeUnit.SECONDS);
      c.ask(subscribe(5, 2, "t", 0));

      assertThat(c.nextHex()).isEqualTo("3108000174" + "00" + "32302E35");
    }
  }
}
