package dev.clasp.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.security.AuditEvent;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EventFeedTest {

  private static final Set<String> AUDIT = Set.of(EventFeed.AUDIT);

  private final EventFeed feed = new EventFeed();

  private void administered(String what) {
    feed.accept(AuditEvent.of(Instant.EPOCH, AuditEvent.Kind.ADMIN, AuditEvent.Result.OK, what));
  }

  @Test
  void whatIsOnlyLookedAtDisplacesNothing() {
    feed.accept(
        AuditEvent.of(Instant.EPOCH, AuditEvent.Kind.LOGIN, AuditEvent.Result.FAILED, "wrong"));
    administered("DELETE /admin/v1/sessions/1: HTTP 204");
    for (int i = 0; i < 1000; i++) {
      administered("GET /admin/v1/bridges: HTTP 200");
      administered("POST /admin/v1/transform-preview: HTTP 200");
    }
    List<EventFeed.Event> events = feed.after(0, Integer.MAX_VALUE, AUDIT);
    assertThat(events).hasSize(2 + 512);
    assertThat(events.get(0).json()).contains("auth.fail");
    assertThat(events.get(1).json()).contains("DELETE");
    assertThat(events).isSortedAccordingTo(Comparator.comparingLong(EventFeed.Event::number));
    assertThat(events.getLast().number()).isEqualTo(feed.last());
  }

  @Test
  void whoWaitsIsToldOfWhatIsLookedAtToo() {
    AtomicInteger woken = new AtomicInteger();
    assertThat(feed.await(0, AUDIT, woken::incrementAndGet)).isTrue();
    administered("GET /admin/v1/info: HTTP 200");
    assertThat(woken).hasValue(1);
    assertThat(feed.await(0, AUDIT, woken::incrementAndGet)).as("there is one already").isFalse();
    assertThat(feed.await(0, Set.of(EventFeed.LOG), woken::incrementAndGet)).isTrue();
  }

  @Test
  void whatLooksLikeASecretIsNotShown() {
    administered("GET /admin/v1/sessions/cpsk_0123456789abcdef: HTTP 404");
    assertThat(feed.after(0, 1, AUDIT).getFirst().json())
        .contains("/sessions/[secret]: HTTP 404")
        .doesNotContain("0123456789abcdef");
  }
}
