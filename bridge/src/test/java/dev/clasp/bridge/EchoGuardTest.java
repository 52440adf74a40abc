package dev.clasp.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.Value;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class EchoGuardTest {

  private long now;
  private final EchoGuard guard = new EchoGuard(Duration.ofSeconds(2), () -> now);

  @Test
  void whatWasSentComesBackOnce() {
    guard.sending("/a", Value.of(1));
    assertThat(guard.isEcho("/a", Value.of(1))).isTrue();
    assertThat(guard.isEcho("/a", Value.of(1))).as("another one with the same value").isFalse();
  }

  @Test
  void otherValuesAndOtherNamesAreForeign() {
    guard.sending("/a", Value.of(1));
    assertThat(guard.isEcho("/a", Value.of(2))).isFalse();
    assertThat(guard.isEcho("/b", Value.of(1))).isFalse();
    assertThat(guard.isEcho("/a", Value.of(1))).isTrue();
  }

  @Test
  void severalOfOneNameComeBackInTheirOrder() {
    for (int i = 0; i < 3; i++) {
      guard.sending("/fader", Value.of(i));
    }
    for (int i = 0; i < 3; i++) {
      assertThat(guard.isEcho("/fader", Value.of(i))).isTrue();
    }
    assertThat(guard.isEcho("/fader", Value.of(2))).isFalse();
  }

  @Test
  void whatWasOvertakenDoesNotComeAnyMore() {
    guard.sending("/fader", Value.of(0.1));
    guard.sending("/fader", Value.of(0.2));
    assertThat(guard.isEcho("/fader", Value.of(0.2))).isTrue();
    assertThat(guard.isEcho("/fader", Value.of(0.1))).isFalse();
  }

  @Test
  void afterTheWindowItIsForeign() {
    guard.sending("/a", Value.of(1));
    now += Duration.ofSeconds(2).toNanos() + 1;
    assertThat(guard.isEcho("/a", Value.of(1))).isFalse();
    guard.sending("/a", Value.of(1));
    now += Duration.ofSeconds(2).toNanos();
    assertThat(guard.isEcho("/a", Value.of(1))).isTrue();
  }

  @Test
  void whoNeverHearsItsEchoesDoesNotFillTheMemory() {
    for (int i = 0; i < 1000; i++) {
      guard.sending("/a", Value.of(i));
    }
    assertThat(guard.isEcho("/a", Value.of(0))).as("the oldest are forgotten").isFalse();
    assertThat(guard.isEcho("/a", Value.of(999))).isTrue();
    for (int i = 0; i < 150_000; i++) {
      guard.sending("/many/" + i, Value.of(i));
    }
    assertThat(guard.isEcho("/many/0", Value.of(0))).isFalse();
    assertThat(guard.isEcho("/many/149999", Value.of(149_999))).isTrue();
  }
}
