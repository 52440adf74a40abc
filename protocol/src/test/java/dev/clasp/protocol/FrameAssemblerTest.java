package dev.clasp.protocol;

import static dev.clasp.protocol.Shorthand.bytes;
import static dev.clasp.protocol.Shorthand.hex;
import static dev.clasp.protocol.Shorthand.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.clasp.protocol.DecodeException.Kind;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FrameAssemblerTest {

  private static final byte[] PING = bytes("5301000141");
  private static final byte[] WITH_TIMESTAMP = bytes("5321000100060dd71021200041");
  private static final byte[] EMPTY = bytes("53010000");
  private static final byte[] SET = FrameCodec.encode(set("/a/b", 0.5));
  private static final byte[] LARGE =
      FrameCodec.encode(set("/v", Value.of(new byte[FrameDescriptor.MAX_PAYLOAD - 8])));

  private final FrameAssembler assembler = new FrameAssembler();
  private final List<String> frames = new ArrayList<>();

  private final FrameAssembler.Sink sink =
      (b, offset, length) -> frames.add(hex(Arrays.copyOfRange(b, offset, offset + length)));

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private void accept(byte[] bytes) {
    assembler.accept(bytes, 0, bytes.length, sink);
  }

  @Test
  void findsSeveralFramesInOneBuffer() {
    accept(join(PING, SET, EMPTY, WITH_TIMESTAMP, PING));

    assertThat(frames)
        .containsExactly(hex(PING), hex(SET), hex(EMPTY), hex(WITH_TIMESTAMP), hex(PING));
    assertThat(assembler.held()).isZero();
  }

  @Test
  void findsFramesCutAtEveryTwoPlaces() {
    byte[] stream = join(PING, WITH_TIMESTAMP, SET, EMPTY, PING);
    List<String> expected =
        List.of(hex(PING), hex(WITH_TIMESTAMP), hex(SET), hex(EMPTY), hex(PING));
    for (int first = 0; first <= stream.length; first++) {
      for (int second = first; second <= stream.length; second++) {
        FrameAssembler fresh = new FrameAssembler();
        frames.clear();
        fresh.accept(stream, 0, first, sink);
        fresh.accept(stream, first, second - first, sink);
        fresh.accept(stream, second, stream.length - second, sink);

        assertThat(frames).as("cut at %s and %s", first, second).isEqualTo(expected);
        assertThat(fresh.held()).isZero();
      }
    }
  }

  @Test
  void findsFramesThatArriveByteByByte() {
    byte[] stream = join(LARGE, PING);
    for (int i = 0; i < stream.length; i++) {
      assembler.accept(stream, i, 1, sink);
    }

    assertThat(frames).containsExactly(hex(LARGE), hex(PING));
  }

  @Test
  void findsFramesInPiecesOfAnySize() {
    SplittableRandom random = new SplittableRandom(1);
    byte[] stream = join(SET, LARGE, PING, EMPTY, LARGE, SET, WITH_TIMESTAMP);
    for (int run = 0; run < 100; run++) {
      FrameAssembler fresh = new FrameAssembler();
      frames.clear();
      int at = 0;
      while (at < stream.length) {
        int n = Math.min(stream.length - at, random.nextInt(1 << random.nextInt(17)));
        fresh.accept(stream, at, n, sink);
        at += n;
        assertThat(fresh.held()).isLessThan(FrameDescriptor.MAX_FRAME);
      }
      assertThat(frames).hasSize(7).startsWith(hex(SET), hex(LARGE)).endsWith(hex(WITH_TIMESTAMP));
    }
  }

  @Test
  void handsOnAWholeFrameInPlace() {
    byte[] stream = join(new byte[3], PING, SET);
    List<byte[]> buffers = new ArrayList<>();
    List<Integer> offsets = new ArrayList<>();

    assembler.accept(
        stream,
        3,
        stream.length - 3,
        (b, offset, _) -> {
          buffers.add(b);
          offsets.add(offset);
        });

    assertThat(buffers).hasSize(2).allSatisfy(b -> assertThat(b).isSameAs(stream));
    assertThat(offsets).containsExactly(3, 8);
  }

  @Test
  void aBadFirstByteEndsTheStream() {
    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() -> accept(join(PING, bytes("00"))))
        .matches(e -> e.kind() == Kind.BAD_MAGIC);

    assertThat(frames).containsExactly(hex(PING));
    assertThatExceptionOfType(DecodeException.class)
        .as("it stays failed")
        .isThrownBy(() -> accept(PING))
        .matches(e -> e.kind() == Kind.BAD_MAGIC);
    assertThat(frames).hasSize(1);
  }

  @Test
  void aBadByteBehindAPartialFrameIsFound() {
    accept(Arrays.copyOf(SET, 3));
    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() -> accept(join(Arrays.copyOfRange(SET, 3, SET.length), bytes("54"))))
        .matches(e -> e.kind() == Kind.BAD_MAGIC);

    assertThat(frames).containsExactly(hex(SET));
  }

  @Test
  void encryptedAndCompressedFramesEndTheStream() {
    for (String header : List.of("53110001", "53090001")) {
      FrameAssembler fresh = new FrameAssembler();
      fresh.accept(bytes(header), 0, 1, sink);
      assertThatExceptionOfType(DecodeException.class)
          .isThrownBy(() -> fresh.accept(bytes(header), 1, 3, sink))
          .matches(e -> e.kind() == Kind.UNSUPPORTED_FRAME_FEATURE);
    }
  }

  @Test
  void aSinkThatThrowsEndsTheStreamBecauseFramesAreLost() {
    FrameAssembler.Sink broken =
        (_, _, _) -> {
          throw new UnsupportedOperationException("broken");
        };
    byte[] two = join(PING, PING);

    assertThatThrownBy(() -> assembler.accept(two, 0, two.length, broken))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatIllegalStateException().isThrownBy(() -> accept(PING));
  }

  @Test
  void aClaimedLengthReservesNothing() {
    byte[] header = bytes("5301ffff21");
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    FrameAssembler[] assemblers = new FrameAssembler[100];
    Arrays.setAll(assemblers, _ -> new FrameAssembler());
    long before = threads.getCurrentThreadAllocatedBytes();
    for (FrameAssembler each : assemblers) {
      each.accept(header, 0, header.length, sink);
    }

    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(100 * 100);
    assertThat(assemblers[0].held()).isEqualTo(5);
  }
}
