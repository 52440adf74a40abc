package dev.clasp.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RateLimiterTest {

  private static RateLimiter limiter(double perAddress, double total) {
    return new RateLimiter(
        new RateCaps(
            perAddress > 0 ? OptionalDouble.of(perAddress) : OptionalDouble.empty(),
            total > 0 ? OptionalDouble.of(total) : OptionalDouble.empty()));
  }

  private static MappedSignal param(String address, int value) {
    return new MappedSignal(address, SignalType.PARAM, Value.of(value));
  }

  @Test
  void withoutRatesEverythingPasses() {
    RateLimiter none = limiter(0, 0);
    for (int i = 0; i < 1000; i++) {
      assertThat(none.admit(param("/a", i), 5)).isEqualTo(RateLimiter.Outcome.PASSES);
    }
  }

  @Test
  void aTotalIsKeptOverTime() {
    RateLimiter limiter = limiter(0, 100);
    int passed = 0;
    List<MappedSignal> released = new ArrayList<>();
    // Ten times too many, for ten seconds.
    for (int i = 0; i < 10_000; i++) {
      long now = i * 1_000_000L;
      limiter.release(now, released::add);
      if (limiter.admit(param("/" + i % 500, i), now) == RateLimiter.Outcome.PASSES) {
        passed++;
      }
    }
    assertThat(passed + released.size()).isBetween(990, 1012);
  }

  @Test
  void aRateBelowOneASecondLetsTheFirstPass() {
    RateLimiter limiter = limiter(0, 0.5);
    assertThat(limiter.admit(param("/a", 1), 0)).isEqualTo(RateLimiter.Outcome.PASSES);
    assertThat(limiter.admit(param("/a", 2), 1_000_000_000)).isEqualTo(RateLimiter.Outcome.HELD);
    List<MappedSignal> out = new ArrayList<>();
    assertThat(limiter.release(1_000_000_000, out::add)).isEqualTo(1_900_000_000);
    assertThat(limiter.release(1_900_000_000, out::add)).isEqualTo(Long.MAX_VALUE);
    assertThat(out).containsExactly(param("/a", 2));
  }

  @Test
  void theLastValueOfEachAddressAlwaysComesThroughAndInOrder() {
    Random random = new Random(7);
    for (int round = 0; round < 200; round++) {
      RateLimiter limiter = limiter(random.nextBoolean() ? 20 : 0, random.nextBoolean() ? 60 : 0);
      Map<String, Integer> said = new HashMap<>();
      Map<String, Integer> came = new HashMap<>();
      long now = 0;
      for (int i = 0; i < 300; i++) {
        now += random.nextInt(10_000_000);
        limiter.release(now, signal -> newer(came, signal));
        MappedSignal signal = param("/" + random.nextInt(5), i);
        said.put(signal.address(), i);
        if (limiter.admit(signal, now) == RateLimiter.Outcome.PASSES) {
          newer(came, signal);
        }
      }
      for (long next = now; next != Long.MAX_VALUE; ) {
        next = limiter.release(next, signal -> newer(came, signal));
      }
      assertThat(came).isEqualTo(said);
      assertThat(limiter.holds()).isZero();
    }
  }

  private static void newer(Map<String, Integer> came, MappedSignal signal) {
    int value = (int) ((Value.Int) signal.value()).value();
    Integer before = came.put(signal.address(), value);
    assertThat(before == null || before < value).isTrue();
  }
}
