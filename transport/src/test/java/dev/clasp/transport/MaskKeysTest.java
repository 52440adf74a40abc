package dev.clasp.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class MaskKeysTest {

  /** Across several purchases of random bytes. */
  @Test
  void keysDoNotRepeat() {
    MaskKeys keys = new MaskKeys();
    Set<Integer> seen = new HashSet<>();
    int or = 0;
    int and = -1;
    for (int i = 0; i < 10_000; i++) {
      int key = keys.next();
      seen.add(key);
      or |= key;
      and &= key;
    }

    // Of 10,000 random keys a pair may be equal (1 %), hardly five.
    assertThat(seen).hasSizeGreaterThan(9_995);
    assertThat(or).as("every bit is sometimes 1").isEqualTo(-1);
    assertThat(and).as("every bit is sometimes 0").isEqualTo(0);
  }

  @Test
  void everyThreadHasItsOwn() throws Exception {
    CompletableFuture<MaskKeys> other = new CompletableFuture<>();
    Thread.ofPlatform().start(() -> other.complete(MaskKeys.ofThread())).join();

    assertThat(MaskKeys.ofThread()).isSameAs(MaskKeys.ofThread()).isNotSameAs(other.get());
  }
}
