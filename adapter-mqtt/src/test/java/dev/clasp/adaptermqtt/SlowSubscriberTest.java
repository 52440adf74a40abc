package dev.clasp.adaptermqtt;

import static dev.clasp.adaptermqtt.RawClient.connect;
import static dev.clasp.adaptermqtt.RawClient.hex;
import static dev.clasp.adaptermqtt.RawClient.publish;
import static dev.clasp.adaptermqtt.RawClient.subscribe;
import static dev.clasp.adaptermqtt.RawClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Who does not keep up costs the others nothing, and the server a bounded amount. */
class SlowSubscriberTest {

  private static String textOf(String packet) {
    return new String(HexFormat.of().parseHex(packet), StandardCharsets.UTF_8);
  }

  /** Many retained values of one topic while a subscriber reads nothing. */
  private static void flood(RawClient pub, int count, int first, String padding) throws Exception {
    for (int i = 1; i <= count; i++) {
      pub.send(publish(first, 4, "flood", i % 60_000 + 1, i + padding));
      if (i % 50 == 0 && (first & 6) != 0) {
        for (int answers = 0; answers < 50; answers++) {
          assertThat(pub.nextHex()).startsWith("4002");
        }
      }
    }
    assertThat(pub.untilPong()).isEmpty();
  }

  @Test
  void whoDoesNotReadEndsOnTheNewestValue() throws Exception {
    String padding = " " + "x".repeat(10_000);
    try (House house = House.open();
        RawClient slow = RawClient.of(house.port(), 4, "slow");
        RawClient quick = RawClient.of(house.port(), 4, "quick");
        RawClient pub = RawClient.of(house.port(), 4, "pub")) {
      slow.ask(subscribe(4, 1, "flood", 0));
      // 50 MB, which no socket buffers hold.
      flood(pub, 5000, 0x31, padding);
      quick.ask(subscribe(4, 1, "flood", 0));
      assertThat(textOf(quick.nextHex())).contains("5000 x");

      String next;
      int heard = 0;
      do {
        next = textOf(slow.nextHex());
        heard++;
      } while (!next.contains("flood5000 x"));
      assertThat(heard).as("left out what is not news any more").isLessThan(5000);
    }
  }

  @Test
  void withQualityTheWindowFillsThenTheQueueThenTheNewestValueWins() throws Exception {
    try (House house = House.open(c -> c.withQueue(50, 1 << 20));
        RawClient slow = new RawClient(house.port());
        RawClient pub = RawClient.of(house.port(), 4, "pub")) {
      slow.ask(connect(5, 2, 0, "0321000A", text("slow")));
      slow.ask(subscribe(5, 1, "flood", 1));
      flood(pub, 20_000, 0x33, "");

      // Reads and answers everything: in order, nothing twice, and the last one arrives.
      int last = 0;
      int heard = 0;
      while (last < 20_000) {
        String packet = slow.nextHex();
        assertThat(packet).startsWith("32");
        int number = Integer.parseInt(textOf(packet.substring(24)));
        assertThat(number).isGreaterThan(last);
        last = number;
        heard++;
        slow.send(hex("4002" + packet.substring(18, 22)));
      }
      assertThat(heard).as("bounded").isLessThan(15_000).isGreaterThan(50);
      assertThat(slow.untilPong()).isEmpty();
    }
  }

  @Test
  void forWhoIsAwayTheOldestGoFirst() throws Exception {
    try (House house = House.open(c -> c.withQueue(5, 1 << 20));
        RawClient pub = RawClient.of(house.port(), 4, "pub")) {
      try (RawClient c = new RawClient(house.port())) {
        c.resume(4, "c");
        c.ask(subscribe(4, 1, "t", 1));
      }
      House.eventually(() -> house.away() == 1);
      for (int i = 1; i <= 8; i++) {
        pub.ask(publish(0x32, 4, "t", i, "" + i));
      }
      try (RawClient c = new RawClient(house.port())) {
        assertThat(c.resume(4, "c")).isEqualTo("20020100");
        for (int i = 4; i <= 8; i++) {
          assertThat(c.nextHex()).startsWith("32").endsWith("3" + i);
        }
        assertThat(c.untilPong()).isEmpty();
      }
      assertThat(house.count(MqttCounter.DROPPED)).isEqualTo(3);
    }
  }
}
