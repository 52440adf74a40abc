package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.AddressPattern.GlobstarParent;
import dev.clasp.protocol.Message.SubscribeOptions;
import dev.clasp.security.Identity;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SubscriptionIndexTest {

  private final ManualTime time = new ManualTime();
  private final Router router = new Router(RouterConfig.DEFAULT, time);
  private final Lane lane = router.addLane(time.loop());
  private SubscriptionIndex index = new SubscriptionIndex();
  private int id;

  private Subscription subscription(String pattern) {
    return subscription(pattern, GlobstarParent.MATCHES);
  }

  private Subscription subscription(String pattern, GlobstarParent parent) {
    TestPeer peer = new TestPeer(time, router, lane);
    Session session =
        new Session("s" + id, "n", Identity.ANYBODY, Set.of(), lane, peer, router, () -> {});
    return new Subscription(
        session, id++, AddressPattern.parse(pattern, parent), 0x1F, SubscribeOptions.NONE);
  }

  private Set<Subscription> match(String address) {
    return Set.of(index.match(address.getBytes(StandardCharsets.UTF_8)));
  }

  private Subscription randomSubscription(SplittableRandom random, GlobstarParent parent) {
    String[] parts = {"a", "b", "ab", "*", "**", "a*", "*b", ""};
    StringBuilder pattern = new StringBuilder();
    int segments = 1 + random.nextInt(5);
    for (int i = 0; i < segments; i++) {
      // An empty segment is legal at the end only.
      int part = random.nextInt(i == segments - 1 ? parts.length : parts.length - 1);
      pattern.append('/').append(parts[part]);
    }
    return subscription(pattern.toString(), parent);
  }

  private static String randomAddress(SplittableRandom random) {
    StringBuilder address = new StringBuilder();
    for (int i = 0, n = 1 + random.nextInt(5); i < n; i++) {
      address.append('/').append(new String[] {"a", "b", "ab", "ba", ""}[random.nextInt(5)]);
    }
    return address.toString();
  }

  private static Set<Subscription> matching(List<Subscription> all, String address) {
    return all.stream().filter(s -> s.pattern().matches(address)).collect(Collectors.toSet());
  }

  @ParameterizedTest
  @EnumSource
  void findsWhatTheMatcherMatchesWhateverIsAddedAndRemoved(GlobstarParent parent) {
    index = new SubscriptionIndex(parent);
    SplittableRandom random = new SplittableRandom(4711);
    List<Subscription> all = new ArrayList<>();
    for (int round = 0; round < 2_000; round++) {
      if (all.size() < 60 && random.nextInt(3) > 0) {
        Subscription added = randomSubscription(random, parent);
        all.add(added);
        index.add(added);
      } else if (!all.isEmpty()) {
        index.removeAll(List.of(all.remove(random.nextInt(all.size()))));
      }
      String address = randomAddress(random);
      assertThat(match(address)).as(address).isEqualTo(matching(all, address));
      assertThat(index.size()).isEqualTo(all.size());
    }
  }

  @ParameterizedTest
  @EnumSource
  void anAddressThatCatchesUpHasTheRouteOfOneThatIsNew(GlobstarParent parent) {
    index = new SubscriptionIndex(parent);
    SplittableRandom random = new SplittableRandom(815);
    List<Subscription> all = new ArrayList<>();
    List<Address> addresses = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      addresses.add(
          new Address(
              randomAddress(random).getBytes(StandardCharsets.UTF_8), i, ParameterSettings.NONE));
    }
    for (int round = 0; round < 3_000; round++) {
      if (all.size() < 40 && random.nextInt(3) > 0) {
        Subscription added = randomSubscription(random, parent);
        all.add(added);
        index.add(added);
      } else {
        int several = Math.min(all.size(), 1 + random.nextInt(4));
        List<Subscription> removed = new ArrayList<>();
        for (int i = 0; i < several; i++) {
          removed.add(all.remove(random.nextInt(all.size())));
        }
        index.removeAll(removed);
      }
      // Some catch up at once, some after a few changes, some after more than are remembered.
      Address address = addresses.get(random.nextInt(1 + random.nextInt(addresses.size())));
      index.refresh(address);
      assertThat(address.routeEpoch).isEqualTo(index.epoch());
      assertThat(address.route.subscriptions())
          .as(address.toString())
          .doesNotHaveDuplicates()
          .containsExactlyInAnyOrderElementsOf(matching(all, address.toString()));
      assertThat(address.route).isSameAs(index.resolve(address.name));
    }
  }

  @Test
  void aRouteThatNobodyUsesIsForgotten() throws InterruptedException {
    RouteCache cache = new RouteCache();
    Subscription s = subscription("/x");
    Route used = cache.of(new Subscription[] {s});
    for (int i = 0; i < 1_000; i++) {
      Subscription other = subscription("/x");
      other.order = i + 1;
      cache.of(new Subscription[] {s, other});
    }
    long end = System.nanoTime() + 20_000_000_000L;
    while (cache.size() > 1 && System.nanoTime() < end) {
      System.gc();
      Thread.onSpinWait();
    }
    assertThat(cache.size()).isEqualTo(1);
    assertThat(cache.of(new Subscription[] {s})).isSameAs(used);
  }

  @Test
  void aSessionWithOptionsIsApartFromThePlainOnes() {
    Subscription plain = subscription("/x");
    Subscription thinned =
        new Subscription(plain.session(), 7, AddressPattern.parse("/*"), 0x1F, Options.maxRate(10));
    Subscription other = subscription("/x");
    index.add(other);
    index.add(plain);
    byte[] x = "/x".getBytes(StandardCharsets.UTF_8);
    assertThat(index.resolve(x).groups()[0].thinned()).isNull();
    index.add(thinned);
    Route.Group group = index.resolve(x).groups()[0];
    assertThat(group.sessions()).containsExactly(other.session());
    assertThat(onlyThinned(group).session()).isSameAs(plain.session());
    assertThat(onlyThinned(group).plainMask()).isEqualTo(0x1F);
    assertThat(onlyThinned(group).rules()).containsExactly(thinned);
    index.removeAll(List.of(plain));
    assertThat(onlyThinned(index.resolve(x).groups()[0]).plainMask()).isEqualTo(0x12);
    index.removeAll(List.of(thinned));
    assertThat(index.resolve(x).groups()[0].thinned()).isNull();
  }

  private static Route.Thinned onlyThinned(Route.Group group) {
    Route.Thinned[] thinned = Objects.requireNonNull(group.thinned());
    assertThat(thinned).hasSize(1);
    return thinned[0];
  }

  @Test
  void noMoreAreAddedThanAllowed() {
    assertThat(index.addBelow(1, subscription("/1"))).isTrue();
    assertThat(index.addBelow(1, subscription("/2"))).isFalse();
    assertThat(index.size()).isEqualTo(1);
    assertThat(match("/2")).isEmpty();
  }

  @Test
  void manyGlobstarsCostNoBacktracking() {
    index.add(subscription("/**/a/**/a/**/a/**/a/**/a/**/a/**/b"));
    assertThat(match("/a".repeat(60))).isEmpty();
    assertThat(match("/a".repeat(60) + "/b")).hasSize(1);
  }

  @Test
  void addressesWithTheSameReceiversShareOneRoute() {
    index.add(subscription("/x/**"));
    Route first = index.resolve("/x/1".getBytes(StandardCharsets.UTF_8));
    assertThat(index.resolve("/x/2".getBytes(StandardCharsets.UTF_8))).isSameAs(first);
    assertThat(index.resolve("/y".getBytes(StandardCharsets.UTF_8))).isSameAs(Route.NONE);
  }

  @Test
  void everyChangeRaisesTheEpoch() {
    int before = index.epoch();
    Subscription s = subscription("/x");
    index.add(s);
    assertThat(index.epoch()).isNotEqualTo(before);
    int between = index.epoch();
    index.removeAll(List.of(s));
    assertThat(index.epoch()).isNotEqualTo(between);
  }
}
