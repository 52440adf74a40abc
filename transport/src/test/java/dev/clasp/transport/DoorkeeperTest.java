package dev.clasp.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Who may come in. */
class DoorkeeperTest {

  private static final ConnectionLimits LIMITS =
      new ConnectionLimits(
          50,
          5,
          1000,
          3,
          0,
          1,
          false,
          0,
          ConnectionLimits.DEFAULT.maxMessage(),
          ConnectionLimits.DEFAULT.maxBody(),
          ConnectionLimits.DEFAULT.handshake(),
          ConnectionLimits.DEFAULT.keepAlive());

  private long now = Long.MAX_VALUE - 1000;

  private Doorkeeper doorkeeper(ConnectionLimits limits) {
    return new Doorkeeper(limits, () -> now);
  }

  private static InetAddress ip(String text) {
    return NetUtil.createInetAddressFromIpAddressString(text);
  }

  private static Doorkeeper.Pass letIn(Doorkeeper doorkeeper, String address) {
    Doorkeeper.Pass pass = doorkeeper.enter(ip(address));
    assertThat(pass.refusal()).as(address).isEmpty();
    return pass;
  }

  private static void refused(Doorkeeper doorkeeper, String address, Refusal why) {
    assertThat(doorkeeper.enter(ip(address)).refusal()).as(address).hasValue(why);
  }

  @Test
  void limitsThoseWhoAreNotLetInYetByAddress() {
    Doorkeeper doorkeeper = doorkeeper(LIMITS);
    List<Doorkeeper.Pass> three = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      three.add(letIn(doorkeeper, "192.0.2.1"));
    }
    refused(doorkeeper, "192.0.2.1", Refusal.UNAUTHENTICATED);
    letIn(doorkeeper, "192.0.2.2");

    three.getFirst().established();
    three.getFirst().established();
    letIn(doorkeeper, "192.0.2.1");
    refused(doorkeeper, "192.0.2.1", Refusal.UNAUTHENTICATED);

    three.getLast().leave();
    letIn(doorkeeper, "192.0.2.1");
  }

  @Test
  void limitsThoseOfOneAddress() {
    Doorkeeper doorkeeper = doorkeeper(LIMITS);
    List<Doorkeeper.Pass> five = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      Doorkeeper.Pass pass = letIn(doorkeeper, "192.0.2.1");
      pass.established();
      five.add(pass);
    }
    refused(doorkeeper, "192.0.2.1", Refusal.ADDRESS);

    five.getFirst().leave();
    five.getFirst().leave();
    letIn(doorkeeper, "192.0.2.1");
    refused(doorkeeper, "192.0.2.1", Refusal.ADDRESS);
  }

  @Test
  void limitsAllTogether() {
    Doorkeeper doorkeeper = doorkeeper(LIMITS);
    Doorkeeper.Pass first = letIn(doorkeeper, "192.0.2.0");
    for (int i = 1; i < 49; i++) {
      letIn(doorkeeper, "192.0.2." + i);
    }
    assertThat(doorkeeper.enterUnnamed().refusal()).isEmpty();
    refused(doorkeeper, "192.0.2.200", Refusal.TOTAL);
    refused(doorkeeper, "127.0.0.1", Refusal.TOTAL);
    assertThat(doorkeeper.enterUnnamed().refusal()).hasValue(Refusal.TOTAL);
    assertThat(doorkeeper.open()).isEqualTo(50);

    first.leave();
    letIn(doorkeeper, "192.0.2.200");
  }

  @Test
  void thisMachineIsLimitedByAddressOnlyIfAskedFor() {
    Doorkeeper lenient = doorkeeper(LIMITS);
    Doorkeeper strict = doorkeeper(LIMITS.withLimitLoopback(true));
    for (int i = 0; i < 3; i++) {
      letIn(lenient, "127.0.0.1");
      letIn(lenient, "::1");
      letIn(strict, "127.0.0.1");
    }
    letIn(lenient, "127.0.0.1");
    letIn(lenient, "::1");
    refused(strict, "127.0.0.1", Refusal.UNAUTHENTICATED);
    letIn(strict, "127.0.0.2");
  }

  /** Whoever has one address of such a network has them all. */
  @Test
  void addressesOfOneNetworkOf64BitsAreOne() {
    Doorkeeper doorkeeper = doorkeeper(LIMITS);
    letIn(doorkeeper, "2001:db8:0:1::1");
    letIn(doorkeeper, "2001:db8:0:1::2");
    letIn(doorkeeper, "2001:db8:0:1:ffff:ffff:ffff:ffff");
    refused(doorkeeper, "2001:db8:0:1:8000::", Refusal.UNAUTHENTICATED);
    letIn(doorkeeper, "2001:db8:0:2::1");
  }

  @Test
  void anIpv4AddressInIpv6ClothesIsTheSame() {
    Doorkeeper doorkeeper = doorkeeper(LIMITS);
    letIn(doorkeeper, "192.0.2.1");
    letIn(doorkeeper, "::ffff:192.0.2.1");
    letIn(doorkeeper, "192.0.2.1");
    refused(doorkeeper, "::ffff:192.0.2.1", Refusal.UNAUTHENTICATED);
  }

  @Test
  void limitsHowOftenOneAddressConnects() {
    Doorkeeper doorkeeper = doorkeeper(LIMITS.withRatePerAddress(10, 3));
    for (int i = 0; i < 3; i++) {
      letIn(doorkeeper, "192.0.2.1").leave();
    }
    refused(doorkeeper, "192.0.2.1", Refusal.RATE);
    letIn(doorkeeper, "192.0.2.2").leave();

    now += TimeUnit.MILLISECONDS.toNanos(99);
    refused(doorkeeper, "192.0.2.1", Refusal.RATE);
    now += TimeUnit.MILLISECONDS.toNanos(1);
    letIn(doorkeeper, "192.0.2.1").leave();
    refused(doorkeeper, "192.0.2.1", Refusal.RATE);

    now += TimeUnit.SECONDS.toNanos(10);
    for (int i = 0; i < 3; i++) {
      letIn(doorkeeper, "192.0.2.1").leave();
    }
    refused(doorkeeper, "192.0.2.1", Refusal.RATE);
  }

  @Test
  void zeroIsNoLimit() {
    Doorkeeper doorkeeper =
        doorkeeper(
            LIMITS
                .withMaxConnections(0)
                .withMaxPerAddress(0)
                .withMaxUnauthenticatedPerAddress(0)
                .withRatePerAddress(0, 1));
    for (int i = 0; i < 10_000; i++) {
      letIn(doorkeeper, "192.0.2.1");
    }
  }

  @Test
  void theConnectionOfAProxyCountsForWhomItSpeaksFor() {
    Doorkeeper doorkeeper = doorkeeper(LIMITS);
    List<Doorkeeper.Pass> passes = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      passes.add(doorkeeper.enterUnnamed());
    }
    for (int i = 0; i < 3; i++) {
      assertThat(passes.get(i).named(ip("192.0.2.1"))).isEmpty();
    }
    assertThat(passes.get(3).named(ip("192.0.2.1"))).hasValue(Refusal.UNAUTHENTICATED);
    assertThat(passes.get(4).named(ip("192.0.2.2"))).isEmpty();
    assertThat(passes.get(0).named(ip("192.0.2.1"))).as("said twice").isEmpty();
    refused(doorkeeper, "192.0.2.1", Refusal.UNAUTHENTICATED);

    passes.getFirst().leave();
    letIn(doorkeeper, "192.0.2.1");
    passes.forEach(Doorkeeper.Pass::leave);
    assertThat(doorkeeper.open()).isEqualTo(1);
  }

  @Test
  void aRefusedConnectionCountsForNothing() {
    Doorkeeper doorkeeper = doorkeeper(LIMITS);
    for (int i = 0; i < 3; i++) {
      letIn(doorkeeper, "192.0.2.1");
    }
    for (int i = 0; i < 100; i++) {
      Doorkeeper.Pass pass = doorkeeper.enter(ip("192.0.2.1"));
      pass.established();
      pass.leave();
    }
    assertThat(doorkeeper.open()).isEqualTo(3);
    refused(doorkeeper, "192.0.2.1", Refusal.UNAUTHENTICATED);
  }

  /** A flood from ever new addresses costs bounded memory. */
  @Test
  void remembersBoundedlyMany() {
    Doorkeeper doorkeeper = doorkeeper(LIMITS.withRatePerAddress(1, 1));
    for (int i = 0; i < 3 * Doorkeeper.REMEMBERED; i++) {
      doorkeeper
          .enter(
              ip(
                  "2001:db8:"
                      + Integer.toHexString(i >> 16)
                      + ":"
                      + Integer.toHexString(i & 0xFFFF)
                      + "::1"))
          .leave();
    }
    assertThat(doorkeeper.records()).isEqualTo(Doorkeeper.REMEMBERED);
  }

  @Test
  void forgetsWhoseRateNoLongerCounts() {
    Doorkeeper doorkeeper = doorkeeper(LIMITS.withRatePerAddress(1, 1));
    for (int i = 0; i < 100; i++) {
      letIn(doorkeeper, "192.0.2." + i).leave();
    }
    Doorkeeper.Pass stays = letIn(doorkeeper, "192.0.2.200");
    now += TimeUnit.SECONDS.toNanos(2);
    for (int i = 0; i < 60; i++) {
      letIn(doorkeeper, "198.51.100." + i).leave();
    }
    assertThat(doorkeeper.records()).as("60 new ones and the one who stays").isEqualTo(61);
    stays.leave();
  }
}
