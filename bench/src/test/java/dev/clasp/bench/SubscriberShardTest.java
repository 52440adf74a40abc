package dev.clasp.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.clasp.bench.SubscriberShard.Subscriber;
import java.util.List;
import org.junit.jupiter.api.Test;

class SubscriberShardTest {

  private static final FrameTemplate FRAME = FrameTemplate.publish("/p", 8);

  private final FakeClock clock = new FakeClock();
  private final DeliveryWindow window = new DeliveryWindow(8, 1);
  private int progress;
  private final SubscriberShard shard = new SubscriberShard(clock, window, () -> progress++);
  private final Subscriber first = shard.add();
  private final Subscriber second = shard.add();

  private void read(Subscriber subscriber, long... numbers) {
    for (long number : numbers) {
      Frames.give(subscriber, FRAME, number);
    }
    subscriber.readComplete();
  }

  @Test
  void aMessageIsCompleteWithItsLastSubscriber() {
    window.send(clock.nanos());
    clock.advance(10_000);
    read(first, 0);
    assertThat(progress).isZero();
    clock.advance(30_000);
    read(second, 0);
    assertThat(progress).isEqualTo(1);
    assertThat(window.completed()).isEqualTo(1);
    assertThat(shard.deliveries()).isEqualTo(2);
    assertThat(shard.last().count()).isEqualTo(1);
    assertThat(shard.last().maxMicros()).isEqualTo(40, offset(0.1));
  }

  @Test
  void timesEachDeliveryOnRequest() {
    shard.reset(true);
    window.send(clock.nanos());
    clock.advance(10_000);
    read(first, 0);
    clock.advance(30_000);
    read(second, 0);
    assertThat(shard.each().count()).isEqualTo(2);
    assertThat(shard.each().micros(50)).isEqualTo(10, offset(0.1));
    assertThat(shard.each().maxMicros()).isEqualTo(40, offset(0.1));
  }

  @Test
  void countsWhatIsMissingWhenALaterOneArrives() {
    for (int i = 0; i < 4; i++) {
      window.send(0);
    }
    read(first, 0, 3);
    assertThat(shard.deliveries()).isEqualTo(2);
    assertThat(shard.missed()).isEqualTo(2);
  }

  @Test
  void countsWhatComesTwice() {
    window.send(0);
    read(first, 0, 0);
    assertThat(shard.deliveries()).isEqualTo(1);
    assertThat(shard.repeated()).isEqualTo(1);
    read(second, 0);
    assertThat(window.completed()).isEqualTo(1);
  }

  @Test
  void ignoresNumbersThatWereNeverSent() {
    read(first, 0, 17);
    assertThat(shard.deliveries()).isZero();
    assertThat(shard.missed()).isZero();
  }

  @Test
  void givingUpCountsEveryMissingDeliveryAndStartsAfresh() {
    window.send(0);
    window.send(0);
    read(first, 0, 1);
    read(second, 1);
    shard.abandon(List.of(first, second));
    window.abandon();
    assertThat(shard.missed()).isEqualTo(1);
    // The lost one comes after all: it belongs to nothing any more.
    read(second, 0);
    assertThat(shard.repeated()).isZero();
    assertThat(window.send(0)).isEqualTo(2);
    read(first, 2);
    read(second, 2);
    assertThat(window.completed()).isEqualTo(3);
    assertThat(shard.deliveries()).isEqualTo(5);
  }

  @Test
  void theRateIsThatSinceTheReset() {
    window.send(0);
    read(first, 0);
    shard.reset(false);
    clock.advance(250_000_000);
    read(second, 0);
    assertThat(shard.rate()).isEqualTo(4.0);
  }
}
