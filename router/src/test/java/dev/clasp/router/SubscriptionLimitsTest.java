package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Snapshot;
import dev.clasp.protocol.SignalType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What SUBSCRIBE refuses, and what {@code /a/**} matches. */
class SubscriptionLimitsTest {

  private final ManualTime time = new ManualTime();
  private Router router = new Router(RouterConfig.DEFAULT, time);
  private Lane lane = router.addLane(time.loop());

  private void configure(RouterConfig config) {
    router = new Router(config, time);
    lane = router.addLane(time.loop());
  }

  private TestPeer client(String name) {
    TestPeer peer = new TestPeer(time, router, lane).hello(name);
    peer.received();
    return peer;
  }

  private static void assertRefused(TestPeer peer, int code, String address) {
    assertThat(peer.received())
        .singleElement()
        .isInstanceOfSatisfying(
            Message.Error.class,
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.address()).contains(address);
            });
  }

  @Test
  void theTotalOfAllSessionsIsLimited() {
    configure(RouterConfig.builder().maxSubscriptions(3).build());
    TestPeer a = client("a").subscribe(1, "/1").subscribe(2, "/2");
    TestPeer b = client("b").subscribe(1, "/3").subscribe(2, "/4");
    assertThat(a.received()).isEmpty();
    assertRefused(b, ErrorCode.TOO_MANY, "/4");
    assertThat(router.subscriptionCount()).isEqualTo(3);
    client("c").set("/4", 1);
    assertThat(b.received()).isEmpty();
  }

  @Test
  void atTheTotalOneMayBeReplacedAndAnEndMakesRoom() {
    configure(RouterConfig.builder().maxSubscriptions(2).build());
    TestPeer a = client("a").subscribe(1, "/1");
    TestPeer b = client("b").subscribe(1, "/2").subscribe(1, "/3");
    assertThat(b.received()).isEmpty();
    a.disconnect();
    b.subscribe(2, "/4");
    assertThat(b.received()).isEmpty();
    assertThat(router.subscriptionCount()).isEqualTo(2);
  }

  @Test
  void aPatternThatIsTooLongIsRefused() {
    TestPeer a = client("a");
    String longest = "/" + "x".repeat(1_023);
    a.subscribe(1, longest);
    assertThat(a.received()).isEmpty();
    a.subscribe(2, longest + "x");
    assertRefused(a, ErrorCode.BAD_PATTERN, longest + "x");
    // The limit is in bytes.
    String umlauts = "/" + "ü".repeat(512);
    a.subscribe(2, umlauts);
    assertRefused(a, ErrorCode.BAD_PATTERN, umlauts);
  }

  @Test
  void aPatternWithTooManySegmentsIsRefused() {
    TestPeer a = client("a");
    a.subscribe(1, "/*".repeat(64));
    assertThat(a.received()).isEmpty();
    a.subscribe(2, "/*".repeat(65));
    assertRefused(a, ErrorCode.BAD_PATTERN, "/*".repeat(65));
    assertThat(router.subscriptionCount()).isEqualTo(1);
  }

  @Test
  void globstarMatchesItsParentUnlessSwitchedOff() {
    for (boolean matches : List.of(true, false)) {
      configure(RouterConfig.builder().globstarMatchesParent(matches).build());
      TestPeer a = client("a");
      a.set("/a", 1);
      a.send(
          new Message.Announce(
              "/a",
              List.of(
                  new Message.SignalDefinition(
                      "/a",
                      SignalType.PARAM,
                      Optional.empty(),
                      Optional.empty(),
                      Optional.empty())),
              Map.of()));
      TestPeer b = client("b").subscribe(1, "/a/**").subscribe(2, "/**/a/**");
      assertThat(b.received().stream().filter(Snapshot.class::isInstance).count())
          .isEqualTo(matches ? 2 : 0);
      a.set("/a", 2);
      assertThat(b.received()).hasSize(matches ? 1 : 0);
      b.send(new Message.Query("/a/**"));
      assertThat(b.received())
          .singleElement()
          .isInstanceOfSatisfying(
              Message.Result.class, r -> assertThat(r.signals()).hasSize(matches ? 1 : 0));
      // One that was cached before the change of subscriptions, and a deeper one.
      b.subscribe(3, "/**/a/**");
      a.set("/a", 3).set("/a/b", 1);
      assertThat(b.received())
          .filteredOn(Message.SetValue.class::isInstance)
          .hasSize(matches ? 2 : 1);
    }
  }
}
