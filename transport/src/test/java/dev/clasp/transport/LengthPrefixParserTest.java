package dev.clasp.transport;

import static dev.clasp.transport.Wire.bytes;
import static dev.clasp.transport.Wire.concat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages behind lengths, in a stream that is cut anywhere. */
class LengthPrefixParserTest {

  private static final int MAX = 65_536;

  /** Keeps what comes, and what is left of a read, as a connection does. */
  private static final class Stream implements LengthPrefixParser.Sink {
    private final LengthPrefixParser parser = new LengthPrefixParser(MAX);
    private final List<byte[]> messages = new ArrayList<>();
    private int empty;
    private byte[] rest = {};

    @Override
    public void message(byte[] b, int offset, int length) {
      messages.add(Arrays.copyOfRange(b, offset, offset + length));
    }

    @Override
    public void empty() {
      empty++;
    }

    /** One read; starts at an odd place of a larger array. */
    void read(byte[] more) {
      byte[] b = concat(new byte[3], rest, more, new byte[] {0, 0, 0, 1, 99});
      int end = 3 + rest.length + more.length;
      int used = parser.parse(b, 3, end, this);
      rest = Arrays.copyOfRange(b, used, end);
    }
  }

  private final Stream stream = new Stream();

  private static byte[] prefixed(byte... message) {
    return concat(ByteBuffer.allocate(4).putInt(message.length).array(), message);
  }

  @Test
  void findsEveryMessageOfARead() {
    stream.read(concat(prefixed(bytes(1)), prefixed(bytes(300)), prefixed(bytes(2))));

    assertThat(stream.messages).containsExactly(bytes(1), bytes(300), bytes(2));
    assertThat(stream.rest).isEmpty();
  }

  @Test
  void findsTwoMessagesCutAtEveryPlace() {
    byte[] all = concat(prefixed(bytes(5)), prefixed(bytes(7)));
    for (int first = 0; first <= all.length; first++) {
      for (int second = first; second <= all.length; second++) {
        Stream each = new Stream();
        each.read(Arrays.copyOf(all, first));
        each.read(Arrays.copyOfRange(all, first, second));
        each.read(Arrays.copyOfRange(all, second, all.length));

        assertThat(each.messages).as(first + ", " + second).containsExactly(bytes(5), bytes(7));
      }
    }
  }

  @Test
  void saysHowMuchItNeeds() {
    stream.read(new byte[] {0, 0});
    assertThat(stream.parser.needed()).isEqualTo(4);
    stream.read(new byte[] {1, 2});
    assertThat(stream.parser.needed()).isEqualTo(4 + 0x102);
    stream.read(bytes(0x101));
    assertThat(stream.messages).isEmpty();
    stream.read(new byte[1]);
    assertThat(stream.messages).hasSize(1);
  }

  @Test
  void takesTheLongestMessage() {
    stream.read(prefixed(bytes(MAX)));

    assertThat(stream.messages).containsExactly(bytes(MAX));
  }

  @Test
  void aLengthOfZeroIsNoMessage() {
    stream.read(concat(prefixed(), prefixed(bytes(1)), prefixed()));

    assertThat(stream.messages).containsExactly(bytes(1));
    assertThat(stream.empty).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(longs = {MAX + 1, 0x0100_0000L, 0x4745_5420L, 0x8000_0000L, 0xFFFF_FFFFL})
  void aLengthAboveTheLimitIsTheEnd(long length) {
    byte[] prefix = ByteBuffer.allocate(4).putInt((int) length).array();

    assertThatThrownBy(() -> stream.read(concat(prefixed(bytes(1)), prefix, bytes(9))))
        .isInstanceOf(Violation.class)
        .hasMessageContaining("message of " + length + " bytes announced");
    assertThat(stream.messages).containsExactly(bytes(1));

    stream.rest = new byte[0];
    stream.read(prefixed(bytes(2)));
    assertThat(stream.messages).as("nothing behind it is looked at").hasSize(1);
  }
}
