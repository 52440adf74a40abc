package dev.clasp.protocol;

import static dev.clasp.protocol.Shorthand.bytes;
import static dev.clasp.protocol.Shorthand.event;
import static dev.clasp.protocol.Shorthand.hex;
import static dev.clasp.protocol.Shorthand.publish;
import static dev.clasp.protocol.Shorthand.set;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.Message.Content;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FrameCodecTest {

  @ParameterizedTest
  @EnumSource(Qos.class)
  void writesTheQosThatIsAskedFor(Qos qos) {
    byte[] frame = FrameCodec.encode(new Message.Ping(), qos);

    assertThat(FrameCodec.decode(frame, 0, frame.length).qos()).isEqualTo(qos);
    assertThat(frame[1] & 0x3F).as("binary, nothing else").isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "PARAM, CONFIRM",
    "EVENT, CONFIRM",
    "STREAM, FIRE",
    "GESTURE, FIRE",
    "TIMELINE, COMMIT"
  })
  void theDefaultQosOfAPublishFollowsItsSignal(SignalType signal, Qos qos) {
    assertThat(FrameCodec.defaultQos(publish("/p", signal, Content.NONE))).isEqualTo(qos);
  }

  @Test
  void theDefaultQosFollowsTheType() {
    assertThat(
            List.of(
                set("/a", 1),
                Shorthand.subscribe(1, "/**", 255),
                new Message.Unsubscribe(1),
                new Message.Replay(
                    "/**", OptionalLong.empty(), OptionalLong.empty(), OptionalInt.empty(), 255),
                new Message.FederationSync(
                    Message.FederationOperation.SYNC_COMPLETE,
                    List.of(),
                    Map.of(),
                    OptionalLong.empty(),
                    Optional.empty())))
        .allMatch(message -> FrameCodec.defaultQos(message) == Qos.CONFIRM);
    assertThat(FrameCodec.defaultQos(Shorthand.bundle(event("/e")))).isEqualTo(Qos.COMMIT);
    assertThat(
            List.of(
                Shorthand.hello("n"),
                Shorthand.welcome(0, "s", "n"),
                new Message.Get("/a"),
                new Message.Ping(),
                Shorthand.sync(1),
                Shorthand.emptyAck(),
                new Message.Query("/**")))
        .allMatch(message -> FrameCodec.defaultQos(message) == Qos.FIRE);
  }

  @Test
  void readsTheTimestampOfTheHeader() {
    byte[] frame = bytes("5321000100060dd71021200041");

    FrameCodec.Frame decoded = FrameCodec.decode(frame, 0, frame.length);

    assertThat(decoded.timestampMicros()).hasValue(1_704_067_200_000_000L);
    assertThat(decoded.message()).isEqualTo(new Message.Ping());
    assertThat(decoded.length()).isEqualTo(13);
  }

  @Test
  void framesFollowEachOtherByTheirLength() {
    byte[] two = bytes("5300000141" + "5301000142");

    FrameCodec.Frame first = FrameCodec.decode(two, 0, two.length);
    FrameCodec.Frame second = FrameCodec.decode(two, first.length(), two.length - first.length());

    assertThat(first.message()).isEqualTo(new Message.Ping());
    assertThat(second.message()).isEqualTo(new Message.Pong());
  }

  @Test
  void theRateOfAPublishIsReadFromItsOwnFrameOnly() {
    byte[] two = bytes(hex(FrameCodec.encode(event("/a"))) + "5301000141");

    assertThat(FrameCodec.decode(two, 0, two.length).message()).isEqualTo(event("/a"));
  }

  @Test
  void theInstanceOfAClientStandsBehindItsHello() {
    java.util.UUID instance = new java.util.UUID(0x0102030405060708L, 0x1112131415161718L);
    Message.Hello hello =
        new Message.Hello(
            1,
            java.util.Set.of(),
            "n",
            Optional.of("secret"),
            Optional.empty(),
            Optional.of(instance));
    byte[] payload = MessageCodec.encode(hello);

    assertThat(java.util.HexFormat.of().formatHex(payload))
        .isEqualTo("010100" + "00016e" + "0006736563726574" + "4901020304050607081112131415161718");
    assertThat(MessageCodec.decode(payload, 0, payload.length)).isEqualTo(hello);
    assertThat(hello.toString()).doesNotContain("secret", "0102");
  }

  @Test
  void whateverElseStandsBehindAHelloMeansNothing() {
    byte[] hello = MessageCodec.encode(Shorthand.hello("n"));
    for (int length = 1; length < 40; length++) {
      byte[] longer = java.util.Arrays.copyOf(hello, hello.length + length);
      // Of the right length, but begun otherwise; and begun so, but of another length.
      longer[hello.length] = (byte) (length == 17 ? 'J' : 'I');
      assertThat(MessageCodec.decode(longer, 0, longer.length)).isEqualTo(Shorthand.hello("n"));
    }
  }

  @Test
  void whatBinaryCannotCarryIsLeftOut() {
    Message.Hello hello =
        new Message.Hello(
            1,
            java.util.Set.of(),
            "n",
            Optional.of("t"),
            Optional.of(new Message.Capabilities(true, Optional.of("lz4"))));
    byte[] payload = MessageCodec.encode(hello);

    assertThat(MessageCodec.decode(payload, 0, payload.length))
        .isEqualTo(Shorthand.withToken(Shorthand.hello("n"), "t"));
  }
}
