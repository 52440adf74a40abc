package dev.clasp.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two ends and a network between them that the test has in its hand; time is a number. */
class ReceiptFlowTest {

  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  /** A direction: what is on its way. */
  private static final class Way implements ReceiptFlow.Wire {
    final List<byte[]> datagrams = new ArrayList<>();
    int again;

    @Override
    public void send(byte[] datagram) {
      datagrams.add(datagram.clone());
    }

    @Override
    public void sendAgain(byte[] datagram) {
      again++;
      send(datagram);
    }

    List<byte[]> taken() {
      List<byte[]> all = List.copyOf(datagrams);
      datagrams.clear();
      return all;
    }
  }

  private final Way there = new Way();
  private final Way back = new Way();
  private final ReceiptFlow sender = new ReceiptFlow(there);
  private final ReceiptFlow receiver = new ReceiptFlow(back);
  private final List<Integer> got = new ArrayList<>();
  private long now;

  private void send(int number) {
    byte[] frame = {9, (byte) (number >> 16), (byte) (number >> 8), (byte) number, 9};
    sender.send(frame, 1, 3, now);
  }

  private void arrive(byte[] datagram) {
    byte[] shifted = new byte[datagram.length + 2];
    System.arraycopy(datagram, 0, shifted, 1, datagram.length);
    if (datagram[0] == ReceiptFlow.DATA) {
      receiver.arrived(
          shifted,
          1,
          datagram.length,
          (b, offset, length) -> {
            assertThat(length).isEqualTo(3);
            got.add((b[offset] & 0xff) << 16 | (b[offset + 1] & 0xff) << 8 | b[offset + 2] & 0xff);
          });
    } else {
      sender.receipt(dev.clasp.protocol.Bytes.i32(datagram, 1), now);
    }
  }

  @Test
  void framesArriveInOrderAndAreReceipted() {
    for (int i = 0; i < 10; i++) {
      send(i);
    }
    assertThat(sender.bytes()).isEqualTo(30);
    there.taken().forEach(this::arrive);
    back.taken().forEach(this::arrive);

    assertThat(got).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    assertThat(sender.idle()).isTrue();
    assertThat(sender.bytes()).isZero();
    assertThat(sender.due()).isEqualTo(ReceiptFlow.NEVER);
    assertThat(there.again).isZero();
  }

  @Test
  void noMoreThanAWindowIsOnItsWay() {
    for (int i = 0; i < 1000; i++) {
      send(i);
    }
    assertThat(there.datagrams).hasSize(ReceiptFlow.WINDOW);

    while (!there.datagrams.isEmpty()) {
      there.taken().forEach(this::arrive);
      back.taken().forEach(this::arrive);
    }

    assertThat(got).hasSize(1000).isSorted();
    assertThat(there.again).isZero();
  }

  @Test
  void whatIsDoubledIsDeliveredOnce() {
    send(1);
    send(2);
    for (byte[] each : there.taken()) {
      arrive(each);
      arrive(each);
    }
    assertThat(got).containsExactly(1, 2);
  }

  @Test
  void aLostFrameIsSentAgainWhenLaterOnesAreThere() {
    for (int i = 0; i < 6; i++) {
      send(i);
    }
    List<byte[]> sent = there.taken();
    sent.subList(1, 6).forEach(this::arrive);
    assertThat(got).isEmpty();
    back.taken().forEach(this::arrive);
    assertThat(there.again).isEqualTo(1);
    there.taken().forEach(this::arrive);

    assertThat(got).containsExactly(0, 1, 2, 3, 4, 5);
  }

  @Test
  void aLostReceiptCostsARepetition() {
    send(1);
    there.taken().forEach(this::arrive);
    back.taken();
    now = sender.due();
    assertThat(sender.timeout(now)).isTrue();
    there.taken().forEach(this::arrive);
    back.taken().forEach(this::arrive);

    assertThat(got).containsExactly(1);
    assertThat(sender.idle()).isTrue();
  }

  @Test
  void intervalsGrowAndThenItGivesUp() {
    send(1);
    List<Long> millis = new ArrayList<>();
    long last = 0;
    while (true) {
      millis.add((sender.due() - last) / MILLI);
      last = sender.due();
      now = last;
      if (!sender.timeout(now)) {
        break;
      }
    }
    assertThat(millis)
        .containsExactly(100L, 200L, 400L, 800L, 1600L, 2000L, 2000L, 2000L, 2000L, 2000L, 2000L);
  }

  @Test
  void whoAnswersButTakesNothingIsNotGivenUp() {
    send(1);
    for (int i = 0; i < 100; i++) {
      now = sender.due();
      assertThat(sender.timeout(now)).isTrue();
      receiver.receipt();
      back.taken().forEach(this::arrive);
      assertThat(sender.due() - now).isLessThanOrEqualTo(ReceiptFlow.LONGEST_WAIT);
    }
  }

  @Test
  void receiptsForWhatWasNeverSentMeanNothing() {
    send(1);
    sender.receipt(2, now);
    sender.receipt(-1, now);
    sender.receipt(Integer.MIN_VALUE, now);

    assertThat(sender.idle()).isFalse();
    sender.receipt(1, now);
    assertThat(sender.idle()).isTrue();
  }

  @Test
  void numbersFarAheadAreNotKept() {
    for (int ahead = 1; ahead < 1_000_000; ahead += 997) {
      byte[] datagram = new byte[8];
      datagram[0] = ReceiptFlow.DATA;
      dev.clasp.protocol.Bytes.putI32(datagram, 1, ahead);
      arrive(datagram);
    }
    assertThat(got).isEmpty();
    send(7);
    there.taken().forEach(this::arrive);
    assertThat(got).startsWith(7);
  }

  /** The network loses, doubles and swaps in both directions; everything arrives once, in order. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void aBadNetworkChangesNothingButTheTime(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int bad = (int) seed * 5;
    int frames = 3000;
    int next = 0;
    for (int turn = 0; got.size() < frames; turn++) {
      assertThat(turn).isLessThan(200_000);
      for (int n = random.nextInt(8); n > 0 && next < frames; n--) {
        send(next++);
      }
      pass(there, random, bad);
      pass(back, random, bad);
      now += 5 * MILLI;
      if (now >= sender.due()) {
        assertThat(sender.timeout(now)).isTrue();
      }
    }
    assertThat(got).hasSize(frames).isSorted().doesNotHaveDuplicates();
  }

  private void pass(Way way, SplittableRandom random, int bad) {
    List<byte[]> all = new ArrayList<>(way.taken());
    for (int i = 0; i + 1 < all.size(); i++) {
      if (random.nextInt(100) < bad) {
        byte[] swapped = all.get(i);
        all.set(i, all.get(i + 1));
        all.set(i + 1, swapped);
      }
    }
    for (byte[] each : all) {
      if (random.nextInt(100) >= bad) {
        arrive(each);
      }
      if (random.nextInt(100) < bad) {
        arrive(Arrays.copyOf(each, each.length));
      }
    }
  }
}
