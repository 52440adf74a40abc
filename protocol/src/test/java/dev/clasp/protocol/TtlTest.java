package dev.clasp.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The lifetime word of a v4 SET (wire.md 5.7). */
class TtlTest {

  @Test
  void zeroIsNever() {
    assertThat(Ttl.ofWord(0)).isEqualTo(new Ttl.Never());
    assertThat(new Ttl.Never().word()).isZero();
  }

  @Test
  void aClearHighestBitIsSliding() {
    assertThat(Ttl.ofWord(35)).isEqualTo(new Ttl.Sliding(35));
    assertThat(Ttl.ofWord(1)).isEqualTo(new Ttl.Sliding(1));
    assertThat(Ttl.ofWord(0x7FFF_FFFF)).isEqualTo(new Ttl.Sliding(Ttl.MAX_SECONDS));
    assertThat(new Ttl.Sliding(35).word()).isEqualTo(35);
  }

  @Test
  void aSetHighestBitIsAbsolute() {
    assertThat(Ttl.ofWord(0x8000_0708)).isEqualTo(new Ttl.Absolute(1800));
    assertThat(Ttl.ofWord(0xFFFF_FFFF)).isEqualTo(new Ttl.Absolute(Ttl.MAX_SECONDS));
    assertThat(new Ttl.Absolute(1800).word()).isEqualTo(0x8000_0708);
  }

  @Test
  void absoluteZeroExpiresAtOnceAndIsNotNever() {
    assertThat(Ttl.ofWord(0x8000_0000)).isEqualTo(new Ttl.Absolute(0));
    assertThat(new Ttl.Absolute(0).word()).isEqualTo(0x8000_0000);
  }

  @Test
  void everyWordSurvives() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 10_000; i++) {
      int word = random.nextInt() >> random.nextInt(32);
      assertThat(Ttl.ofWord(word).word()).isEqualTo(word);
    }
  }

  /** In the reference these silently become never. */
  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  void slidingTimesThatHaveNoWordAreRefused(int seconds) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Ttl.Sliding(seconds))
        .withMessageContaining("1 to 2147483647")
        .withMessageContaining(Integer.toString(seconds));
  }

  @Test
  void absoluteTimesAreNotNegative() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Ttl.Absolute(-1))
        .withMessageContaining("0 to 2147483647");
  }

  /** A peer of v3.2.0 reads the same SET without the four bytes (wire.md 5.7). */
  @Test
  void theWordIsBehindEverythingElse() {
    Message.SetValue set = Shorthand.withRevision(Shorthand.set("/v", Value.NULL), 9);

    byte[] without = MessageCodec.encode(set);
    byte[] with = MessageCodec.encode(Shorthand.withTtl(set, new Ttl.Sliding(1)));

    assertThat(with[1]).isEqualTo((byte) (without[1] | 0x10));
    assertThat(with).hasSize(without.length + 4).endsWith(0, 0, 0, 1);
    with[1] = without[1];
    assertThat(with).startsWith(without);
  }
}
