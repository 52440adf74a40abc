package dev.clasp.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random messages, random bytes, and frames with random damage. Each case is named by its seed. */
class RandomInputTest {

  private static final int MESSAGES = 5_000;
  private static final int PAYLOADS = 20_000;

  private static final int[] TYPES = {
    0x01, 0x02, 0x03, 0x04, 0x10, 0x11, 0x20, 0x21, 0x22, 0x23, 0x24, 0x30, 0x40, 0x41, 0x42, 0x50,
    0x51, 0x60, 0x61
  };

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void randomMessagesSurviveARoundTrip(long seed) {
    RandomMessages random = new RandomMessages(seed);
    for (int i = 0; i < MESSAGES; i++) {
      Message message = random.next();

      byte[] frame = FrameCodec.encode(message);
      FrameCodec.Frame decoded = FrameCodec.decode(frame, 0, frame.length);

      assertThat(decoded.message()).isEqualTo(message);
      assertThat(decoded.length()).isEqualTo(frame.length);
      assertThat(decoded.qos()).isEqualTo(FrameCodec.defaultQos(message));
      assertThat(FrameCodec.encode(decoded.message())).isEqualTo(frame);
      byte[] payload = MessageCodec.encode(message);
      assertThat(payload).isEqualTo(Arrays.copyOfRange(frame, 4, frame.length));
      CodecProperties.checkPayload(payload, 0, payload.length);
    }
  }

  /** A payload cut anywhere is truncated, or a message where the rest was optional. */
  @ParameterizedTest
  @ValueSource(longs = {4})
  void everyPrefixOfAMessageGivesAMessageOrADeclaredError(long seed) {
    RandomMessages random = new RandomMessages(seed);
    for (int i = 0; i < 500; i++) {
      byte[] payload = MessageCodec.encode(random.next());
      for (int length = 0; length < payload.length; length++) {
        check(payload, 0, length, seed, i);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {5, 6})
  void randomBytesGiveAMessageOrADeclaredError(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int accepted = 0;
    for (int i = 0; i < PAYLOADS; i++) {
      byte[] payload = new byte[1 + random.nextInt(64)];
      random.nextBytes(payload);
      if (random.nextInt(4) > 0) {
        payload[0] = (byte) TYPES[random.nextInt(TYPES.length)];
      }
      // Small numbers are more often right than large ones.
      for (int k = 1; k < payload.length; k++) {
        if (random.nextInt(3) > 0) {
          payload[k] &= 0x0F;
        }
      }
      accepted += check(payload, 0, payload.length, seed, i) ? 1 : 0;
    }

    assertWorthwhile(accepted);
  }

  @ParameterizedTest
  @ValueSource(longs = {7, 8, 9})
  void damagedMessagesGiveAMessageOrADeclaredError(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    RandomMessages messages = new RandomMessages(seed);
    List<byte[]> vectors =
        Vectors.sessionFrames().stream().map(Vectors.Entry::bytes).map(Vectors::payload).toList();
    int accepted = 0;
    for (int i = 0; i < PAYLOADS; i++) {
      byte[] payload =
          random.nextBoolean()
              ? MessageCodec.encode(messages.next())
              : vectors.get(random.nextInt(vectors.size())).clone();
      for (int n = 1 + random.nextInt(3); n > 0; n--) {
        payload = damaged(payload, random);
      }
      accepted += check(payload, 0, payload.length, seed, i) ? 1 : 0;
    }

    assertWorthwhile(accepted);
  }

  @ParameterizedTest
  @ValueSource(longs = {10})
  void damagedStreamsGiveFramesOrADeclaredError(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<byte[]> frames = Vectors.allBytes().toList();
    for (int i = 0; i < 3_000; i++) {
      byte[] stream = {};
      for (int n = random.nextInt(4); n >= 0; n--) {
        byte[] frame = frames.get(random.nextInt(frames.size()));
        int at = stream.length;
        stream = Arrays.copyOf(stream, at + frame.length);
        System.arraycopy(frame, 0, stream, at, frame.length);
      }
      CodecProperties.checkFrames(random.nextBoolean() ? stream : damaged(stream, random));
    }
  }

  /** Decoding reserves memory for what is there, not for what is claimed. */
  @ParameterizedTest
  @ValueSource(longs = {11})
  void memoryIsBoundedByTheInput(long seed) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 2_000; i++) {
      byte[] payload = new byte[16 + random.nextInt(4_000)];
      for (int k = 0; k < payload.length; k++) {
        // Counts and lengths of everything, containers in containers.
        payload[k] =
            (byte)
                switch (random.nextInt(6)) {
                  case 0 -> 0xFF;
                  case 1 -> ValueLayout.ARRAY;
                  case 2 -> ValueLayout.MAP;
                  case 3 -> random.nextInt(256);
                  default -> 0;
                };
      }
      payload[0] = (byte) TYPES[random.nextInt(TYPES.length)];
      long before = threads.getCurrentThreadAllocatedBytes();
      try {
        MessageCodec.decode(payload, 0, payload.length);
      } catch (DecodeException e) {
        assertThat(e.kind()).isNotNull();
      }
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;

      assertThat(allocated).isLessThan(8_192 + 200L * payload.length);
    }
  }

  /** Random input is only worth its time if a good part is accepted and a good part refused. */
  private static void assertWorthwhile(int accepted) {
    assertThat(accepted).isBetween(PAYLOADS / 10, PAYLOADS * 9 / 10);
  }

  /** The payload in the middle of other bytes, which must not matter. */
  private static boolean check(byte[] payload, int offset, int length, long seed, int index) {
    byte[] around = new byte[length + 40];
    Arrays.fill(around, (byte) 0x41);
    System.arraycopy(payload, offset, around, 20, length);
    try {
      return CodecProperties.checkPayload(around, 20, length);
    } catch (RuntimeException | AssertionError e) {
      String hex = Shorthand.hex(Arrays.copyOfRange(payload, offset, offset + length));
      return fail("seed " + seed + ", number " + index + ": " + hex, e);
    }
  }

  private static byte[] damaged(byte[] payload, SplittableRandom random) {
    int at = payload.length == 0 ? 0 : random.nextInt(payload.length);
    return switch (random.nextInt(5)) {
      case 0 -> Arrays.copyOf(payload, at);
      case 1 -> {
        byte[] longer = Arrays.copyOf(payload, payload.length + 1 + random.nextInt(12));
        for (int i = payload.length; i < longer.length; i++) {
          longer[i] = (byte) random.nextInt();
        }
        yield longer;
      }
      case 2 -> {
        byte[] result = new byte[payload.length + 1];
        System.arraycopy(payload, 0, result, 0, at);
        result[at] = (byte) random.nextInt();
        System.arraycopy(payload, at, result, at + 1, payload.length - at);
        yield result;
      }
      case 3 -> {
        if (payload.length > 0) {
          payload[at] = (byte) random.nextInt();
        }
        yield payload;
      }
      default -> {
        if (payload.length > 0) {
          payload[at] ^= (byte) (1 << random.nextInt(8));
        }
        yield payload;
      }
    };
  }
}
