package dev.clasp.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Content;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class FrameTemplateTest {

  private static byte[] frame(FrameTemplate template, long number) {
    byte[] out = new byte[template.length() + 5];
    template.write(out, 5, number);
    return java.util.Arrays.copyOfRange(out, 5, out.length);
  }

  private static FrameCodec.Frame decode(byte[] frame) {
    return FrameCodec.decode(frame, 0, frame.length);
  }

  private static long numberIn(byte[] frame) {
    int at = Messages.number(frame, FrameDescriptor.HEADER_LENGTH, frame.length);
    assertThat(at).isNotEqualTo(Messages.NONE);
    return Bytes.i64(frame, at);
  }

  @Test
  void theUsualFramesHaveThe31BytesOfTheReference() {
    assertThat(FrameTemplate.publish(Fanout.Layout.ADDRESS, 8).length()).isEqualTo(31);
    assertThat(FrameTemplate.set("/bench/s/000000", 8, Qos.CONFIRM).length()).isEqualTo(31);
  }

  @Test
  void aSmallValueIsAnInteger() {
    byte[] frame = frame(FrameTemplate.set("/a/b", 8, Qos.FIRE), -77);
    FrameCodec.Frame decoded = decode(frame);
    assertThat(decoded.qos()).isEqualTo(Qos.FIRE);
    Message.SetValue set = (Message.SetValue) decoded.message();
    assertThat(set.address()).isEqualTo("/a/b");
    assertThat(set.value()).isEqualTo(Value.of(-77L));
    assertThat(numberIn(frame)).isEqualTo(-77);
  }

  @Test
  void aLargeValueIsAByteStringThatBeginsWithTheNumber() {
    byte[] frame = frame(FrameTemplate.publish("/a/b", 1000), 0x0102030405060708L);
    Message.Publish publish = (Message.Publish) decode(frame).message();
    assertThat(publish.signal()).isEqualTo(SignalType.EVENT);
    byte[] value = ((Value.Bytes) ((Content.Single) publish.content()).value()).value();
    assertThat(value).hasSize(1000).startsWith(1, 2, 3, 4, 5, 6, 7, 8, 0);
    assertThat(numberIn(frame)).isEqualTo(0x0102030405060708L);
  }

  @Test
  void aGestureHasItsNumberInFrontOfItsContact() {
    byte[] frame = frame(FrameTemplate.gesture("/g", GesturePhase.MOVE, 3), 42);
    Message.Publish publish = (Message.Publish) decode(frame).message();
    assertThat(publish.signal()).isEqualTo(SignalType.GESTURE);
    assertThat(publish.phase()).isEqualTo(GesturePhase.MOVE);
    assertThat(publish.id()).isEqualTo(OptionalInt.of(3));
    assertThat(publish.content()).isEqualTo(Content.of(Value.of(42L)));
    assertThat(numberIn(frame)).isEqualTo(42);
  }

  @Test
  void theLargestPayloadFits() {
    byte[] frame = frame(FrameTemplate.set("/bench/s/000000", BenchPlan.MAX_PAYLOAD, Qos.FIRE), 9);
    assertThat(numberIn(frame)).isEqualTo(9);
  }

  @Test
  void otherMessagesHaveNoNumber() {
    for (Message message :
        java.util.List.of(
            new Message.Ping(),
            new Message.Get("/a"),
            Shape.SET_FLOAT.message(),
            Shape.EVENT.message(),
            Shape.BUNDLE_3.message())) {
      byte[] frame = FrameCodec.encode(message);
      assertThat(Messages.number(frame, FrameDescriptor.HEADER_LENGTH, frame.length))
          .as("%s", message)
          .isEqualTo(Messages.NONE);
    }
  }

  @Test
  void aTruncatedMessageHasNoNumberAndDoesNoHarm() {
    byte[] frame = frame(FrameTemplate.publish("/a/b", 1000), 5);
    for (int end = FrameDescriptor.HEADER_LENGTH; end < 30; end++) {
      int at = Messages.number(frame, FrameDescriptor.HEADER_LENGTH, end);
      assertThat(at == Messages.NONE || at + 8 <= end).as("end %d", end).isTrue();
    }
  }
}
