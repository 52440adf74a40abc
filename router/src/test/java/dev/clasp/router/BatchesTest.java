package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BatchesTest {

  private final Batches batches = new Batches(64 << 10);

  @Test
  void theSizeIsTheNextPowerOfTwoWithinTheLimits() {
    assertThat(batches.take(1)).hasSize(4096);
    assertThat(batches.take(4096)).hasSize(4096);
    assertThat(batches.take(4097)).hasSize(8192);
    assertThat(batches.take(8193)).hasSize(16_384);
    assertThat(batches.take(64 << 10)).hasSize(64 << 10);
    assertThat(batches.take(1 << 20)).hasSize(64 << 10);
  }

  @Test
  void whatComesBackIsUsedAgainForItsSize() {
    byte[] batch = batches.take(5000);
    batches.recycle(batch);
    assertThat(batches.take(100)).isNotSameAs(batch);
    assertThat(batches.take(8000)).isSameAs(batch);
    assertThat(batches.take(8000)).isNotSameAs(batch);
  }

  @Test
  void strangeSizesAreNotKept() {
    byte[] strange = new byte[5000];
    batches.recycle(strange);
    batches.recycle(new byte[100_000]);
    assertThat(batches.take(5000)).isNotSameAs(strange).hasSize(8192);
    assertThat(batches.take(64 << 10)).hasSize(64 << 10);
  }

  @Test
  void aLargestSizeThatIsNoPowerOfTwoHasItsPlace() {
    Batches odd = new Batches(10_000);
    byte[] largest = odd.take(9000);
    assertThat(largest).hasSize(10_000);
    odd.recycle(largest);
    assertThat(odd.take(10_000)).isSameAs(largest);
    assertThat(new Batches(1024).take(5)).hasSize(1024);
  }

  @Test
  void whatIsKeptIsBounded() {
    Set<byte[]> taken = Collections.newSetFromMap(new IdentityHashMap<>());
    for (int i = 0; i < 1000; i++) {
      taken.add(batches.take(64 << 10));
    }
    taken.forEach(batches::recycle);
    int usedAgain = 0;
    for (int i = 0; i < 1000; i++) {
      usedAgain += taken.contains(batches.take(64 << 10)) ? 1 : 0;
    }
    assertThat(usedAgain).isEqualTo((32 << 20) / (64 << 10));
  }
}
