package dev.clasp.testkit;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.random.RandomGenerator;

/** Somebody who plays anything; numbers of parameters come from the MSB to the LSB. */
public final class RandomMidi {

  private static final List<Integer> KEPT_APART = List.of(6, 38, 96, 97, 98, 99, 100, 101);

  private final RandomGenerator random;
  private final boolean little;
  private final Deque<byte[]> more = new ArrayDeque<>();

  public RandomMidi(RandomGenerator random) {
    this(random, false);
  }

  private RandomMidi(RandomGenerator random, boolean little) {
    this.random = random;
    this.little = little;
  }

  /** One with a single channel and few controllers: all that was played fits into any journal. */
  public static RandomMidi little(RandomGenerator random) {
    return new RandomMidi(random, true);
  }

  public static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  public byte[] next() {
    byte[] waiting = more.poll();
    if (waiting != null) {
      return waiting;
    }
    int channel = little ? 0 : random.nextInt(10) == 0 ? random.nextInt(16) : random.nextInt(3);
    int a = random.nextInt(128);
    int b = random.nextInt(128);
    return switch (random.nextInt(20)) {
      case 0, 1, 2, 3 -> bytes(0x90 | channel, a % 24 + 50, b);
      case 4, 5, 6, 7 -> bytes(0x80 | channel, a % 24 + 50, b);
      case 8, 9, 10 -> control(channel, a, b);
      case 11 -> bytes(0xA0 | channel, a % 24 + 50, b);
      case 12 -> bytes(0xC0 | channel, a);
      case 13 -> bytes(0xD0 | channel, a);
      case 14, 15 -> bytes(0xE0 | channel, a, b);
      case 16, 17 -> parameter(channel, a, b);
      case 18 -> system(a, b);
      default -> bytes(0xB0 | channel, List.of(0, 32, 7, 64).get(a % 4), b);
    };
  }

  private byte[] control(int channel, int a, int b) {
    if (KEPT_APART.contains(a) || little && a % 8 > 0) {
      return bytes(0xB0 | channel, 1, b);
    }
    return bytes(0xB0 | channel, a, b);
  }

  private byte[] parameter(int channel, int a, int b) {
    boolean nrpn = random.nextBoolean();
    boolean none = random.nextInt(8) == 0;
    more.add(bytes(0xB0 | channel, nrpn ? 98 : 100, none ? 127 : a % 5));
    if (!none) {
      more.add(bytes(0xB0 | channel, 6, b));
      if (random.nextBoolean()) {
        more.add(bytes(0xB0 | channel, 38, a));
      }
    }
    return bytes(0xB0 | channel, nrpn ? 99 : 101, none ? 127 : b % 3);
  }

  private byte[] system(int a, int b) {
    return switch (a % 16) {
      case 0 -> bytes(0xF2, a, b);
      case 1, 2 -> bytes(0xF3, b);
      case 3 -> bytes(0xFA);
      case 4 -> bytes(0xFB);
      case 5, 6 -> bytes(0xFC);
      case 7 -> b < 8 ? bytes(0xFF) : bytes(0xFE);
      case 8 -> bytes(0xF6);
      default -> bytes(0xF8);
    };
  }
}
