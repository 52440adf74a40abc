package dev.clasp.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeliveryWindowTest {

  @Test
  void isFullAtItsSizeAndHasRoomWhenTheOldestIsComplete() {
    DeliveryWindow window = new DeliveryWindow(3, 1);
    for (int i = 0; i < 3; i++) {
      assertThat(window.full()).isFalse();
      assertThat(window.send(i)).isEqualTo(i);
    }
    assertThat(window.full()).isTrue();
    assertThat(window.shardHasIt(0)).isTrue();
    assertThat(window.full()).isFalse();
    assertThat(window.underway()).isEqualTo(2);
  }

  @Test
  void aMessageIsCompleteWhenEveryShardHasIt() {
    DeliveryWindow window = new DeliveryWindow(4, 3);
    window.send(10);
    assertThat(window.shardHasIt(0)).isFalse();
    assertThat(window.shardHasIt(0)).isFalse();
    assertThat(window.completed()).isZero();
    assertThat(window.shardHasIt(0)).isTrue();
    assertThat(window.completed()).isEqualTo(1);
  }

  @Test
  void remembersWhenEachWasSentWhileItIsUnderway() {
    DeliveryWindow window = new DeliveryWindow(2, 1);
    window.send(100);
    window.send(200);
    window.shardHasIt(0);
    window.send(300);
    assertThat(window.sentAt(1)).isEqualTo(200);
    assertThat(window.sentAt(2)).isEqualTo(300);
  }

  @Test
  void movesPastMessagesThatWereCompletedOutOfTurn() {
    // Two shards on two threads: the second message can be complete a moment before the first.
    DeliveryWindow window = new DeliveryWindow(4, 1);
    window.send(0);
    window.send(0);
    assertThat(window.shardHasIt(1)).isTrue();
    assertThat(window.completed()).isZero();
    assertThat(window.shardHasIt(0)).isTrue();
    assertThat(window.completed()).isEqualTo(2);
  }

  @Test
  void oneThatIsLostHoldsTheWindowUntilItIsGivenUp() {
    DeliveryWindow window = new DeliveryWindow(2, 1);
    window.send(0);
    window.send(0);
    window.shardHasIt(1);
    assertThat(window.full()).isTrue();
    window.abandon();
    assertThat(window.underway()).isZero();
    assertThat(window.send(5)).isEqualTo(2);
    assertThat(window.shardHasIt(2)).isTrue();
  }
}
