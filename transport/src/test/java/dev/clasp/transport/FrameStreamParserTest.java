package dev.clasp.transport;

import static dev.clasp.transport.Wire.bytes;
import static dev.clasp.transport.Wire.concat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.transport.FrameStreamParser.Garbage;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bare frames in a stream that is cut anywhere, clean or noisy. */
class FrameStreamParserTest {

  /** Keeps what comes, and what is left of a read, as a connection does. */
  private static final class Stream implements FrameStreamParser.Sink {
    private final FrameStreamParser parser;
    private final List<byte[]> frames = new ArrayList<>();
    private byte[] rest = {};

    Stream(int maxFrame, Garbage garbage) {
      parser = new FrameStreamParser(maxFrame, garbage);
    }

    @Override
    public void frame(byte[] b, int offset, int length) {
      frames.add(Arrays.copyOfRange(b, offset, offset + length));
    }

    /** One read; starts at an odd place of a larger array, whose other bytes look like frames. */
    void read(byte[] more) {
      byte[] b = concat(new byte[] {0x53, 1, 0}, rest, more, new byte[] {0x53, 1, 0, 0});
      int end = 3 + rest.length + more.length;
      int used = parser.parse(b, 3, end, this);
      rest = Arrays.copyOfRange(b, used, end);
    }
  }

  private final Stream strict = new Stream(FrameDescriptor.MAX_FRAME, Garbage.REFUSE);
  private final Stream tolerant = new Stream(FrameDescriptor.MAX_FRAME, Garbage.SKIP);

  private static byte[] frame(int payload) {
    return concat(new byte[] {0x53, 1, (byte) (payload >> 8), (byte) payload}, bytes(payload));
  }

  private static byte[] withTime(int payload) {
    return concat(
        new byte[] {0x53, 0x21, (byte) (payload >> 8), (byte) payload}, bytes(8 + payload));
  }

  @Test
  void findsEveryFrameOfARead() {
    strict.read(concat(frame(0), frame(300), withTime(0), withTime(7), frame(1)));

    assertThat(strict.frames)
        .containsExactly(frame(0), frame(300), withTime(0), withTime(7), frame(1));
    assertThat(strict.rest).isEmpty();
  }

  /** Transports.md 13.6: every split point of two frames. */
  @Test
  void findsTwoFramesCutAtEveryPlace() {
    byte[] all = concat(withTime(5), frame(7));
    for (Garbage garbage : Garbage.values()) {
      for (int first = 0; first <= all.length; first++) {
        for (int second = first; second <= all.length; second++) {
          Stream each = new Stream(FrameDescriptor.MAX_FRAME, garbage);
          each.read(Arrays.copyOf(all, first));
          each.read(Arrays.copyOfRange(all, first, second));
          each.read(Arrays.copyOfRange(all, second, all.length));

          assertThat(each.frames)
              .as(garbage + " " + first + ", " + second)
              .containsExactly(withTime(5), frame(7));
          assertThat(each.parser.skipped()).isZero();
        }
      }
    }
  }

  @Test
  void findsFramesThatArriveByteByByte() {
    byte[] all = concat(frame(0), withTime(300), frame(2));
    for (byte b : all) {
      strict.read(new byte[] {b});
    }
    assertThat(strict.frames).containsExactly(frame(0), withTime(300), frame(2));
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5, 12, 1000, 65_535, 65_536, 65_539})
  void takesFramesOfEveryLength(int length) {
    strict.read(frame(length - 4));

    assertThat(strict.frames).containsExactly(frame(length - 4));
  }

  @Test
  void takesTheLongestFrame() {
    byte[] longest = withTime(FrameDescriptor.MAX_PAYLOAD);
    assertThat(longest).hasSize(FrameDescriptor.MAX_FRAME);
    strict.read(Arrays.copyOf(longest, 65_546));
    assertThat(strict.frames).isEmpty();
    strict.read(new byte[] {longest[65_546]});

    assertThat(strict.frames).containsExactly(longest);
  }

  @Test
  void saysHowMuchItNeeds() {
    strict.read(new byte[] {0x53, 0x21});
    assertThat(strict.parser.needed()).isEqualTo(4);
    strict.read(new byte[] {1, 2});
    assertThat(strict.parser.needed()).isEqualTo(12 + 0x102);
    strict.read(bytes(8 + 0x101));
    assertThat(strict.frames).isEmpty();
    strict.read(new byte[1]);
    assertThat(strict.frames).hasSize(1);
  }

  @Test
  void whatBeginsNoFrameIsTheEndOfAStrictStream() {
    assertThatThrownBy(() -> strict.read(concat(frame(1), new byte[] {0x47, 0x45, 0x54, 0x20})))
        .isInstanceOf(Violation.class)
        .hasMessage("a frame must begin with 0x53, not 0x47")
        .extracting(e -> ((Violation) e).reason().code())
        .isEqualTo(CloseReason.PROTOCOL_ERROR);
    assertThat(strict.frames).containsExactly(frame(1));

    strict.rest = new byte[0];
    strict.read(frame(2));
    assertThat(strict.frames).as("nothing behind it is looked at").hasSize(1);
  }

  @Test
  void aFrameAboveTheLimitIsTheEndOfAStrictStreamWhenItsHeaderIsThere() {
    Stream small = new Stream(100, Garbage.REFUSE);
    small.read(frame(96));

    assertThatThrownBy(() -> small.read(Arrays.copyOf(frame(97), 4)))
        .isInstanceOf(Violation.class)
        .hasMessage("frame of 101 bytes announced, at most 100 are allowed")
        .extracting(e -> ((Violation) e).reason().code())
        .isEqualTo(CloseReason.TOO_BIG);
    assertThat(small.frames).containsExactly(frame(96));
  }

  @Test
  void aTolerantStreamGoesOnAtTheNextFrame() {
    tolerant.read(concat(frame(1), new byte[] {0, -1, 0x52}, frame(2), new byte[] {9}, frame(3)));

    assertThat(tolerant.frames).containsExactly(frame(1), frame(2), frame(3));
    assertThat(tolerant.parser.resynchronisations()).isEqualTo(2);
    assertThat(tolerant.parser.skipped()).isEqualTo(4);
  }

  @Test
  void aTolerantStreamSkipsAFrameThatIsTooLongByOneByteOnly() {
    Stream small = new Stream(100, Garbage.SKIP);
    // The length of the first was damaged; what follows its header is a frame.
    small.read(concat(new byte[] {0x53, 1, 4, 0}, frame(2)));

    assertThat(small.frames).containsExactly(frame(2));
    assertThat(small.parser.resynchronisations()).isEqualTo(1);
  }

  @Test
  void findingFramesAllocatesNothing() {
    byte[] read = new byte[0];
    for (int i = 0; i < 1000; i++) {
      read = concat(read, frame(27));
    }
    byte[] all = read;
    FrameStreamParser parser = new FrameStreamParser(FrameDescriptor.MAX_FRAME, Garbage.REFUSE);
    int[] found = {0};
    FrameStreamParser.Sink sink = (_, _, _) -> found[0]++;
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    parser.parse(all, 0, all.length, sink);
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 100; i++) {
      parser.parse(all, 0, all.length, sink);
    }

    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(10_000);
    assertThat(found[0]).isEqualTo(101_000);
  }
}
