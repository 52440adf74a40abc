package dev.clasp.discovery;

import static dev.clasp.discovery.Devices.registration;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.discovery.RendezvousException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Keeping a device registered, whatever the server does (D-16). */
class RendezvousRegistrationTest {

  /** Says what the test wants, and notes what it is asked. */
  private static final class FakeRendezvous implements Rendezvous {
    private final List<String> asked = new ArrayList<>();
    private Duration ttl = Duration.ofSeconds(300);
    private Optional<RendezvousException> failure = Optional.empty();
    private boolean forgotten;
    private int ids;

    @Override
    public Receipt register(Registration registration) {
      asked.add("register");
      failure.ifPresent(e -> {
        throw e;
      });
      forgotten = false;
      return new Receipt("secret-" + ++ids, 1, ttl);
    }

    @Override
    public void refresh(String id) {
      asked.add("refresh " + id);
      failure.ifPresent(e -> {
        throw e;
      });
      if (forgotten) {
        throw status(404);
      }
    }

    @Override
    public void unregister(String id, Duration timeout) {
      asked.add("unregister " + id + " " + timeout.toSeconds());
      failure.ifPresent(e -> {
        throw e;
      });
    }

    @Override
    public List<RegisteredDevice> discover(
        Optional<String> tag, Optional<String> feature, Duration timeout) {
      return List.of();
    }

    List<String> taken() {
      List<String> taken = List.copyOf(asked);
      asked.clear();
      return taken;
    }
  }

  private static RendezvousException status(int status) {
    return new RendezvousException(status, Optional.empty(), "status " + status);
  }

  private final FakeRendezvous server = new FakeRendezvous();
  private final FakeAlarm alarm = new FakeAlarm();
  private final RendezvousRegistration registration =
      new RendezvousRegistration(
          server,
          "http://rendezvous",
          () -> registration("a"),
          RendezvousRegistration.DEFAULT_INTERVAL,
          alarm,
          new Random(1));

  private void start() {
    registration.start();
    alarm.advance(Duration.ZERO);
  }

  private Duration untilNext() {
    return alarm.untilNext().orElseThrow();
  }

  @Test
  void registersOnceAndRefreshesInTime() {
    start();
    assertThat(server.taken()).containsExactly("register");
    assertThat(registration.registered()).isTrue();
    // A third of 300 s is less than 120 s.
    assertThat(untilNext()).isBetween(Duration.ofSeconds(90), Duration.ofSeconds(110));
    alarm.advance(Duration.ofSeconds(110));
    assertThat(server.taken()).containsExactly("refresh secret-1");
    assertThat(alarm.waiting()).isEqualTo(1);
  }

  /** D-16: a third of the time to live, but not more than configured. */
  @Test
  void d16TheTimeToLiveOfTheServerCounts() {
    server.ttl = Duration.ofSeconds(30);
    start();
    assertThat(untilNext()).isBetween(Duration.ofSeconds(9), Duration.ofSeconds(11));
    server.ttl = Duration.ofHours(5);
    server.forgotten = true;
    alarm.advance(Duration.ofSeconds(11));
    assertThat(server.taken()).containsExactly("register", "refresh secret-1", "register");
    assertThat(untilNext()).isBetween(Duration.ofSeconds(108), Duration.ofSeconds(132));
    server.ttl = Duration.ZERO;
    server.forgotten = true;
    alarm.advance(Duration.ofSeconds(132));
    assertThat(untilNext()).isGreaterThan(Duration.ofMillis(200));
  }

  /** D-16: no synchronised storms. */
  @Test
  void d16TimesVary() {
    start();
    List<Duration> pauses = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      pauses.add(untilNext());
      alarm.advance(untilNext());
    }
    assertThat(pauses).allMatch(p -> p.toSeconds() >= 90 && p.toSeconds() <= 110);
    assertThat(pauses.stream().distinct().count()).isGreaterThan(15);
  }

  @Test
  void aServerThatRestartedIsToldAgainAtOnce() {
    start();
    server.taken();
    server.forgotten = true;
    alarm.advance(Duration.ofSeconds(110));
    assertThat(server.taken()).containsExactly("refresh secret-1", "register");
    alarm.advance(Duration.ofSeconds(110));
    assertThat(server.taken()).containsExactly("refresh secret-2");
  }

  /** D-16: 500 is no reason for a second registration. */
  @Test
  void d16AFailureKeepsTheIdAndIsTriedAgainEverMoreRarely() {
    start();
    server.taken();
    server.failure = Optional.of(status(500));
    alarm.advance(untilNext());
    List<Double> pauses = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      pauses.add(untilNext().toMillis() / 1000.0);
      alarm.advance(untilNext());
    }
    double[] expected = {1, 2, 4, 8, 16, 32, 60, 60, 60};
    for (int i = 0; i < expected.length; i++) {
      assertThat(pauses.get(i)).isBetween(expected[i] * 0.89, expected[i] * 1.11);
    }
    assertThat(server.taken()).allMatch("refresh secret-1"::equals);
    assertThat(registration.failure()).contains("status 500");

    server.failure = Optional.empty();
    alarm.advance(untilNext());
    assertThat(server.taken()).containsExactly("refresh secret-1");
    assertThat(registration.failure()).isEmpty();
    assertThat(untilNext()).isGreaterThan(Duration.ofSeconds(80));
  }

  @Test
  void aServerThatIsNotThereYetIsTriedAgain() {
    server.failure = Optional.of(new RendezvousException(Kind.UNREACHABLE, "nobody"));
    start();
    assertThat(registration.registered()).isFalse();
    alarm.advance(Duration.ofSeconds(10));
    server.failure = Optional.empty();
    server.taken();
    alarm.advance(Duration.ofSeconds(10));
    assertThat(server.taken()).containsExactly("register");
    assertThat(registration.registered()).isTrue();
  }

  @Test
  void retryAfterIsHonoured() {
    server.failure =
        Optional.of(new RendezvousException(429, Optional.of(Duration.ofSeconds(90)), "slowly"));
    start();
    assertThat(untilNext()).isGreaterThanOrEqualTo(Duration.ofSeconds(90));
  }

  /** D-16: after a suspend there is one refresh, not one for each that was missed. */
  @Test
  void d16ASuspendCausesNoBurst() {
    start();
    server.taken();
    alarm.leap(Duration.ofHours(8));
    assertThat(server.taken()).containsExactly("refresh secret-1");
    assertThat(untilNext()).isGreaterThan(Duration.ofSeconds(80));
  }

  /** D-16. */
  @Test
  void d16ClosingUnregisters() {
    start();
    server.taken();
    registration.close();
    registration.close();
    assertThat(server.taken()).containsExactly("unregister secret-1 2");
    alarm.advance(Duration.ofHours(1));
    assertThat(server.taken()).isEmpty();
  }

  @Test
  void closingWorksAlsoIfTheServerDoesNot() {
    start();
    server.failure = Optional.of(status(500));
    registration.close();
    assertThat(registration.registered()).isFalse();
  }

  /** D-16: two loops would make two registrations. */
  @Test
  void d16ItStartsOnce() {
    start();
    assertThatThrownBy(registration::start).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void theIdIsNotPrinted() {
    assertThat(new Receipt("secret", 1, Duration.ofSeconds(1)).toString()).doesNotContain("secret");
  }
}
