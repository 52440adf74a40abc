package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.router.OutboundQueue.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutboundQueueTest {

  private final OutboundQueue queue = new OutboundQueue(10, 1_000_000);
  private final Address a =
      new Address("/a".getBytes(StandardCharsets.UTF_8), 1, ParameterSettings.NONE);
  private final Address b =
      new Address("/b".getBytes(StandardCharsets.UTF_8), 2, ParameterSettings.NONE);

  private static Delivery state(Address address, String name) {
    return new Delivery(name.getBytes(StandardCharsets.UTF_8), DeliveryClass.STATE, address);
  }

  private static Delivery of(DeliveryClass kind, String name) {
    return new Delivery(name.getBytes(StandardCharsets.UTF_8), kind, null);
  }

  private List<String> drain() {
    List<String> names = new ArrayList<>();
    for (Delivery d = queue.poll(); d != null; d = queue.poll()) {
      names.add(new String(d.frame(), StandardCharsets.UTF_8));
    }
    assertThat(queue.isEmpty()).isTrue();
    assertThat(queue.bytes()).isZero();
    return names;
  }

  @Test
  void belowTheHighWaterMarkEverythingWaitsInOrder() {
    queue.offer(state(a, "a1"));
    queue.offer(of(DeliveryClass.EVENT, "e"));
    queue.offer(state(a, "a2"));
    assertThat(drain()).containsExactly("a1", "e", "a2");
  }

  @Test
  void aboveItANewerValueReplacesTheWaitingOne() {
    for (int i = 1; i <= 5; i++) {
      assertThat(queue.offer(state(a, "a" + i))).isEqualTo(Outcome.QUEUED);
    }
    assertThat(queue.offer(state(b, "b1"))).isEqualTo(Outcome.QUEUED);
    assertThat(queue.offer(state(a, "a6"))).isEqualTo(Outcome.CONFLATED);
    assertThat(drain()).containsExactly("a1", "a2", "a3", "a4", "b1", "a6");
  }

  @Test
  void aMillionWritesToOneAddressHoldAFewMessages() {
    for (int i = 0; i < 1_000_000; i++) {
      queue.offer(state(a, "v" + i));
    }
    assertThat(queue.messages()).isLessThanOrEqualTo(6);
    assertThat(drain()).endsWith("v999999");
  }

  @Test
  void atTheLimitTheOldestSampleGoes() {
    for (int i = 0; i < 10; i++) {
      queue.offer(of(DeliveryClass.SAMPLE, "s" + i));
    }
    assertThat(queue.offer(of(DeliveryClass.SAMPLE, "s10"))).isEqualTo(Outcome.DISPLACED);
    assertThat(queue.offer(of(DeliveryClass.EVENT, "e"))).isEqualTo(Outcome.DISPLACED);
    assertThat(drain()).containsExactly("s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "e");
  }

  @Test
  void aSampleIsDroppedWhenOnlyMoreImportantThingsWait() {
    for (int i = 0; i < 10; i++) {
      queue.offer(of(DeliveryClass.EVENT, "e" + i));
    }
    assertThat(queue.offer(of(DeliveryClass.SAMPLE, "s"))).isEqualTo(Outcome.DROPPED);
    assertThat(drain()).hasSize(10);
  }

  @Test
  void eventsFillUpToTheHardLimitAndThenTheQueueSaysSo() {
    for (int i = 0; i < 10 * OutboundQueue.HARD_FACTOR; i++) {
      assertThat(queue.offer(of(DeliveryClass.EVENT, "e" + i))).isEqualTo(Outcome.QUEUED);
    }
    assertThat(queue.offer(of(DeliveryClass.EVENT, "x"))).isEqualTo(Outcome.FULL);
    assertThat(queue.offer(of(DeliveryClass.REPLY, "x"))).isEqualTo(Outcome.FULL);
    assertThat(drain()).hasSize(10 * OutboundQueue.HARD_FACTOR);
  }

  @Test
  void bytesCountToo() {
    OutboundQueue small = new OutboundQueue(1_000_000, 100);
    for (int i = 0; i < 20; i++) {
      small.offer(of(DeliveryClass.SAMPLE, "0123456789"));
    }
    assertThat(small.bytes()).isEqualTo(100);
  }

  @Test
  void pollingKeepsTheSampleListInStep() {
    for (int round = 0; round < 100; round++) {
      for (int i = 0; i < 12; i++) {
        queue.offer(of(DeliveryClass.SAMPLE, "s" + i));
      }
      queue.poll();
      queue.offer(state(a, "a"));
      queue.poll();
    }
    assertThat(drain()).isNotEmpty();
    assertThat(queue.offer(of(DeliveryClass.SAMPLE, "s"))).isEqualTo(Outcome.QUEUED);
  }
}
