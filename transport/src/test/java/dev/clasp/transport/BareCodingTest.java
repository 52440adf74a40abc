package dev.clasp.transport;

import static dev.clasp.transport.BareStreams.frame;
import static dev.clasp.transport.BareStreams.hex;
import static dev.clasp.transport.BareStreams.into;
import static dev.clasp.transport.BareStreams.stamped;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.FrameDescriptor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BareCodingTest {

  private static final byte[] FIRST = frame((byte) 0x41, (byte) 0x53, (byte) 0);
  private static final byte[] SECOND = stamped((byte) 0x42, (byte) 0x53);

  private final BareCoding coding = new BareCoding(FrameDescriptor.MAX_FRAME);
  private final List<String> frames = new ArrayList<>();

  private void decode(byte... bytes) {
    coding.decode(bytes, 0, bytes.length, into(frames));
  }

  @Test
  void twoFramesAreFoundWhereverTheStreamIsCut() {
    byte[] stream = Wire.concat(FIRST, SECOND);
    for (int one = 0; one <= stream.length; one++) {
      for (int two = one; two <= stream.length; two++) {
        BareCoding each = new BareCoding(FrameDescriptor.MAX_FRAME);
        List<String> found = new ArrayList<>();
        each.decode(stream, 0, one, into(found));
        each.decode(stream, one, two - one, into(found));
        each.decode(stream, two, stream.length - two, into(found));

        assertThat(found).as("cut at %d and %d", one, two).containsExactly(hex(FIRST), hex(SECOND));
        assertThat(each.waiting()).isFalse();
        assertThat(each.resynchronisations()).isZero();
      }
    }
  }

  @Test
  void garbageInFrontAndBetweenIsSkippedAndCounted() {
    byte[] garbage = {0, 1, (byte) 0xff, 'a'};
    byte[] stream = Wire.concat(garbage, FIRST, garbage, SECOND);
    for (int cut = 0; cut <= stream.length; cut++) {
      BareCoding each = new BareCoding(FrameDescriptor.MAX_FRAME);
      List<String> found = new ArrayList<>();
      each.decode(stream, 0, cut, into(found));
      each.decode(stream, cut, stream.length - cut, into(found));

      assertThat(found).as("cut at %d", cut).containsExactly(hex(FIRST), hex(SECOND));
      assertThat(each.resynchronisations()).isPositive();
    }
  }

  /** Otherwise one wrong byte would cost up to 64 KiB of good frames (transports.md 1.4). */
  @Test
  void aDamagedLengthIsGivenUpWhenTheLineIsQuiet() {
    byte[] damaged = FIRST.clone();
    damaged[2] = 0x40;
    decode(Wire.concat(damaged, SECOND, FIRST));
    assertThat(frames).isEmpty();
    assertThat(coding.waiting()).isTrue();
    assertThat(coding.announced()).isEqualTo(4 + 0x4003);

    // The byte 53 in the damaged frame looks like a beginning too.
    for (int i = 0; i < 3 && frames.isEmpty(); i++) {
      coding.stalled(into(frames));
    }

    assertThat(frames).containsExactly(hex(SECOND), hex(FIRST));
    assertThat(coding.waiting()).isFalse();
    assertThat(coding.announced()).isZero();
    assertThat(coding.resynchronisations()).isPositive();
  }

  @Test
  void aHalfFrameAtTheStartCostsNothingBehindIt() {
    decode(Arrays.copyOfRange(SECOND, 5, SECOND.length));
    decode(FIRST);
    for (int i = 0; i < 3 && frames.isEmpty(); i++) {
      coding.stalled(into(frames));
    }

    assertThat(frames).containsExactly(hex(FIRST));
  }

  @Test
  void whatAnnouncesTooMuchIsGarbage() {
    BareCoding small = new BareCoding(20);
    byte[] stream = Wire.concat(frame(new byte[17]), FIRST);
    small.decode(stream, 0, stream.length, into(frames));

    assertThat(frames).containsExactly(hex(FIRST));
    assertThat(small.resynchronisations()).isEqualTo(1);
  }

  @Test
  void theLongestFrameArrivesByteByByte() {
    byte[] longest = stamped(new byte[FrameDescriptor.MAX_PAYLOAD]);
    for (byte b : longest) {
      decode(b);
    }

    assertThat(frames).containsExactly(hex(longest));
  }

  @Test
  void framesGoOutAsTheyAre() {
    byte[] batch = Wire.concat(new byte[] {9}, FIRST, SECOND, new byte[] {9});

    assertThat(coding.encode(batch, 1, batch.length - 2)).isEqualTo(Wire.concat(FIRST, SECOND));
  }

  @Test
  void agreesWithASlowAndSimpleReader() {
    SplittableRandom random = new SplittableRandom(7);
    int found = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] stream = noisy(random);
      List<String> expected = BareStreams.naive(stream, 40);
      BareCoding each = new BareCoding(40);
      frames.clear();
      for (int at = 0; at < stream.length; ) {
        int piece = Math.min(1 + random.nextInt(9), stream.length - at);
        each.decode(stream, at, piece, into(frames));
        at += piece;
      }
      assertThat(frames).as(hex(stream)).isEqualTo(expected);
      found += expected.size();
    }
    assertThat(found).as("worth its time").isGreaterThan(20_000);
  }

  private static byte[] noisy(SplittableRandom random) {
    byte[] stream = {};
    for (int n = random.nextInt(5); n >= 0; n--) {
      byte[] piece = new byte[random.nextInt(12)];
      random.nextBytes(piece);
      stream =
          Wire.concat(
              stream,
              switch (random.nextInt(4)) {
                case 0 -> piece;
                case 1 -> new byte[] {0x53, (byte) random.nextInt(), 0, (byte) random.nextInt(60)};
                case 2 -> stamped(piece);
                default -> frame(piece);
              });
    }
    return stream;
  }
}
