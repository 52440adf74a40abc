package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.Message;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Routes that addresses keep, and that would keep sessions. */
class OldRoutesTest {

  /** More changes than an address catches up with. */
  private static final int CHANGES = 80;

  private final TestRouter rig = new TestRouter();
  private final TestPeer writer = rig.client("writer");

  private Address address(String name) {
    byte[] b = name.getBytes(StandardCharsets.UTF_8);
    long hash = rig.router.space().hash(b, 0, b.length);
    Address found = rig.router.space().stripeOf(hash).find(b, 0, b.length, hash);
    assertThat(found).isNotNull();
    return Objects.requireNonNull(found);
  }

  private void change(int times) {
    TestPeer other = rig.client("other");
    for (int i = 0; i < times; i++) {
      other.subscribe(1, "/other/" + i);
    }
    other.disconnect();
  }

  @Test
  void anAddressThatNobodyUsesDoesNotHoldSessionsThatHaveEnded() {
    TestPeer visitor = rig.client("visitor").subscribe(1, "/**");
    writer.set("/a", 1);
    assertThat(address("/a").route.size()).isEqualTo(1);
    visitor.disconnect();

    change(CHANGES);
    rig.time.pass(Duration.ofSeconds(10));

    assertThat(address("/a").route).isSameAs(Route.NONE);
  }

  @Test
  void whoSubscribesLaterOrStillDoesHearsOfItAllTheSame() {
    TestPeer there = rig.client("there").subscribe(1, "/**");
    writer.set("/a", 1);
    change(CHANGES);
    rig.time.pass(Duration.ofSeconds(10));
    assertThat(address("/a").route).isSameAs(Route.NONE);
    TestPeer later = rig.client("later").subscribe(1, "/a");
    there.received();
    later.received();

    writer.set("/a", 2);

    assertThat(there.received()).hasOnlyElementsOfType(Message.SetValue.class).hasSize(1);
    assertThat(later.received()).hasOnlyElementsOfType(Message.SetValue.class).hasSize(1);
  }

  @Test
  void aRouteThatCanStillBeBroughtUpToDateStays() {
    rig.client("visitor").subscribe(1, "/**");
    writer.set("/a", 1);
    change(10);
    rig.time.pass(Duration.ofSeconds(10));

    assertThat(address("/a").route.size()).isEqualTo(1);
  }
}
