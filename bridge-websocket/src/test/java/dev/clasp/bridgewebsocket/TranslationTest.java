package dev.clasp.bridgewebsocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bridge.CborValues;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.MessagePackValues;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The tables of bridges.md 10.2 and 10.3, and the formats that are ours. */
class TranslationTest {

  private static Translation published(MessageFormat format) {
    return new Translation(format, false, () -> "/ws");
  }

  private static Translation standard(MessageFormat format) {
    return new Translation(format, true, () -> "");
  }

  private static MappedSignal one(Translation translation, SocketMessage message) {
    Parcel parcel = translation.read(message, "peer");
    assertThat(parcel.signals()).hasSize(1);
    return parcel.signals().getFirst();
  }

  private static MappedSignal param(String address, Value value) {
    return new MappedSignal(address, SignalType.PARAM, value);
  }

  private static MappedSignal event(String address, Value value) {
    return new MappedSignal(address, SignalType.EVENT, value);
  }

  // --- what comes --------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"address\":\"/a/b\",\"value\":0.5}         | /a/b        | 0.5",
        "{\"address\":\"/a\",\"data\":[1]}            | /a          | [1]",
        "{\"address\":\"/a\",\"value\":1,\"data\":2}  | /a          | 1",
        "{\"address\":\"/a\",\"value\":null}          | /a          | null",
        "{\"address\":\"/a\",\"x\":1}                 | /a          | {\"address\":\"/a\",\"x\":1}",
        "{\"value\":3}                                | /ws/message | 3",
        "{\"data\":true}                              | /ws/message | true",
        "{\"x\":1}                                    | /ws/message | {\"x\":1}",
        "[1,2]                                        | /ws/message | [1,2]",
        "42                                           | /ws/message | 42",
        "hello                                        | /ws/text    | \"hello\"",
      })
  void textInJsonAndRaw(String text, String address, String value) {
    for (MessageFormat format : List.of(MessageFormat.JSON, MessageFormat.RAW)) {
      MappedSignal signal = one(published(format), SocketMessage.text(text));
      assertThat(signal.address()).isEqualTo(address);
      assertThat(signal.type()).isEqualTo(SignalType.PARAM);
      assertThat(dev.clasp.bridge.JsonValues.text(signal.value())).isEqualTo(value);
    }
  }

  @Test
  void binaryInJsonAndRawIsBytes() {
    for (MessageFormat format : List.of(MessageFormat.JSON, MessageFormat.RAW)) {
      assertThat(one(published(format), SocketMessage.binary(new byte[] {1, 2})))
          .isEqualTo(param("/ws/binary", Value.of(new byte[] {1, 2})));
    }
  }

  @Test
  void textWhereFramesAreExpected() {
    Translation frames = published(MessageFormat.MSGPACK);
    assertThat(one(frames, SocketMessage.text("{\"address\":\"/a\",\"value\":1}")))
        .isEqualTo(param("/a", Value.of(1)));
    for (String other : List.of("{\"address\":\"/a\",\"data\":1}", "{\"value\":1}", "5", "hi")) {
      assertThat(one(frames, SocketMessage.text(other)))
          .isEqualTo(param("/ws/text", Value.of(other)));
    }
  }

  @Test
  void framesOfClaspAreWhatTheySay() {
    Translation frames = published(MessageFormat.MSGPACK);
    Message.SetValue set =
        new Message.SetValue(
            "/a", Value.of(1.5), OptionalLong.empty(), false, false, Optional.empty());
    Message.Publish publish =
        new Message.Publish(
            "/e",
            SignalType.EVENT,
            GesturePhase.START,
            Message.Content.of(Value.of("go")),
            OptionalLong.empty(),
            OptionalInt.empty(),
            OptionalInt.empty());
    assertThat(one(frames, SocketMessage.binary(FrameCodec.encode(set))))
        .isEqualTo(param("/a", Value.of(1.5)));
    assertThat(one(frames, SocketMessage.binary(FrameCodec.encode(publish))))
        .isEqualTo(event("/e", Value.of("go")));
    Parcel bundle =
        frames.read(
            SocketMessage.binary(
                FrameCodec.encode(
                    new Message.Bundle(List.of(set, publish), OptionalLong.of(7_000_000)))),
            "peer");
    assertThat(bundle.atomic()).isTrue();
    assertThat(bundle.timeMicros()).hasValue(7_000_000);
    assertThat(bundle.signals())
        .containsExactly(param("/a", Value.of(1.5)), event("/e", Value.of("go")));
    assertThat(
            frames.read(SocketMessage.binary(FrameCodec.encode(new Message.Ping())), "p").signals())
        .isEmpty();
    assertThat(one(frames, SocketMessage.binary(new byte[] {1, 2, 3})))
        .isEqualTo(param("/ws/binary", Value.of(new byte[] {1, 2, 3})));
  }

  @Test
  void mapsAsMessagePackAndCbor() {
    Map<String, Value> map = new LinkedHashMap<>();
    map.put("address", Value.of("/a"));
    map.put("value", Value.of(new byte[] {1}));
    MappedSignal expected = param("/a", Value.of(new byte[] {1}));
    assertThat(
            one(
                published(MessageFormat.MESSAGEPACK),
                SocketMessage.binary(MessagePackValues.write(Value.of(map)))))
        .isEqualTo(expected);
    assertThat(
            one(
                published(MessageFormat.CBOR),
                SocketMessage.binary(CborValues.write(Value.of(map)))))
        .isEqualTo(expected);
    // Neither is; and text is JSON all the same.
    assertThat(one(published(MessageFormat.CBOR), SocketMessage.binary(new byte[] {(byte) 0xff})))
        .isEqualTo(param("/ws/binary", Value.of(new byte[] {(byte) 0xff})));
    assertThat(
            one(
                published(MessageFormat.CBOR),
                SocketMessage.text("{\"address\":\"/a\",\"value\":1}")))
        .isEqualTo(param("/a", Value.of(1)));
  }

  @Test
  void inTheProfileStandardEventsAreEvents() {
    Translation json = standard(MessageFormat.JSON);
    assertThat(one(json, SocketMessage.text("{\"address\":\"a\",\"value\":1,\"type\":\"event\"}")))
        .isEqualTo(event("/a", Value.of(1)));
    assertThat(one(json, SocketMessage.text("{\"address\":\"/a\",\"value\":1}")))
        .isEqualTo(param("/a", Value.of(1)));
    assertThat(one(json, SocketMessage.text("hello"))).isEqualTo(event("/text", Value.of("hello")));
  }

  @Test
  void addressesThatNobodyMayWriteAreNone() {
    assertThatThrownBy(() ->
            published(MessageFormat.JSON)
                .read(SocketMessage.text("{\"address\":\"/a/*\",\"value\":1}"), "p"))
        .isInstanceOf(Translation.UnusableMessage.class)
        .hasMessageContaining("wildcards");
  }

  // --- what goes ---------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "0.5                | {\"address\":\"/a\",\"value\":0.5}",
        "1.0                | {\"address\":\"/a\",\"value\":1.0}",
        "\"x\"              | {\"address\":\"/a\",\"value\":\"x\"}",
        "null               | {\"address\":\"/a\",\"value\":null}",
        "{\"k\":[1,true]}   | {\"address\":\"/a\",\"value\":{\"k\":[1,true]}}",
      })
  void jsonGoes(String value, String text) {
    Value parsed = dev.clasp.bridge.JsonValues.parse(value).orElseThrow();
    for (MappedSignal signal : List.of(param("/a", parsed), event("/a", parsed))) {
      assertThat(published(MessageFormat.JSON).write(signal)).contains(SocketMessage.text(text));
    }
  }

  @Test
  void jsonHasNoBytesAndNoNan() {
    Translation json = published(MessageFormat.JSON);
    assertThat(json.write(param("/a", Value.of(new byte[] {1, (byte) 255}))))
        .contains(SocketMessage.text("{\"address\":\"/a\",\"value\":[1,255]}"));
    assertThat(json.write(param("/a", Value.of(Double.NaN))))
        .contains(SocketMessage.text("{\"address\":\"/a\",\"value\":null}"));
  }

  @Test
  void rawGoes() {
    Translation raw = published(MessageFormat.RAW);
    assertThat(raw.write(param("/a", Value.of("text")))).contains(SocketMessage.text("text"));
    assertThat(raw.write(param("/a", Value.of(new byte[] {7}))))
        .contains(SocketMessage.binary(new byte[] {7}));
    assertThat(raw.write(param("/a", Value.of(2.5)))).contains(SocketMessage.text("2.5"));
    assertThat(raw.write(param("/a", Value.NULL))).contains(SocketMessage.text("null"));
    assertThat(raw.write(event("/a", Value.NULL))).isEmpty();
  }

  @Test
  void inTheProfileStandardTheTypeIsTold() {
    assertThat(standard(MessageFormat.JSON).write(event("/a", Value.of(1))))
        .contains(SocketMessage.text("{\"address\":\"/a\",\"value\":1,\"type\":\"event\"}"));
  }

  @ParameterizedTest
  @EnumSource(
      value = MessageFormat.class,
      names = {"MSGPACK", "MESSAGEPACK", "CBOR"})
  void nothingIsLostThereAndBack(MessageFormat format) {
    Translation translation = standard(format);
    for (MappedSignal signal :
        List.of(
            param("/a", Value.of(new byte[] {1, 2})),
            param("/a", Value.of(1.0)),
            param("/a/b", Value.of(Map.of("k", Value.of(List.of(Value.of(1), Value.NULL))))),
            event("/e", Value.of("x")),
            new MappedSignal("/s", SignalType.STREAM, Value.of(0.25)))) {
      assertThat(one(translation, translation.write(signal).orElseThrow())).isEqualTo(signal);
    }
  }
}
