package dev.clasp.adaptermqtt;

import static dev.clasp.adaptermqtt.RawClient.connect;
import static dev.clasp.adaptermqtt.RawClient.hex;
import static dev.clasp.adaptermqtt.RawClient.publish;
import static dev.clasp.adaptermqtt.RawClient.subscribe;
import static dev.clasp.adaptermqtt.RawClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufUtil;
import io.netty.util.ResourceLeakDetector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The end of connections and of the server, and what is left then. */
class EndTest {

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aServerThatStopsSaysSo(boolean mainPort) throws Exception {
    try (House house = House.open()) {
      int port = mainPort ? house.mainPort() : house.port();
      try (RawClient five = RawClient.of(port, 5, "five");
          RawClient four = RawClient.of(port, 4, "four")) {
        Thread stopping =
            Thread.ofPlatform()
                .start(() -> {
                  house.server.close();
                });

        assertThat(five.nextHex()).matches("E0..8B.*");
        assertThat(five.nextHex()).isEqualTo("end");
        assertThat(four.nextHex()).isEqualTo("end");
        stopping.join();
      }
    }
  }

  @Test
  void whatWaitsToBeReadArrivesBeforeTheServerStops() throws Exception {
    try (House house = House.open();
        RawClient sub = RawClient.of(house.port(), 5, "sub");
        RawClient pub = RawClient.of(house.port(), 5, "pub")) {
      sub.ask(subscribe(5, 1, "t", 1));
      for (int i = 1; i <= 20; i++) {
        pub.ask(publish(0x32, 5, "t", i, "x"));
      }
      Thread stopping =
          Thread.ofPlatform()
              .start(() -> {
                house.server.close();
              });

      for (int i = 1; i <= 20; i++) {
        assertThat(sub.nextHex()).startsWith("32");
      }
      assertThat(sub.nextHex()).matches("E0..8B.*");
      stopping.join();
    }
  }

  @Test
  void nothingIsLeftOfClientsThatHaveGone() throws Exception {
    try (House house = House.open()) {
      for (int i = 0; i < 30; i++) {
        try (RawClient c = RawClient.of(house.port(), i % 2 == 0 ? 4 : 5, "c" + i % 3)) {
          c.ask(subscribe(i % 2 == 0 ? 4 : 5, 1, "$share/g/t/#", 1));
          c.send(publish(0x34, i % 2 == 0 ? 4 : 5, "t/1", 1, "x"));
          if (i % 5 == 0) {
            c.send(hex("E000"));
          }
        }
      }
      House.eventually(() -> house.now("sessions_now") == 0);
      House.eventually(() -> house.now("shared_groups") == 0);
      House.eventually(() -> house.server.router().sessionStatus().isEmpty());
      House.eventually(() -> house.server.router().subscriptionCount() == 0);
    }
  }

  /** Every buffer of Netty is watched while clients come, are refused, break off and are cut. */
  @Test
  void noBufferLeaks() throws Exception {
    List<String> leaks = new CopyOnWriteArrayList<>();
    ResourceLeakDetector.Level before = ResourceLeakDetector.getLevel();
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    ByteBufUtil.setLeakListener((type, records) -> leaks.add(type + " " + records));
    try (House house = House.open()) {
      for (int round = 0; round < 40; round++) {
        List<RawClient> clients = new ArrayList<>();
        RawClient sub = RawClient.of(house.port(), 5, "sub");
        clients.add(sub);
        sub.ask(subscribe(5, 1, "#", 1));
        RawClient pub = RawClient.of(house.mainPort(), 4, "pub");
        clients.add(pub);
        for (int i = 1; i <= 20; i++) {
          pub.send(publish(0x32, 4, "t/" + i, i, "x".repeat(i * 50)));
        }
        RawClient refused = new RawClient(house.port());
        clients.add(refused);
        refused.send(connect(4, 0, 0, "", text("")));
        RawClient broken = RawClient.of(house.port(), 5, "broken");
        clients.add(broken);
        broken.send(hex("30FFFFFF7F")).send(hex("00"));
        RawClient half = new RawClient(house.port());
        clients.add(half);
        half.send(hex("10FF0100044D51"));
        for (RawClient each : clients) {
          each.close();
        }
      }
      House.eventually(() -> house.now("sessions_now") == 0);
      for (int i = 0; i < 10; i++) {
        System.gc();
        // The detector looks when a buffer is made.
        try (RawClient c = RawClient.of(house.port(), 5, "last")) {
          assertThat(c.untilPong()).isEmpty();
        }
      }
    } finally {
      ByteBufUtil.setLeakListener(null);
      ResourceLeakDetector.setLevel(before);
    }
    assertThat(leaks).isEmpty();
  }
}
