package dev.clasp.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoginThrottleTest {

  private static final TokenDigest TOKEN = TokenDigest.of("token");
  private static final TokenDigest OTHER = TokenDigest.of("other");

  private final TestClock clock = new TestClock();
  private final LoginThrottle throttle = new LoginThrottle(new LoginLimits(3, 2), clock);

  @Test
  void anAddressHasSoManyGuessesAndGetsThemBackOverAMinute() {
    for (int i = 0; i < 3; i++) {
      assertThat(throttle.blocks("a", TOKEN)).isFalse();
      throttle.guessed("a");
    }
    assertThat(throttle.blocks("a", TOKEN)).isTrue();
    assertThat(throttle.blocks("b", TOKEN)).isFalse();
    clock.advance(Duration.ofSeconds(19));
    assertThat(throttle.blocks("a", TOKEN)).isTrue();
    clock.advance(Duration.ofSeconds(1));
    assertThat(throttle.blocks("a", TOKEN)).isFalse();
    throttle.guessed("a");
    assertThat(throttle.blocks("a", TOKEN)).isTrue();
    clock.advance(Duration.ofHours(1));
    for (int i = 0; i < 3; i++) {
      throttle.guessed("a");
    }
    assertThat(throttle.blocks("a", TOKEN)).isTrue();
  }

  @Test
  void aTokenThatCameInFromThereBeforeIsNotLockedOut() {
    throttle.succeeded("a", TOKEN);
    for (int i = 0; i < 9; i++) {
      throttle.guessed("a");
    }
    assertThat(throttle.blocks("a", TOKEN)).isFalse();
    assertThat(throttle.blocks("a", OTHER)).isTrue();
  }

  @Test
  void oneTokenIsRefusedOnlySoOften() {
    assertThat(throttle.refusedTooOften(TOKEN)).isFalse();
    assertThat(throttle.refusedTooOften(TOKEN)).isFalse();
    assertThat(throttle.refusedTooOften(TOKEN)).isTrue();
    assertThat(throttle.refusedTooOften(OTHER)).isFalse();
    clock.advance(Duration.ofSeconds(30));
    assertThat(throttle.refusedTooOften(TOKEN)).isFalse();
    assertThat(throttle.refusedTooOften(TOKEN)).isTrue();
  }

  @Test
  void aClockThatIsSetBackGivesNothing() {
    for (int i = 0; i < 3; i++) {
      throttle.guessed("a");
    }
    clock.advance(Duration.ofHours(-1));
    assertThat(throttle.blocks("a", TOKEN)).isTrue();
  }

  @Test
  void itRemembersABoundedNumberOfAddresses() {
    for (int i = 0; i < 3; i++) {
      throttle.guessed("first");
    }
    for (int i = 0; i < 10_000; i++) {
      throttle.guessed("other " + i);
    }
    assertThat(throttle.blocks("first", TOKEN)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.1:5000, 192.0.2.1",
    "192.0.2.1, 192.0.2.1",
    "/192.0.2.1:5000, 192.0.2.1",
    "[2001:db8:1:2:3:4:5:6]:5000, 20010db800010002::/64",
    "2001:db8:1:2:ffff::1, 20010db800010002::/64",
    "[fe80::1%eth0]:80, fe80000000000000::/64",
    "desk.local:80, desk.local",
    "COM3, COM3",
  })
  void theAddressIsThatOfTheHostOrItsNetwork(String peer, String address) {
    assertThat(LoginThrottle.addressOf(peer)).isEqualTo(address);
  }
}
