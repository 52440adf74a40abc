package dev.clasp.protocol;

import static dev.clasp.protocol.Shorthand.bundle;
import static dev.clasp.protocol.Shorthand.map;
import static dev.clasp.protocol.Shorthand.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.management.ThreadMXBean;
import dev.clasp.protocol.DecodeException.Kind;
import dev.clasp.protocol.Message.Content;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The limits of wire.md 4.4 and 8.3, just reached and just exceeded, in both directions. */
class LimitsTest {

  private static final int MAX = FrameDescriptor.MAX_PAYLOAD;

  /**
   * Three quarters of what threads have by default. The deepest values need up to half of that, as
   * long as the compiler is not done with the code, and the JVM keeps about 100 KB for itself;
   * 21,800 levels would need several times as much.
   */
  private static final int SMALL_STACK = 768 * 1024;

  /** Bytes of a SET to "/v" in front of the value data. */
  private static final int SET_HEAD = 6;

  private static Value nested(int levels, UnaryOperator<Value> around) {
    Value value = Value.of(1);
    for (int i = 0; i < levels; i++) {
      value = around.apply(value);
    }
    return value;
  }

  private static Message nestedBundle(int levels) {
    Message message = new Message.Ping();
    for (int i = 0; i < levels; i++) {
      message = bundle(message);
    }
    return message;
  }

  /** A SET of arrays (0A) or maps with an empty key (0B), that many deep around a null. */
  private static byte[] nestedBytes(int type, int levels) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {0x21, (byte) type, 0, 2, '/', 'v'});
    byte[] header = type == ValueLayout.ARRAY ? new byte[] {0, 1} : new byte[] {0, 1, 0, 0};
    for (int i = 0; i < levels; i++) {
      out.writeBytes(header);
      out.write(i == levels - 1 ? ValueLayout.NULL : type);
    }
    return out.toByteArray();
  }

  private static byte[] nestedBundleBytes(int levels) {
    byte[] message = {0x41};
    for (int i = 0; i < levels; i++) {
      byte[] outer = new byte[6 + message.length];
      outer[0] = 0x30;
      outer[3] = 1;
      Bytes.putU16(outer, 4, message.length);
      System.arraycopy(message, 0, outer, 6, message.length);
      message = outer;
    }
    return message;
  }

  private static Message decode(byte[] payload) {
    return MessageCodec.decode(payload, 0, payload.length);
  }

  private static void assertTooDeep(byte[] payload) {
    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() -> decode(payload))
        .matches(e -> e.kind() == Kind.LIMIT_EXCEEDED);
    if (payload[0] == MessageType.SET) {
      assertThatExceptionOfType(DecodeException.class)
          .isThrownBy(() -> new MessageView().wrap(payload, 0, payload.length))
          .matches(e -> e.kind() == Kind.LIMIT_EXCEEDED);
    }
  }

  private static void assertAccepted(byte[] payload) {
    assertThatCode(() -> decode(payload)).doesNotThrowAnyException();
    assertThatCode(() -> new MessageView().wrap(payload, 0, payload.length))
        .doesNotThrowAnyException();
  }

  @Test
  void arraysNestSixtyFourDeepAndNoDeeper() {
    assertAccepted(nestedBytes(ValueLayout.ARRAY, 64));
    assertTooDeep(nestedBytes(ValueLayout.ARRAY, 65));
  }

  @Test
  void mapsNestSixtyFourDeepAndNoDeeper() {
    assertAccepted(nestedBytes(ValueLayout.MAP, 64));
    assertTooDeep(nestedBytes(ValueLayout.MAP, 65));
  }

  @Test
  void bundlesNestEightDeepAndNoDeeper() {
    assertAccepted(nestedBundleBytes(8));
    assertTooDeep(nestedBundleBytes(9));
  }

  @Test
  void aFrameFullOfArrayHeadersIsRefusedWithoutDeepRecursion() throws InterruptedException {
    byte[] payload = nestedBytes(ValueLayout.ARRAY, 21_800);
    Thread small = new Thread(null, () -> assertTooDeep(payload), "small stack", SMALL_STACK);
    Throwable[] thrown = new Throwable[1];
    small.setUncaughtExceptionHandler((_, e) -> thrown[0] = e);
    small.start();
    small.join();

    assertThat(thrown[0]).isNull();
  }

  @Test
  void otherLimitsMayBeChosen() {
    byte[] array = nestedBytes(ValueLayout.ARRAY, 3);
    CodecLimits two = new CodecLimits(2, 1, 10);
    CodecLimits three = new CodecLimits(3, 1, 10);

    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() -> MessageCodec.decode(array, 0, array.length, two));
    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() -> new MessageView(two).wrap(array, 0, array.length));
    assertThat(MessageCodec.decode(array, 0, array.length, three)).isEqualTo(decode(array));
    assertThat(new MessageView(three).wrap(array, 0, array.length).end()).isEqualTo(array.length);
  }

  @Test
  void limitsThatTheStackCannotCarryAreRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new CodecLimits(257, 8, 96));
    assertThatIllegalArgumentException().isThrownBy(() -> new CodecLimits(64, -1, 96));
  }

  @Test
  void theDeepestAllowedValueIsReadOnASmallStack() throws InterruptedException {
    byte[] payload = nestedBytes(ValueLayout.MAP, 256);
    byte[] legacy = Shorthand.bytes("82a474797065a450494e47a178" + "81a16b".repeat(255) + "c0");
    CodecLimits deep = new CodecLimits(256, 8, 256);
    Throwable[] thrown = new Throwable[1];
    Thread small =
        new Thread(
            null,
            () -> {
              MessageCodec.decode(payload, 0, payload.length, deep);
              MessageCodec.decode(legacy, 0, legacy.length, deep);
            },
            "small stack",
            SMALL_STACK);
    small.setUncaughtExceptionHandler((_, e) -> thrown[0] = e);
    small.start();
    small.join();

    assertThat(thrown[0]).isNull();
  }

  @Test
  void weSendNothingDeeperThanWeRead() {
    assertAccepted(MessageCodec.encode(set("/v", nested(64, v -> Value.of(List.of(v))))));
    assertAccepted(MessageCodec.encode(set("/v", nested(64, v -> map("k", v)))));
    assertAccepted(MessageCodec.encode(nestedBundle(8)));

    assertNotEncodable(set("/v", nested(65, v -> Value.of(List.of(v)))));
    assertNotEncodable(set("/v", nested(65, v -> map("k", v))));
    assertNotEncodable(nestedBundle(9));
  }

  @Test
  void aPayloadMayFillItsLengthField() {
    byte[] payload = MessageCodec.encode(set("/v", Value.of(new byte[MAX - SET_HEAD - 2])));
    byte[] frame = FrameCodec.encode(decode(payload));

    assertThat(payload).hasSize(65_535);
    assertThat(frame).hasSize(65_539).startsWith(0x53, 0x41, 0xff, 0xff);
    assertThat(FrameCodec.decode(frame, 0, frame.length).length()).isEqualTo(65_539);
  }

  @Test
  void oneByteMoreIsTooLarge() {
    assertThatExceptionOfType(EncodeException.class)
        .isThrownBy(() -> MessageCodec.encode(set("/v", Value.of(new byte[MAX - SET_HEAD - 1]))))
        .withMessageContaining("65536");
  }

  @Test
  void theLongestTextOfASetToATwoByteAddressHas65527Bytes() {
    String longest = "x".repeat(65_527);

    assertAccepted(MessageCodec.encode(set("/v", Value.of(longest))));
    assertNotEncodable(set("/v", Value.of(longest + "x")));
    assertNotEncodable(set("/v", Value.of("x".repeat(65_535))));
  }

  @Test
  void nothingWrapsAround() {
    String tooLong = "x".repeat(65_537);
    assertNotEncodable(set(tooLong, Value.NULL));
    assertNotEncodable(new Message.Query("é".repeat(32_768)));
    assertNotEncodable(new Message.Get("x".repeat(65_536)));
    assertNotEncodable(set("/v", Value.of(new byte[65_537])));
    assertNotEncodable(set("/v", Value.of(Collections.nCopies(65_536, Value.NULL))));
    assertNotEncodable(
        Shorthand.publish("/p", SignalType.STREAM, Content.ofSamples(new double[65_536])));
    assertNotEncodable(new Message.Bundle(pings(65_536), OptionalLong.empty()));
    assertNotEncodable(bundle(set("/v", Value.of(new byte[65_520])), new Message.Ping()));
    assertNotEncodable(
        new Message.Snapshot(
            Collections.nCopies(
                65_536,
                new Message.Parameter("", Value.NULL, 0, Optional.empty(), OptionalLong.empty()))));
    assertNotEncodable(
        new Message.Result(Collections.nCopies(65_536, Shorthand.signal("", SignalType.PARAM))));
    assertNotEncodable(
        new Message.FederationSync(
            Message.FederationOperation.REQUEST_SYNC,
            Collections.nCopies(65_536, ""),
            Map.of(),
            OptionalLong.empty(),
            Optional.empty()));
  }

  @Test
  void fieldsBeyondTheirRangeAreRefused() {
    assertNotEncodable(new Message.Hello(256, Set.of(), "n", Optional.empty(), Optional.empty()));
    assertNotEncodable(new Message.Welcome(-1, Set.of(), 0, "s", "n", Optional.empty()));
    assertNotEncodable(Shorthand.subscribe(1, "/**", 0x100));
    assertNotEncodable(
        new Message.Replay(
            "/**", OptionalLong.empty(), OptionalLong.empty(), OptionalInt.empty(), -1));
    assertNotEncodable(new Message.Error(65_536, "", Optional.empty(), OptionalInt.empty()));
  }

  @Test
  void textWithoutAnEncodingIsRefused() {
    for (String text : List.of("\ud800", "a\udc00b", "\ud800\ud800", "\udc00\ud800", "x\ud83d")) {
      assertNotEncodable(set("/v", Value.of(text)));
      assertNotEncodable(set("/v", map(text, Value.NULL)));
      assertNotEncodable(new Message.Get(text));
    }
  }

  /** Counts of 65,535 in every nested header, as far as they go: nothing is reserved for them. */
  @Test
  void claimedCountsAllocateNothing() {
    byte[] payload = new byte[65_535];
    Arrays.fill(payload, (byte) 0xFF);
    for (byte[] head :
        List.of(
            Shorthand.bytes("210a00022f76"),
            Shorthand.bytes("210b00022f76"),
            Shorthand.bytes("202000022f7602"),
            Shorthand.bytes("23"),
            Shorthand.bytes("300000"),
            Shorthand.bytes("61"),
            Shorthand.bytes("030000"),
            Shorthand.bytes("0401"))) {
      System.arraycopy(head, 0, payload, 0, head.length);
      long allocated = allocatedBy(() -> decodeAnyway(payload));

      // An array of 65,535 one-byte elements would be legal: four bytes of reference for each.
      assertThat(allocated).as(Shorthand.hex(head)).isLessThan(600_000);
    }
  }

  /** Sixty-four headers that claim nearly all of the same bytes. */
  @Test
  void nestedClaimsAllocateOnlyForWhatIsThere() {
    for (String header : List.of("fa000a", "50000000" + "0b")) {
      byte type = (byte) (header.endsWith("0a") ? ValueLayout.ARRAY : ValueLayout.MAP);
      byte[] payload = new byte[65_535];
      byte[] head = {0x21, type, 0, 2, '/', 'v'};
      System.arraycopy(head, 0, payload, 0, head.length);
      byte[] claim = Shorthand.bytes(header);
      for (int i = 0; i < 64; i++) {
        System.arraycopy(claim, 0, payload, head.length + i * claim.length, claim.length);
      }
      payload[head.length + 64 * claim.length - 1] = 0x0C;

      assertThat(allocatedBy(() -> decodeAnyway(payload))).isLessThan(50_000);
    }
  }

  private static void decodeAnyway(byte[] payload) {
    try {
      decode(payload);
    } catch (DecodeException e) {
      assertThat(e.kind()).isNotNull();
    }
  }

  private static long allocatedBy(Runnable work) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    work.run();
    long before = threads.getCurrentThreadAllocatedBytes();
    work.run();
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  private static List<Message> pings(int count) {
    return Collections.nCopies(count, new Message.Ping());
  }

  private static void assertNotEncodable(Message message) {
    assertThatExceptionOfType(EncodeException.class).isThrownBy(() -> MessageCodec.encode(message));
    assertThatExceptionOfType(EncodeException.class).isThrownBy(() -> FrameCodec.encode(message));
  }
}
