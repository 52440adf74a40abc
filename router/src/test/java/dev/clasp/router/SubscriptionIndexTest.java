package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.Message.SubscribeOptions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SubscriptionIndexTest {

  private final ManualTime time = new ManualTime();
  private final Router router = new Router(RouterConfig.DEFAULT, time);
  private final Lane lane = router.addLane(time.loop());
  private final SubscriptionIndex index = new SubscriptionIndex();
  private int id;

  private Subscription subscription(String pattern) {
    TestPeer peer = new TestPeer(time, router, lane);
    Session session = new Session("s" + id, "n", Set.of(), lane, peer, router);
    return new Subscription(
        session, id++, AddressPattern.parse(pattern), 0x1F, SubscribeOptions.NONE);
  }

  private Set<Subscription> match(String address) {
    return Set.of(index.match(address.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void findsWhatTheMatcherMatchesWhateverIsAddedAndRemoved() {
    SplittableRandom random = new SplittableRandom(4711);
    String[] parts = {"a", "b", "ab", "*", "**", "a*", "*b", ""};
    List<Subscription> all = new ArrayList<>();
    for (int round = 0; round < 2_000; round++) {
      if (all.size() < 60 && random.nextInt(3) > 0) {
        StringBuilder pattern = new StringBuilder();
        int segments = 1 + random.nextInt(5);
        for (int i = 0; i < segments; i++) {
          // An empty segment is legal at the end only.
          int part = random.nextInt(i == segments - 1 ? parts.length : parts.length - 1);
          pattern.append('/').append(parts[part]);
        }
        Subscription added = subscription(pattern.toString());
        all.add(added);
        index.add(added);
      } else if (!all.isEmpty()) {
        index.removeAll(List.of(all.remove(random.nextInt(all.size()))));
      }
      StringBuilder address = new StringBuilder();
      for (int i = 0, n = 1 + random.nextInt(5); i < n; i++) {
        address.append('/').append(new String[] {"a", "b", "ab", "ba", ""}[random.nextInt(5)]);
      }
      String text = address.toString();
      assertThat(match(text))
          .as(text)
          .isEqualTo(
              all.stream().filter(s -> s.pattern().matches(text)).collect(Collectors.toSet()));
      assertThat(index.size()).isEqualTo(all.size());
    }
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
