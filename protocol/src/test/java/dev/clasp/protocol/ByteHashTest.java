package dev.clasp.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ByteHashTest {

  private static final long SEED = 0x1234_5678_9abc_def0L;

  private static long hash(String text) {
    byte[] b = text.getBytes(StandardCharsets.UTF_8);
    return ByteHash.hash(b, 0, b.length, SEED);
  }

  @Test
  void dependsOnNothingButTheBytesAndTheSeed() {
    SplittableRandom random = new SplittableRandom(1);
    for (int length = 0; length <= 64; length++) {
      byte[] b = new byte[length + 32];
      random.nextBytes(b);
      long expected = ByteHash.hash(Arrays.copyOfRange(b, 11, 11 + length), 0, length, SEED);

      assertThat(ByteHash.hash(b, 11, length, SEED)).isEqualTo(expected);
      b[10]++;
      b[11 + length]++;
      assertThat(ByteHash.hash(b, 11, length, SEED)).as("length %s", length).isEqualTo(expected);
      assertThat(ByteHash.hash(b, 11, length, SEED + 1)).isNotEqualTo(expected);
    }
  }

  @Test
  void everyBitOfEveryLengthMatters() {
    SplittableRandom random = new SplittableRandom(2);
    for (int length = 1; length <= 64; length++) {
      byte[] b = new byte[length];
      random.nextBytes(b);
      long before = ByteHash.hash(b, 0, length, SEED);
      long flipped = 0;
      for (int bit = 0; bit < 8 * length; bit++) {
        b[bit / 8] ^= (byte) (1 << bit % 8);
        long after = ByteHash.hash(b, 0, length, SEED);
        b[bit / 8] ^= (byte) (1 << bit % 8);
        assertThat(after).as("length %s, bit %s", length, bit).isNotEqualTo(before);
        flipped += Long.bitCount(before ^ after);
      }
      // A changed bit flips half of the 64 on average; far from that something is wrong.
      assertThat(flipped / (8.0 * length)).as("length %s", length).isBetween(24.0, 40.0);
    }
  }

  @Test
  void lengthMattersWhenTheBytesAreZero() {
    Set<Long> hashes = new HashSet<>();
    for (int length = 0; length <= 64; length++) {
      hashes.add(ByteHash.hash(new byte[64], 0, length, SEED));
    }

    assertThat(hashes).hasSize(65);
  }

  @Test
  void addressesSpreadEvenlyOverTheLowAndTheHighBits() {
    int[] low = new int[1024];
    int[] high = new int[1024];
    Set<Long> all = new HashSet<>();
    Stream<String> addresses =
        IntStream.range(0, 100)
            .boxed()
            .flatMap(universe ->
                IntStream.rangeClosed(1, 512)
                    .mapToObj(channel -> "/dmx/" + universe + "/channel/" + channel));
    addresses.forEach(address -> {
      long hash = hash(address);
      all.add(hash);
      low[(int) hash & 1023]++;
      high[(int) (hash >>> 54)]++;
    });

    assertThat(all).as("no two collide in 64 bits").hasSize(51_200);
    // 50 in each bucket on average, standard deviation 7: nobody beyond six of these.
    assertThat(Arrays.stream(low)).allMatch(count -> count > 8 && count < 93);
    assertThat(Arrays.stream(high)).allMatch(count -> count > 8 && count < 93);
  }

  /**
   * A block that cancels a public constant would make the product zero and let everything that
   * differs in the other factor collide, whatever the seed: wyhash has this weakness.
   */
  @Test
  void blocksThatCancelTheConstantsDoNotMakeKeysCollide() {
    long[] constants = {0xa0761d6478bd642fL, 0xe7037ed1a0b428dbL, 0x8ebc6af09c88c6e3L, 0, -1};
    for (long constant : constants) {
      for (int length : new int[] {16, 24, 32, 48}) {
        for (int block = 0; block + 8 <= length; block += 8) {
          Set<Long> hashes = new HashSet<>();
          for (int i = 0; i < 50; i++) {
            byte[] b = new byte[length];
            Arrays.fill(b, (byte) i);
            Bytes.putI64(b, block, constant);
            hashes.add(ByteHash.hash(b, 0, length, SEED));
          }
          assertThat(hashes).as("%x at %s of %s", constant, block, length).hasSize(50);
        }
      }
    }
  }
}
