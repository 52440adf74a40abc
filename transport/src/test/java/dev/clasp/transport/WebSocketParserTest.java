package dev.clasp.transport;

import static dev.clasp.transport.Wire.BINARY;
import static dev.clasp.transport.Wire.CLOSE;
import static dev.clasp.transport.Wire.CONTINUATION;
import static dev.clasp.transport.Wire.FIN;
import static dev.clasp.transport.Wire.KEY;
import static dev.clasp.transport.Wire.PING;
import static dev.clasp.transport.Wire.PONG;
import static dev.clasp.transport.Wire.TEXT;
import static dev.clasp.transport.Wire.bytes;
import static dev.clasp.transport.Wire.concat;
import static dev.clasp.transport.Wire.header;
import static dev.clasp.transport.Wire.masked;
import static dev.clasp.transport.Wire.plain;
import static dev.clasp.transport.Wire.reason;
import static dev.clasp.transport.Wire.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.transport.ParserEvent.Binary;
import dev.clasp.transport.ParserEvent.Closing;
import dev.clasp.transport.ParserEvent.Feed;
import dev.clasp.transport.ParserEvent.Ping;
import dev.clasp.transport.ParserEvent.Pong;
import dev.clasp.transport.ParserEvent.Text;
import dev.clasp.transport.ParserEvent.Violation;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 6455 section 5, rule by rule. */
class WebSocketParserTest {

  private static final int MAX = 70_000;

  private static List<ParserEvent> server(byte[]... frames) {
    return Feed.whole(concat(frames), true, MAX);
  }

  private static List<ParserEvent> client(byte[]... frames) {
    return Feed.whole(concat(frames), false, MAX);
  }

  private static Binary binary(byte... b) {
    return new Binary(HexFormat.of().formatHex(b));
  }

  private static Ping ping(byte... b) {
    return new Ping(HexFormat.of().formatHex(b));
  }

  // --- examples of section 5.7 -------------------------------------------------------------------

  @Test
  void examplesOfTheStandard() {
    HexFormat hex = HexFormat.of();
    assertThat(client(hex.parseHex("810548656c6c6f"))).containsExactly(new Text(5));
    assertThat(server(hex.parseHex("818537fa213d7f9f4d5158"))).containsExactly(new Text(5));
    assertThat(client(hex.parseHex("010348656c80026c6f"))).containsExactly(new Text(5));
    assertThat(client(hex.parseHex("890548656c6c6f"))).containsExactly(ping(utf8("Hello")));
    assertThat(server(hex.parseHex("8a8537fa213d7f9f4d5158"))).containsExactly(new Pong());
    assertThat(client(concat(hex.parseHex("827e0100"), bytes(256))))
        .containsExactly(binary(bytes(256)));
    assertThat(client(concat(hex.parseHex("827f0000000000010000"), bytes(65_536))))
        .containsExactly(binary(bytes(65_536)));
  }

  // --- lengths -----------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(
      ints = {0, 1, 7, 8, 9, 124, 125, 126, 127, 128, 255, 256, 65_534, 65_535, 65_536, MAX})
  void everyFormOfLength(int length) {
    assertThat(server(masked(FIN | BINARY, bytes(length)), masked(FIN | PING)))
        .containsExactly(binary(bytes(length)), ping());
    assertThat(client(plain(FIN | BINARY, bytes(length)), plain(FIN | PING)))
        .containsExactly(binary(bytes(length)), ping());
  }

  @ParameterizedTest
  @CsvSource({"16,0", "16,125", "64,0", "64,125", "64,126", "64,65535"})
  void aLengthInMoreBytesThanItNeedsIsAViolation(int form, int length) {
    assertThat(server(header(FIN | BINARY, true, KEY, form, length), bytes(length)))
        .containsExactly(new Violation(1002));
    assertThat(client(header(FIN | BINARY, false, 0, form, length), bytes(length)))
        .containsExactly(new Violation(1002));
  }

  @Test
  void aMessageAboveTheLimitIsRefusedWhenItsHeaderIsSeen() {
    assertThat(server(header(FIN | BINARY, true, KEY, 64, MAX + 1)))
        .containsExactly(new Violation(1009));
    assertThat(Feed.whole(masked(FIN | BINARY, bytes(126)), true, 125))
        .containsExactly(new Violation(1009));
    assertThat(server(header(FIN | BINARY, true, KEY, 64, Long.MAX_VALUE)))
        .containsExactly(new Violation(1009));
  }

  @Test
  void aLengthWithTheTopBitIsAViolation() {
    assertThat(server(header(FIN | BINARY, true, KEY, 64, -1)))
        .containsExactly(new Violation(1002));
    assertThat(server(header(FIN | BINARY, true, KEY, 64, Long.MIN_VALUE)))
        .containsExactly(new Violation(1002));
  }

  @Test
  void fragmentsTogetherKeepTheLimit() {
    assertThat(
            server(
                masked(BINARY, bytes(MAX - 1)),
                masked(CONTINUATION, (byte) 1),
                masked(FIN | CONTINUATION)))
        .hasSize(1);
    assertThat(server(masked(BINARY, bytes(MAX - 1)), header(FIN | CONTINUATION, true, KEY, 7, 2)))
        .containsExactly(new Violation(1009));
    assertThat(server(masked(TEXT, bytes(MAX - 1)), header(FIN | CONTINUATION, true, KEY, 7, 2)))
        .containsExactly(new Violation(1009));
  }

  /** The sum must not overflow: it once did, and the connection then kept all that came. */
  @Test
  void theLargestLengthBehindAFragmentIsRefused() {
    assertThat(
            server(
                masked(BINARY, (byte) 1),
                header(FIN | CONTINUATION, true, KEY, 64, Long.MAX_VALUE)))
        .containsExactly(new Violation(1009));
  }

  @Test
  void emptyFragmentsAreFragments() {
    assertThat(
            server(
                masked(BINARY),
                masked(CONTINUATION),
                masked(CONTINUATION, (byte) 5),
                masked(CONTINUATION),
                masked(FIN | CONTINUATION)))
        .containsExactly(binary((byte) 5));
  }

  // --- fragmentation -----------------------------------------------------------------------------

  @Test
  void fragmentsBecomeOneMessage() {
    assertThat(
            server(
                masked(BINARY, bytes(10)),
                masked(CONTINUATION, bytes(200)),
                masked(FIN | CONTINUATION, bytes(3)),
                masked(FIN | BINARY, bytes(2))))
        .containsExactly(binary(concat(bytes(10), bytes(200), bytes(3))), binary(bytes(2)));
  }

  @Test
  void controlFramesMayStandBetweenFragments() {
    assertThat(
            server(
                masked(TEXT, bytes(3)),
                masked(FIN | PING, bytes(125)),
                masked(FIN | CONTINUATION, bytes(4)),
                masked(BINARY, bytes(3)),
                masked(FIN | PONG, bytes(1)),
                masked(FIN | PING),
                masked(FIN | CONTINUATION, bytes(4))))
        .containsExactly(
            ping(bytes(125)), new Text(7), new Pong(), ping(), binary(concat(bytes(3), bytes(4))));
  }

  /** A ping is no part of the message around it, however near that is to the limit. */
  @Test
  void aControlFrameInsideAMessageDoesNotCountTowardsItsLimit() {
    assertThat(
            server(
                masked(BINARY, bytes(MAX)), masked(FIN | PING, bytes(125)), masked(FIN, bytes(0))))
        .containsExactly(ping(bytes(125)), binary(bytes(MAX)));
  }

  @Test
  void aCloseFrameMayStandBetweenFragments() {
    assertThat(server(masked(BINARY, bytes(3)), masked(FIN | CLOSE, reason(1000, "enough"))))
        .containsExactly(new Closing(1000, "enough"));
  }

  @Test
  void aContinuationOfNothingIsAViolation() {
    assertThat(server(masked(FIN | CONTINUATION, bytes(1)))).containsExactly(new Violation(1002));
    assertThat(server(masked(CONTINUATION, bytes(1)))).containsExactly(new Violation(1002));
    assertThat(
            server(
                masked(BINARY, bytes(1)),
                masked(FIN | CONTINUATION, bytes(1)),
                masked(FIN | CONTINUATION, bytes(1))))
        .containsExactly(binary(concat(bytes(1), bytes(1))), new Violation(1002));
  }

  @ParameterizedTest
  @ValueSource(ints = {TEXT, BINARY, FIN | TEXT, FIN | BINARY})
  void aNewMessageInsideAFragmentedOneIsAViolation(int first) {
    assertThat(server(masked(BINARY, bytes(1)), masked(first, bytes(1))))
        .containsExactly(new Violation(1002));
    assertThat(server(masked(TEXT, bytes(1)), masked(first, bytes(1))))
        .containsExactly(new Violation(1002));
  }

  // --- bits and opcodes --------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(ints = {0x10, 0x20, 0x40, 0x70})
  void reservedBitsAreAViolation(int bits) {
    for (int opcode : new int[] {TEXT, BINARY, PING, PONG, CLOSE}) {
      assertThat(server(masked(FIN | bits | opcode))).containsExactly(new Violation(1002));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4, 5, 6, 7, 11, 12, 13, 14, 15})
  void unknownOpcodesAreAViolation(int opcode) {
    assertThat(server(masked(FIN | opcode))).containsExactly(new Violation(1002));
    assertThat(server(masked(opcode))).containsExactly(new Violation(1002));
  }

  @ParameterizedTest
  @ValueSource(ints = {PING, PONG, CLOSE})
  void controlFramesAreWholeAndShort(int opcode) {
    assertThat(server(masked(opcode, reason(1000, "")))).containsExactly(new Violation(1002));
    assertThat(server(masked(FIN | opcode, bytes(126)))).containsExactly(new Violation(1002));
    assertThat(server(header(FIN | opcode, true, KEY, 64, 70_000)))
        .containsExactly(new Violation(1002));
  }

  /** Before the rest of the length has come: nobody waits for what is wrong already. */
  @Test
  void aLongControlFrameIsRefusedAtItsSecondByte() {
    assertThat(server(new byte[] {(byte) (FIN | PING), (byte) (0x80 | 127)}))
        .containsExactly(new Violation(1002));
  }

  @Test
  void clientsMustMaskAndServersMustNot() {
    assertThat(server(plain(FIN | BINARY, bytes(1)))).containsExactly(new Violation(1002));
    assertThat(client(masked(FIN | BINARY, bytes(1)))).containsExactly(new Violation(1002));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, KEY, 0x80000000, 1, 0x00FF00FF})
  void everyKeyIsTaken(int key) {
    assertThat(server(Wire.frame(FIN | BINARY, true, key, bytes(300))))
        .containsExactly(binary(bytes(300)));
  }

  // --- closing -----------------------------------------------------------------------------------

  @Test
  void aCloseFrameWithoutReason() {
    assertThat(server(masked(FIN | CLOSE))).containsExactly(new Closing(1005, ""));
  }

  @Test
  void halfACloseCodeIsAViolation() {
    assertThat(server(masked(FIN | CLOSE, (byte) 3))).containsExactly(new Violation(1002));
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000,
        4999
      })
  void codesThatMayBeSent(int code) {
    assertThat(server(masked(FIN | CLOSE, reason(code, "so"))))
        .containsExactly(new Closing(code, "so"));
  }

  @ParameterizedTest
  @ValueSource(
      ints = {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 1999, 2000, 2999, 5000, 65_535})
  void codesThatMustNotBeSent(int code) {
    assertThat(server(masked(FIN | CLOSE, reason(code, "so"))))
        .containsExactly(new Violation(1002));
  }

  @Test
  void reasonsAreUtf8() {
    assertThat(server(masked(FIN | CLOSE, reason(1000, "Bühne — 舞台 🎭"))))
        .containsExactly(new Closing(1000, "Bühne — 舞台 🎭"));
    for (String bad : List.of("80", "c0af", "c328", "eda080", "f4908080", "e282", "ff")) {
      byte[] body = concat(reason(1000, "x"), HexFormat.of().parseHex(bad));
      assertThat(server(masked(FIN | CLOSE, body))).as(bad).containsExactly(new Violation(1007));
    }
  }

  @Test
  void theLongestReason() {
    String text = "x".repeat(123);
    assertThat(server(masked(FIN | CLOSE, reason(4000, text))))
        .containsExactly(new Closing(4000, text));
  }

  @Test
  void nothingFollowsACloseFrame() {
    byte[] stream = concat(masked(FIN | CLOSE), masked(FIN | BINARY, bytes(4)), bytes(100));
    Feed feed = new Feed(true, MAX);
    feed.read(stream);
    feed.read(stream);

    assertThat(feed.events()).containsExactly(new Closing(1005, ""));
    assertThat(feed.restLength()).isZero();
  }

  @Test
  void nothingFollowsAViolation() {
    Feed feed = new Feed(true, MAX);
    feed.read(concat(masked(FIN | 15), masked(FIN | BINARY, bytes(4))));
    feed.read(masked(FIN | BINARY, bytes(4)));
    feed.read(masked(FIN | 15));

    assertThat(feed.events()).containsExactly(new Violation(1002));
    assertThat(feed.restLength()).isZero();
  }

  // --- pieces ------------------------------------------------------------------------------------

  private static final byte[] CONVERSATION =
      concat(
          masked(FIN | BINARY, bytes(20)),
          masked(BINARY, bytes(5)),
          masked(FIN | PING, bytes(3)),
          masked(CONTINUATION, bytes(130)),
          masked(FIN | CONTINUATION),
          masked(FIN | TEXT, utf8("Grüße")),
          masked(FIN | PONG),
          masked(FIN | BINARY, bytes(126)),
          masked(FIN | BINARY),
          masked(FIN | CLOSE, reason(1000, "bye")));

  private static final List<ParserEvent> CONVERSATION_EVENTS =
      List.of(
          binary(bytes(20)),
          ping(bytes(3)),
          binary(concat(bytes(5), bytes(130))),
          new Text(7),
          new Pong(),
          binary(bytes(126)),
          binary(),
          new Closing(1000, "bye"));

  @Test
  void inOnePiece() {
    assertThat(server(CONVERSATION)).isEqualTo(CONVERSATION_EVENTS);
  }

  @Test
  void splitAtEveryPosition() {
    for (int at = 0; at <= CONVERSATION.length; at++) {
      Feed feed = new Feed(true, MAX);
      feed.read(Arrays.copyOf(CONVERSATION, at));
      feed.read(Arrays.copyOfRange(CONVERSATION, at, CONVERSATION.length));

      assertThat(feed.events()).as("split at %s", at).isEqualTo(CONVERSATION_EVENTS);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 7, 13})
  void inEqualPieces(int size) {
    Feed feed = new Feed(true, MAX);
    for (int at = 0; at < CONVERSATION.length; at += size) {
      feed.read(Arrays.copyOfRange(CONVERSATION, at, Math.min(at + size, CONVERSATION.length)));
    }

    assertThat(feed.events()).isEqualTo(CONVERSATION_EVENTS);
  }

  @Test
  void longMessageSplitInsideItsHeader() {
    byte[] stream = concat(masked(FIN | BINARY, bytes(65_536)), masked(FIN | PONG));
    for (int at = 0; at < 20; at++) {
      Feed feed = new Feed(true, MAX);
      feed.read(Arrays.copyOf(stream, at));
      feed.read(Arrays.copyOfRange(stream, at, stream.length));

      assertThat(feed.events()).containsExactly(binary(bytes(65_536)), new Pong());
    }
  }

  /** What the connection relies on when it collects a long message without looking at it. */
  @Test
  void saysHowMuchItNeeds() {
    byte[] frame = masked(FIN | BINARY, bytes(1000));
    for (int length = 1; length < frame.length; length++) {
      Feed feed = new Feed(true, MAX);
      feed.read(Arrays.copyOf(frame, length));

      int header = 8;
      assertThat(feed.needed()).isEqualTo(length < 2 ? 2 : length < header ? header : frame.length);
      assertThat(feed.restLength()).isEqualTo(length);
    }
  }

  // --- masking -----------------------------------------------------------------------------------

  /** Every length and alignment of the loop over eight bytes and of its tail. */
  @Test
  void unmasksLikeTheStandard() {
    for (int offset = 0; offset < 9; offset++) {
      for (int length = 0; length < 40; length++) {
        byte[] b = bytes(60);
        WebSocketParser.unmask(b, offset, length, KEY);

        byte[] expected = bytes(60);
        byte[] middle = Wire.applied(KEY, Arrays.copyOfRange(expected, offset, offset + length));
        System.arraycopy(middle, 0, expected, offset, length);
        assertThat(b).as("offset %s, length %s", offset, length).isEqualTo(expected);
      }
    }
  }

  @Test
  void unmaskingTwiceGivesTheOriginal() {
    byte[] b = bytes(1000);
    WebSocketParser.unmask(b, 3, 990, KEY);
    assertThat(b).isNotEqualTo(bytes(1000));
    WebSocketParser.unmask(b, 3, 990, KEY);
    assertThat(b).isEqualTo(bytes(1000));
  }
}
