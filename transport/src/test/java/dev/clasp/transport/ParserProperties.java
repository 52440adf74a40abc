package dev.clasp.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.transport.ParserEvent.Feed;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;

/** What holds for any bytes that arrive on a WebSocket. */
final class ParserProperties {

  private ParserProperties() {}

  /**
   * @param piece length of the next socket read, given what is left; at least 1
   */
  static List<ParserEvent> check(byte[] stream, boolean masked, int max, IntUnaryOperator piece) {
    byte[] copy = stream.clone();
    List<ParserEvent> whole = Feed.whole(stream, masked, max);
    assertThat(stream).as("the feed leaves its input alone").isEqualTo(copy);
    assertThat(whole).as("as the standard says").isEqualTo(NaiveParser.events(stream, masked, max));

    Feed pieces = new Feed(masked, max);
    for (int at = 0; at < stream.length; ) {
      int count = Math.clamp(piece.applyAsInt(stream.length - at), 1, stream.length - at);
      pieces.read(Arrays.copyOfRange(stream, at, at + count));
      at += count;
      assertThat(pieces.restLength()).as("bytes kept").isLessThan(max + 14);
      if (pieces.restLength() > 0) {
        assertThat(pieces.needed()).as("needed").isBetween(pieces.restLength() + 1, max + 14);
      }
    }
    assertThat(pieces.events()).as("the same in pieces").isEqualTo(whole);
    return whole;
  }
}
