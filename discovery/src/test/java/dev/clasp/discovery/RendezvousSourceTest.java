package dev.clasp.discovery;

import static dev.clasp.discovery.Devices.registration;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.discovery.DiscoveryEvent.Failed;
import dev.clasp.discovery.DiscoveryEvent.Found;
import dev.clasp.discovery.DiscoveryEvent.Lost;
import dev.clasp.discovery.DiscoveryEvent.Updated;
import dev.clasp.discovery.RendezvousException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Watching a rendezvous server. */
class RendezvousSourceTest {

  private final FakeAlarm alarm = new FakeAlarm();
  private final List<DiscoveryEvent> events = new ArrayList<>();
  private List<RegisteredDevice> answer = List.of();
  private Optional<RendezvousException> failure = Optional.empty();
  private int polls;
  private int closed;

  private final Rendezvous server =
      new Rendezvous() {
        @Override
        public Receipt register(Registration registration) {
          throw new AssertionError();
        }

        @Override
        public void refresh(String id) {
          throw new AssertionError();
        }

        @Override
        public void unregister(String id, Duration timeout) {
          throw new AssertionError();
        }

        @Override
        public List<RegisteredDevice> discover(
            Optional<String> tag, Optional<String> feature, Duration timeout) {
          polls++;
          assertThat(tag).contains("studio");
          failure.ifPresent(e -> {
            throw e;
          });
          return answer;
        }
      };

  private final RendezvousSource source =
      new RendezvousSource(
          server, () -> closed++, Optional.of("studio"), Duration.ofSeconds(10), alarm);

  private static RegisteredDevice device(String id, String name) {
    return new RegisteredDevice(id, registration(name), 1, 1);
  }

  private void start() {
    source.start(events::add);
    alarm.advance(Duration.ZERO);
  }

  private List<DiscoveryEvent> poll() {
    events.clear();
    alarm.advance(Duration.ofSeconds(30));
    return List.copyOf(events);
  }

  @Test
  void findsAtOnceAndAsksEvery30Seconds() {
    answer = List.of(device("a", "A"));
    start();
    assertThat(events).singleElement().isInstanceOf(Found.class);
    alarm.advance(Duration.ofSeconds(29));
    assertThat(polls).isEqualTo(1);
    alarm.advance(Duration.ofSeconds(60));
    assertThat(polls).isEqualTo(3);
  }

  @Test
  void aDeviceThatTwoAnswersDoNotHaveIsLost() {
    answer = List.of(device("a", "A"), device("b", "B"));
    start();
    answer = List.of(device("b", "B"));
    assertThat(poll()).noneMatch(Lost.class::isInstance);
    assertThat(poll()).contains(new Lost("a"));
    answer = List.of(device("a", "A"));
    assertThat(poll()).anyMatch(e -> e instanceof Found(Device d) && d.id().equals("a"));
  }

  @Test
  void aDeviceThatComesBackInTimeIsNotLost() {
    answer = List.of(device("a", "A"));
    start();
    for (int i = 0; i < 3; i++) {
      answer = List.of();
      assertThat(poll()).isEmpty();
      answer = List.of(device("a", "A2"));
      assertThat(poll())
          .singleElement()
          .isInstanceOfSatisfying(
              Updated.class, u -> assertThat(u.device().name()).isEqualTo("A2"));
    }
  }

  @Test
  void anAnswerThatFailsLosesNobody() {
    answer = List.of(device("a", "A"));
    start();
    failure = Optional.of(new RendezvousException(Kind.TIMEOUT, "late"));
    assertThat(poll()).containsExactly(new Failed(Mechanism.RENDEZVOUS, "late"));
    for (int i = 0; i < 5; i++) {
      assertThat(poll()).as("said once").isEmpty();
    }
    failure = Optional.empty();
    assertThat(poll()).noneMatch(Lost.class::isInstance);
  }

  @Test
  void nothingIsToldBehindTheEnd() {
    start();
    source.close();
    source.close();
    answer = List.of(device("a", "A"));
    assertThat(poll()).isEmpty();
    assertThat(closed).isEqualTo(1);
  }
}
